import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { codesKernels } from '../../../src/engine/generated/families/codes.ts';
import { codesBatchKernels } from '../../../src/engine/generated/families/codes-batch.ts';
import { coarseMany, countLevels, encodeRows, listRows, scoreLevels } from '../../../src/engine/generated/jobs.ts';
import type { Block } from '../../../src/engine/memory/block.ts';
import { CoarseQuery } from '../../../src/semantic/indexes/shared/coarse-query.ts';
import { unitVector } from '../../support/conformance.ts';

const [rows, dimensions, width, queries] = [70, 150, 160, 5];
/** Without those of coarse.relaxed.ts, which have a test of their own. */
const families = [codesKernels, { ...codesBatchKernels, relaxed: undefined }];

/** Levels of all rows and queries, without and with a threshold, and the rows that reach one. */
function prefiltered(plain: boolean, marked: boolean) {
  const engine = new Engine(1 << 18, { families, threads: 1, scratchBytes: 1 << 13, plain });
  const padded = 96;
  const data = engine.f32(padded * dimensions);
  for (let r = 0; r < rows; r++) data.array.set(unitVector(dimensions, r % 60), r * dimensions);
  data.array[9 * dimensions] = 1e20; // not coded
  const [high, low] = [engine.i16((padded * width) / 4), engine.i16((padded * width) / 4)];
  const [scales, errors, coarseErrors, lengths] = Array.from({ length: 4 }, () => engine.f32(padded));
  const coded = { high, low, scales, errors, coarseErrors, lengths };
  engine.call(encodeRows, { lo: 0, hi: rows, rows: data, f: dimensions, width, ...coded });
  const marks = marked ? engine.u8(Array.from({ length: padded }, (_, r) => (r % 3 > 0 ? 1 : 0))) : undefined;
  const even = queries + (queries & 1);
  const [digits, own] = [engine.u8(2 * even * width), engine.f32(8 * even)];
  const levels = engine.u8(even * padded);
  const run = (threshold: number) => {
    for (let k = 0; k < queries; k++) {
      const query = unitVector(dimensions, 7 * k + 1).map((x) => 3 * x);
      const coarse = new CoarseQuery(width);
      coarse.take(query, 1);
      coarse.mustReach(threshold);
      coarse.placeIn(digits.array, k);
      own.array.set(coarse.own, 8 * k);
    }
    const asked = { pairs: even / 2, queries: digits, own };
    engine.runHere(coarseMany, { hi: rows }, { ...asked, width, ...coded, marks, levels, stride: padded });
    return Array.from({ length: queries }, (_, k) => [...levels.array.subarray(k * padded, k * padded + rows)]);
  };
  const [first, some] = [run(Number.NEGATIVE_INFINITY), run(0.5)];
  const list = engine.i32(padded);
  const listed = engine.call(listRows, { levels, count: padded, least: 40, list });
  const counted = engine.call(countLevels, { levels, count: padded, least: 40 });
  return { first, some, listed: [...list.array.subarray(0, listed)], counted, scored: scoredIn(engine, data, levels) };
}

/** Scores of the rows from level 40 on, of one at most; of the last query, of none. */
function scoredIn(engine: Engine<'codes' | 'codes-batch'>, data: Block<Float32Array>, levels: Block<Uint8Array>) {
  const [most, stride] = [1, levels.array.length / (queries + (queries & 1))];
  const vectors = engine.f32(queries * dimensions);
  for (let k = 0; k < queries; k++) vectors.array.set(unitVector(dimensions, 7 * k + 1), k * dimensions);
  const leasts = engine.i32(Array.from({ length: queries }, (_, k) => (k === queries - 1 ? 0 : 40)));
  const [lists, scores, counts] = [engine.i32(queries * most), engine.f32(queries * most), engine.i32(queries)];
  const own = engine.f32(8 * queries);
  const args = { levels, stride, own, leasts, n: 1, vectors, rows: data, f: dimensions, most, lists, scores, counts };
  engine.runHere(scoreLevels, { hi: queries }, args);
  return Array.from(counts.array, (count, k) => {
    const of = <T>(block: Block<ArrayLike<T>>) => Array.from(block.array).slice(k * most, k * most + Math.min(count, most));
    return { count, rows: of(lists), scores: of(scores) };
  });
}

describe('the kernels of the coarse prefilter', () => {
  it.each([false, true])('give what their plain twins give, marked: %s', (marked) => {
    const [fast, plain] = [prefiltered(false, marked), prefiltered(true, marked)];
    for (const name of ['first', 'some'] as const) {
      fast[name].forEach((levels, k) => {
        levels.forEach((level, r) => {
          expect(Math.abs(level - plain[name][k][r]), `${name} ${k} ${r}`).toBeLessThanOrEqual(1);
        });
      });
    }
    expect(fast.listed).toEqual(plain.listed);
    expect(fast.counted).toBe(plain.counted);
    expect(fast.listed).toHaveLength(fast.counted);
    expect(fast.scored.at(-1)).toEqual({ count: 0, rows: [], scores: [] });
    expect(fast.scored.some(({ count }) => count > 1)).toBe(true);
    for (const [k, { count, rows, scores }] of fast.scored.entries()) {
      if (k < queries - 1) expect(count).toBeGreaterThan(0);
      rows.forEach((r, e) => {
        const query = unitVector(dimensions, 7 * k + 1);
        const row = r === 9 ? Float32Array.from(unitVector(dimensions, 9), (x, d) => (d === 0 ? 1e20 : x)) : unitVector(dimensions, r % 60);
        expect(scores[e]).toBeCloseTo(
          row.reduce((sum, x, d) => sum + x * query[d], 0),
          r === 9 ? -15 : 5,
        );
      });
    }
  });

  it('never give a row a lower level than that of its score', () => {
    const { first, some } = prefiltered(false, false);
    let ruledOut = 0;
    for (let k = 0; k < queries; k++) {
      const query = unitVector(dimensions, 7 * k + 1).map((x) => 3 * x);
      const coarse = new CoarseQuery(width);
      coarse.take(query, 1);
      for (let r = 0; r < rows; r++) {
        if (r === 9) continue;
        const score = unitVector(dimensions, r % 60).reduce((sum, x, d) => sum + x * query[d], 0);
        expect(first[k][r]).toBeGreaterThanOrEqual(coarse.levelOf(score));
        if (score >= 0.5) expect(some[k][r]).toBeGreaterThanOrEqual(coarse.levelOf(score));
        if (some[k][r] === 0) ruledOut++;
      }
      expect(first[k][9]).toBe(255);
    }
    expect(ruledOut).toBeGreaterThan(0.3 * queries * rows);
  });
});
