import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { CoarseQuery } from '../../../src/semantic/indexes/shared/coarse-query.ts';
import { CodedQuery } from '../../../src/semantic/indexes/shared/coded-query.ts';
import { unitVector } from '../../support/conformance.ts';

const [rows, dimensions, width, queries] = [70, 150, 160, 5];

/** Levels of all rows and queries, without and with a closer look, and the bounds of some groups. */
function prefiltered(plain: boolean, marked: boolean) {
  const engine = new Engine(1 << 18, { threads: 1, scratchBytes: 1 << 13, plain });
  const { kernels } = engine;
  const padded = 96;
  const data = engine.f32(padded * dimensions);
  for (let r = 0; r < rows; r++) data.array.set(unitVector(dimensions, r % 60), r * dimensions);
  data.array[9 * dimensions] = 1e20; // not coded
  const codes = engine.i32((padded * width) / 4).at;
  const [scales, errors, coarseErrors, lengths] = Array.from({ length: 4 }, () => engine.f32(padded));
  kernels.encodeRows(0, rows, data.at, dimensions, width, codes, scales.at, errors.at);
  kernels.coarseErrors(0, rows, data.at, dimensions, width, codes, scales.at, errors.at, coarseErrors.at, lengths.at);
  const marks = engine.i32(padded / 4);
  new Uint8Array(marks.array.buffer, marks.at, padded).forEach((_, r, all) => {
    all[r] = r % 3 > 0 ? 1 : 0;
  });
  const even = queries + (queries & 1);
  const i16 = (count: number) => {
    const { at, array } = engine.i32(count / 2);
    return { at, array: new Int16Array(array.buffer, at, count) };
  };
  const [digits, fines] = [i16(even * width), i16(even * width)];
  const [own, bounds] = [engine.f32(8 * even), engine.f32(4 * even)];
  const levels = engine.i32((even * padded) / 4);
  const run = (closer: boolean) => {
    for (let k = 0; k < queries; k++) {
      const query = unitVector(dimensions, 7 * k + 1).map((x) => 3 * x);
      const [coarse, fine] = [new CoarseQuery(width), new CodedQuery(width)];
      fine.take(query);
      coarse.take(query, 1);
      if (closer) coarse.lookCloser(0.5);
      for (let d = 0; d < width; d++) digits.array[(k >> 1) * 2 * width + (k & 1) * 8 + d + (d & ~7)] = coarse.digits[d];
      fines.array.set(fine.digits, k * width);
      own.array.set(coarse.own, 8 * k);
      bounds.array.set(fine.bounds, 4 * k);
    }
    const at = [scales.at, coarseErrors.at, lengths.at, fines.at, bounds.at, errors.at, marked ? marks.at : 0, levels.at, padded];
    kernels.coarseMany(0, rows, 0, engine.scratch, even / 2, digits.at, own.at, width, codes, ...at);
    return Array.from({ length: queries }, (_, k) => [...new Uint8Array(levels.array.buffer, levels.at + k * padded, rows)]);
  };
  const [first, closer] = [run(false), run(true)];
  const list = engine.i32(32);
  const listed = kernels.listGroups(levels.at, padded, 40, 200, list.at);
  const groups = [...list.array.subarray(0, listed)];
  const counted = kernels.countLevels(levels.at, padded, 40);
  list.array.set([0, 2, 16]);
  const out = engine.f32(24);
  kernels.boundGroups(list.at, 3, rows - 4, fines.at, bounds.at, width, codes, scales.at, errors.at, marked ? marks.at : 0, out.at);
  return { first, closer, groups, counted, bounds: [...out.array], errors: [...coarseErrors.array], lengths: [...lengths.array] };
}

describe('the kernels of the coarse prefilter', () => {
  it.each([false, true])('give what their plain twins give, marked: %s', (marked) => {
    const [fast, plain] = [prefiltered(false, marked), prefiltered(true, marked)];
    for (const name of ['first', 'closer'] as const) {
      fast[name].forEach((levels, k) => {
        levels.forEach((level, r) => {
          expect(Math.abs(level - plain[name][k][r]), `${name} ${k} ${r}`).toBeLessThanOrEqual(1);
        });
      });
    }
    expect(fast.groups).toEqual(plain.groups);
    expect(fast.counted).toBe(plain.counted);
    for (const name of ['bounds', 'errors', 'lengths'] as const) {
      fast[name].forEach((x, k) => {
        if (Number.isFinite(x)) expect(x).toBeCloseTo(plain[name][k], 5);
        else expect(x).toBe(plain[name][k]);
      });
    }
  });

  it('never give a row a lower level than that of its score', () => {
    const { first, closer } = prefiltered(false, false);
    let ruledOut = 0;
    for (let k = 0; k < queries; k++) {
      const query = unitVector(dimensions, 7 * k + 1).map((x) => 3 * x);
      const coarse = new CoarseQuery(width);
      coarse.take(query, 1);
      for (let r = 0; r < rows; r++) {
        if (r === 9) continue;
        const score = unitVector(dimensions, r % 60).reduce((sum, x, d) => sum + x * query[d], 0);
        expect(first[k][r]).toBeGreaterThanOrEqual(coarse.levelOf(score));
        if (score >= 0.5) expect(closer[k][r]).toBeGreaterThanOrEqual(coarse.levelOf(score));
        if (closer[k][r] === 0) ruledOut++;
      }
      expect(first[k][9]).toBe(255);
    }
    expect(ruledOut).toBeGreaterThan(0.3 * queries * rows);
  });
});
