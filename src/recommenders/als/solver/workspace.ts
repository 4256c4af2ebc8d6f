import { type Block, type Cut, Engine } from '../../../engine/engine.ts';
import { alsFitKernels } from '../../../engine/generated/families/als-fit.ts';
import { denseKernels } from '../../../engine/generated/families/dense.ts';
import { sumsKernels } from '../../../engine/generated/families/sums.ts';
import {
  combineRows,
  copyRows,
  gram,
  type Job,
  powerRows,
  rotate,
  solveRows,
  solveSingles,
  sumArrays,
} from '../../../engine/generated/jobs.ts';
import { within } from '../../../engine/memory/block.ts';
import { SmallMatrices } from '../../../engine/small-matrices.ts';
import { smallProduct } from '../../../engine/small-product.ts';
import { AttuneError } from '../../../errors.ts';
import type { AlsSettings } from '../options.ts';
import { entriesOf } from './equations.ts';
import { type AlsMemory, type AlsShape, memoryOf, rowBlock, shapeOf, singleBlock } from './memory.ts';
import { autoThreads, type Route, type Routes, rowsLongerThan, scratchBytes } from './plan.ts';
import type { AlsProblem } from './problem.ts';
import { type Segment, segmentsOf } from './segments.ts';

/** A matrix in engine memory, rows of `width` floats. */
export type Rows = Block<Float32Array>;

/** The jobs of one fit, in the terms of the algorithm. half-steps.ts and train.ts combine them. */
export class AlsWorkspace {
  readonly shape: AlsShape;
  readonly memory: AlsMemory;
  /** For factors x factors matrices. */
  readonly small: SmallMatrices;
  readonly #f: number;
  readonly #engine: Engine<'als-fit' | 'dense' | 'sums'>;
  readonly #problem: AlsProblem;
  readonly #signal: AbortSignal | undefined;
  #floor = 1e-6;

