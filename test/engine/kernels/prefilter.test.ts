import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { prefilterKernels } from '../../../src/engine/generated/families/prefilter.ts';
import {
  aimBytes,
  prefilterAdd,
  prefilterAim,
  prefilterCheck,
  prefilterEncode,
  prefilterFind,
  prefilterGroups,
  prefilterLeast,
  prefilterNth,
} from '../../../src/engine/generated/jobs.ts';
import { within } from '../../../src/engine/memory/block.ts';

const rows = 96; // three strips of 32, the last one not full
const count = 85;

/** Rows and a query that are hard to prefilter: zeros, equal rows, one dimension that is all there is. */
const cases = fc.record({
  f: fc.constantFrom(8, 20, 40),
  numbers: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -9, max: 9 }), fc.constant(1e4)), { minLength: 40, maxLength: 400 }),
  limit: fc.double({ min: -1, max: 1, noNaN: true }),
  groups: fc.integer({ min: 1, max: 5 }),
});

describe('the screening kernels', () => {
  it('give what their plain twins give', () => {
    fc.assert(
      fc.property(cases, (made) => {
        expect(prefiltered(false, made)).toEqual(prefiltered(true, made));
      }),
    );
  });
  it('lose no row whose cosine reaches the limit, after whatever number of groups', () => {
    fc.assert(
      fc.property(cases, (made) => {
        const { found, checked, cosines } = prefiltered(false, made);
        const wanted = cosines.flatMap((cosine, k) => (cosine >= made.limit ? [k] : []));
        expect(found).toEqual(expect.arrayContaining(wanted));
        expect(checked).toEqual(expect.arrayContaining(wanted));
      }),
    );
  });
});

/** All that the kernels make of rows and a query. */
function prefiltered(plain: boolean, { f, numbers, limit, groups }: { f: number; numbers: number[]; limit: number; groups: number }) {
  const engine = new Engine(100_000, { families: [prefilterKernels], threads: 1, scratchBytes: 64, plain });
  const whole = Math.ceil(f / 8);
  const used = Math.min(groups, whole);
  const x = engine.f32((count + 1) * f);
  x.array.forEach((_, k) => {
    x.array[k] = numbers[(k * 7 + Math.floor(k / f)) % numbers.length];
  });
  x.array[count * f] ||= 1; // a query has a direction
  const norms = engine.f64(count + 1);
  for (let k = 0; k <= count; k++) norms.array[k] = Math.sqrt(x.array.subarray(k * f, (k + 1) * f).reduce((sum, v) => sum + v * v, 0));
  const columns = engine.i8(rows * f);
  new Int32Array(columns.array.buffer, columns.at, (rows * f) / 4).fill(0x0080_0080);
  const codes = engine.i8(rows * whole * 8);
  const sums = engine.i16(rows);
  const room = engine.i32(1024);
  const list = engine.i32(rows);
  const aim = engine.u8(engine.call(aimBytes, { f }) + 16);
  const error = engine.call(prefilterEncode, { lo: 0, hi: count, x, width: f, f, norms, padded: rows, columns, rows: codes });
  engine.call(prefilterAim, { x: within(x, count * f), norm: norms.array[count], f, padded: rows, error, aim });
  const enough = engine.call(prefilterGroups, { limit, f, aim });
  const leasts = Array.from({ length: whole }, (_, g) => engine.call(prefilterLeast, { limit, groups: g + 1, f, aim }));
  const add = (from: number, to: number) => engine.call(prefilterAdd, { lo: 0, hi: rows, from, to, f, aim, columns, sums });
  add(0, Math.min(2, used));
  const nth = engine.call(prefilterNth, { hi: rows, n: 2, sums, room });
  add(Math.min(2, used), used);
  const added = sums.array.slice(0, count);
  const some = engine.call(prefilterFind, { lo: 0, hi: count, limit: leasts[used - 1], sums, room, out: list });
  const found = Array.from(list.array.slice(0, some));
  const left = engine.call(prefilterCheck, { count: some, list, limit: leasts[whole - 1], f, aim, rows: codes, sums: room });
  const product = (k: number) => x.array.subarray(k * f, (k + 1) * f).reduce((sum, v, d) => sum + v * x.array[count * f + d], 0);
  return {
    error: Math.fround(error),
    enough,
    leasts,
    nth,
    added,
    found,
    checked: Array.from(list.array.slice(0, left)),
    whole: room.array.slice(0, left),
    cosines: Array.from({ length: count }, (_, k) => (norms.array[k] > 0 ? product(k) / (norms.array[k] * norms.array[count]) : 0)),
  };
}
