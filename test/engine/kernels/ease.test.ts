import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csrFromCoordinates } from '../../../src/data/csr.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { easeKernels } from '../../../src/engine/generated/families/ease.ts';
import { easeSteps } from '../../../src/engine/generated/jobs.ts';
import { uniform } from '../../../src/numeric/random.ts';

const sides = 8;
const columns = 300; // more than one stretch of the sums
const rows = 9;

describe('the kernel of EASE', () => {
  it('takes the steps that its plain twin takes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(rows - 1), fc.nat(columns - 1)), { maxLength: 60 }), fc.integer({ max: 1e6 }), (pairs, seed) => {
        const fast = stepped(false, pairs, seed);
        const plain = stepped(true, pairs, seed);
        expect(fast.reduce((most, value, k) => Math.max(most, Math.abs(value - plain[k])), 0)).toBeLessThan(1e-4);
      }),
      { numRuns: 20 },
    );
  });
});

/** x and r of two blocks after three steps; in the second block only two sides are asked for. */
function stepped(plain: boolean, pairs: [number, number][], seed: number): Float32Array {
  const engine = new Engine(1 << 20, { families: [easeKernels], threads: 1, scratchBytes: 4 * sides, plain });
  const [r, c] = [0, 1].map((side) => Int32Array.from(pairs, (pair) => pair[side]));
  const csr = csrFromCoordinates(rows, columns, r, c, uniform(seed, pairs.length, 1));
  const offsets = engine.i32(csr.offsets);
  const indices = engine.i32(csr.indices);
  const values = engine.f32(csr.values.length);
  values.array.set(csr.values);
  const diagonal = engine.f32(columns);
  diagonal.array.fill(0.5);
  const stride = sides * (4 * columns + 2);
  const state = engine.f32(2 * stride);
  const ends = [sides, 2];
  ends.forEach((end, block) => {
    for (let side = 0; side < end; side++) {
      const at = block * stride + side;
      const item = (block * sides + side * 3) % columns;
      state.array[at + (columns + item) * sides] = state.array[at + (2 * columns + item) * sides] = 1;
      state.array[at + 4 * columns * sides] = 1;
    }
  });
  for (let step = 0; step < 3; step++) {
    engine.runHere(
      easeSteps,
      { hi: 2 },
      { offsets, indices, values, rows, diagonal, columns, state, stride: 4 * stride, tolerance: 1e-10 },
    );
  }
  return Float32Array.of(...[0, stride].flatMap((at) => Array.from(state.array.subarray(at, at + 2 * columns * sides))));
}
