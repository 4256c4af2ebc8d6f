import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { rankingKernels } from '../../../src/engine/generated/families/ranking.ts';
import { rankRows } from '../../../src/engine/generated/jobs.ts';
import { ThreadPool } from '../../../src/engine/threads/thread-pool.ts';

const width = 16;
const queries = 12;

/** Whole numbers, whose sums are exact in any order, with many equal scores. */
const cases = fc.record({
  count: fc.integer({ min: 0, max: 700 }),
  numbers: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 30, maxLength: 200 }),
  n: fc.integer({ min: 0, max: 40 }),
  add: fc.constantFrom(0, 0.5),
});

describe('the ranking kernel', () => {
  it('gives what its plain twin gives, on one thread and on many', () => {
    fc.assert(
      fc.property(cases, (made) => {
        const plain = ranked(true, 1, made);
        expect(ranked(false, 1, made)).toEqual(plain);
        expect(ranked(false, 3, made)).toEqual(plain);
      }),
      { numRuns: 20 },
    );
  });
});

/** The lists of some queries, as columns. */
function ranked(plain: boolean, threads: number, { count, numbers, n, add }: { count: number; numbers: number[]; n: number; add: number }) {
  const numbersNeeded = (count + queries) * (width + 8) + 2 * queries * (n + 4) + 4096;
  const engine = new Engine(4 * numbersNeeded + ThreadPool.layout(threads, 8192).bytes, {
    families: [rankingKernels],
    threads: 1,
    scratchBytes: 64,
    plain,
  });
  const pool = new ThreadPool(engine, threads, 8192);
  const rows = engine.f32(Math.max(1, count * width));
  const x = engine.f32(queries * width);
  const made = Array.from({ length: count }, (_, k) => Array.from({ length: width }, (_, d) => numbers[(k * 11 + d * 3) % numbers.length]));
  const square = (row: number[]) => row.reduce((sum, v) => sum + v * v, 0);
  made.sort((a, b) => square(b) - square(a));
  rows.array.set(made.flat());
  for (let k = 0; k < x.array.length; k++) x.array[k] = numbers[(k * 5) % numbers.length];
  const order = engine.i32(Int32Array.from({ length: count }, (_, k) => (k * 7 + 3) % Math.max(1, count)));
  const norms = engine.f64(Math.max(1, count));
  made.forEach((row, k) => {
    norms.array[k] = Math.sqrt(square(row));
  });
  const adds = engine.f64(queries);
  adds.array.fill(add);
  const wants = engine.i32(Int32Array.from({ length: queries }, (_, q) => Math.min(count, n + q)));
  const skips = engine.i32(Int32Array.from({ length: Math.ceil(count / 5) }, (_, k) => 5 * k));
  const skipEnds = engine.i32(Int32Array.from({ length: queries + 1 }, (_, q) => Math.min(skips.array.length, q)));
  const ends = engine.i32(Int32Array.from({ length: queries }, (_, q) => q * (n + queries)));
  const indices = engine.i32(queries * (n + queries));
  const scores = engine.f32(queries * (n + queries));
  const found = engine.i32(queries);
  const lists = { queries: x, adds, wants, skipEnds, skips, ends, indices, scores, found };
  pool.run(rankRows, queries, 2, { count, width, rows, order, norms, ...lists });
  pool.close();
  return Array.from(found.array, (length, q) => {
    const from = ends.array[q];
    return { indices: indices.array.slice(from, from + length), scores: scores.array.slice(from, from + length) };
  });
}
