import type { Block } from '../../../engine/engine.ts';
import { dualMaxOf } from './plan.ts';
import type { RowEquation, RowSolver } from './row-solver.ts';

/** Targets that are explained in one call of the kernel. */
const together = 64;
/** More rows of kernels/dense/dense.ts than a panel has, in floats of one row. */
const panelRows = 66;

/**
 * Which entries of a row bring how much of its scores (kernels/als/explain.ts). The equation of the last row stays factorized, so that
 * each further target of it costs two triangular solves; whether it is the last row is told by its numbers, never by who asks.
 */
export class RowExplainer {
  readonly #solver: RowSolver;
  readonly #indices: Block<Int32Array>;
  readonly #d: Block<Float32Array>;
  readonly #r: Block<Float32Array>;
  readonly #targets: Block<Int32Array>;
  readonly #out: Block<Float32Array>;
  readonly #factor: Block<Float32Array>;
  readonly #scratch: Block<Float32Array>;
  /** Entries and regularization of the row that is factorized; -1 before the first. */
  #count = -1;
  #lambda = Number.NaN;

  /** Number of 32-bit numbers that it takes from the engine of its solver. */
  static size(width: number, longest: number): number {
    const dual = dualMaxOf(width) + 4;
    return roomFor(longest) + 3 * longest + together + factorFloats(width) + panelRows * width + dual + 256;
  }

  /** @param longest entries of the longest row that will come */
  constructor(solver: RowSolver, longest: number) {
    const { engine, width } = solver;
    this.#solver = solver;
    this.#indices = engine.i32(longest);
    this.#d = engine.f32(longest);
    this.#r = engine.f32(longest);
    this.#targets = engine.i32(together);
    this.#out = engine.f32(roomFor(longest));
    this.#factor = engine.f32(factorFloats(width));
    this.#scratch = engine.f32(panelRows * width + dualMaxOf(width) + 4);
  }

  /**
   * For each target, a row of the source, what each entry brings of its score; together that is the score of the solved row.
   * @param each is given the position of a target and the parts of its score, which are valid during the call only.
   */
  contributions(equation: RowEquation, targets: Int32Array, each: (k: number, parts: Float32Array) => void): void {
    const n = equation.indices.length;
    if (n === 0) {
      for (let k = 0; k < targets.length; k++) each(k, new Float32Array(0));
      return;
    }
    const { engine, width, source, extraColumn, dualMax } = this.#solver;
    this.#factorize(equation);
    const step = Math.min(together, Math.floor(this.#out.array.length / n));
    for (let from = 0; from < targets.length; from += step) {
      const some = targets.subarray(from, from + step);
      for (let k = 0; k < some.length; k++) this.#targets.array[k] = this.#solver.positionOf(some[k]);
      engine.kernels.explainRows(
        n,
        this.#indices.at,
        this.#r.at,
        source.at,
        some.length,
        this.#targets.at,
        width,
        dualMax,
        extraColumn,
        this.#factor.at,
        this.#scratch.at,
        this.#out.at,
      );
      for (let k = 0; k < some.length; k++) each(from + k, this.#out.array.subarray(k * n, (k + 1) * n));
    }
  }

  #factorize(equation: RowEquation): void {
    if (this.#isFactorized(equation)) return;
    const { engine, width, source, extraColumn, dualMax, eigenvalues, floor } = this.#solver;
    const n = equation.indices.length;
    for (let e = 0; e < n; e++) {
      this.#indices.array[e] = this.#solver.positionOf(equation.indices[e]);
      this.#d.array[e] = equation.d[e];
      this.#r.array[e] = equation.r[e];
    }
    engine.kernels.explainFactor(
      n,
      this.#indices.at,
      this.#d.at,
      source.at,
      eigenvalues.at,
      equation.lambda,
      floor,
      width,
      dualMax,
      extraColumn,
      this.#factor.at,
      this.#scratch.at,
    );
    this.#count = n;
    this.#lambda = equation.lambda;
  }

  #isFactorized({ indices, d, r, lambda }: RowEquation): boolean {
    if (this.#count !== indices.length || this.#lambda !== lambda) return false;
    for (let e = 0; e < indices.length; e++) {
      if (this.#indices.array[e] !== this.#solver.positionOf(indices[e]) || this.#d.array[e] !== d[e] || this.#r.array[e] !== r[e]) {
        return false;
      }
    }
    return true;
  }
}

const roomFor = (longest: number) => Math.max(longest, 2 ** 15);

/** At least what the kernel says. */
function factorFloats(width: number): number {
  const dual = dualMaxOf(width) + 4;
  return Math.max(width * width, width + dual * (width + dual + 1));
}
