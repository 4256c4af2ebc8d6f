import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { planesKernels } from '../../../src/engine/generated/families/planes.ts';
import { listClose, planeSums, restSums, signEstimates } from '../../../src/engine/generated/jobs.ts';
import { f32, i32, layout, u8 } from '../../../src/engine/memory/layout.ts';

const blocks = 3;
const groups = 8;

it('the kernels over planes of bits give what their plain twins give, bit for bit', () => {
  const bytes = fc.uint8Array({ minLength: blocks * groups * 16, maxLength: blocks * groups * 16 });
  const entries = fc.array(fc.integer({ min: 0, max: 63 }), { minLength: groups * 16, maxLength: groups * 16 });
  const factors = fc.array(fc.float({ min: 0, max: 2, noNaN: true }), { minLength: 32 * blocks, maxLength: 32 * blocks });
  fc.assert(
    fc.property(bytes, entries, factors, (bits, tables, own) => {
      expect(answer(false, bits, tables, own)).toEqual(answer(true, bits, tables, own));
    }),
    { numRuns: 50 },
  );
});

function answer(plain: boolean, bits: Uint8Array, tables: number[], factors: number[]) {
  const plan = layout({
    bits: u8(bits),
    tables: u8(tables),
    factors: f32(factors),
    sums: u8(64 * blocks),
    all: f32(32 * blocks),
    tops: f32(2 * blocks),
    list: i32([3, 16, 31, 0, 15]),
    rests: i32(5),
    close: i32(32 * blocks),
  });
  const engine = new Engine(plan, { families: [planesKernels], threads: 1, scratchBytes: 64, plain });
  const { sums, all, tops, rests, close, ...given } = engine.place(plan);
  engine.runHere(planeSums, { hi: blocks }, { groups, tables: given.tables, bits: given.bits, out: sums });
  engine.runHere(signEstimates, { hi: blocks }, { sums, factors: given.factors, slope: 0.013, offset: -1.7, slack: 0.3, all, tops });
  engine.runHere(restSums, { hi: 5 }, { list: given.list, groups, tables: given.tables, bits: given.bits, out: rests });
  const least = all.array[7];
  const count = engine.call(listClose, { lo: 0, hi: blocks, factors: given.factors, all, tops, slack: 0.3, least, list: close });
  expect(count).toBeGreaterThan(0);
  return [sums, all, tops, rests, close].map(({ array }) => Array.from(array as ArrayLike<number>));
}
