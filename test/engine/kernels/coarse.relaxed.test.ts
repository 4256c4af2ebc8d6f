import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { bytesOf } from '../../../src/engine/families.ts';
import { codesKernels } from '../../../src/engine/generated/families/codes.ts';
import { codesBatchKernels } from '../../../src/engine/generated/families/codes-batch.ts';
import { coarseMany, digitBytes, encodeRows } from '../../../src/engine/generated/jobs.ts';
import { dot } from '../../../src/numeric/dot.ts';
import { ByteQuery } from '../../../src/semantic/indexes/shared/byte-query.ts';
import { unitVector } from '../../support/conformance.ts';

const code = codesBatchKernels.relaxed ?? '';
/** The kernels of coarse.relaxed.ts in front of all others, whether they are faster here or not. */
const families = [codesKernels, { ...codesBatchKernels, relaxed: undefined }, { ...codesBatchKernels, code, relaxed: undefined, jobs: [] }];
const queries = 3;

/** Levels of rows for some queries, none below a threshold, and what those must be at least. */
function bounded(rows: readonly Float32Array[], asked: readonly Float32Array[], threshold: number, marks?: readonly number[]) {
  const f = rows[0].length;
  const width = Math.ceil(f / 32) * 32;
  const padded = Math.ceil(rows.length / 32) * 32;
  const engine = new Engine(1 << 20, { families, threads: 1, scratchBytes: 24 * width + 1024 });
  expect(engine.call(digitBytes, {})).toBe(1);
  const own = engine.f32(padded * f);
  for (const [r, row] of rows.entries()) own.array.set(row, r * f);
  const [high, low] = [engine.i16((padded * width) / 4), engine.i16((padded * width) / 4)];
  const [scales, errors, coarseErrors, lengths] = Array.from({ length: 4 }, () => engine.f32(padded));
  const coded = { high, low, scales, errors, coarseErrors, lengths };
  engine.call(encodeRows, { lo: 0, hi: rows.length, rows: own, f, width, ...coded });
  const even = queries + (queries & 1);
  const [digits, mine] = [engine.u8(2 * even * width), engine.f32(8 * even)];
  const longest = rows.reduce((most, row) => Math.max(most, Math.sqrt(dot(row, 0, row))), 0);
  const coarse = asked.map((vector, k) => {
    const query = new ByteQuery(width);
    if (!query.take(vector, longest)) return undefined;
    query.mustReach(threshold);
    query.placeIn(digits.array, k);
    mine.array.set(query.own, 8 * k);
    return query;
  });
  const levels = engine.u8(even * padded);
  levels.array.fill(7);
  const flags = marks && engine.u8([...marks, ...new Array(padded - marks.length).fill(0)]);
  const args = { pairs: even / 2, queries: digits, own: mine, width, ...coded, marks: flags, levels, stride: padded };
  engine.runHere(coarseMany, { hi: rows.length }, args);
  return { level: (k: number, r: number) => levels.array[k * padded + r], coarse };
}

describe.skipIf(!WebAssembly.validate(bytesOf(code)))('the prefilter by relaxed SIMD', () => {
  it('never gives a row a lower level than that of its score', () => {
    const cases = fc.integer({ min: 1, max: 70 }).chain((f) => {
      const usual = fc.float({ min: -2, max: 2, noNaN: true });
      const vector = fc
        .oneof(
          { weight: 4, arbitrary: fc.array(usual, { minLength: f, maxLength: f }) },
          fc.array(fc.oneof(usual, fc.constantFrom(0, 1e-45, -1e-20, 1e-13, 1e11, -1e13, Number.NaN)), { minLength: f, maxLength: f }),
        )
        .map((list) => Float32Array.from(list));
      return fc.tuple(
        fc.array(vector, { minLength: 13, maxLength: 40 }),
        fc.array(vector, { minLength: queries, maxLength: queries }),
        fc.constantFrom(Number.NEGATIVE_INFINITY, 0.1, 1),
      );
    });
    let compared = 0;
    fc.assert(
      fc.property(cases, ([rows, asked, threshold]) => {
        const { level, coarse } = bounded(rows, asked, threshold);
        for (const [k, query] of coarse.entries()) {
          for (const [r, row] of rows.entries()) {
            const score = dot(row, 0, asked[k]);
            if (!query || score < threshold) continue;
            compared++;
            expect(level(k, r)).toBeGreaterThanOrEqual(query.levelOf(score));
          }
        }
      }),
    );
    expect(compared).toBeGreaterThan(1000);
  });

  it('covers what digits and codes leave when all of it points one way', () => {
    for (const f of [32, 100, 384]) {
      // Just under half a step everywhere: once the steps of a query, once those of a code.
      const steps = Float32Array.from({ length: f }, (_, d) => (d === 0 ? 1 : ((d % 63) + 0.49) / 63.00007));
      const query = new ByteQuery(Math.ceil(f / 32) * 32);
      query.take(steps, 1);
      const left = steps.map((x) => x - query.own[0] * Math.round(x / query.own[0]));
      const lost = Float32Array.from({ length: f }, (_, d) => (d === 0 ? 1 : 0.49 / 127));
      const asked = [steps, left, lost.map((_, d) => (d === 0 ? 0 : 1))];
      for (const rows of [[left, left.map((x) => 1000 * x)], [steps, steps.map((x) => -x)], [lost]]) {
        const { level, coarse } = bounded(rows, asked, Number.NEGATIVE_INFINITY);
        for (const [k, vector] of asked.entries()) {
          for (const [r, row] of rows.entries()) expect(level(k, r)).toBeGreaterThanOrEqual(coarse[k]?.levelOf(dot(row, 0, vector)) ?? 256);
        }
      }
    }
  });

  it('is close to scores, and leaves out what is not marked or does not reach the threshold', () => {
    const rows = Array.from({ length: 70 }, (_, r) => unitVector(150, r));
    const asked = Array.from({ length: queries }, (_, k) => unitVector(150, 7 * k + 1));
    const marks = rows.map((_, r) => (r % 3 > 0 && (r >> 3) % 3 !== 1 ? 1 : 0)); // none of some groups of eight
    const all = bounded(rows, asked, Number.NEGATIVE_INFINITY);
    const some = bounded(rows, asked, 0.3, marks);
    let ruledOut = 0;
    for (const [k, query] of all.coarse.entries()) {
      for (const [r, row] of rows.entries()) {
        const score = dot(row, 0, asked[k]);
        expect(all.level(k, r) - (query?.levelOf(score) ?? 0)).toBeLessThanOrEqual(12);
        expect([0, all.level(k, r)]).toContain(some.level(k, r));
        if (marks[r] === 0) expect(some.level(k, r)).toBe(0);
        else if (score >= 0.3) expect(some.level(k, r)).toBe(all.level(k, r));
        else if (score < 0.2) ruledOut += some.level(k, r) === 0 ? 1 : 0;
      }
    }
    expect(ruledOut).toBeGreaterThan(60);
  });
});
