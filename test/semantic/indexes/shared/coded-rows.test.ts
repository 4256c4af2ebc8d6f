import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dot } from '../../../../src/numeric/dot.ts';
import { TopK } from '../../../../src/numeric/top-k.ts';
import { batchesOf } from '../../../../src/semantic/indexes/shared/coded-batch.ts';
import { CodedRows } from '../../../../src/semantic/indexes/shared/coded-rows.ts';

const capacity = 150;

const ordinary = fc.float({ min: -1, max: 1, noNaN: true });
/** Few different values, so that many scores tie. */
const coarse = fc.constantFrom(-1, 0, 0.5, 1);
const extreme = fc.oneof(
  ordinary,
  fc.constantFrom(0, 1e-45, -3e-39, 1e-20, 1e-12, 1e12, -1e20, 3e38, Number.NaN, Number.POSITIVE_INFINITY),
);

const data = fc
  .record({
    dimensions: fc.integer({ min: 1, max: 40 }),
    count: fc.integer({ min: 1, max: capacity }),
    size: fc.constantFrom(1, 1e-45, 1e-30, 1e-6, 1e15, 1e36),
    kind: fc.constantFrom(ordinary, coarse, extreme),
  })
  .chain(({ dimensions, count, size, kind }) => {
    const vector = fc.array(kind, { minLength: dimensions, maxLength: dimensions }).map((v) => Float32Array.from(v, (x) => x * size));
    return fc.record({
      rows: fc.array(vector, { minLength: count, maxLength: count }),
      queries: fc.array(
        fc.oneof(
          vector,
          fc.array(ordinary, { minLength: dimensions, maxLength: dimensions }).map((v) => Float32Array.from(v)),
        ),
        {
          minLength: 1,
          maxLength: 5,
        },
      ),
      n: fc.integer({ min: 0, max: count }),
      allowed: fc.option(fc.uint8Array({ max: 1, maxLength: count + 5 })),
      seed: fc.nat(1000),
    });
  });

describe('rows with codes', () => {
  it('give what scoring every row gives: any size of numbers, ties, zeros, filters, one query or several', () => {
    fc.assert(
      fc.property(data, ({ rows, queries, n, allowed, seed }) => {
        const coded = new CodedRows(capacity, rows[0].length, 1, batchesOf(32));
        rows.forEach((row, k) => {
          coded.set(k, row);
        });
        // The keys in another order than the rows, since ties go by key.
        const keys = Int32Array.from(rows, (_, k) => k).sort((a, b) => ((a * 7919 + seed) % 101) - ((b * 7919 + seed) % 101));
        const used = { keys, n, ...(allowed ? { allowed } : {}) };
        const wanted = queries.map((query) => bruteForce(rows, keys, query, n, allowed));
        const one = queries.map((query) => {
          const best = new TopK(n);
          coded.search(query, used, best);
          return best.take();
        });
        const best = queries.map(() => new TopK(n));
        coded.searchMany(queries, used, best, false);
        for (const [k, { indices, scores }] of wanted.entries()) {
          expect([...one[k].indices]).toEqual(indices);
          expect([...one[k].scores]).toEqual(scores);
        }
        expect(best.map((each) => each.take())).toEqual(one);
      }),
      { numRuns: 300 },
    );
  });

  it.each([1, 10, 300])('give the best %d where more rows tie than are scored together', (n) => {
    const count = 2000;
    const dimensions = 12;
    const rows = Array.from({ length: count }, (_, k) =>
      Float32Array.from({ length: dimensions }, (_, d) => Math.sin((k % 3) * 12.9898 + d) + (k % 3 === 2 ? k / count : 0)),
    );
    const coded = new CodedRows(count, dimensions, 1, batchesOf());
    rows.forEach((row, k) => {
      coded.set(k, row);
    });
    const keys = Int32Array.from(rows, (_, k) => k);
    const queries = [rows[0], rows[1], rows[count - 3], Float32Array.from(rows[5], (x) => -x)];
    const best = queries.map(() => new TopK(n));
    coded.searchMany(queries, { keys, n }, best, false);
    for (const [k, query] of queries.entries()) {
      const { indices, scores } = best[k].take();
      expect({ indices: [...indices], scores: [...scores] }).toEqual(bruteForce(rows, keys, query, n, null));
    }
  });

  it('score few rows only', () => {
    const count = 4096;
    const dimensions = 64;
    const coded = new CodedRows(count, dimensions, 1, batchesOf());
    for (let k = 0; k < count; k++)
      coded.set(
        k,
        Float32Array.from({ length: dimensions }, (_, d) => Math.sin(k * 12.9898 + d * 78.233)),
      );
    const best = new TopK(10);
    const offered: number[] = [];
    const offer = best.offer.bind(best);
    best.offer = (index, score) => {
      offered.push(index);
      offer(index, score);
    };
    coded.search(coded.get(5), { keys: Int32Array.from({ length: count }, (_, k) => k), n: 10 }, best);
    expect(offered.length).toBeGreaterThanOrEqual(10);
    expect(offered.length).toBeLessThan(200);
  });

  it('forget what a row held before', () => {
    const coded = new CodedRows(64, 8, 1, batchesOf());
    for (let k = 0; k < 64; k++) coded.set(k, new Float32Array(8).fill(1 + k));
    coded.set(63, new Float32Array(8).fill(0.5));
    const best = new TopK(2);
    // Rows from 40 on are no longer in use.
    coded.search(new Float32Array(8).fill(1), { keys: Int32Array.from({ length: 40 }, (_, k) => k), n: 2 }, best);
    expect([...best.take().indices]).toEqual([39, 38]);
  });
});

/** The definition: every inner product as it is returned, largest first, equal ones by key. */
function bruteForce(rows: Float32Array[], keys: Int32Array, query: Float32Array, n: number, allowed: Uint8Array | null) {
  const list = rows
    .map((row, k) => ({ key: keys[k], score: Math.fround(dot(row, 0, query)) }))
    .filter(({ key, score }) => !Number.isNaN(score) && (!allowed || allowed[key] > 0))
    .sort((a, b) => (a.score === b.score ? a.key - b.key : b.score > a.score ? 1 : -1))
    .slice(0, n);
  return { indices: list.map(({ key }) => key), scores: list.map(({ score }) => score) };
}
