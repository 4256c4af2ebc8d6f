import { type Block, type Cut, Engine } from '../../../engine/engine.ts';
import { SmallMatrices, smallMatricesDoubles } from '../../../engine/small-matrices.ts';
import { AttuneError } from '../../../errors.ts';
import type { AlsSettings } from '../options.ts';
import type { SparseRows } from './equations.ts';
import { autoThreads, costCut, longestOf, paysToCombine, type Route, rowsLongerThan, scratchBytes } from './plan.ts';
import type { AlsProblem } from './problem.ts';

/** A matrix in engine memory, rows of `width` floats. */
export type Rows = Block<Float32Array>;

/** One side of the problem in engine memory. */
interface Side {
  offsets: Block<Int32Array>;
  indices: Block<Int32Array>;
  d: Block<Float32Array>;
  r: Block<Float32Array>;
  lambda: Block<Float32Array>;
  cut: Block<Int32Array>;
}

/** What the acceleration of a fit remembers between iterations. */
export interface Acceleration {
  /** Items that the last iteration began with. */
  input: Float32Array;
  /** Items as the iteration before the last left them. */
  before: Float32Array;
  /** Iterations since it began. */
  age: number;
}

/**
 * The memory of one fit and the jobs on it, in the terms of the algorithm. Everything here is about where numbers lie;
 * what is done with them stands in train.ts.
 */
export class AlsWorkspace {
  /** Floats a row: factors, and zeros up to a multiple of 8. */
  readonly width: number;
  /** User side: the distinct rows, then one row a single. */
  readonly X: Rows;
  /** Items by popularity. */
  readonly Y: Rows;
  /** Items times a matrix, from which rows of X are put together; undefined where that does not pay, or rows have regularizations of their own. */
  readonly V: Rows | undefined;
  /** Multiplicity of each row of X, then what the singles weigh. */
  readonly weights: Block<Float32Array>;
  readonly singleW: Block<Float32Array>;
  /** For factors x factors matrices. */
  readonly small: SmallMatrices;
  readonly itemCount: number;
  readonly manyCount: number;
  readonly singleCount: number;
  readonly #f: number;
  readonly #engine: Engine;
  readonly #users: Side;
  readonly #items: Side;
  readonly #single: Record<'items' | 'variants' | 'entries', Block<Int32Array>> & Record<'m' | 'd' | 'r', Block<Float32Array>>;
  /** What the acceleration remembers, in the caller's basis; undefined without. */
  readonly #memory: { input: Rows; before: Rows } | undefined;
  /** Iterations since the acceleration last began anew. */
  #age = 0;
  readonly #combination: Block<Float32Array> | undefined;
  readonly #eigenvalues: Block<Float32Array>;
  readonly #matrix: Block<Float32Array>;
  readonly #partials: Block<Float32Array>;
  readonly #sums: Block<Float64Array>;
  readonly #gramBlocks: number;
  readonly #stats: Block<Float64Array>;
  readonly #failed: Block<Int32Array>;
  readonly #singleLambda: number;
  readonly #signal: AbortSignal | undefined;
  #floor = 1e-6;

