import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csrFromCoordinates } from '../../../src/data/csr.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { sequenceKernels } from '../../../src/engine/generated/families/sequence.ts';
import { sequenceSteps } from '../../../src/engine/generated/jobs.ts';
import { uniform } from '../../../src/numeric/random.ts';

const sides = 8;
const columns = 300; // more than one stretch of the sums
const users = 9;
const longest = 60;

describe('the kernel of linear sequence models', () => {
  it('takes the steps that its plain twin takes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(users - 1), fc.nat(columns - 1)), { maxLength: longest }),
        fc.integer({ max: 1e6 }),
        fc.constantFrom(undefined, 0, 0.4),
        (pairs, seed, whole) => {
          const fast = stepped({ plain: false, whole }, pairs, seed);
          const plain = stepped({ plain: true, whole }, pairs, seed);
          expect(fast.reduce((most, value, k) => Math.max(most, Math.abs(value - plain[k])), 0)).toBeLessThan(1e-4);
        },
      ),
      { numRuns: 20 },
    );
  });
});

/** x and r of two blocks after three calls, with the weights of steps where `whole` is defined; in the second block only two sides are asked for. */
function stepped({ plain, whole }: { plain: boolean; whole: number | undefined }, pairs: [number, number][], seed: number): Float32Array {
  const engine = new Engine(1 << 20, { families: [sequenceKernels], threads: 1, scratchBytes: 4 * sides * (longest + 1), plain });
  const [r, c] = [0, 1].map((side) => Int32Array.from(pairs, (pair) => pair[side]));
  const csr = csrFromCoordinates(users, columns, r, c, uniform(seed, pairs.length, 1));
  const offsets = engine.i32(csr.offsets);
  const items = engine.i32(csr.indices);
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
  const fades = engine.f32(csr.values.length);
  fades.array.set(uniform(seed + 1, csr.values.length, 0.5).map((x) => x + 0.5));
  const weights = engine.f32(csr.values.length);
  weights.array.set(uniform(seed + 2, csr.values.length, 0.5).map((x) => x + 0.5));
  const weighted = whole === undefined ? { whole: 0 } : { fades, weights, whole };
  for (let step = 0; step < 3; step++) {
    const args = { offsets, items, values, users, decay: 0.6, diagonal, columns, state, stride: 4 * stride, tolerance: 1e-10, ...weighted };
    engine.runHere(sequenceSteps, { hi: 2 }, args);
  }
  return Float32Array.of(...[0, stride].flatMap((at) => Array.from(state.array.subarray(at, at + 2 * columns * sides))));
}
