import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { trainingKernels } from '../../../src/engine/generated/families/training.ts';
import * as jobs from '../../../src/engine/generated/jobs.ts';
import type { Block } from '../../../src/engine/memory/block.ts';
import { Adam } from '../../../src/engine/training/adam.ts';
import { uniform } from '../../../src/numeric/random.ts';

const engineOf = (plain: boolean) =>
  new Engine(1 << 23, { families: [trainingKernels], threads: 1, scratchBytes: 1 << 17, plain, lazy: true });
type Floats = Record<string, Block<Float32Array>>;

/** Runs some kernels over the same random arrays, compiled and plain. @returns what stands in the arrays after it, of both */
function both(sizes: Record<string, number>, run: (engine: Engine<'training'>, arrays: Floats) => void, seed = 1) {
  return [false, true].map((plain) => {
    const engine = engineOf(plain);
    const arrays = Object.fromEntries(Object.entries(sizes).map(([name, n]) => [name, engine.f32(uniform(`${seed} ${name}`, n, 1))]));
    run(engine, arrays);
    return Object.fromEntries(Object.entries(arrays).map(([name, { array }]) => [name, array.slice()]));
  });
}

function expectSame([fast, plain]: Record<string, Float32Array>[], tolerance = 2e-5): void {
  for (const name of Object.keys(fast)) {
    const far = fast[name].findIndex((value, k) => !(Math.abs(value - plain[name][k]) <= tolerance * (1 + Math.abs(plain[name][k]))));
    if (far >= 0) throw new Error(`${name}[${far}]: ${fast[name][far]} compiled, ${plain[name][far]} plain`);
  }
}

/**
 * Compares gradients with central differences of the plain twins, whose sums are of 64 bits.
 * @param forward gives the loss
 * @param backward writes gradients; those of `names` are in arrays called `d` + name
 */
function expectGradients(
  sizes: Record<string, number>,
  names: string[],
  forward: (engine: Engine<'training'>, arrays: Floats) => number,
  backward: (engine: Engine<'training'>, arrays: Floats) => void,
): void {
  const engine = engineOf(true);
  const arrays = Object.fromEntries(Object.entries(sizes).map(([name, n]) => [name, engine.f32(uniform(`g ${name}`, n, 1))]));
  for (const name of names) arrays[`d${name}`] = engine.f32(sizes[name]);
  forward(engine, arrays);
  backward(engine, arrays);
  const step = 2 ** -8;
  for (const name of names) {
    const { array } = arrays[name];
    const gradient = arrays[`d${name}`].array.slice();
    for (let k = 0; k < array.length; k += Math.max(1, Math.floor(array.length / 40))) {
      const kept = array[k];
      const at = (value: number) => {
        array[k] = value;
        return forward(engine, arrays);
      };
      const [before, here, after] = [kept - step, kept, kept + step].map(at);
      const difference = (after - before) / (2 * step);
      array[k] = kept;
      if (Math.abs(after - 2 * here + before) > 0.1 * step) continue; // a bend, as that of max(x, 0) at 0
      if (!(Math.abs(gradient[k] - difference) < 4e-3 * (1 + Math.abs(difference)))) {
        throw new Error(`d${name}[${k}]: ${gradient[k]} instead of ${difference}`);
      }
    }
  }
}

/** A loss whose gradient by y is `c`. */
const inner = (c: Block<Float32Array>, y: Block<Float32Array>) => c.array.reduce((sum, value, k) => sum + value * y.array[k], 0);

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 41 }),
  inputs: fc.constantFrom(8, 16, 40),
  outputs: fc.constantFrom(8, 24, 64),
});

