import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { codesKernels } from '../../../src/engine/generated/families/codes.ts';
import { codesBatchKernels } from '../../../src/engine/generated/families/codes-batch.ts';
import { boundGroups, coarseErrors, coarseMany, countLevels, encodeRows, listGroups } from '../../../src/engine/generated/jobs.ts';
import { CoarseQuery } from '../../../src/semantic/indexes/shared/coarse-query.ts';
import { CodedQuery } from '../../../src/semantic/indexes/shared/coded-query.ts';
import { unitVector } from '../../support/conformance.ts';

const [rows, dimensions, width, queries] = [70, 150, 160, 5];

/** Levels of all rows and queries, without and with a closer look, and the bounds of some groups. */
function prefiltered(plain: boolean, marked: boolean) {
  const engine = new Engine(1 << 18, { families: [codesKernels, codesBatchKernels], threads: 1, scratchBytes: 1 << 13, plain });
  const padded = 96;
  const data = engine.f32(padded * dimensions);
  for (let r = 0; r < rows; r++) data.array.set(unitVector(dimensions, r % 60), r * dimensions);
  data.array[9 * dimensions] = 1e20; // not coded
  const codes = engine.i8(padded * width);
  const [scales, errors, halves, lengths] = Array.from({ length: 4 }, () => engine.f32(padded));
  const coded = { lo: 0, hi: rows, rows: data, f: dimensions, width, codes, scales };
  engine.call(encodeRows, { ...coded, errors });
  engine.call(coarseErrors, { ...coded, fineErrors: errors, errors: halves, lengths });
  const marks = marked ? engine.u8(Array.from({ length: padded }, (_, r) => (r % 3 > 0 ? 1 : 0))) : undefined;
  const even = queries + (queries & 1);
  const [digits, fines] = [engine.i16(even * width), engine.i16(even * width)];
  const [own, bounds] = [engine.f32(8 * even), engine.f32(4 * even)];
  const levels = engine.u8(even * padded);
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
    const asked = { pairs: even / 2, queries: digits, own, fines, bounds };
    const known = { width, codes, scales, errors: halves, lengths, fineErrors: errors, marks };
    engine.runHere(coarseMany, { hi: rows }, { ...asked, ...known, levels, stride: padded });
    return Array.from({ length: queries }, (_, k) => [...levels.array.subarray(k * padded, k * padded + rows)]);
  };
  const [first, closer] = [run(false), run(true)];
  const list = engine.i32(32);
  const listed = engine.call(listGroups, { levels, count: padded, least: 40, end: 200, list });
  const groups = [...list.array.subarray(0, listed)];
  const counted = engine.call(countLevels, { levels, count: padded, least: 40 });
  list.array.set([0, 2, 16]);
  const out = engine.f32(24);
  engine.call(boundGroups, { list, count: 3, hi: rows - 4, query: fines, bounds, width, codes, scales, errors, marks, out });
  return { first, closer, groups, counted, bounds: [...out.array], errors: [...halves.array], lengths: [...lengths.array] };
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
