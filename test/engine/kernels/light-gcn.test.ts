import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { easeKernels } from '../../../src/engine/generated/families/ease.ts';
import { lightGcnKernels } from '../../../src/engine/generated/families/light-gcn.ts';
import { trainingKernels } from '../../../src/engine/generated/families/training.ts';
import {
  addRows,
  fromSlices,
  groupLinks,
  historyBpr,
  historyGradients,
  historySoftmax,
  historySums,
  scaleSlices,
  spreadSlices,
  sweepColumns,
  sweepPanel,
  sweepUpdate,
  toSlices,
} from '../../../src/engine/generated/jobs.ts';
import { uniform } from '../../../src/numeric/random.ts';

const width = 16;
const items = 13;
const users = 5;
/** Histories: ascending items, one of them empty. */
const ends = Int32Array.of(0, 4, 4, 9, 10, 13);
const links = Int32Array.of(0, 3, 7, 12, 1, 3, 5, 9, 11, 3, 2, 7, 8);
const negativeItems = Int32Array.of(6, 3, 10, 4, 0, 12, 2, 1);

/** The memory of a step, the same on both sides. */
function stepOf(plain: boolean) {
  const engine = new Engine(1 << 21, {
    families: [lightGcnKernels, trainingKernels],
    threads: 1,
    scratchBytes: 1 << 16,
    plain,
    lazy: true,
  });
  const table = engine.f32(uniform('table', items * width, 0.7));
  const negatives = engine.f32(Array.from(negativeItems, (item) => [...table.array.slice(item * width, (item + 1) * width)]).flat());
  const placeOf = engine.i32(new Int32Array(items).fill(-1));
  negativeItems.subarray(0, 6).forEach((item, k) => {
    placeOf.array[item] = k;
  });
  const memory = {
    ends: engine.i32(ends),
    items: engine.i32(links),
    shares: engine.f32(uniform('shares', links.length, 0.2).map((share) => 0.5 + share)),
    table,
    width,
    biases: engine.f32(uniform('biases', items, 0.5)),
    x: engine.f32(users * width),
  };
  const more = {
    pulls: engine.f32(links.length),
    dx: engine.f32(users * width),
    stats: engine.f64(1),
    others: engine.i32(Int32Array.from(links, (item, e) => (e === 2 ? -1 : (item + 1) % items))),
    negatives,
    negativeBiases: engine.f32(Array.from(negativeItems, (item) => memory.biases.array[item])),
    placeOf,
    dnegatives: engine.f32(8 * width),
    out: engine.f32(items * width),
    negativeItems: engine.i32(negativeItems),
  };
  return { engine, memory, more };
}

type Step = ReturnType<typeof stepOf>;

/** The loss of the table as it stands. */
function lossOf({ engine, memory, more }: Step, loss: 'softmax' | 'bpr'): number {
  engine.runHere(historySums, { hi: users }, memory);
  const { pulls, dx, stats, others, negatives, negativeBiases, placeOf, dnegatives } = more;
  negativeItems.forEach((item, k) => {
    negatives.array.set(memory.table.array.subarray(item * width, (item + 1) * width), k * width);
  });
  dnegatives.array.fill(0);
  const weight = 0.3;
  if (loss === 'bpr') engine.runHere(historyBpr, { hi: users }, { ...memory, others, weight, pulls, dx, stats });
  else {
    const against = {
      negatives,
      negativeBiases,
      count: 8,
      real: 6,
      placeOf,
      each: 2.5,
      weight,
      pulls,
      dx,
      dnegatives,
      stride: 8 * width,
      stats,
    };
    engine.runHere(historySoftmax, { hi: users }, { ...memory, ...against });
  }
  return stats.array[0];
}

/** The gradient by the table, after `lossOf`. */
function gradientOf({ engine, memory, more }: Step, loss: 'softmax' | 'bpr'): Float32Array {
  const slots = Int32Array.from(links, (_, e) => ends.findIndex((end) => end > e) - 1);
  const both = loss === 'bpr';
  const rows = engine.i32(both ? [...links, ...more.others.array] : links);
  const count = rows.array.length;
  const head = engine.i32(new Int32Array(items).fill(-1));
  const [next, touched] = [engine.i32(count), engine.i32(items)];
  const pulls = engine.f32(both ? [...more.pulls.array, ...more.pulls.array.map((pull) => -pull)] : more.pulls.array);
  const shares = engine.f32(both ? [...memory.shares.array, ...new Float32Array(links.length)] : memory.shares.array);
  const distinct = engine.call(groupLinks, { count, rows, head, next, touched });
  const chain = { touched, head, next, slots: engine.i32(both ? [...slots, ...slots] : slots), pulls, shares };
  engine.runHere(historyGradients, { hi: distinct }, { ...chain, x: memory.x, dx: more.dx, table: memory.table, width, out: more.out });
  if (!both) engine.call(addRows, { count: 6, indices: more.negativeItems, from: more.dnegatives, width, out: more.out });
  return more.out.array.slice();
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 2e-5) => {
  expect(a.length).toBe(b.length);
  for (let k = 0; k < a.length; k++) expect(Math.abs(a[k] - b[k])).toBeLessThan(tolerance * (1 + Math.abs(b[k])));
};

