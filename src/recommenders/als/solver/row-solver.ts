import type { KernelFamily } from '../../../engine/families.ts';
import { alsKernels } from '../../../engine/generated/families/als.ts';
import { denseKernels } from '../../../engine/generated/families/dense.ts';
import { rankingKernels } from '../../../engine/generated/families/ranking.ts';
import { gram, rotate, solveRowsExactly } from '../../../engine/generated/jobs.ts';
import { type Block, LocalEngine } from '../../../engine/local-engine.ts';
import { within } from '../../../engine/memory/block.ts';
import { type Blocks, f32, f64, i32, layout } from '../../../engine/memory/layout.ts';
import { SmallMatrices, smallMatricesLayout } from '../../../engine/small-matrices.ts';
import { dualMaxOf, scratchBytes } from './plan.ts';

/** One row to solve: (Gram + sum d y y^T + lambda I) x = sum r y. */
export interface RowEquation {
  /** Rows of the source, by the number the caller knows them by. */
  indices: ArrayLike<number>;
  d: ArrayLike<number>;
  r: ArrayLike<number>;
  lambda: number;
}

/** Where the entries of rows are written, one row behind the other. */
export interface Entries {
  indices: Int32Array;
  d: Float32Array;
  r: Float32Array;
}

/** What a {@link RowSolver} is made of. */
export interface RowSolverSource {
  /** count x f, row-major. Copied. */
  rows: Float32Array;
  f: number;
  /** Weight of each row in the Gram matrix; default 1. */
  weights?: Float32Array;
  /** Whether the Gram matrix takes part: implicit feedback yes, explicit no. */
  gram: boolean;
  /** A column appended behind the factors for scoring, such as item biases; solving does not see it. */
  extra?: Float32Array;
  /** Position k of the copy holds row order[k]; default as given. */
  order?: Int32Array;
  /** Maximum number of entries of a row; with `together`, of the rows of one call. */
  longest: number;
  /** Maximum number of rows that {@link RowSolver.solveMany} solves in one call. Default 1. */
  together?: number;
  /** Kernels that the caller wants to call besides. Default none. */
  moreFamilies?: readonly KernelFamily<'prefilter'>[];
  /** Bytes the caller wants to take from the engine besides. Default 0. */
  spareBytes?: number;
}

/**
 * Solves single rows exactly against a frozen other side: fold-in, updates of a fitted model, explanations. Holds a copy of that
 * side in the eigenbasis of its Gram matrix, in WebAssembly memory, where scoring reads it as well. Vectors given out are in
 * that inner basis; {@link toCaller} rotates them back.
 */
export class RowSolver {
  /** Row length inside: factors, the extra column, zeros up to a multiple of 8. */
  readonly width: number;
  /** The source inside. */
  readonly source: Block<Float32Array>;
  readonly engine: LocalEngine<'als' | 'dense' | 'ranking'>;
  /** The vector that `solve` and `toInner` leave behind, and that scoring reads. */
  readonly vector: Block<Float32Array>;
  /** The column behind the factors that is for scoring only, -1 when there is none. */
  readonly extraColumn: number;
  /** Of the Gram matrix; zeros where it does not take part. */
  readonly eigenvalues: Block<Float32Array>;
  /** Rows of at most this many entries are solved in their dual. */
  readonly dualMax: number;
  readonly #f: number;
  #rotation: Float64Array | undefined;
  #floor = 0;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #position: Int32Array | undefined;

  /** Floats per row inside. */
  static widthOf(f: number, hasExtra: boolean): number {
    return Math.ceil((f + (hasExtra ? 1 : 0)) / 8) * 8;
  }

  /** By steps of some milliseconds between which others may work. */
  static *making(source: RowSolverSource): Generator<void, RowSolver> {
    const solver = new RowSolver(source);
    yield* solver.#filling(source);
    return solver;
  }

