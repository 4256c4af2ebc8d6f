import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { root } from './blocks.ts';
import { codeByTitle } from './titled-blocks.ts';

/** The site's first page, followed to the letter in an empty folder. test/integration/chromium-first-page.test.ts opens its pages. */
const page = readFileSync(resolve(root, 'docs/index.md'), 'utf8');
const blocks = codeByTitle(page);
const commands = [...page.matchAll(/^npx attune (.*)$/gm)].map(([, line]) => line.split(' ').map((word) => word.replaceAll("'", '')));

const folder = temporaryFolder();
const home = process.cwd();
beforeAll(() => {
  process.chdir(folder.path);
  writeFileSync('ratings.csv', blocks['ratings.csv']);
});
afterAll(() => process.chdir(home));

/** A block as one module with the library in it. */
async function bundled(name: string): Promise<string> {
  const source = folder.write(`${name}.mjs`, blocks[name].replaceAll('8000', '0'));
  const outfile = join(folder.path, `${name}.bundle.mjs`);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    loader: { '.attune': 'binary' },
    alias: { attune: join(root, 'src/entries/index.ts') },
    logLevel: 'error',
  });
  return outfile;
}

describe('the first page', () => {
  it('gives commands that work in its order', async () => {
    const printed: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean(printed.push(String(text))));
    const quiet = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    try {
      expect(commands.map(([command]) => command)).toEqual(['describe', 'fit', 'recommend', 'serve']);
      for (const command of commands.slice(0, 3)) expect(await main(command)).toBe(0);
    } finally {
      spy.mockRestore();
      quiet.mockRestore();
    }
    expect(printed.join('')).toMatch(/1 {2}gyoza/);
  });

  it.each(['Node', 'Bun', 'Deno', 'Workers'])('has a server for %s that answers for a user and for a history', async (runtime) => {
    const ask = await started(await bundled(runtime));
    const items = async (query: string) => ((await ask(query)) as { item: string }[]).map(({ item }) => item);
    expect((await items('?user=Bob'))[0]).toBe('gyoza');
    expect((await items('?history=lasagne,nothing'))[0]).toBe('tiramisu');
    expect(await items('?user=nobody')).toEqual([]);
  });
});

type Handler = (request: Request) => Response | Promise<Response>;

/** Starts a server of the page. Those of other runtimes find what they call of them: handlers are the same everywhere. */
async function started(file: string): Promise<(query: string) => Promise<unknown>> {
  let handler: Handler | undefined;
  let port = 0;
  const readModel = async () => new Uint8Array(readFileSync('model.attune'));
  vi.stubGlobal('Bun', { file: () => ({ bytes: readModel }), serve: ({ fetch }: { fetch: Handler }) => void (handler = fetch) });
  vi.stubGlobal('Deno', { readFile: readModel, serve: (_: object, fetch: Handler) => void (handler = fetch) });
  const { Server } = await import('node:http');
  const listen = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: InstanceType<typeof Server>) {
    listen.mockRestore();
    const server = this.listen(0, '127.0.0.1', () => (port = (server.address() as { port: number }).port)).unref();
    return server;
  });
  try {
    const worker = (await import(file)).default as { fetch: Handler } | undefined;
    if (worker) handler = (request) => worker.fetch(request);
  } finally {
    vi.unstubAllGlobals();
    listen.mockRestore();
  }
  if (!handler) await expect.poll(() => port).toBeGreaterThan(0);
  return async (query) => {
    const response = handler ? await handler(new Request(`http://localhost/${query}`)) : await fetch(`http://127.0.0.1:${port}/${query}`);
    return response.json();
  };
}