describe.each(['softmax', 'bpr'] as const)('The loss of histories by %s', (loss) => {
  it('is that of its plain twin, and so are its gradients', () => {
    const [fast, plain] = [false, true].map((isPlain) => stepOf(isPlain));
    expect(lossOf(fast, loss)).toBeCloseTo(lossOf(plain, loss), 5);
    close(fast.memory.x.array, plain.memory.x.array);
    close(fast.more.pulls.array, plain.more.pulls.array);
    close(fast.more.dx.array, plain.more.dx.array);
    close(gradientOf(fast, loss), gradientOf(plain, loss));
  });
  it('has the gradient that differences of the loss show', () => {
    const step = stepOf(true);
    lossOf(step, loss);
    const gradient = gradientOf(step, loss);
    const { array } = step.memory.table;
    for (let k = 0; k < array.length; k += 3) {
      const kept = array[k];
      const [before, after] = [-1, 1].map((sign) => {
        array[k] = kept + sign * 2 ** -7;
        return lossOf(step, loss);
      });
      array[k] = kept;
      expect(Math.abs(gradient[k] - (after - before) * 2 ** 6)).toBeLessThan(2e-3 * (1 + Math.abs(gradient[k])));
    }
  });
});

describe('Slices of a matrix', () => {
  it('are spread over a graph, scaled and turned back as by their plain twins', () => {
    const [fast, plain] = [false, true].map((isPlain) => {
      const engine = new Engine(1 << 20, {
        families: [lightGcnKernels, trainingKernels],
        threads: 1,
        scratchBytes: 1 << 12,
        plain: isPlain,
        lazy: true,
      });
      const matrix = engine.f32(uniform('m', items * 32, 1));
      const [sliced, back, spread, sum] = [items * 32, items * 32, users * 32, users * 32].map((n) => engine.f32(n));
      const scales = engine.f32(uniform('s', items, 1));
      engine.runHere(toSlices, { hi: items }, { rows: items, width: 32, scales, from: matrix, out: sliced });
      engine.runHere(scaleSlices, { lo: 3, hi: 2 * items }, { rows: items, scales, from: sliced, out: sliced });
      engine.runHere(fromSlices, { hi: items }, { rows: items, width: 32, scales, from: sliced, out: back });
      const graph = {
        rows: users,
        sources: items,
        offsets: engine.i32(ends),
        indices: engine.i32(links),
        inverse: engine.f32(uniform('i', users, 1)),
      };
      engine.runHere(spreadSlices, { hi: 2 * users }, { ...graph, from: sliced, sum, out: spread });
      expect(matrix.array.every((value) => value === 0)).toBe(true);
      return [sliced, back, spread, sum].flatMap(({ array }) => [...array]);
    });
    close(fast, plain);
  });
});

describe('The sweep of a block of columns', () => {
  it.each([0, 8, 16])('from column %i on is that of its plain twin', (start) => {
    const ld = 24;
    const count = 8;
    const [fast, plain] = [false, true].map((isPlain) => {
      const engine = new Engine(1 << 18, {
        families: [easeKernels],
        threads: 1,
        scratchBytes: 1 << 12,
        plain: isPlain,
        lazy: true,
      });
      const a = engine.f32(uniform('a', ld * ld, 1));
      const pivot = engine.f32(uniform('p', count * count, 1));
      const [panel, products] = [engine.f32(ld * count), engine.f32(ld * count)];
      engine.runHere(sweepPanel, { hi: 3 }, { a, ld, start, count, pivot, panel, products });
      for (const lo of [0, 8, 16]) engine.runHere(sweepUpdate, { lo, hi: lo + 8 }, { a, ld, count, panel, products });
      engine.runHere(sweepColumns, { hi: 3 }, { a, ld, start, count, pivot, products });
      const lower = Array.from({ length: ld }, (_, row) => [...a.array.slice(row * ld, row * ld + row + 1)]).flat();
      return [...lower, ...panel.array, ...products.array];
    });
    close(fast, plain);
  });
});
