import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csrFromCoordinates } from '../../../src/data/csr.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { bprKernels } from '../../../src/engine/generated/families/bpr.ts';
import { bprSteps, bprUsers } from '../../../src/engine/generated/jobs.ts';
import { uniform } from '../../../src/numeric/random.ts';

const users = 12;
const items = 30;
const settings = fc.record({
  pairs: fc.array(fc.tuple(fc.nat(users - 1), fc.nat(items - 1)), { minLength: 1, maxLength: 80 }),
  width: fc.constantFrom(8, 16, 24, 40),
  biased: fc.boolean(),
  candidates: fc.constantFrom(1, 3),
  rate: fc.constantFrom(0.01, 0.3),
  seed: fc.integer(),
});
type Setting = typeof settings extends fc.Arbitrary<infer T> ? T : never;

describe('the kernels of BPR', () => {
  it('take the steps that their plain twins take', () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const fast = stepped(false, setting);
        const plain = stepped(true, setting);
        expect(fast.steps).toBe(plain.steps);
        expect(fast.loss).toBeCloseTo(plain.loss, 3);
        expectNear(fast.rows, plain.rows);
      }),
    );
  });
  it('solve users as their plain twins do', () => {
    fc.assert(fc.property(settings, (setting) => expectNear(solved(false, setting), solved(true, setting))));
  });
  it('lower the loss', () => {
    const setting = { pairs: [[0, 1], [1, 1], [2, 5], [3, 5]], width: 8, biased: true, candidates: 1, rate: 0.3, seed: 3 } as Setting; // biome-ignore format: a table
    const losses = Array.from({ length: 60 }, (_, k) => stepped(false, setting, k + 1).loss);
    expect(losses[59]).toBeLessThan(losses[0] / 4);
  });
});

function expectNear(a: Float32Array, b: Float32Array): void {
  a.forEach((value, k) => {
    expect(Math.abs(value - b[k])).toBeLessThan(1e-4);
  });
}

function prepared(plain: boolean, { pairs, width, biased, seed }: Setting) {
  const engine = new Engine(65_536, { families: [bprKernels], threads: 1, scratchBytes: 4 * width, plain });
  const distinct = [...new Map(pairs.map((pair) => [pair.join(), pair])).values()];
  const [u, i] = [0, 1].map((side) => Int32Array.from(distinct, (pair) => pair[side]));
  const csr = csrFromCoordinates(users, items, u, i, new Float32Array(u.length));
  const x = engine.f32(users * width);
  const y = engine.f32(items * width);
  x.array.set(uniform(seed, users * width, 1));
  y.array.set(uniform(seed + 1, items * width, 1));
  return { engine, u, i, x, y, offsets: engine.i32(csr.offsets), indices: engine.i32(csr.indices), biasAt: biased ? width - 3 : -1 };
}

/** One round over both groups of items. */
function stepped(plain: boolean, setting: Setting, rounds = 1) {
  const { engine, u, i, x, y, offsets, indices, biasAt } = prepared(plain, setting);
  const order = engine.i32(Int32Array.from({ length: items }, (_, k) => (k * 7) % items));
  const bounds = engine.i32(Int32Array.of(0, 11, items));
  const pairUsers = engine.i32(u);
  const pairItems = engine.i32(i);
  const stats = engine.f64(6);
  const { width, candidates, rate, seed } = setting;
  for (let round = 0; round < rounds; round++) {
    const pairs = { pairUsers, pairItems, offsets, indices, order, bounds, groups: 2, round };
    const step = { users: x, items: y, width, biasAt, rate, regularization: 0.01, candidates, seed, stats };
    engine.runHere(bprSteps, { hi: u.length, block: 1 }, { ...pairs, ...step });
  }
  const [, , , steps, halvings, product] = stats.array;
  return { steps, loss: halvings - Math.log2(product), rows: Float32Array.of(...x.array, ...y.array) };
}

function solved(plain: boolean, setting: Setting): Float32Array {
  const { engine, x, y, offsets, indices, biasAt } = prepared(plain, setting);
  const { width, rate, candidates, seed } = setting;
  const rows = { offsets, indices, items: y, count: items, users: x, width, biasAt };
  engine.runHere(bprUsers, { hi: users }, { ...rows, passes: 5, least: 20, rate, regularization: 0.02, candidates, seed });
  return x.array;
}
