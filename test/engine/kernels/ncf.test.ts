import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { ncfKernels } from '../../../src/engine/generated/families/ncf.ts';
import { trainingKernels } from '../../../src/engine/generated/families/training.ts';
import { linearForward, ncfProfiles, ncfScores, ncfStep } from '../../../src/engine/generated/jobs.ts';
import { part } from '../../../src/engine/memory/block.ts';
import { uniform } from '../../../src/numeric/random.ts';

const [g, e, items] = [8, 16, 9];
const width = g + e;
const layers = [16, 8];
const denseSize = 2 * e * 16 + 16 + 16 * 8 + 16 + 16 + 16;
const histories = { offsets: [0, 5, 7, 8], indices: [0, 2, 3, 5, 8, 1, 4, 6] };
/** Three chunks: two entries of user 0, one of user 1, one of user 2, who has nothing else. */
const chunks = { users: [0, 1, 2], chunkStarts: [0, 2, 3, 4], picks: [1, 4, 5, 7], linkStarts: [0, 3, 4] };

interface Case {
  negatives: number;
  apart: boolean;
  explicit: boolean;
  softmax?: boolean;
  dropout?: number;
}

function prepared(plain: boolean, { negatives, apart, explicit, softmax = false, dropout = 0 }: Case) {
  const engine = new Engine(1 << 18, { families: [ncfKernels, trainingKernels], threads: 1, scratchBytes: 1 << 17, plain, lazy: true });
  const each = 1 + negatives;
  const arrays = {
    history: engine.f32(uniform(1, items * width, 0.8)),
    items: engine.f32(uniform(2, items * (width + 8), 0.8)),
    dense: engine.f32(uniform(3, denseSize, 0.7)),
    gradients: engine.f32(denseSize),
    dprofiles: engine.f32(3 * width),
    ditems: engine.f32(4 * each * (width + 8)),
    linkWeights: engine.f32(4),
  };
  const names = { candidates: engine.i32(4 * each), linkRows: engine.i32(4) };
  const stats = engine.f64(1);
  const args = {
    shape: engine.i32([items, negatives, g, e, Number(apart), explicit ? 1 : softmax ? 2 : 0, layers.length, ...layers]),
    ...Object.fromEntries(Object.entries({ ...histories, ...chunks }).map(([name, list]) => [name, engine.i32(list)])),
    values: explicit ? engine.f32(uniform(4, 8, 1)) : undefined,
    seed: 5,
    dropout,
    stride: denseSize,
    offset: -0.7,
    weight: 0.25,
    stats,
    ...names,
    ...arrays,
  } as unknown as Parameters<typeof ncfStep.list>[0];
  const step = () => {
    engine.runHere(ncfStep, { hi: 3 }, args);
    return stats.array[0];
  };
  return { engine, arrays, names, step, each };
}

