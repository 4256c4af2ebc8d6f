import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csrFromCoordinates, transpose } from '../../../src/data/csr.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { graphFilterKernels } from '../../../src/engine/generated/families/graph-filter.ts';
import { bestScores, chebyshevColumns, filterScores, sparseRows } from '../../../src/engine/generated/jobs.ts';
import { uniform } from '../../../src/numeric/random.ts';
import { topK } from '../../../src/numeric/top-k.ts';

const users = 9;
const items = 13;

const edges = fc.array(fc.tuple(fc.nat(users - 1), fc.nat(items - 1)), { maxLength: 50 });
const seeds = fc.integer({ max: 1e6 });

describe('the kernels of graph filters', () => {
  it('filter columns and multiply rows as their plain twins do', () => {
    fc.assert(
      fc.property(edges, seeds, fc.integer({ min: 1, max: 5 }), (pairs, seed, degree) => {
        const [fast, plain] = [false, true].map((isPlain) => {
          const engine = new Engine(1 << 16, {
            families: [graphFilterKernels],
            threads: 1,
            scratchBytes: 96 * items + 64,
            plain: isPlain,
          });
          const csr = graphOf(pairs, seed);
          const matrix = { offsets: engine.i32(csr.offsets), indices: engine.i32(csr.indices), values: engine.f32(csr.values) };
          const x = engine.f32(uniform(seed, items * 16, 1));
          const quotients = engine.f64(16);
          const out = engine.f32(users * 16);
          const args = { ...matrix, rows: users, x, columns: items, width: 16, degree, scale: 0.7, shift: 0.4, quotients };
          engine.runHere(chebyshevColumns, { hi: 2 }, args);
          engine.runHere(sparseRows, { lo: 1, hi: users }, { ...matrix, x, width: 16, out, first: 1 });
          return [...x.array, ...quotients.array, ...out.array];
        });
        expectClose(fast, plain, 1e-4);
      }),
    );
  });

  it.each([1, 2])('score as their plain twin does, with queries rounded %i times', (parts) => {
    fc.assert(
      fc.property(edges, seeds, fc.integer({ min: 1, max: 4 }), fc.constantFrom(0, 8, 24), (pairs, seed, terms, rank) => {
        const queries = fc.sample(fc.array(fc.nat(items - 1), { maxLength: 5 }), { seed, numRuns: 21 });
        const [fast, plain] = [false, true].map((isPlain) => {
          const engine = new Engine(1 << 17, {
            families: [graphFilterKernels],
            threads: 1,
            scratchBytes: 132 * rank + 192 * users + 64 * items + 1024,
            plain: isPlain,
          });
          const byUser = graphOf(pairs, seed);
          const byItem = transpose(byUser);
          const whole = Int16Array.from(uniform(seed, items * rank, 3000));
          const flat = queries.flat();
          const out = engine.f32(queries.length * items);
          engine.runHere(
            filterScores,
            { hi: queries.length },
            {
              items,
              users,
              offsets: engine.i32(byItem.offsets),
              indices: engine.i32(byItem.indices),
              values: engine.f32(byItem.values),
              rowOffsets: engine.i32(byUser.offsets),
              rowIndices: engine.i32(byUser.indices),
              rowValues: engine.f32(byUser.values),
              constant: 0.1,
              series: engine.f32(uniform(seed, terms, 1)),
              terms,
              ratio: 1.3,
              rank,
              vectors: engine.i16(whole),
              scales: engine.f32(new Float32Array(items).fill(1e-4)),
              gains: engine.f32(uniform(seed, rank, 1)),
              pre: engine.f32(uniform(seed, items, 1).map((v) => (v > 0.8 ? 0 : Math.abs(v) + 0.1))),
              queryOffsets: engine.i32([0, ...queries.map((_, k) => queries.slice(0, k + 1).flat().length)]),
              queryItems: engine.i32(flat),
              queryValues: engine.f32(uniform(seed, flat.length, 2)),
              parts,
              out,
            },
          );
          return [...out.array];
        });
        expectClose(fast, plain, parts === 1 ? 3e-3 : 2e-4);
      }),
      { numRuns: 60 },
    );
  });

  it('list the best scores as topK does, ties and NaN included', () => {
    const score = fc.constantFrom(0, -0, 1, 2, -1, -3e38, Number.NaN, Number.NEGATIVE_INFINITY, 0.5);
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 40 }), fc.nat(12), fc.array(fc.nat(39), { maxLength: 5 }), (row, n, skip) => {
        for (const plain of [false, true]) {
          const engine = new Engine(1 << 14, { families: [graphFilterKernels], threads: 1, scratchBytes: 64, plain });
          const skips = [...new Set(skip)].filter((i) => i < row.length);
          const memory = {
            dense: engine.f32([...row, ...row]),
            wants: engine.i32([n, n]),
            skipEnds: engine.i32([0, 0, skips.length]),
            skips: engine.i32(skips),
            ends: engine.i32([0, n, 2 * n]),
            indices: engine.i32(2 * n),
            scores: engine.f32(2 * n),
            found: engine.i32(2),
          };
          engine.runHere(bestScores, { hi: 2 }, { items: row.length, ...memory });
          [[], skips].forEach((left, k) => {
            const expected = topK(
              Float32Array.from(row),
              n,
              Uint8Array.from(row, (_, i) => (left.includes(i) ? 1 : 0)),
            );
            const size = memory.found.array[k];
            expect([...memory.indices.array.subarray(k * n, k * n + size)]).toEqual([...expected.indices]);
            expect([...memory.scores.array.subarray(k * n, k * n + size)]).toEqual([...expected.scores]);
          });
        }
      }),
    );
  });
});

function graphOf(pairs: [number, number][], seed: number) {
  const distinct = [...new Map(pairs.map((pair) => [pair.join(), pair])).values()];
  const [u, i] = [0, 1].map((side) => Int32Array.from(distinct, (pair) => pair[side]));
  return csrFromCoordinates(users, items, u, i, uniform(seed, distinct.length, 0.6));
}

/** Within a share of the largest. */
function expectClose(found: number[], expected: number[], share: number): void {
  const largest = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3);
  for (let k = 0; k < expected.length; k++) expect(Math.abs(found[k] - expected[k])).toBeLessThan(share * largest);
}