  constructor(problem: AlsProblem, s: AlsSettings, longestDual: number, route: Route, signal: AbortSignal | undefined, plain: boolean) {
    const { rows, items, singles } = problem;
    this.#f = s.factors;
    this.#signal = signal;
    this.#singleLambda = singles.lambda;
    this.width = Math.ceil(s.factors / 8) * 8;
    this.itemCount = problem.itemLambda.length;
    this.manyCount = problem.rowLambda.length;
    this.singleCount = singles.items.length;
    const { width, itemCount, manyCount, singleCount } = this;
    const shared =
      s.feedback === 'implicit' && s.regularizationScaling === 'none' && paysToCombine(rows, singleCount, itemCount, route, width);
    const variants = singles.multiplicity.length;
    const userCut = costCut(rows.offsets, width, route.dualMax);
    const itemCut = costCut(items.offsets, width, route.dualMax);
    const statBlocks = Math.max(userCut.length, itemCut.length, Math.ceil(singleCount / singleBlock), 2 * Math.ceil(itemCount / rowBlock));
    this.#gramBlocks = Math.max(1, Math.min(64, Math.ceil(Math.max(itemCount, manyCount + singleCount) / 512)));
    const matrices = manyCount + singleCount + itemCount * (1 + (s.acceleration ? 2 : 0) + Number(shared));
    const bytes =
      4 * (matrices * width + (this.#gramBlocks + 1) * width * width + width) +
      12 * (rows.indices.length + items.indices.length) +
      4 * (rows.offsets.length + items.offsets.length + 2 * manyCount + singleCount + itemCount + userCut.length + itemCut.length) +
      4 * (4 * variants + 3 * singleCount + 1 + (shared ? rows.indices.length : 0)) +
      16 * statBlocks +
      8 * (width * width + smallMatricesDoubles(s.factors)) +
      64 * 64;
    const longest = Math.max(longestOf(rows), longestOf(items));
    const threads = s.threads === 'auto' ? autoThreads(rows.indices.length + items.indices.length, width) : s.threads;
    const engine = new Engine(bytes, { threads, scratchBytes: scratchBytes(width, longest, longestDual), plain });
    this.#engine = engine;
    this.X = engine.f32((manyCount + singleCount) * width);
    this.Y = engine.f32(itemCount * width);
    this.V = shared ? engine.f32(itemCount * width) : undefined;
    const copyOfItems = () => engine.f32(itemCount * width);
    this.#memory = s.acceleration ? { input: copyOfItems(), before: copyOfItems() } : undefined;
    this.#combination = shared ? engine.f32(rows.indices.length) : undefined;
    this.#partials = engine.f32(this.#gramBlocks * width * width);
    this.#sums = engine.f64(width * width);
    this.#matrix = engine.f32(width * width);
    this.small = new SmallMatrices(engine, s.factors);
    this.#eigenvalues = engine.f32(width);
    this.#failed = engine.i32(1);
    this.#stats = engine.f64(2 * statBlocks);
    this.#users = side(engine, rows, problem.rowLambda, userCut);
    this.#items = side(engine, items, problem.itemLambda, itemCut);
    this.weights = engine.f32(manyCount + singleCount);
    this.weights.array.set(problem.multiplicity);
    this.#single = {
      items: engine.i32(singles.items),
      variants: engine.i32(singles.variants),
      entries: engine.i32(singles.entries),
      m: filled(engine, singles.multiplicity),
      d: filled(engine, singles.d),
      r: filled(engine, singles.r),
    };
    this.singleW = engine.f32(variants);
  }

  /** Ends the threads. */
  close(): void {
    this.#engine.close();
  }

  /** Weighted Gram matrix of the first n rows, f x f. Sums of blocks are added in block order, so it knows nothing of threads. */
  async gram(rows: Rows, n: number, weights?: Block<Float32Array>): Promise<Float64Array> {
    const f = this.#f;
    const { width } = this;
    const sum = new Float64Array(f * f);
    if (n === 0) return sum;
    const blockSize = Math.ceil(n / this.#gramBlocks);
    await this.#run('gram', { rows: n, blockSize }, [rows.at, width, weights?.at ?? 0, this.#partials.at]);
    this.#engine.kernels.sumArrays(this.#partials.at, Math.ceil(n / blockSize), width * width, this.#sums.at);
    for (let i = 0; i < f; i++) for (let j = i; j < f; j++) sum[j * f + i] = sum[i * f + j] = this.#sums.array[i * width + j];
    return sum;
  }

  /** out = the first n rows times an f x f matrix; in place unless `out` is given. */
  async multiply(rows: Rows, n: number, by: Float64Array, out: Rows = rows): Promise<void> {
    const f = this.#f;
    for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) this.#matrix.array[i * this.width + j] = by[i * f + j];
    await this.#run('rotate', plainCut(n), [rows.at, this.width, this.#matrix.at, out.at]);
  }

  /** The diagonal that the Gram matrix of the source is in its eigenbasis; zero for explicit feedback. */
  setDiagonal(eigenvalues: Float64Array): void {
    this.#eigenvalues.array.set(eigenvalues);
    this.#floor = eigenvalues.reduce((most, e) => Math.max(most, e * 1e-9), 1e-6);
  }

  /** 1 / (eigenvalue + lambda), as the kernels have it. */
  inverseDiagonal(lambda: number): Float64Array {
    return Float64Array.from(this.#eigenvalues.array.subarray(0, this.#f), (e) => 1 / Math.max(e + lambda, this.#floor));
  }

  /** Solves the user side from Y, singles included. @returns the sum of multiplicity * lambda * |x|^2. */
  async solveUsers(route: Route): Promise<number> {
    const { penalty } = await this.#solve(this.#users, this.Y, this.X, this.weights, route, this.#combination);
    if (this.singleCount === 0) return penalty;
    const { items, variants, entries, m, d, r } = this.#single;
    // biome-ignore format: an argument list
    await this.#run('solveSingles', { rows: this.singleCount, blockSize: singleBlock }, [
      items.at, variants.at, m.at, d.at, r.at, this.singleW.at, this.Y.at, this.#eigenvalues.at, this.#singleLambda, this.#floor, this.width,
      this.#singlesOfX.at, this.weights.at + 4 * this.manyCount, entries.at, this.#items.d.at, this.#items.r.at, this.#stats.at,
    ]);
    return penalty + sumStats(this.#stats.array, Math.ceil(this.singleCount / singleBlock)).penalty;
  }

  /** Solves the items from X. @returns by how much the loss is below that of zero factors, the penalty of the items counted in. */
  async solveItems(route: Route): Promise<number> {
    return (await this.#solve(this.#items, this.X, this.Y, undefined, route, undefined)).gain;
  }

  /**
   * Rows of X from `first` on, singles included, put together from rows of V. A row solved exactly is sum c H^-1 y over its
   * entries, so with V = Y H^-1 Q this is X Q at a few additions an entry instead of f^2 products a row.
   */
  async combine(first: number): Promise<void> {
    if (!(this.V && this.#combination)) return;
    const { offsets, indices } = this.#users;
    const { width, V, manyCount } = this;
    const rows = manyCount - first;
    const from = [offsets.at + 4 * first, indices.at, this.#combination.at, V.at, width, this.X.at + 4 * first * width];
    await this.#run('combineRows', plainCut(rows), from);
    await this.#run('copyRows', plainCut(this.singleCount), [this.#single.items.at, V.at, width, this.#singlesOfX.at]);
  }

  /**
   * Replaces Y, which an iteration made of its input, by a guess at where the iterations lead: Y + beta (Y - Y of the iteration
   * before). beta grows with the iterations, and is scaled by the cosine between that step and the one the iteration itself just
   * took: where they disagree, the memory misleads. It begins anew where they oppose each other, or where the loss rose.
   * @param trust false = take Y as it is: in the first iteration, or when the loss rose.
   */
  async accelerate(trust: boolean): Promise<void> {
    if (!this.#memory) return;
    const { input, before } = this.#memory;
    const { itemCount, width } = this;
    await this.#run('alignment', plainCut(itemCount), [this.Y.at, input.at, before.at, width, this.#stats.at]);
    let inner = 0;
    let ours = 0;
    let last = 0;
    for (let block = 0; block * rowBlock < itemCount; block++) {
      inner += this.#stats.array[4 * block];
      ours += this.#stats.array[4 * block + 1];
      last += this.#stats.array[4 * block + 2];
    }
    const cosine = inner > 0 ? inner / Math.sqrt(ours * last) : 0;
    this.#age = trust && cosine > 0 ? this.#age + 1 : 0;
    const beta = Math.min(longestStep, this.#age / 4) * cosine;
    await this.#run('extrapolate', plainCut(itemCount), [this.Y.at, before.at, input.at, width, beta]);
  }

  /** What the acceleration remembers, as copies; undefined without. */
  get acceleration(): Acceleration | undefined {
    if (!this.#memory) return undefined;
    return { input: this.#memory.input.array.slice(), before: this.#memory.before.array.slice(), age: this.#age };
  }

  set acceleration(from: Acceleration | undefined) {
    if (!(this.#memory && from)) return;
    this.#memory.input.array.set(from.input);
    this.#memory.before.array.set(from.before);
    this.#age = from.age;
  }

  /**
   * Lets the acceleration begin at Y. Where Y explains nothing yet, as random items near zero, a step of the power method comes first:
   * Y += what the data make of it, scaled to rows of length about 0.8 (Halko, Martinsson & Tropp, SIAM Review 2011). It costs up to half
   * of an iteration and saves one to six.
   * @param step false = no such step
   */
  async begin(step: boolean, { dualMax }: Route): Promise<void> {
    if (!this.#memory) return;
    const { Y, width, itemCount } = this;
    const start = this.#memory.input.array;
    start.set(Y.array);
    if (!step || !isTiny(start, width)) return;
    const half = (to: Side, from: Rows, out: Rows) =>
      this.#run('powerRows', { bounds: to.cut }, [to.offsets.at, to.indices.at, to.r.at, from.at, width, out.at]);
    await half(this.#users, Y, this.X);
    await half(this.#items, this.X, Y);
    this.X.array.fill(0, 0, this.longUsers(dualMax) * width); // where conjugate gradients begin
    const made = Y.array;
    let squares = 0;
    for (let k = 0; k < made.length; k++) squares += made[k] * made[k];
    const scale = squares > 0 ? Math.sqrt((meanSquare * itemCount) / squares) : 0;
    for (let k = 0; k < made.length; k++) start[k] += made[k] * scale;
    made.set(start);
  }

  /** How many leading user rows hold all that are longer than `max`. */
  longUsers(max: number): number {
    return rowsLongerThan(this.#users.offsets.array, max);
  }

  /** How many leading items hold all whose rows are longer than `max`. */
  longItems(max: number): number {
    return rowsLongerThan(this.#items.offsets.array, max);
  }

  get #singlesOfX() {
    return { at: this.X.at + 4 * this.manyCount * this.width };
  }

  async #solve(
    to: Side,
    source: Rows,
    target: Rows,
    weights: Block<Float32Array> | undefined,
    route: Route,
    combination?: Block<Float32Array>,
  ) {
    // biome-ignore format: an argument list
    await this.#run('solveRows', { bounds: to.cut }, [
      to.offsets.at, to.indices.at, to.d.at, to.r.at, source.at, this.#eigenvalues.at, to.lambda.at, this.#floor, this.width,
      target.at, weights?.at ?? 0, this.#stats.at, route.dualMax, route.steps, this.#failed.at, combination?.at ?? 0,
    ]);
    if (this.#failed.array[0] !== 0) {
      throw new AttuneError(
        'ERR_NUMERIC',
        'A row could not be solved: its equations are singular or its numbers overflowed. Raise regularization, or scale the values down.',
      );
    }
    return sumStats(this.#stats.array, to.cut.array.length - 1);
  }

  async #run(name: Parameters<Engine['run']>[0], cut: Cut, args: number[]): Promise<void> {
    await this.#engine.run(name, cut, args, this.#signal);
  }
}

const singleBlock = 1024;
const rowBlock = 512;
const plainCut = (rows: number): Cut => ({ rows, blockSize: rowBlock });
/** Squared length of an item after the power step, on average. From 0.2 to 0.8 it makes no difference on Gowalla. */
const meanSquare = 0.6;
/** Longest step of the acceleration, in steps of the iteration. Chosen on Gowalla and on the shape of Amazon Appliances. */
const longestStep = 1.5;

function side(engine: Engine, rows: SparseRows, lambda: Float32Array, cut: Int32Array): Side {
  return {
    offsets: engine.i32(rows.offsets),
    indices: engine.i32(rows.indices),
    d: filled(engine, rows.d),
    r: filled(engine, rows.r),
    lambda: filled(engine, lambda),
    cut: engine.i32(cut),
  };
}

function filled(engine: Engine, from: Float32Array): Block<Float32Array> {
  const block = engine.f32(from.length);
  block.array.set(from);
  return block;
}

/** Whether no row is longer than a fifth, so that no score could come near 1. */
function isTiny(rows: Float32Array, width: number): boolean {
  for (let at = 0; at < rows.length; at += width) {
    let square = 0;
    for (let q = at; q < at + width; q++) square += rows[q] * rows[q];
    if (square > 0.04) return false;
  }
  return true;
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