describe.each([
  ['implicit', { negatives: 2, apart: false, explicit: false }],
  ['implicit, halves apart', { negatives: 2, apart: true, explicit: false }],
  ['implicit, with a part of histories', { negatives: 2, apart: false, explicit: false, dropout: 0.4 }],
  ['implicit, by a softmax', { negatives: 2, apart: false, explicit: false, softmax: true }],
  ['implicit, by a softmax, halves apart', { negatives: 2, apart: true, explicit: false, softmax: true }],
  ['explicit', { negatives: 0, apart: false, explicit: true }],
] as const)('a step of neural collaborative filtering, %s', (_, setting) => {
  it('is that of the plain twin', () => {
    const [fast, plain] = [false, true].map((twin) => {
      const { arrays, names, step } = prepared(twin, setting);
      return { loss: step(), ...arrays, names };
    });
    expect(fast.loss).toBeCloseTo(plain.loss, 4);
    expect(fast.names.candidates.array).toEqual(plain.names.candidates.array);
    expect(fast.names.linkRows.array).toEqual(plain.names.linkRows.array);
    for (const name of ['gradients', 'dprofiles', 'ditems', 'linkWeights'] as const) {
      fast[name].array.forEach((value, k) => {
        expect(Math.abs(value - plain[name].array[k])).toBeLessThan(1e-4);
      });
    }
  });
  it('has the gradients of its loss', () => {
    const { arrays, names, step, each } = prepared(true, setting);
    // Halves that learn apart count half each in the loss, and each learns from its own.
    const scale = setting.apart ? 0.5 : 1;
    step();
    const byItem = new Float64Array(items * (width + 8));
    names.candidates.array.forEach((item, slot) => {
      const row = width + 8;
      for (let k = 0; k < row && item >= 0; k++) byItem[item * row + k] += arrays.ditems.array[slot * row + k] * (k === width ? 1 : scale);
    });
    const byHistory = new Float64Array(items * width);
    names.linkRows.array.forEach((item, link) => {
      const chunk = link < 3 ? 0 : 1;
      for (let k = 0; k < width; k++) {
        byHistory[item * width + k] += scale * arrays.linkWeights.array[link] * arrays.dprofiles.array[chunk * width + k];
      }
    });
    const dense = arrays.gradients.array.map((value) => scale * value);
    const explicitHistory = setting.explicit ? [] : [[arrays.history.array, byHistory] as const];
    for (const [values, gradient] of [[arrays.dense.array, dense], [arrays.items.array, byItem], ...explicitHistory] as const) {
      for (let k = 0; k < values.length; k += 11) {
        const kept = values[k];
        const at = (value: number) => {
          values[k] = value;
          arrays.gradients.array.fill(0);
          return step();
        };
        const [before, here, after] = [kept - 2 ** -8, kept, kept + 2 ** -8].map(at);
        values[k] = kept;
        if (Math.abs(after - 2 * here + before) > 3e-5) continue; // a bend of max(x, 0)
        expect(Math.abs((after - before) * 2 ** 7 - gradient[k])).toBeLessThan(5e-3 * (1 + Math.abs(gradient[k])));
      }
    }
    expect(each).toBe(1 + setting.negatives);
  });
});

describe('histories of neural collaborative filtering', () => {
  it('are left out in part, with links to no row behind those to the others', () => {
    const rowsAt = (dropout: number) => {
      const { names, step } = prepared(false, { negatives: 2, apart: false, explicit: false, dropout });
      step();
      return [...names.linkRows.array];
    };
    expect(rowsAt(0)).toEqual([0, 3, 5, 4]);
    expect(rowsAt(0.999)).toEqual([-1, -1, -1, -1]);
    const some = rowsAt(0.3);
    expect(some.some((row) => row < 0)).toBe(true);
    expect(some.some((row) => row >= 0)).toBe(true);
  });
});

describe('scores of neural collaborative filtering', () => {
  it('are those of the plain twin, for all items or some, and profiles are pooled histories', () => {
    const [fast, plain] = [false, true].map((twin) => {
      const { engine, arrays } = prepared(twin, { negatives: 2, apart: false, explicit: false });
      const profiles = engine.f32(3 * width);
      const rows = { offsets: engine.i32(histories.offsets), indices: engine.i32(histories.indices) };
      engine.runHere(ncfProfiles, { hi: 3 }, { ...rows, table: arrays.history, width, profiles });
      const firsts = engine.f32(items * 16);
      for (let item = 0; item < items; item++) {
        const x = engine.f32(arrays.items.array.slice(item * (width + 8) + g, item * (width + 8) + width));
        const layer = { x, inputs: e, w: part(arrays.dense, e * 16, 2 * e * 16), outputs: 16, y: part(firsts, item * 16, item * 16 + 16) };
        engine.runHere(linearForward, { hi: 1 }, layer);
      }
      const model = {
        shape: engine.i32([items, 2, g, e, 0, 0, 2, ...layers]),
        profile: profiles,
        items: arrays.items,
        firsts,
        dense: arrays.dense,
      };
      const [all, some] = [engine.f32(items), engine.f32(3)];
      engine.runHere(ncfScores, { hi: items }, { ...model, offset: 0.5, out: all });
      engine.runHere(ncfScores, { hi: 3 }, { ...model, only: engine.i32([4, 0, 8]), offset: 0.5, out: some });
      expect([...some.array]).toEqual([4, 0, 8].map((item) => all.array[item]));
      return all.array.slice();
    });
    fast.forEach((score, item) => {
      expect(score).toBeCloseTo(plain[item], 4);
    });
  });
});
