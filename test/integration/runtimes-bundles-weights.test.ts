import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Bundler, downloaded, type PageJob, pageJobs } from './runtimes/page-weights.ts';
import { installAttune, runtimes } from './runtimes/project.ts';
import { type ServedSite, serveSite } from './runtimes/served-site.ts';

/** Each bundler as it comes, without a setting about sizes. Pages are served from `site`. */
describe('a page that answers with a saved model', { timeout: 240_000 }, () => {
  const folder = temporaryFolder();
  const site = join(folder.path, 'site');
  let served: ServedSite;

  beforeAll(async () => {
    installAttune(folder.path);
    for (const name of ['next', 'react', 'react-dom']) symlinkSync(join(runtimes, name), join(folder.path, 'node_modules', name), 'dir');
    for (const { name, code } of pageJobs) {
      mkdirSync(join(folder.path, name));
      folder.write(`${name}/page.js`, code);
      folder.write(`${name}/index.html`, '<!doctype html><title>attune</title><script type="module" src="/page.js"></script>\n');
    }
    served = await serveSite(site);
  });

  afterAll(async () => {
    await served?.close();
  });

  const address = (path: string) => `${served.origin}/${path}`;

  /** Asks a page and compares what it downloaded with the budget. @param without kilobytes of a page without attune */
  async function expectWithin(bundler: Bundler, job: PageJob, path: string, without = 0): Promise<void> {
    const { bytes, asked, answer } = await job.made();
    const got = await downloaded(served.browser, address(path), { bytes, asked });
    const kilobytes = got.kilobytes - without;
    console.log(`${bundler}, ${job.name}: ${kilobytes.toFixed(2)} kB in ${got.files} files`);
    expect(got.answer).toEqual(JSON.parse(JSON.stringify(answer)));
    expect(kilobytes).toBeLessThanOrEqual(job.budgets[bundler]);
    expect(kilobytes).toBeGreaterThan(job.budgets[bundler] / 2); // it is the code that was weighed
  }

  test.each(pageJobs)('by Vite: $name', async (job) => {
    const { build } = await import('vite');
    const outDir = join(site, 'vite', job.name);
    await build({ root: join(folder.path, job.name), base: './', logLevel: 'error', configFile: false, build: { outDir } });
    await expectWithin('Vite', job, `vite/${job.name}/index.html`);
  });

  test.each(pageJobs)('by Rollup: $name', async (job) => {
    const { rollup } = await import('rollup');
    const { nodeResolve } = await import(pathToFileURL(join(runtimes, '@rollup/plugin-node-resolve/dist/es/index.js')).href);
    const input = join(folder.path, job.name, 'page.js');
    const made = await rollup({ input, plugins: [nodeResolve({ browser: true })], logLevel: 'silent' });
    await made.write({ dir: join(site, 'rollup', job.name), format: 'es' });
    folder.write(`site/rollup/${job.name}/index.html`, '<!doctype html><title>page</title><script type="module" src="page.js"></script>');
    await expectWithin('Rollup', job, `rollup/${job.name}/index.html`);
  });

  test.each(pageJobs)('by webpack: $name', async (job) => {
    const { default: webpack } = await import(pathToFileURL(join(runtimes, 'webpack/lib/index.js')).href);
    const output = { path: join(site, 'webpack', job.name), filename: 'page.js' };
    const context = join(folder.path, job.name);
    await new Promise<void>((done, fail) =>
      webpack({ mode: 'production', context, entry: './page.js', output }, (error: Error | null) => (error ? fail(error) : done())),
    );
    folder.write(
      `site/webpack/${job.name}/index.html`,
      '<!doctype html><meta charset="utf-8"><title>page</title><script src="page.js"></script>',
    );
    await expectWithin('webpack', job, `webpack/${job.name}/index.html`);
  });

  test('by Next, beyond a page without attune', async () => {
    const layout = 'export default function Layout({ children }) {\n  return <html lang="en"><body>{children}</body></html>;\n}\n';
    const page = (code: string) => `'use client';
import { useEffect, useState } from 'react';
${code.replace('globalThis.answer', 'const answer')}
export default function Page() {
  const [said, setSaid] = useState('');
  useEffect(() => { globalThis.answer = answer; setSaid('ready'); }, []);
  return <output>{said}</output>;
}
`;
    const without: PageJob = { ...pageJobs[0], name: 'empty', code: 'globalThis.answer = (bytes, asked) => asked;' };
    for (const { name } of [...pageJobs, without]) mkdirSync(join(folder.path, 'app', name), { recursive: true });
    folder.write('app/layout.jsx', layout);
    for (const { name, code } of [...pageJobs, without]) folder.write(`app/${name}/page.jsx`, page(code));
    folder.write(
      'next.config.mjs',
      `export default { output: 'export', distDir: 'site/next', basePath: '/next', turbopack: { root: '/' } };\n`,
    );
    await promisify(execFile)(process.execPath, [join(runtimes, 'next/dist/bin/next'), 'build'], {
      cwd: folder.path,
      encoding: 'utf8',
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
    });
    const empty = await downloaded(served.browser, address('next/empty.html'), { bytes: new Uint8Array(0), asked: 'nothing' });
    for (const job of pageJobs) await expectWithin('Next', job, `next/${job.name}.html`, empty.kilobytes);
  });
});
