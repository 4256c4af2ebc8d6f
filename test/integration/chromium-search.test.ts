import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { type SearchOptions, SemanticIndex } from 'attune';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchTerms } from '../../src/semantic/lexical/tokenizer.ts';

const root = resolve(import.meta.dirname, '../..');
const executablePath = readFileSync(join(root, '.services/chromium/path.txt'), 'utf8').trim();

/** What the page offers. */
interface Page {
  load(): Promise<void>;
  search(query: string, options: SearchOptions): Promise<{ item: string; score: number }[]>;
  similar(item: string): { item: string; score: number }[];
  bytes(): Promise<string>;
  terms(from: number, to: number): string[];
}
declare const page: Page;

const titles = [
  'Quiet dishwasher for a small kitchen',
  'Refrigerator water filter, model WF-45R6100AW/US',
  "Women's steel hose – 2 m, ½ inch",
  'Lave-vaisselle très silencieux, 45 cm',
  '静音洗碗机 小厨房',
  'ガラス食器洗い機',
  '냉장고 정수 필터',
  'غسالة صحون هادئة ٤٥ سم',
  'फ्रिज का पानी फिल्टर १२',
  'เครื่องล้างจาน',
  'Холодильник тихий',
  '🙂 happy kettle 👩‍🍳',
];
const items = Array.from({ length: 3000 }, (_, k) => ({
  id: `p${k}`,
  title: titles[k % titles.length],
  number: `part ${k} kind ${k % 97}`,
  group: k % 10,
}));
const queries = [
  ...titles,
  'dishwahser',
  'WF45R6100AW',
  'quiet dish',
  'part 1234',
  'filtering',
  'half \ud83d pair \u0000',
  'ﬁlter ½',
  'İSTANBUL ΣΊΣΥΦΟΣ straße',
];
const asked: SearchOptions[] = [
  { mode: 'lexical' },
  { mode: 'semantic' },
  { mode: 'hybrid', n: 20 },
  { mode: 'hybrid', prefix: true, typos: true },
  { mode: 'hybrid', fusion: 'reciprocal-rank', where: { group: 3 } },
  { mode: 'hybrid', fusion: 'weighted' },
];

let script: string;
let file: Uint8Array<ArrayBuffer>;
let index: SemanticIndex<(typeof items)[number]>;
let browser: Browser;

beforeAll(async () => {
  index = await SemanticIndex.build(items, { text: { title: 2, number: 1 }, metadata: ['group'] });
  file = index.toBytes();
  const bundle = await build({
    stdin: {
      contents: `
        import { SemanticIndex } from './src/entries/index.ts';
        import { searchTerms } from './src/semantic/lexical/tokenizer.ts';
        let index;
        globalThis.page = {
          load: async () => { index = SemanticIndex.fromBytes(new Uint8Array(await (await fetch('/index.safetensors')).arrayBuffer())); },
          search: (query, options) => index.search(query, options),
          similar: (item) => index.similarItems(item),
          bytes: async () => [...new Uint8Array(await crypto.subtle.digest('SHA-256', index.toBytes()))].join(),
          terms: (from, to) => Array.from({ length: to - from }, (_, k) => searchTerms('x' + String.fromCodePoint(from + k) + 'Y').join(' ')),
        };`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  script = bundle.outputFiles[0].text;
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
});
afterAll(() => browser?.close());

function serve(isolated: boolean): Promise<Server> {
  const headers = isolated ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } : {};
  const pages: Record<string, [string, string | Uint8Array]> = {
    '/': ['text/html', '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>'],
    '/page.js': ['text/javascript; charset=utf-8', script],
    '/index.safetensors': ['application/octet-stream', file],
  };
  const server = createServer(({ url = '/' }, response) => {
    const [type, body] = pages[url] ?? ['text/plain', ''];
    response.writeHead(pages[url] ? 200 : 404, { 'Content-Type': type, ...headers }).end(body);
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => done(server));
  });
}

describe.each([
  ['with cross-origin isolation', true],
  ['without it', false],
])('an index file in a page %s', (_, isolated) => {
  let server: Server;
  let tab: Awaited<ReturnType<Browser['newPage']>>;
  const problems: string[] = [];
  beforeAll(async () => {
    server = await serve(isolated);
    tab = await browser.newPage();
    tab.setDefaultTimeout(180_000);
    tab.on('pageerror', (error) => problems.push(String(error)));
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await tab.waitForFunction(() => 'page' in globalThis);
    expect(await tab.evaluate(() => crossOriginIsolated)).toBe(isolated);
    await tab.evaluate(() => page.load());
  });
  afterAll(async () => {
    await tab?.close();
    server?.close();
    expect(problems).toEqual([]);
  });

  it('gives the answers of Node, ids and scores bit for bit', async () => {
    for (const options of asked) {
      const answers = await tab.evaluate(
        ([all, o]) => Promise.all(all.map(async (query) => JSON.stringify(await page.search(JSON.parse(query), o)))),
        [queries.map((query) => JSON.stringify(query)), options] as const,
      );
      for (const [k, query] of queries.entries())
        expect(JSON.parse(answers[k]), JSON.stringify([query, options])).toEqual(await index.search(query, options));
    }
    expect(await tab.evaluate(() => page.similar('p7'))).toEqual(index.similarItems('p7'));
  });

  it('is written again as the same bytes', async () => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', file)).join();
    expect(await tab.evaluate(() => page.bytes())).toBe(digest);
  });

  it.runIf(isolated)('cuts every character that both runtimes know into the same words', async () => {
    // A younger runtime knows letters that an older one takes for signs; only those may differ.
    const known = /^(?!\p{Cs})\p{Assigned}$/u;
    const from = 0x20;
    const to = 0x3_0000;
    const theirs = await tab.evaluate(([a, b]) => page.terms(a, b), [from, to] as const);
    const wrong: string[] = [];
    for (let code = from; code < to; code++) {
      const letter = String.fromCodePoint(code);
      if (!known.test(letter)) continue;
      const ours = searchTerms(`x${letter}Y`).join(' ');
      if (ours !== theirs[code - from]) wrong.push(`U+${code.toString(16)} ${ours} | ${theirs[code - from]}`);
    }
    expect(wrong).toEqual([]);
  });
});
