import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { conformance } from './runtimes/conformance.ts';
import { bundled, conformanceScript, installAttune, runtimes } from './runtimes/project.ts';
import { type ServedSite, serveSite } from './runtimes/served-site.ts';

const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** A page with what each bundler made of the same file, served from `site/NAME/`. */
describe('a bundle runs in Chromium with the bytes of Node', { timeout: 300_000 }, () => {
  const folder = temporaryFolder();
  const site = join(folder.path, 'site');
  let served: ServedSite;
  let wanted: Record<string, string>;

  beforeAll(async () => {
    installAttune(folder.path);
    for (const name of ['webpack', '@rollup', 'next', 'react', 'react-dom']) link(name);
    folder.write('conformance.mjs', await conformanceScript());
    folder.write('page.js', "import { conformance } from './conformance.mjs';\nglobalThis.conformance = conformance;\n");
    folder.write('index.html', '<!doctype html><title>attune</title><script type="module" src="/page.js"></script>\n');
    wanted = await conformance(1);
    served = await serveSite(site, (path) => ({
      file: path.replace(/^\/(isolated|plain)\//, '/'),
      headers: path.startsWith('/isolated/') ? isolation : {},
    }));
  });

  afterAll(async () => {
    await served?.close();
  });

  /** A package of the runtimes, as if the project had installed it. */
  function link(name: string): void {
    symlinkSync(join(runtimes, name), join(folder.path, 'node_modules', name), 'dir');
  }

  async function answersOf(script: string, isolated: boolean): Promise<unknown> {
    const page = await served.browser.newPage();
    page.setDefaultTimeout(180_000);
    const base = `${served.origin}/${isolated ? 'isolated' : 'plain'}`;
    await page.goto(`${base}/page`);
    const said = await page.evaluate(`(async () => {
      await import('${base}/${script}');
      return { isolated: crossOriginIsolated, one: await globalThis.conformance(1), two: await globalThis.conformance(2) };
    })()`);
    await page.close();
    return said;
  }

  test.each([
    ['with cross-origin isolation', true],
    ['without it', false],
  ])('by esbuild, %s', async (_, isolated) => {
    mkdirSync(join(site, 'esbuild'), { recursive: true });
    folder.write('site/esbuild/page.js', await bundled(join(folder.path, 'page.js')));
    expect(await answersOf('esbuild/page.js', isolated)).toEqual({ isolated, one: wanted, two: wanted });
  });

  test('by Vite', async () => {
    const { build } = await import('vite');
    const { path } = folder;
    await build({
      root: path,
      base: './',
      logLevel: 'error',
      configFile: false,
      build: { outDir: join(site, 'vite'), emptyOutDir: false },
    });
    const script = readdirSync(join(site, 'vite/assets')).find((name) => /^index-.*\.js$/.test(name));
    expect(await answersOf(`vite/assets/${script}`, false)).toEqual({ isolated: false, one: wanted, two: wanted });
  });

  test('by Rollup', async () => {
    const { rollup } = await import('rollup');
    const { nodeResolve } = await import(pathToFileURL(join(runtimes, '@rollup/plugin-node-resolve/dist/es/index.js')).href);
    const made = await rollup({ input: join(folder.path, 'page.js'), plugins: [nodeResolve({ browser: true })], logLevel: 'silent' });
    await made.write({ dir: join(site, 'rollup'), format: 'es' });
    expect(await answersOf('rollup/page.js', false)).toEqual({ isolated: false, one: wanted, two: wanted });
  });

  test('by webpack', async () => {
    const { default: webpack } = await import(pathToFileURL(join(runtimes, 'webpack/lib/index.js')).href);
    const stats = await new Promise<{ hasErrors(): boolean; toString(): string }>((done, fail) =>
      webpack(
        {
          mode: 'production',
          context: folder.path,
          entry: './page.js',
          output: { path: join(site, 'webpack'), filename: 'page.js', module: true },
          experiments: { outputModule: true },
          performance: { hints: false },
        },
        (error: Error | null, result: { hasErrors(): boolean; toString(): string }) => (error ? fail(error) : done(result)),
      ),
    );
    expect(stats.hasErrors() ? stats.toString() : '').toBe('');
    expect(await answersOf('webpack/page.js', false)).toEqual({ isolated: false, one: wanted, two: wanted });
  });

  test('by Next, in a route and in a page', { timeout: 300_000 }, async () => {
    const app = join(folder.path, 'app');
    for (const part of ['answers', 'client']) mkdirSync(join(app, part), { recursive: true });
    folder.write(
      'app/layout.jsx',
      'export default function Layout({ children }) {\n  return <html lang="en"><body>{children}</body></html>;\n}\n',
    );
    folder.write(
      'app/answers/route.js',
      "import { conformance } from '../../conformance.mjs';\nexport const dynamic = 'force-static';\nexport const GET = async () => Response.json(await conformance(1));\n",
    );
    folder.write(
      'app/client/page.jsx',
      `'use client';
import { useEffect, useState } from 'react';
import { conformance } from '../../conformance.mjs';
export default function Page() {
  const [said, setSaid] = useState('');
  useEffect(() => void conformance(1).then((answers) => setSaid(JSON.stringify(answers))), []);
  return <output>{said}</output>;
}
`,
    );
    folder.write('next.config.mjs', `export default { output: 'export', distDir: 'site/next', turbopack: { root: '/' } };\n`);
    const next = join(runtimes, 'next/dist/bin/next');
    await promisify(execFile)(process.execPath, [next, 'build'], {
      cwd: folder.path,
      encoding: 'utf8',
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
    });
    expect(JSON.parse(readFileSync(join(site, 'next/answers'), 'utf8'))).toEqual(wanted);
    expect(existsSync(join(site, 'next/client.html'))).toBe(true);
  });
});
