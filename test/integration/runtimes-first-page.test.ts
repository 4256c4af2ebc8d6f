import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { AlsRecommender, Interactions } from 'attune';
import { readTable } from 'attune/node';
import { build } from 'esbuild';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { codeByTitle } from '../docs/titled-blocks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { workerd } from './runtimes/project.ts';

/** The servers of the site's first page, each in the runtime that it is for. */
const root = resolve(import.meta.dirname, '../..');
const installed = join(root, '.services/runtimes/node_modules');
const blocks = codeByTitle(readFileSync(join(root, 'docs/index.md'), 'utf8'));
const folder = temporaryFolder();
let model: AlsRecommender;
let running: ChildProcess | undefined;

beforeAll(async () => {
  const ratings = folder.write('ratings.csv', blocks['ratings.csv']);
  model = await new AlsRecommender({ seed: 1 }).fit(await Interactions.from(readTable(ratings), { value: 'rating' }));
  folder.write('model.attune', model.toBytes());
});

afterEach(() => running?.kill('SIGKILL'));

/** A block with the library in it, on a port of its own. */
async function bundled(name: string, port: number): Promise<string> {
  const outfile = join(folder.path, `${name}.bundle.mjs`);
  await build({
    entryPoints: [folder.write(`${name}.mjs`, blocks[name].replaceAll('8000', String(port)))],
    outfile,
    bundle: true,
    platform: name === 'Node' ? 'node' : 'browser',
    format: 'esm',
    target: 'es2022',
    alias: { attune: join(root, 'src/entries/index.ts') },
    external: ['*.attune', 'node:*', '@huggingface/transformers'],
    logLevel: 'error',
  });
  return outfile;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** What wrangler would tell workerd. */
function workerConfig(script: string, port: number): string {
  const file = join(folder.path, 'workerd.capnp');
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "${script}"), (name = "model.attune", data = embed "model.attune")],
  compatibilityDate = "${/compatibility_date = "([\d-]+)"/.exec(blocks.Workers)?.[1]}",
);`,
  );
  return file;
}

const runtimes: [name: string, block: string, command: (script: string, port: number) => string[]][] = [
  ['Node 22', 'Node', (script) => [join(installed, 'node22/bin/node'), script]],
  ['Bun', 'Bun', (script) => [join(installed, 'bun/bin/bun'), script]],
  ['Deno', 'Deno', (script) => [join(installed, 'deno/deno'), 'run', '--allow-net', '--allow-read', script]],
  ['workerd', 'Workers', (script, port) => [workerd(), 'serve', workerConfig(script.split('/').at(-1) ?? '', port)]],
];

describe('the server of the first page', () => {
  test.each(runtimes)('answers in %s as the model does', async (_, block, command) => {
    const port = await freePort();
    const [program, ...args] = command(await bundled(block, port), port);
    expect(existsSync(program), `${program}: run npm run test:integration runtimes`).toBe(true);
    running = spawn(program, args, { cwd: folder.path, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    running.stderr?.on('data', (text) => (said += text));
    const ask = async (query: string) => (await fetch(`http://127.0.0.1:${port}/${query}`)).json() as Promise<{ item: string }[]>;
    await expect.poll(() => ask('?user=Bob').catch(() => said), { timeout: 180_000 }).toBeInstanceOf(Array);
    const items = (list: readonly { item: string }[]) => list.map(({ item }) => item);
    expect(items(await ask('?user=Bob'))).toEqual(items(model.recommend('Bob', { n: 5 })));
    expect(items(await ask('?history=lasagne,nothing'))).toEqual(items(model.recommendFor(['lasagne'], { n: 5 })));
    expect(await ask('?user=nobody')).toEqual([]);
  });
});