describe('a linear layer', () => {
  it('is that of the plain twin, forward and backward, for any number of rows', () => {
    fc.assert(
      fc.property(shapes, ({ rows, inputs, outputs }) => {
        const sizes = { x: rows * inputs, w: inputs * outputs, b: outputs, y: rows * outputs, dx: rows * inputs, dw: 2 * inputs * outputs };
        const results = both({ ...sizes, db: inputs * outputs + outputs }, (engine, { x, w, b, y, dx, dw, db }) => {
          engine.runHere(jobs.linearForward, { hi: rows }, { x, inputs, w, b, outputs, y });
          const layer = { x, inputs, w, outputs, dy: y, dx, dw, db, stride: inputs * outputs };
          engine.runHere(jobs.linearBackward, { lo: 0, hi: rows, block: 1 }, layer);
        });
        expectSame(results, 1e-4);
      }),
      { numRuns: 40 },
    );
  });
  it('has the gradient of its function', () => {
    const [rows, inputs, outputs] = [5, 16, 8];
    const sizes = { x: rows * inputs, w: inputs * outputs, b: outputs, y: rows * outputs, c: rows * outputs };
    expectGradients(
      sizes,
      ['x', 'w', 'b'],
      (engine, { x, w, b, y, c }) => {
        engine.runHere(jobs.linearForward, { hi: rows }, { x, inputs, w, b, outputs, y });
        return inner(c, y);
      },
      (engine, { x, w, c, dx, dw, db }) => {
        engine.runHere(jobs.linearBackward, { hi: rows }, { x, inputs, w, outputs, dy: c, dx, dw, db, stride: 0 });
      },
    );
  });
  it('gives a row the same bytes wherever the blocks are cut', () => {
    const [rows, inputs, outputs] = [23, 16, 24];
    const engine = engineOf(false);
    const x = engine.f32(uniform(1, rows * inputs, 1));
    const w = engine.f32(uniform(2, inputs * outputs, 1));
    const [y, z] = [engine.f32(rows * outputs), engine.f32(rows * outputs)];
    engine.runHere(jobs.linearForward, { hi: rows }, { x, inputs, w, outputs, y });
    for (const [lo, hi] of [[0, 3], [3, 20], [20, 23]]) engine.runHere(jobs.linearForward, { lo, hi }, { x, inputs, w, outputs, y: z }); // biome-ignore format: a table
    expect(z.array).toEqual(y.array);
  });
});

describe.each([
  ['max(x, 0)', 1],
  ['GELU', 2],
])('the activation %s', (_, kind) => {
  const width = 16;
  it('is that of the plain twin and has the gradient of its function', () => {
    const forward = (engine: Engine<'training'>, { x, y, slopes }: Floats) =>
      engine.runHere(jobs.activationForward, { hi: 4 }, { x, width, kind, y, slopes });
    const backward = (engine: Engine<'training'>, { x, c, dx, slopes }: Floats) =>
      engine.runHere(jobs.activationBackward, { hi: 4 }, { x: kind === 1 ? x : slopes, width, kind, dy: c, dx });
    expectSame(
      both({ x: 64, y: 64, c: 64, dx: 64, slopes: 64 }, (engine, arrays) => {
        forward(engine, arrays);
        backward(engine, arrays);
      }),
    );
    expectGradients(
      { x: 64, y: 64, c: 64, slopes: 64 },
      ['x'],
      (engine, arrays) => {
        forward(engine, arrays);
        return inner(arrays.c, arrays.y);
      },
      backward,
    );
  });
  it('leaves the slopes in the place of what it was given', () => {
    const [fast] = both({ x: 64, y: 64, slopes: 64 }, (engine, { x, y, slopes }) => {
      engine.runHere(jobs.activationForward, { hi: 4 }, { x, width, kind, y, slopes });
      engine.runHere(jobs.activationForward, { hi: 4 }, { x, width, kind, y, slopes: x });
    });
    if (kind === 2) expect(fast.x).toEqual(fast.slopes);
  });
});

describe('layer normalization', () => {
  const [rows, width] = [5, 24];
  const sizes = { x: rows * width, gain: width, shift: width, y: rows * width, stats: 2 * rows, c: rows * width };
  it('is that of the plain twin and has the gradient of its function', () => {
    const more = { dx: rows * width, dgain: 2 * width, dshift: 2 * width };
    const results = both({ ...sizes, ...more }, (engine, { x, gain, shift, y, stats, c, dx, dgain, dshift }) => {
      engine.runHere(jobs.layerNormForward, { hi: rows }, { x, width, gain, shift, y, stats });
      engine.runHere(jobs.layerNormBackward, { hi: rows, block: 1 }, { x, width, gain, stats, dy: c, dx, dgain, dshift, stride: width });
    });
    expectSame(results);
    expectGradients(
      sizes,
      ['x', 'gain', 'shift'],
      (engine, { x, gain, shift, y, stats, c }) => {
        engine.runHere(jobs.layerNormForward, { hi: rows }, { x, width, gain, shift, y, stats });
        return inner(c, y);
      },
      (engine, { x, gain, stats, c, dx, dgain, dshift }) => {
        engine.runHere(jobs.layerNormBackward, { hi: rows }, { x, width, gain, stats, dy: c, dx, dgain, dshift, stride: 0 });
      },
    );
  });
});