  private constructor({ rows, f, extra, order, longest, together = 1, moreFamilies = [], spareBytes = 0 }: RowSolverSource) {
    const count = rows.length / f;
    const width = RowSolver.widthOf(f, extra !== undefined);
    this.#f = f;
    this.width = width;
    this.extraColumn = extra ? f : -1;
    this.dualMax = dualMaxOf(width);
    const memory = memoryOf(count, width, longest, together);
    const bytes = memory.bytes + gramLayout(width).bytes + smallMatricesLayout(f).bytes + spareBytes;
    this.engine = new LocalEngine<'als' | 'dense' | 'ranking' | 'prefilter'>(bytes, {
      families: [alsKernels, denseKernels, rankingKernels, ...moreFamilies],
      threads: 1,
      scratchBytes: scratchBytes(width, longest, this.dualMax),
    });
    this.#memory = this.engine.place(memory);
    this.source = this.#memory.source;
    this.vector = this.#memory.vector;
    this.eigenvalues = this.#memory.eigenvalues;
    if (order) {
      this.#position = new Int32Array(count);
      for (let k = 0; k < count; k++) this.#position[order[k]] = k;
    }
  }

  /** Copies the source, rotated into the eigenbasis of its Gram matrix where that takes part. */
  *#filling({ rows, f, weights, gram: withGram, extra, order }: RowSolverSource): Generator<void> {
    const { engine, width } = this;
    const count = rows.length / f;
    const idAt = (k: number) => (order ? order[k] : k);
    for (let k = 0; k < count; k++) {
      this.source.array.set(rows.subarray(idAt(k) * f, (idAt(k) + 1) * f), k * width);
      if (k % slab === slab - 1) yield;
    }
    if (withGram) {
      const sums = yield* gramOf(engine, this.source, width, f, weights && ((k) => weights[idAt(k)]));
      const { values, vectors } = new SmallMatrices(engine, f).eigen(sums);
      this.eigenvalues.array.set(values);
      this.#rotation = vectors;
      const { rotation } = this.#memory;
      for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) rotation.array[i * width + j] = vectors[i * f + j];
      for (let lo = 0; lo < count; lo += slab) {
        yield;
        engine.runHere(rotate, { lo, hi: Math.min(count, lo + slab) }, { x: this.source, f: width, b: rotation, out: this.source });
      }
    }
    this.#floor = this.eigenvalues.array.reduce((most, e) => Math.max(most, e * 1e-9), 1e-6);
    if (extra) for (let k = 0; k < count; k++) this.source.array[k * width + f] = extra[idAt(k)];
  }

  /** What the diagonal of an equation is at least. */
  get floor(): number {
    return this.#floor;
  }

  /** Solves a row exactly. @returns the inner vector, overwritten by the next call. */
  solve({ indices, d, r, lambda }: RowEquation): Float32Array {
    const n = indices.length;
    const { offsets, indices: to, d: dTo, r: rTo, lambdas, stats, failed } = this.#memory;
    offsets.array[1] = n;
    for (let e = 0; e < n; e++) {
      to.array[e] = this.positionOf(indices[e]);
      dTo.array[e] = d[e];
      rTo.array[e] = r[e];
    }
    lambdas.array[0] = lambda;
    const row = { offsets, indices: to, d: dTo, r: rTo, lambdas, y: this.source, out: this.vector, stats, failed };
    const how = { eigenvalues: this.eigenvalues, floor: this.floor, f: this.width, dualMax: this.dualMax };
    this.#withoutExtra(() => this.engine.runHere(solveRowsExactly, { lo: 0, hi: 1 }, { ...row, ...how }), indices);
    return this.vector.array;
  }

  /**
   * Solves rows exactly, each as `solve` would, in one call of the kernel: for short rows that call is most of the work. Not for a source
   * with an order or an extra column.
   * @param fill writes the entries of a row from position `at` on, indices as the caller knows them
   * @returns where each solution stands: floats from `k * width` on, in the inner basis, until the next call
   */
  solveMany(
    count: number,
    { lengthOf, fill }: { lengthOf(k: number): number; fill(k: number, entries: Entries, at: number): number },
  ): Float32Array {
    const { offsets, indices, d, r, lambdas, solutions, stats, failed } = this.#memory;
    const entries = { indices: indices.array, d: d.array, r: r.array };
    for (let k = 0, at = 0; k < count; k++) {
      lambdas.array[k] = fill(k, entries, at);
      at += lengthOf(k);
      offsets.array[k + 1] = at;
    }
    const rows = { offsets, indices, d, r, lambdas, y: this.source, out: solutions, stats, failed };
    const how = { eigenvalues: this.eigenvalues, floor: this.floor, f: this.width, dualMax: this.dualMax };
    this.engine.runHere(solveRowsExactly, { lo: 0, hi: count }, { ...rows, ...how });
    return solutions.array;
  }

  /** The position of a row of the caller in `source`. */
  positionOf(index: number): number {
    return this.#position ? this.#position[index] : index;
  }

  /** Puts a row of the caller's basis into `vector`. */
  toInner(row: Float32Array): Float32Array {
    const f = this.#f;
    const { array } = this.vector;
    array.fill(0, f);
    array.set(row);
    if (this.#rotation) {
      this.engine.runHere(rotate, { lo: 0, hi: 1 }, { x: this.vector, f: this.width, b: this.#memory.rotation, out: this.vector });
    }
    if (this.extraColumn >= 0) array[f] = 1;
    return array;
  }

  /** An inner vector in the caller's basis. */
  toCaller(vector: Float32Array): Float32Array {
    const row = new Float32Array(this.#f);
    this.putToCaller(vector, 0, row, 0);
    return row;
  }

  /** The same from a position of an array to a position of another. */
  putToCaller(from: Float32Array, at: number, to: Float32Array, position: number): void {
    const f = this.#f;
    const rotation = this.#rotation;
    if (!rotation) {
      for (let i = 0; i < f; i++) to[position + i] = from[at + i];
      return;
    }
    // Four sums at a time, each in the order of j: one waits for its last addition most of the time.
    let i = 0;
    for (; i + 4 <= f; i += 4) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let j = 0, row = i * f; j < f; j++, row++) {
        const x = from[at + j];
        a += x * rotation[row];
        b += x * rotation[row + f];
        c += x * rotation[row + 2 * f];
        d += x * rotation[row + 3 * f];
      }
      to[position + i] = a;
      to[position + i + 1] = b;
      to[position + i + 2] = c;
      to[position + i + 3] = d;
    }
    for (; i < f; i++) {
      let sum = 0;
      for (let j = 0; j < f; j++) sum += from[at + j] * rotation[i * f + j];
      to[position + i] = sum;
    }
  }

  /** The extra column is for scoring: it is zero while rows are solved, and 1 in the vector afterwards. */
  #withoutExtra(solve: () => void, indices: ArrayLike<number>): void {
    if (this.extraColumn < 0) {
      solve();
      return;
    }
    const at = (e: number) => this.positionOf(indices[e]) * this.width + this.#f;
    const kept = Float32Array.from({ length: indices.length }, (_, e) => this.source.array[at(e)]);
    for (let e = 0; e < indices.length; e++) this.source.array[at(e)] = 0;
    solve();
    for (let e = 0; e < indices.length; e++) this.source.array[at(e)] = kept[e];
    this.vector.array[this.#f] = 1;
  }
}

