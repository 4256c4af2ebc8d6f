import { AlsRecommender, flatIndex, Interactions, SemanticIndex } from 'attune';
import { generator } from '../../bench/support/random.ts';
import type { Reply } from './messages.ts';
import { sets } from './sets.ts';

/** What this browser takes for what a shop does. Sizes are fixed, so that figures of two browsers can be compared. */
export async function benchmark(say: (reply: Reply) => void): Promise<void> {
  const isolated = globalThis.crossOriginIsolated ? 'on all cores' : 'one thread';
  const timed = (task: string, figure: string, detail: string) => say({ type: 'timed', task, figure, detail });
  const step = (phase: string, part: number) => say({ type: 'progress', family: 'benchmark', phase, part });

  step('training', 0);
  const data = madeShop();
  const seconds = await secondsOf(() => new AlsRecommender({ factors: 64, iterations: 10, seed: 1 }).fit(data));
  timed('Train ALS: 20,000 users, 5,000 items, 400,000 rows, 64 factors, 10 iterations', `${seconds.toFixed(2)} s`, isolated);

  step('recommending', 0.4);
  const als = await new AlsRecommender({ factors: 64, iterations: 2, seed: 1 }).fit(data);
  let user = 0;
  timed('A list of ten for a user', millis(medianOf(400, () => als.recommend(`u${user++ % 20_000}`, { n: 10 }))), 'median of 400');
  timed(
    'A list of ten for a visitor with three items',
    millis(medianOf(400, () => als.recommendFor([`i${user++ % 5000}`, 'i7', 'i11'], { n: 10 }))),
    'median of 400',
  );

  step('searching', 0.7);
  const draw = generator(3);
  const vectors = flatIndex();
  const [rows, width] = [20_000, 384];
  const normal = Float32Array.from({ length: rows * width }, () => draw() - 0.5);
  for (let r = 0; r < rows; r++) normalize(normal.subarray(r * width, (r + 1) * width));
  await vectors.add(
    Int32Array.from({ length: rows }, (_, k) => k),
    normal,
  );
  const query = normal.slice(0, width);
  const times = [];
  for (let k = 0; k < 60; k++) times.push(await secondsOf(() => vectors.search(query, { n: 10 })));
  timed('Exact search in 20,000 vectors of 384 dimensions', millis(median(times) * 1000), 'median of 60');

  step('indexing texts', 0.85);
  const { titles } = sets.books.make();
  const texts = Object.entries(titles).map(([id, text]) => ({ id, text }));
  let index = await SemanticIndex.build(texts);
  const build = await secondsOf(async () => (index = await SemanticIndex.build(texts)));
  timed('Index 600 titles by words and meaning', `${(build * 1000).toFixed(0)} ms`, '');
  const searches = [];
  for (let k = 0; k < 100; k++)
    searches.push(await secondsOf(() => index.search(['winter bread', 'lost starship', 'roses in oslo'][k % 3], { n: 10 })));
  timed('Search them', millis(median(searches) * 1000), 'median of 100');
  say({ type: 'timedAll' });
}

function madeShop(): Interactions {
  const draw = generator(9);
  const users: string[] = [];
  const items: string[] = [];
  for (let u = 0; u < 20_000; u++)
    for (let k = 0; k < 20; k++) {
      users.push(`u${u}`);
      items.push(`i${Math.floor((((u % 10) + draw() ** 2 * 5) % 10) * 500)}`);
    }
  return Interactions.fromColumns({ users, items }, { duplicates: 'sum' });
}

function normalize(row: Float32Array): void {
  const length = Math.hypot(...row);
  for (let k = 0; k < row.length; k++) row[k] /= length;
}

async function secondsOf(run: () => unknown): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

/** Milliseconds. Clocks of browsers are coarse, so several calls are timed together. */
function medianOf(calls: number, run: () => unknown): number {
  const together = 20;
  const times = Array.from({ length: calls / together }, () => {
    const began = performance.now();
    for (let k = 0; k < together; k++) run();
    return (performance.now() - began) / together;
  });
  return median(times);
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const millis = (ms: number) => `${ms < 1 ? ms.toFixed(3) : ms.toFixed(1)} ms`;
