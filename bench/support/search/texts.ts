import { SemanticIndex } from 'attune';
import { median } from '../clock.ts';
import { generator } from '../random.ts';
import type { Row } from '../table.ts';
import type { SearchTask } from './context.ts';

/** Speed of a whole index on generated titles. */
export const texts: SearchTask = {
  name: 'texts',
  summary: '94,327 generated titles: time to build, latency of each mode, under a filter as well, time to save and load.',
  async run({ quick }) {
    const products = quick ? 10_000 : 94_327;
    const random = generator(2);
    const vocabulary = Array.from({ length: 20_000 }, () =>
      Array.from({ length: 3 + Math.floor(random() * 8) }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join(''),
    );
    const word = () => vocabulary[Math.floor(vocabulary.length ** random())];
    const items = Array.from({ length: products }, (_, k) => ({
      id: `P${k}`,
      text: Array.from({ length: 14 }, word).join(' '),
      group: k % 1000,
    }));
    const task = (name: string) => `${products} titles, ${name}`;
    const started = performance.now();
    const index = await SemanticIndex.build(items, { metadata: ['group'] });
    const rows: Row[] = [{ task: task('build'), unit: 's', attune: (performance.now() - started) / 1000, note: index.embedder.name }];
    const queries = Array.from({ length: 50 }, () => `${word()} ${word()} ${word()}`);
    for (const mode of ['lexical', 'semantic', 'hybrid'] as const) {
      const all = await medianMs(queries, (query) => index.search(query, { mode }));
      const few = await medianMs(queries, (query) => index.search(query, { mode, where: { group: 7 } }));
      rows.push({ task: task(`${mode} query`), unit: 'ms', attune: all });
      rows.push({ task: task(`${mode} query that 1 in 1,000 pass`), unit: 'ms', attune: few });
    }
    const saving = performance.now();
    const bytes = index.toBytes();
    const loading = performance.now();
    SemanticIndex.fromBytes(bytes);
    rows.push({ task: task('save'), unit: 'ms', attune: loading - saving, note: `${(bytes.length / 1e6).toFixed(0)} MB` });
    rows.push({ task: task('load'), unit: 'ms', attune: performance.now() - loading });
    return { rows };
  },
};

async function medianMs<T>(inputs: T[], work: (input: T) => unknown): Promise<number> {
  for (const input of inputs.slice(0, 10)) await work(input);
  const times: number[] = [];
  for (const input of inputs) {
    const started = performance.now();
    await work(input);
    times.push(performance.now() - started);
  }
  return median(times);
}