describe('rows of length 1', () => {
  const [rows, width] = [5, 24];
  it('are those of the plain twin and have the gradient of their function', () => {
    const forward = (engine: Engine<'training'>, { x, y, stats }: Floats) =>
      engine.runHere(jobs.unitForward, { hi: rows }, { x, width, y, stats });
    const sizes = { x: rows * width, y: rows * width, stats: rows, c: rows * width };
    const backward = (engine: Engine<'training'>, { y, stats, c, dx }: Floats) =>
      engine.runHere(jobs.unitBackward, { hi: rows }, { y, width, stats, dy: c, dx });
    const results = both({ ...sizes, dx: rows * width }, (engine, arrays) => {
      forward(engine, arrays);
      backward(engine, arrays);
    });
    expectSame(results);
    expectGradients(
      sizes,
      ['x'],
      (engine, arrays) => {
        forward(engine, arrays);
        return inner(arrays.c, arrays.y);
      },
      backward,
    );
  });
});

describe('dropout', () => {
  it('draws the same places as its plain twin, and keeps the mean', () => {
    const rows = 64;
    const args = { width: 64, probability: 0.3, seed: 0xdeadbeef };
    const results = both({ x: rows * 64, base: rows * 64, y: rows * 64 }, (engine, { x, base, y }) => {
      engine.runHere(jobs.dropoutRows, { lo: 1, hi: rows }, { x, base, out: y, ...args });
    });
    expectSame(results);
    const engine = engineOf(false);
    const x = engine.f32(new Float32Array(rows * 64).fill(1));
    engine.runHere(jobs.dropoutRows, { hi: rows }, { x, out: x, ...args });
    const zeros = x.array.filter((value) => value === 0).length / x.array.length;
    expect(Math.abs(zeros - 0.3)).toBeLessThan(0.03);
    expect(Math.abs(x.array.reduce((sum, value) => sum + value, 0) / x.array.length - 1)).toBeLessThan(0.05);
  });
});

describe.each([
  ['one head', 1, 0],
  ['two heads and dropout', 2, 0.3],
])('attention with %s', (_, heads, probability) => {
  const [sequences, width] = [3, 16];
  const n = 12 * width;
  const sizes = { qkv: 3 * n, shares: 62 * heads, y: n, c: n };
  const args = { width, heads, probability, seed: 77 };
  const rows = (engine: Engine<'training'>) => ({ starts: engine.i32([0, 5, 6, 12]), squares: engine.i32([0, 25, 26]) });
  const forward = (engine: Engine<'training'>, { qkv, shares, y }: Floats) =>
    engine.runHere(jobs.attentionForward, { hi: sequences }, { qkv, ...rows(engine), ...args, shares, out: y });
  const backward = (engine: Engine<'training'>, { qkv, shares, c, dqkv }: Floats) =>
    engine.runHere(jobs.attentionBackward, { hi: sequences }, { qkv, ...rows(engine), ...args, shares, dout: c, dqkv });
  it('is that of the plain twin, and has the gradient of its function', () => {
    const results = both({ ...sizes, dqkv: 3 * n }, (engine, arrays) => {
      forward(engine, arrays);
      backward(engine, arrays);
    });
    expectSame(results, 1e-4);
    expectGradients(
      sizes,
      ['qkv'],
      (engine, arrays) => {
        forward(engine, arrays);
        return inner(arrays.c, arrays.y);
      },
      backward,
    );
  });
  it('never looks ahead', () => {
    const engine = engineOf(false);
    const arrays = Object.fromEntries(Object.entries(sizes).map(([name, count]) => [name, engine.f32(uniform(name, count, 1))]));
    forward(engine, arrays);
    const before = arrays.y.array.slice();
    arrays.qkv.array.fill(9, 4 * 3 * width, 5 * 3 * width); // the last row of the first sequence
    forward(engine, arrays);
    expect(arrays.y.array.subarray(0, 4 * width)).toEqual(before.subarray(0, 4 * width));
    expect(arrays.y.array.subarray(5 * width)).toEqual(before.subarray(5 * width));
  });
});

