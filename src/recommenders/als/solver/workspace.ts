import { type Block, type Cut, Engine } from '../../../engine/engine.ts';
import { alsFitKernels } from '../../../engine/generated/families/als-fit.ts';
import { denseKernels } from '../../../engine/generated/families/dense.ts';
import { combineRows, copyRows, gram, type Job, rotate, solveRows, solveSingles, sumArrays } from '../../../engine/generated/jobs.ts';
import { within } from '../../../engine/memory/block.ts';
import { SmallMatrices } from '../../../engine/small-matrices.ts';
import { AttuneError } from '../../../errors.ts';
import type { AlsSettings } from '../options.ts';
import { type AlsMemory, type AlsShape, memoryOf, rowBlock, type Side, shapeOf, singleBlock } from './memory.ts';
import { autoThreads, type Route, type Routes, rowsLongerThan, scratchBytes } from './plan.ts';
import type { AlsProblem } from './problem.ts';

/** A matrix in engine memory, rows of `width` floats. */
export type Rows = Block<Float32Array>;

/** The jobs of one fit, in the terms of the algorithm. half-steps.ts and train.ts combine them. */
export class AlsWorkspace {
  readonly shape: AlsShape;
  readonly memory: AlsMemory;
  /** For factors x factors matrices. */
  readonly small: SmallMatrices;
  readonly #f: number;
  readonly #engine: Engine<'als-fit' | 'dense'>;
  readonly #singleLambda: number;
  readonly #signal: AbortSignal | undefined;
  #floor = 1e-6;

  constructor(problem: AlsProblem, s: AlsSettings, routes: Routes, signal: AbortSignal | undefined, plain: boolean) {
    const shape = shapeOf(problem, s, routes);
    const layout = memoryOf(problem, s, shape);
    const entries = problem.rows.indices.length + problem.items.indices.length;
    this.#engine = new Engine(layout, {
      families: [alsFitKernels, denseKernels],
      threads: s.threads === 'auto' ? autoThreads(entries, shape.width) : s.threads,
      scratchBytes: scratchBytes(shape.width, shape.longest, routes.finalRoute.dualMax),
      plain,
    });
    this.shape = shape;
    this.memory = this.#engine.place(layout);
    this.memory.weights.array.set(problem.multiplicity);
    this.small = new SmallMatrices(this.#engine, s.factors, this.memory.small);
    this.#f = s.factors;
    this.#singleLambda = problem.singles.lambda;
    this.#signal = signal;
  }

  /** Ends the threads. */
  close(): void {
    this.#engine.close();
  }

  /** Runs a job on all threads, by default in blocks of a few hundred rows. */
  async run<A>(job: Job<A, 'als-fit' | 'dense'>, cut: Cut | number, args: NoInfer<A>): Promise<void> {
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
    const { users, X, Y, weights, combination } = this.memory;
    const { penalty } = await this.#solve(users, Y, X, route, { weights, combination });
    return penalty + (await this.#solveSingles());
  }

  /** Solves the items from X. @returns by how much the loss is below that of zero factors, the penalty of the items counted in. */
  async solveItems(route: Route): Promise<number> {
    const { items, X, Y } = this.memory;
    return (await this.#solve(items, X, Y, route, {})).gain;
  }

  /**
   * Rows of X from `first` on, singles included, put together from rows of V. A row solved exactly is sum c H^-1 y over its
   * entries, so with V = Y H^-1 Q this is X Q at a few additions per entry instead of f^2 products per row.
   */
  async combine(first: number): Promise<void> {
    const { X, V, combination, users, singles } = this.memory;
    const { width, manyCount, singleCount } = this.shape;
    if (!(V && combination)) return;
    await this.run(combineRows, manyCount - first, {
      offsets: within(users.offsets, first),
      indices: users.indices,
      c: combination,
      v: V,
      f: width,
      out: within(X, first * width),
    });
    await this.run(copyRows, singleCount, { indices: singles.items, v: V, f: width, out: within(X, manyCount * width) });
  }

  /** How many leading user rows hold all that are longer than `max`. */
  longUsers(max: number): number {
    return rowsLongerThan(this.memory.users.offsets.array, max);
  }

  /** How many leading items hold all whose rows are longer than `max`. */
  longItems(max: number): number {
    return rowsLongerThan(this.memory.items.offsets.array, max);
  }

  async #solve(
    to: Side,
    from: Rows,
    out: Rows,
    { dualMax, steps }: Route,
    only: { weights?: Block<Float32Array> | undefined; combination?: Block<Float32Array> | undefined },
  ) {
    const { eigenvalues, stats, failed } = this.memory;
    const { offsets, indices, d, r, lambda: lambdas, cut: bounds } = to;
    const equations = { offsets, indices, d, r, y: from, eigenvalues, lambdas, floor: this.#floor, f: this.shape.width };
    await this.run(solveRows, { bounds }, { ...equations, dualMax, steps, out, stats, failed, ...only });
    if (failed.array[0] !== 0) {
      throw new AttuneError(
        'ERR_NUMERIC',
        'A row could not be solved: its equations are singular or its numbers overflowed. Raise regularization, or scale the values down.',
      );
    }
    return sumStats(stats.array, bounds.array.length - 1);
  }

  /** The closed form of users with one item. @returns their part of the penalty */
  async #solveSingles(): Promise<number> {
    const { X, Y: y, singles, items, weights, eigenvalues, stats } = this.memory;
    const { width: f, manyCount, singleCount: rows } = this.shape;
    if (rows === 0) return 0;
    const equations = { y, eigenvalues, lambda: this.#singleLambda, floor: this.#floor, f, entryD: items.d, entryR: items.r };
    const results = { out: within(X, manyCount * f), weights: within(weights, manyCount), stats };
    await this.run(solveSingles, { rows, blockSize: singleBlock }, { ...singles, ...equations, ...results });
    return sumStats(stats.array, Math.ceil(rows / singleBlock)).penalty;
  }
}

function sumStats(stats: Float64Array, blocks: number): { gain: number; penalty: number } {
  let gain = 0;
  let penalty = 0;
  for (let block = 0; block < blocks; block++) {
    gain += stats[2 * block];
    penalty += stats[2 * block + 1];
  }
  return { gain, penalty };
}