function memoryOf(count: number, width: number, longest: number, together: number) {
  return layout({
    source: f32(count * width),
    vector: f32(width),
    eigenvalues: f32(width),
    rotation: f32(width * width),
    // Equations.
    offsets: i32(together + 1),
    indices: i32(longest),
    d: f32(longest),
    r: f32(longest),
    lambdas: f32(together),
    solutions: f32(together === 1 ? 0 : together * width),
    stats: f64(2),
    failed: i32(1),
  });
}

/** Rows that are worked on between two steps. */
const slab = 1024;
const gramLayout = (width: number) => layout({ partial: f32(width * width), weights: f32(slab) });

/** Weighted Gram matrix: 1,024 rows at a time in f32, those sums in f64. */
function* gramOf(
  engine: LocalEngine<'als' | 'dense' | 'ranking'>,
  source: Block<Float32Array>,
  width: number,
  f: number,
  weightOf: ((k: number) => number) | undefined,
): Generator<void, Float64Array> {
  const { partial, weights } = engine.place(gramLayout(width));
  const count = source.array.length / width;
  const sum = new Float64Array(f * f);
  for (let lo = 0; lo < count; lo += slab) {
    yield;
    const hi = Math.min(count, lo + slab);
    if (weightOf) for (let k = lo; k < hi; k++) weights.array[k - lo] = weightOf(k);
    // The kernel looks for the weight of row k at k, the slab begins at lo.
    engine.runHere(gram, { lo, hi }, { x: source, f: width, weights: weightOf && within(weights, -lo), out: partial });
    for (let i = 0; i < f; i++) for (let j = i; j < f; j++) sum[i * f + j] += partial.array[i * width + j];
  }
  for (let i = 0; i < f; i++) for (let j = 0; j < i; j++) sum[i * f + j] = sum[j * f + i];
  return sum;
}