describe('losses', () => {
  it('of pairs are those of the plain twin and have the gradient of their function', () => {
    const [rows, width, count] = [6, 16, 3];
    const sizes = { u: rows * width, p: rows * width, q: rows * width * count };
    const run = (engine: Engine<'training'>, { u, p, q, du, dp, dq }: Floats) => {
      const stats = engine.f64(1);
      const gradients = { dusers: du, dpositives: dp, dnegatives: dq };
      const rest = { width, count, weight: 0.5, ...gradients, stats };
      engine.runHere(jobs.bprLoss, { hi: rows }, { users: u, positives: p, negatives: q, ...rest });
      return stats.array[0];
    };
    const losses: number[] = [];
    expectSame(both({ ...sizes, du: sizes.u, dp: sizes.p, dq: sizes.q }, (engine, arrays) => void losses.push(run(engine, arrays))));
    expect(losses[0]).toBeCloseTo(losses[1], 4);
    const scratch = (engine: Engine<'training'>) => ({ du: engine.f32(sizes.u), dp: engine.f32(sizes.p), dq: engine.f32(sizes.q) });
    expectGradients(sizes, ['u', 'p', 'q'], (engine, arrays) => run(engine, { ...arrays, ...scratch(engine) }), run);
  });
  it('of labels are those of the plain twin and have the gradient of their function', () => {
    const run = (engine: Engine<'training'>, { z, y, dz }: Floats) => {
      const stats = engine.f64(1);
      for (let k = 0; k < 40; k++) y.array[k] = k % 2;
      engine.runHere(jobs.bceLoss, { hi: 40 }, { scores: z, labels: y, weight: 0.25, dscores: dz, stats });
      return stats.array[0];
    };
    expectSame(both({ z: 40, y: 40, dz: 40 }, run));
    expectGradients({ z: 40, y: 40 }, ['z'], (engine, arrays) => run(engine, { ...arrays, dz: engine.f32(40) }), run);
  });
  it.each([
    ['a softmax, with the probability of draws', 0, true],
    ['a softmax', 0, false],
    ['labels', 1, false],
  ])('with shared negatives are those of the plain twin and have the gradient of their function: %s', (_, kind, corrected) => {
    const [rows, width, count] = [70, 16, 8];
    const sizes = { x: rows * width, p: rows * width, q: count * width, r: 20 };
    const targets = Int32Array.from({ length: rows }, (_, row) => (row === 3 ? -1 : row % 20));
    const names = Int32Array.of(1, 2, 19, 5, -1, 7, 3, 3);
    const run = (engine: Engine<'training'>, { x, p, q, r, dx, pulls, dq }: Floats, keep = false) => {
      const stats = engine.f64(1);
      const items = { targets: engine.i32(targets), negatives: q, negativeItems: engine.i32(names), count };
      const how = { width, kind, scale: 1.5, corrections: corrected ? r : undefined, weight: 0.1 };
      if (!keep) dq.array.fill(0);
      const gradients = { drows: dx, pulls, dnegatives: dq, stride: 0 };
      engine.runHere(jobs.sampledLoss, { hi: rows }, { rows: x, positives: p, ...items, ...how, ...gradients, stats });
      return stats.array[0];
    };
    const losses: number[] = [];
    const more = { dx: sizes.x, pulls: rows, dq: sizes.q };
    expectSame(
      both({ ...sizes, ...more }, (engine, arrays) => void losses.push(run(engine, arrays, true))),
      1e-4,
    );
    expect(losses[0]).toBeCloseTo(losses[1], 4);
    const pulls = new Float32Array(rows);
    expectGradients(
      { ...sizes, pulls: rows },
      ['x', 'p', 'q'],
      (engine, arrays) => run(engine, { ...arrays, dx: engine.f32(sizes.x), pulls: engine.f32(rows), dq: engine.f32(sizes.q) }),
      (engine, arrays) => {
        run(engine, arrays);
        pulls.set(arrays.pulls.array);
        arrays.dp.array.forEach((_, k) => {
          arrays.dp.array[k] = pulls[Math.floor(k / width)] * arrays.x.array[k];
        });
      },
    );
  });
});

