import { gzipSync } from 'node:zlib';
import { AlsRecommender, Interactions, SemanticIndex } from 'attune';
import type { Browser } from 'playwright-core';

/** A page that does one thing with a saved model, as the entry of a bundle: it leaves `answer` behind. */
export interface PageJob {
  name: string;
  code: string;
  /** The file that it gets, and what it says about `asked`. */
  made(): Promise<{ bytes: Uint8Array; asked: string; answer: unknown }>;
  /** Kilobytes of JavaScript that it may download, by bundler. Next is counted beyond what a page without attune downloads. */
  budgets: Record<Bundler, number>;
}

export type Bundler = 'Vite' | 'Rollup' | 'webpack' | 'Next';

export const pageJobs: PageJob[] = [
  {
    name: 'als',
    code: "import { AlsRecommender } from 'attune';\nglobalThis.answer = (bytes, user) => AlsRecommender.fromBytes(bytes).recommend(user);\n",
    async made() {
      const rows = Array.from({ length: 60 }, (_, k) => ({ user: `u${k % 12}`, item: `i${(k * 7) % 11}`, value: 1 + (k % 3) }));
      const model = await new AlsRecommender({ factors: 8, iterations: 3 }).fit(await Interactions.from(rows));
      return { bytes: model.toBytes(), asked: 'u3', answer: model.recommend('u3') };
    },
    // Rollup leaves white space and comments to others, webpack adds what loads its parts.
    budgets: { Vite: 36, Rollup: 37, webpack: 37, Next: 36.5 },
  },
  {
    name: 'search',
    code: "import { SemanticIndex } from 'attune';\nglobalThis.answer = (bytes, query) => SemanticIndex.fromBytes(bytes).search(query);\n",
    async made() {
      const texts = ['a quiet dishwasher', 'a loud drum', 'a small kettle'];
      const products = texts.map((text, k) => ({ id: `p${k}`, text }));
      const index = await SemanticIndex.build(products, { id: 'id', text: 'text' });
      return { bytes: index.toBytes(), asked: 'quiet dishwasher', answer: await index.search('quiet dishwasher') };
    },
    budgets: { Vite: 62, Rollup: 64, webpack: 62, Next: 62 },
  },
];

/** Kilobytes of the JavaScript, gzipped, that a page requests until it has answered. */
export async function downloaded(browser: Browser, address: string, { bytes, asked }: { bytes: Uint8Array; asked: string }) {
  const page = await browser.newPage();
  const scripts: Promise<number>[] = [];
  page.on('response', (response) => {
    if (/\.js$/.test(new URL(response.url()).pathname)) scripts.push(response.body().then((body) => gzipSync(body, { level: 9 }).length));
  });
  await page.goto(address);
  await page.waitForFunction('globalThis.answer !== undefined');
  const answer = await page.evaluate(
    ([base64, query]) => {
      const file = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      return (globalThis as unknown as { answer(bytes: Uint8Array, asked: string): unknown }).answer(file, query);
    },
    [Buffer.from(bytes).toString('base64'), asked],
  );
  await page.waitForLoadState('networkidle');
  const sizes = await Promise.all(scripts);
  await page.close();
  return { answer, files: sizes.length, kilobytes: sizes.reduce((sum, size) => sum + size, 0) / 1000 };
}
