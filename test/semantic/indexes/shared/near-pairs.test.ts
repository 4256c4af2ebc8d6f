import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../../src/engine/engine.ts';
import { codesBatchKernels } from '../../../../src/engine/generated/families/codes-batch.ts';
import { encodeNear, nearRows } from '../../../../src/engine/generated/jobs.ts';
import { dot } from '../../../../src/numeric/dot.ts';
import { visitNearPairs } from '../../../../src/semantic/indexes/shared/near-pairs.ts';
import { unitVector } from '../../../support/conformance.ts';

async function pairsOf(vectors: Float32Array[], threshold: number, threads = 1): Promise<string[]> {
  const pairs: string[] = [];
  const take = (a: number, b: number) => void pairs.push(`${a}-${b}`);
  await visitNearPairs(
    vectors,
    threshold,
    threads,
    async () => {},
    () => true,
    take,
  );
  return pairs.sort();
}

/** The definition: every pair. */
function everyPair(vectors: Float32Array[], threshold: number): string[] {
  return vectors
    .flatMap((a, k) => vectors.flatMap((b, j) => (k < j && Math.fround(dot(a, 0, b)) >= Math.fround(threshold) ? [`${k}-${j}`] : [])))
    .sort();
}

/** Vectors of length 1 in heaps: some are equal, some nearly. */
const heaps = fc
  .record({
    dimensions: fc.integer({ min: 1, max: 70 }),
    centres: fc.array(fc.nat(1e6), { minLength: 1, maxLength: 6 }),
    members: fc.array(fc.tuple(fc.nat(5), fc.constantFrom(0, 0.01, 0.1, 0.3, 1), fc.nat(1e6)), { maxLength: 90 }),
  })
  .map(({ dimensions, centres, members }) =>
    members.map(([centre, spread, seed]) => {
      const noise = unitVector(dimensions, seed);
      const vector = unitVector(dimensions, centres[centre % centres.length]).map((x, d) => x + spread * noise[d]);
      const length = Math.hypot(...vector) || 1;
      return vector.map((x) => x / length);
    }),
  );

describe('near pairs of vectors', () => {
  it('are those that comparing every pair finds', async () => {
    await fc.assert(
      fc.asyncProperty(heaps, fc.constantFrom(0.05, 0.5, 0.8, 0.9, 0.99, 1), async (vectors, threshold) => {
        if (vectors.length > 0) expect(await pairsOf(vectors, threshold)).toEqual(everyPair(vectors, threshold));
      }),
      { numRuns: 150 },
    );
  });

  it('are found among vectors whose weight lies in few dimensions, which need not be the first', async () => {
    const vectors = Array.from({ length: 200 }, (_, k) => {
      const vector = unitVector(96, k % 50).map((x, d) => (d % 6 === 5 ? 4 * x : 0.1 * x) + 0.02 * Math.sin(k + d));
      const length = Math.hypot(...vector);
      return vector.map((x) => x / length);
    });
    const pairs = await pairsOf(vectors, 0.95);
    expect(pairs.length).toBeGreaterThan(100);
    expect(pairs).toEqual(everyPair(vectors, 0.95));
  });

  it('are the same for any number of threads', async () => {
    const vectors = Array.from({ length: 5000 }, (_, k) => unitVector(32, k % 4500));
    const pairs = await pairsOf(vectors, 0.9);
    expect(pairs.length).toBeGreaterThanOrEqual(500);
    expect(await pairsOf(vectors, 0.9, 3)).toEqual(pairs);
  });

  it('the kernel marks what its plain twin marks', () => {
    const [rows, width, queries] = [40, 48, 6];
    const marksOf = (plain: boolean) => {
      const engine = new Engine(1 << 16, { families: [codesBatchKernels], threads: 1, scratchBytes: 8 * width + 32, plain });
      const data = engine.f32(rows * width);
      for (let r = 0; r < rows; r++) data.array.set(unitVector(width, r % 33), r * width);
      const [scales, errors, lengths, rests] = Array.from({ length: 4 }, () => engine.f32(rows));
      const codes = engine.i8(rows * width);
      engine.call(encodeNear, { lo: 0, hi: rows, rows: data, f: width, width, codes, scales, errors });
      lengths.array.fill(1.01);
      rests.array.fill(0.5);
      rests.array[7] = Number.NaN;
      const digits = engine.i16(queries * width);
      const own = engine.f32(4 * queries);
      for (let k = 0; k < queries; k++) {
        own.array.set([0.003, 1, 0.004, 0.4 + 0.1 * k], 4 * k);
        const vector = unitVector(width, 5 * k);
        for (let d = 0; d < width; d++)
          digits.array[(k >> 1) * 2 * width + (k & 1) * 8 + (d >> 3) * 16 + (d & 7)] = Math.round(vector[d] / 0.003);
      }
      const marks = engine.i32(rows);
      const first = 4;
      const job = { first, pairs: queries / 2, queries: digits, own, width, prefix: 16, threshold: 0.35 };
      engine.runHere(nearRows, { hi: 33 }, { ...job, codes, scales, errors, lengths, rests, marks });
      return [...marks.array.subarray(first, first + 33)];
    };
    const marks = marksOf(false);
    expect(marks).toEqual(marksOf(true));
    expect(marks.filter((mark) => mark > 0).length).toBeGreaterThan(3);
    expect(marks.filter((mark) => mark === 0).length).toBeGreaterThan(3);
  });
});