describe('negatives', () => {
  it('are the draws of the plain twin, and never what the user has', () => {
    const [users, items, count] = [5, 12, 4];
    const offsets = Int32Array.of(0, 3, 3, 14, 15, 27);
    const indices = Int32Array.of(1, 5, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    const [fast, plain] = [false, true].map((plain) => {
      const engine = engineOf(plain);
      const out = engine.i32(users * count);
      const rows = { users: engine.i32(Int32Array.of(0, 1, 2, 3, 4)), offsets: engine.i32(offsets), indices: engine.i32(indices) };
      engine.runHere(jobs.drawNegatives, { hi: users }, { ...rows, items, count, seed: 99, out });
      return out.array.slice();
    });
    expect(fast).toEqual(plain);
    fast.forEach((item, k) => {
      const user = Math.floor(k / count);
      expect(indices.subarray(offsets[user], offsets[user + 1]).includes(item)).toBe(false);
      expect(item === -1).toBe(user === 4); // that one has everything
    });
  });
});

describe('Adam', () => {
  const [width, rows] = [8, 6];
  it('of touched rows is that of the plain twin, and that of all rows where all are touched', () => {
    const links = Int32Array.of(4, 0, 4, -1, 2, 0);
    const [fast, plain] = [false, true].map((plain) => {
      const engine = engineOf(plain);
      const [table, means, squares] = [engine.f32(uniform(1, 48, 1)), engine.f32(48), engine.f32(48)];
      const sources = engine.f32(uniform(2, 3 * width, 1));
      const weights = engine.f32(uniform(3, links.length, 1));
      const [head, next, touched] = [engine.i32(new Int32Array(rows).fill(-1)), engine.i32(links.length), engine.i32(rows)];
      const slots = engine.i32(Int32Array.of(0, 1, 2, 0, 1, 1));
      const adam = new Adam({ regularization: 0.01, decay: 0.1 });
      for (let step = 0; step < 3; step++) {
        const count = engine.call(jobs.groupLinks, { count: links.length, rows: engine.i32(links), head, next, touched });
        expect(count).toBe(3);
        const from = { touched, head, next, slots, weights, sources };
        engine.runHere(jobs.adamRows, { hi: count }, { ...from, table, means, squares, width, ...adam.step(0.1) });
      }
      expect(head.array).toEqual(new Int32Array(rows).fill(-1));
      return { table: table.array.slice(), means: means.array.slice() };
    });
    expectSame([fast, plain]);
    expect(fast.table.subarray(width, 2 * width)).toEqual(uniform(1, 48, 1).subarray(width, 2 * width));
  });
  it('of dense numbers adds the parts in order, clears them, and is the textbook step', () => {
    const results = both({ values: 32, means: 32, squares: 32, g: 3 * 32 }, (engine, { values, means, squares, g }) => {
      means.array.fill(0);
      squares.array.fill(0);
      engine.runHere(jobs.adamDense, { hi: 32 }, { gradients: g, parts: 3, stride: 32, values, means, squares, ...new Adam().step(0.1) });
    });
    expectSame(results);
    expect(results[0].g).toEqual(new Float32Array(96));
    const [start, g] = [uniform('1 values', 32, 1), uniform('1 g', 96, 1)];
    results[0].values.forEach((value, k) => {
      const sum = g[k] + g[k + 32] + g[k + 64];
      expect(value).toBeCloseTo(start[k] - (0.1 * sum) / (Math.abs(sum) + 1e-8), 4); // the first step is one rate long
    });
  });
});

describe('rows', () => {
  it('are gathered and added up as by the plain twin', () => {
    const results = both({ table: 10 * 8, out: 4 * 8, parts: 3 * 32 }, (engine, { table, out, parts }) => {
      engine.runHere(
        jobs.gatherRows,
        { hi: 4 },
        { table, width: 8, indices: engine.i32(Int32Array.of(3, -1, 9, 3)), scale: 2, add: 0, out },
      );
      engine.runHere(jobs.sumParts, { hi: 4 }, { values: parts, width: 8, parts: 3, stride: 32 });
    });
    expectSame(results);
    expect(results[0].out.subarray(8, 16)).toEqual(new Float32Array(8));
  });
});
