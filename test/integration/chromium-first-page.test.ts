import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AlsRecommender, Interactions } from 'attune';
import { readTable } from 'attune/node';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelServer } from '../../src/cli/server.ts';
import { codeByTitle } from '../docs/titled-blocks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { serveFolder } from './site/static-server.ts';

/** The pages that the first page and the recipe of a plain page show, as they are, in a browser. */
const root = resolve(import.meta.dirname, '../..');
const blocksOf = (page: string) => codeByTitle(readFileSync(join(root, 'docs', page), 'utf8'));
const folder = temporaryFolder();
const servers: Server[] = [];
let browser: Browser;
let model: AlsRecommender;

beforeAll(async () => {
  const executablePath = readFileSync(join(root, '.services/chromium/path.txt'), 'utf8').trim();
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  const ratings = folder.write('ratings.csv', blocksOf('index.md')['ratings.csv']);
  model = await new AlsRecommender({ seed: 1 }).fit(await Interactions.from(readTable(ratings), { value: 'rating' }));
  folder.write('model.attune', model.toBytes());
});

afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.close();
});

/** The library as one module, as a bundler or an import map would bring it. */
async function library(file: string, contents = "export * from 'attune';"): Promise<void> {
  await build({
    stdin: { contents, resolveDir: root },
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    alias: { attune: join(root, 'src/entries/index.ts') },
    external: ['@huggingface/transformers'],
    logLevel: 'error',
  });
}

/** What a list on a page shows once it shows something. */
async function shown(address: string): Promise<string[]> {
  const page = await browser.newPage();
  page.setDefaultTimeout(180_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(address);
  await page.waitForSelector('#list li').catch((cause) => {
    throw new Error(`Nothing is listed: ${errors}`, { cause });
  });
  const items = await page.locator('#list li').allInnerTexts();
  await page.close();
  return items;
}

const expected = (list: readonly { item: string }[]) => list.map(({ item }) => item);

describe('a page', () => {
  test('opened from a file shows what attune serve --allow-origin answers', async () => {
    const server = modelServer(model, undefined, { allowOrigin: '*' }).listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((done) => server.once('listening', done));
    const html = blocksOf('index.md')['page.html'].replaceAll('8000', String((server.address() as AddressInfo).port));
    const file = folder.write('page.html', html);
    expect(await shown(pathToFileURL(file).href)).toEqual(expected(model.recommend('Bob', { n: 5 })));
  });

  test('that npx vite serves recommends with the installed package', { timeout: 300_000 }, async () => {
    const project = join(folder.path, 'vite');
    // A copy, not a link: Vite bundles what is installed before it serves it, and leaves what is linked as it is.
    for (const part of ['package.json', 'dist']) cpSync(join(root, part), join(project, 'node_modules/attune', part), { recursive: true });
    writeFileSync(join(project, 'package.json'), '{ "private": true }');
    writeFileSync(join(project, 'index.html'), blocksOf('index.md').Browser);
    writeFileSync(join(project, 'model.attune'), model.toBytes());
    const vite = spawn(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), '--port', '0', '--host', '127.0.0.1'], {
      cwd: project,
      env: { ...process.env, NO_COLOR: '1' },
    });
    try {
      let said = '';
      vite.stdout.on('data', (text) => (said += text));
      await expect.poll(() => said, { timeout: 180_000 }).toMatch(/http:\S+/);
      const [address] = said.match(/http:\S+/) ?? [];
      expect(await shown(String(address))).toEqual(expected(model.recommendFor(['ramen', 'sushi'], { n: 5 })));
    } finally {
      vite.kill();
    }
  });

  test('that bundles the library recommends for the history that it has', async () => {
    const site = join(folder.path, 'bundled');
    mkdirSync(site);
    const html = blocksOf('index.md').Browser;
    const script = /<script type="module">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
    await library(join(site, 'page.js'), script);
    writeFileSync(
      join(site, 'index.html'),
      html.replace(script, '').replace('<script type="module">', '<script type="module" src="page.js">'),
    );
    writeFileSync(join(site, 'model.attune'), model.toBytes());
    const { origin, server } = await serveFolder(site);
    servers.push(server);
    expect(await shown(origin)).toEqual(expected(model.recommendFor(['ramen', 'sushi'], { n: 5 })));
  });

  test('without a bundler finds the library by an import map', async () => {
    const site = join(folder.path, 'plain');
    mkdirSync(join(site, 'node_modules/attune/dist'), { recursive: true });
    await library(join(site, 'node_modules/attune/dist/index.js'));
    writeFileSync(join(site, 'index.html'), blocksOf('recipes/plain-browser.md')['index.html']);
    writeFileSync(join(site, 'model.attune'), model.toBytes());
    const { origin, server } = await serveFolder(site);
    servers.push(server);
    const page = await browser.newPage();
    page.setDefaultTimeout(180_000);
    await page.goto(origin);
    await page.fill('[name=item]', 'lasagne');
    await page.click('button');
    await page.waitForSelector('#list li');
    expect(await page.locator('#list li').allInnerTexts()).toEqual(expected(model.recommendFor(['lasagne'], { n: 5 })));
    await page.close();
  });

  test.each([
    ['allows the kernels and nothing else', "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"],
    ['does not allow compiling, where plain JavaScript does the work', "default-src 'none'; script-src 'self'; connect-src 'self'"],
  ])('trains and recommends under a policy that %s', async (name, policy) => {
    const site = join(folder.path, `policy-${name.length}`);
    mkdirSync(site);
    await library(
      join(site, 'page.js'),
      `import { AlsRecommender, Interactions } from 'attune';
       const rows = [['ann', 'ramen'], ['ann', 'gyoza'], ['ben', 'ramen'], ['cleo', 'flan'], ['cleo', 'mole']].map(([user, item]) => ({ user, item }));
       const model = await new AlsRecommender({ factors: 4, seed: 1 }).fit(await Interactions.from(rows));
       for (const { item } of model.recommend('ben', { n: 1 })) list.append(Object.assign(document.createElement('li'), { textContent: item }));`,
    );
    writeFileSync(
      join(site, 'index.html'),
      '<!doctype html><title>policy</title><ul id="list"></ul><script type="module" src="page.js"></script>',
    );
    const { origin, server } = await serveFolder(site, { 'content-security-policy': policy });
    servers.push(server);
    expect(await shown(origin)).toEqual(['gyoza']);
  });
});