  constructor(problem: AlsProblem, s: AlsSettings, routes: Routes, signal: AbortSignal | undefined, plain: boolean) {
    const shape = shapeOf(problem, s, routes);
    const layout = memoryOf(problem, s, shape);
    const entries = entriesOf(problem.rows) + entriesOf(problem.items);
    this.#engine = new Engine(layout, {
      families: [alsFitKernels, denseKernels, sumsKernels],
      threads: s.threads === 'auto' ? autoThreads(entries, shape.width) : s.threads,
      scratchBytes: scratchBytes(shape.width, shape.longest, routes.finalRoute.dualMax),
      plain,
    });
    this.shape = shape;
    this.memory = this.#engine.place(layout);
    this.memory.weights.array.set(problem.multiplicity);
    this.small = new SmallMatrices(this.#engine, s.factors, this.memory.small);
    this.#f = s.factors;
    this.#problem = problem;
    this.#signal = signal;
  }

  /** The product of two f x f matrices. */
  product(left: Float64Array, right: Float64Array): Float64Array {
    return smallProduct(this.#engine, this.memory.small, this.#f, left, right);
  }

  /** Ends the threads. */
  close(): void {
    this.#engine.close();
  }

  /** Runs a job on all threads, by default in blocks of a few hundred rows. */
  async run<A>(job: Job<A, 'als-fit' | 'dense' | 'sums'>, cut: Cut | number, args: NoInfer<A>): Promise<void> {
    await this.#engine.run(job, typeof cut === 'number' ? { rows: cut, blockSize: rowBlock } : cut, args, this.#signal);
  }

  /** Weighted Gram matrix of the first n rows, f x f. Sums of blocks are added in block order, so the result does not depend on threads. */
  async gram(rows: Rows, n: number, weights?: Block<Float32Array>): Promise<Float64Array> {
    const f = this.#f;
    const { width, gramBlocks } = this.shape;
    const { partials, sums } = this.memory;
    const sum = new Float64Array(f * f);
    if (n === 0) return sum;
    const blockSize = Math.ceil(n / gramBlocks);
    await this.run(gram, { rows: n, blockSize }, { x: rows, f: width, weights, out: partials });
    this.#engine.call(sumArrays, { x: partials, n: Math.ceil(n / blockSize), count: width * width, out: sums });
    for (let i = 0; i < f; i++) for (let j = i; j < f; j++) sum[j * f + i] = sum[i * f + j] = sums.array[i * width + j];
    return sum;
  }

  /** out = the first n rows times an f x f matrix; in place unless `out` is given. */
  async multiply(rows: Rows, n: number, by: Float64Array, out: Rows = rows): Promise<void> {
    const f = this.#f;
    const { width } = this.shape;
    const { matrix } = this.memory;
    for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) matrix.array[i * width + j] = by[i * f + j];
    await this.run(rotate, n, { x: rows, f: width, b: matrix, out });
  }

  /** The diagonal that the Gram matrix of the source is in its eigenbasis; zero for explicit feedback. */
  setDiagonal(eigenvalues: Float64Array): void {
    this.memory.eigenvalues.array.set(eigenvalues);
    this.#floor = eigenvalues.reduce((most, e) => Math.max(most, e * 1e-9), 1e-6);
  }

  /** 1 / (eigenvalue + lambda), as the kernels have it. */
  inverseDiagonal(lambda: number): Float64Array {
    return Float64Array.from(this.memory.eigenvalues.array.subarray(0, this.#f), (e) => 1 / Math.max(e + lambda, this.#floor));
  }

  /** Solves the user side from Y, singles included. @returns the sum of multiplicity * lambda * |x|^2. */
  async solveUsers(route: Route): Promise<number> {
    const { X, Y } = this.memory;
    const { penalty } = await this.#solve('users', Y, X, route);
    return penalty + (await this.#solveSingles());
  }

  /** Solves the items from X. @returns by how much the loss is below that of zero factors, the penalty of the items counted in. */
  async solveItems(route: Route): Promise<number> {
    const { X, Y } = this.memory;
    return (await this.#solve('items', X, Y, route)).gain;
  }

  /** Half a step of the power method: rows of one side as sums of r times rows of the other. */
  async power(to: 'users' | 'items', y: Rows, out: Rows): Promise<void> {
    const { offsets, indices, r } = this.memory[to];
    const f = this.shape.width;
    for await (const { first, bounds } of this.#segments(to)) {
      await this.run(powerRows, { bounds }, { offsets, indices, r, y, f, out: within(out, first * f) });
    }
  }

  /**
   * Rows of X from `first` on, singles included, put together from rows of V. A row solved exactly is sum c H^-1 y over its
   * entries, so with V = Y H^-1 Q this is X Q at a few additions per entry instead of f^2 products per row.
   */
  async combine(first: number): Promise<void> {
    const { X, V, combination, users, singles } = this.memory;
    const { width, manyCount, singleCount } = this.shape;
    if (!(V && combination)) return;
    for await (const { first: start, firstEntry, bounds } of this.#segments('users')) {
      const end = start + bounds.array[bounds.array.length - 1];
      const from = Math.max(first, start);
      if (from >= end) continue;
      await this.run(combineRows, end - from, {
        offsets: within(users.offsets, from - start),
        indices: users.indices,
        c: within(combination, firstEntry),
        v: V,
        f: width,
        out: within(X, from * width),
      });
    }
    await this.run(copyRows, singleCount, { indices: singles.items, v: V, f: width, out: within(X, manyCount * width) });
  }

  /** How many leading user rows hold all that are longer than `max`. */
  longUsers(max: number): number {
    return rowsLongerThan(this.#problem.rows.offsets, max);
  }

  /** How many leading items hold all whose rows are longer than `max`. */
  longItems(max: number): number {
    return rowsLongerThan(this.#problem.items.offsets, max);
  }

  async #solve(side: 'users' | 'items', from: Rows, out: Rows, { dualMax, steps }: Route) {
    const { eigenvalues, stats, failed, weights, combination } = this.memory;
    const { offsets, indices, d, r, lambda } = this.memory[side];
    const f = this.shape.width;
    const equations = { offsets, indices, d, r, y: from, eigenvalues, floor: this.#floor, f };
    const sum = { gain: 0, penalty: 0 };
    for await (const { first, firstEntry, bounds } of this.#segments(side)) {
      const place = { lambdas: within(lambda, first), out: within(out, first * f) };
      const only = side === 'users' ? { weights: within(weights, first), combination: combination && within(combination, firstEntry) } : {};
      await this.run(solveRows, { bounds }, { ...equations, ...place, dualMax, steps, stats, failed, ...only });
      if (failed.array[0] !== 0) {
        throw new AttuneError(
          'ERR_NUMERIC',
          'A row could not be solved: its equations are singular or its numbers overflowed. Raise regularization, or scale the values down.',
        );
      }
      addStats(sum, stats.array, bounds.array.length - 1);
    }
    return sum;
  }

  #segments(side: 'users' | 'items'): AsyncGenerator<Segment> {
    const { rows, items } = this.#problem;
    const { userCut, itemCut } = this.shape;
    const { itemD, itemR } = this.memory.singles;
    if (side === 'users') return segmentsOf(rows, this.memory.users, userCut, undefined);
    return segmentsOf(items, this.memory.items, itemCut, itemD && itemR && { d: itemD.array, r: itemR.array });
  }

  /** The closed form of users with one item. @returns their part of the penalty */
  async #solveSingles(): Promise<number> {
    const { X, Y: y, singles, items, weights, eigenvalues, stats } = this.memory;
    const { width: f, manyCount, singleCount: rows } = this.shape;
    if (rows === 0) return 0;
    const equations = {
      y,
      eigenvalues,
      lambda: this.#problem.singles.lambda,
      floor: this.#floor,
      f,
      entryD: singles.itemD ?? items.d,
      entryR: singles.itemR ?? items.r,
    };
    const results = { out: within(X, manyCount * f), weights: within(weights, manyCount), stats };
    await this.run(solveSingles, { rows, blockSize: singleBlock }, { ...singles, ...equations, ...results });
    const sum = { gain: 0, penalty: 0 };
    addStats(sum, stats.array, Math.ceil(rows / singleBlock));
    return sum.penalty;
  }
}

/** Adds what the blocks of a job have won, in their order. */
function addStats(sum: { gain: number; penalty: number }, stats: Float64Array, blocks: number): void {
  for (let block = 0; block < blocks; block++) {
    sum.gain += stats[2 * block];
    sum.penalty += stats[2 * block + 1];
  }
}
