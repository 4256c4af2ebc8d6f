import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csrFromCoordinates, transpose } from '../../../src/data/csr.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { graphFilterKernels } from '../../../src/engine/generated/families/graph-filter.ts';
import {
  chebyshevColumns,
  filterLists,
  filterScores,
  filterSparse,
  rotateTriangle,
  sparseRows,
} from '../../../src/engine/generated/jobs.ts';
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
          const args = scoring(engine, { pairs, seed, terms, rank, parts, queries });
          engine.runHere(filterScores, { hi: queries.length }, args);
          return [...args.out.array];
        });
        expectClose(fast, plain, parts === 1 ? 3e-3 : 2e-4);
      }),
      { numRuns: 60 },
    );
  });

  it('multiply by a triangle as their plain twin does', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 70 }), fc.constantFrom(8, 24), (seed, rows, width) => {
        const [fast, plain] = [false, true].map((isPlain) => {
          const scratchBytes = 4 * width * (width + 64);
          const engine = new Engine(1 << 16, { families: [graphFilterKernels], threads: 1, scratchBytes, plain: isPlain });
          const x = engine.f32(uniform(seed, rows * width, 1));
          const b = engine.f32(uniform(seed + 1, width * width, 1).map((v, k) => (k % width < Math.floor(k / width) ? 0 : v)));
          engine.runHere(rotateTriangle, { lo: Math.min(2, rows), hi: rows }, { x, width, b });
          return [...x.array];
        });
        expectClose(fast, plain, 1e-5);
      }),
    );
  });

  it.each([
    [1, 0],
    [1, 8],
    [2, 8],
    [1, 24],
    [2, 24],
  ])('list the best of all scores, bit for bit: queries rounded %i times, bounded by %i numbers', (parts, head) => {
    fc.assert(
      fc.property(
        edges,
        seeds,
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(items - 1), { maxLength: 5 }),
        (pairs, seed, terms, skip) => {
          const rank = head === 0 ? 0 : 24;
          const queries = fc.sample(fc.array(fc.nat(items - 1), { maxLength: 5 }), { seed, numRuns: 21 });
          const scratchBytes = 132 * rank + 192 * users + 64 * items + 1024;
          const engine = new Engine(1 << 17, { families: [graphFilterKernels], threads: 1, scratchBytes });
          const args = scoring(engine, { pairs, seed, terms, rank, parts, queries });
          const skips = [...new Set(skip)];
          const wants = queries.map((_, k) => (k * 5) % (items + 3));
          const endsOf = (sizes: number[]) =>
            engine.i32([0, ...sizes.map((_, k) => sizes.slice(0, k + 1).reduce((sum, size) => sum + size, 0))]);
          const ends = endsOf(wants);
          const lists = {
            dense: engine.f32(32 * items),
            head,
            tails: engine.f32(tailsOf(args, head)),
            wants: engine.i32(wants),
            skipEnds: endsOf(queries.map((_, k) => (k % 2 === 0 ? skips.length : 0))),
            skips: engine.i32(queries.flatMap((_, k) => (k % 2 === 0 ? skips : []))),
            ends,
            listItems: engine.i32(ends.array[queries.length]),
            listScores: engine.f32(ends.array[queries.length]),
            found: engine.i32(queries.length),
          };
          engine.runHere(filterScores, { hi: queries.length }, args);
          engine.runHere(filterSparse, { hi: queries.length }, { ...args, ...lists });
          engine.runHere(filterLists, { hi: queries.length }, { ...args, ...lists });
          queries.forEach((_, k) => {
            const row = args.out.array.subarray(k * items, (k + 1) * items);
            const left = Uint8Array.from(row, (_, i) => (k % 2 === 0 && skips.includes(i) ? 1 : 0));
            const expected = topK(row, wants[k], left);
            const [from, size] = [ends.array[k], lists.found.array[k]];
            expect([...lists.listItems.array.subarray(from, from + size)]).toEqual([...expected.indices]);
            expect([...lists.listScores.array.subarray(from, from + size)]).toEqual([...expected.scores]);
          });
        },
      ),
    );
  });
});

interface Scoring {
  pairs: [number, number][];
  seed: number;
  terms: number;
  rank: number;
  parts: number;
  queries: number[][];
}

/** Arguments of the kernels that score. */
function scoring(engine: Engine<'graph-filter'>, { pairs, seed, terms, rank, parts, queries }: Scoring) {
  const byUser = graphOf(pairs, seed);
  const byItem = transpose(byUser);
  const flat = queries.flat();
  return {
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
    vectors: engine.i16(Int16Array.from(uniform(seed, items * rank, 3000))),
    scales: engine.f32(new Float32Array(items).fill(1e-4)),
    gains: engine.f32(uniform(seed, rank, 1)),
    pre: engine.f32(uniform(seed, items, 1).map((v) => (v > 0.8 ? 0 : Math.abs(v) + 0.1))),
    queryOffsets: engine.i32([0, ...queries.map((_, k) => queries.slice(0, k + 1).flat().length)]),
    queryItems: engine.i32(flat),
    queryValues: engine.f32(uniform(seed, flat.length, 2)),
    parts,
    out: engine.f32(queries.length * items),
  };
}

/** By item what a row of vectors has beyond its first `head` numbers. */
function tailsOf({ vectors, scales, rank }: ReturnType<typeof scoring>, head: number): Float32Array {
  return Float32Array.from({ length: items }, (_, i) => {
    return scales.array[i] * Math.hypot(...vectors.array.subarray(i * rank + head, (i + 1) * rank));
  });
}

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
