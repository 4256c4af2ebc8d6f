import { explainFactor, explainRows } from '../../../engine/generated/jobs.ts';
import { type Blocks, f32, i32, layout } from '../../../engine/memory/layout.ts';
import { dualMaxOf } from './plan.ts';
import type { RowEquation, RowSolver } from './row-solver.ts';

/** Targets that are explained in one call of the kernel. */
const together = 64;
/** More rows of kernels/dense/dense.ts than a panel has, in floats of one row. */
const panelRows = 66;

/**
 * How much each entry of a row contributes to its scores (kernels/als/explain.ts). The equation of the last row stays factorized, so that
 * each further target of it costs two triangular solves; the last row is recognized by its values, not by the caller.
 */
export class RowExplainer {
  readonly #solver: RowSolver;
  readonly #memory: Blocks<ReturnType<typeof RowExplainer.layout>['fields']>;
  /** Entries and regularization of the row that is factorized; -1 before the first. */
  #count = -1;
  #lambda = Number.NaN;

  /** What it keeps in the memory of the engine of its solver. */
  static layout(width: number, longest: number) {
    return layout({
      indices: i32(longest),
      d: f32(longest),
      r: f32(longest),
      targets: i32(together),
      out: f32(Math.max(longest, 2 ** 15)),
      factor: f32(factorFloats(width)),
      room: f32(panelRows * width + dualMaxOf(width) + 4),
    });
  }

  /** @param longest maximum number of entries of a row */
  constructor(solver: RowSolver, longest: number) {
    this.#solver = solver;
    this.#memory = solver.engine.place(RowExplainer.layout(solver.width, longest));
  }

  /**
   * For each target, a row of the source, the contribution of each entry to its score; together that is the score of the solved row.
   * @param each is given the position of a target and the parts of its score, which are valid during the call only.
   */
  contributions(equation: RowEquation, targets: Int32Array, each: (k: number, parts: Float32Array) => void): void {
    const n = equation.indices.length;
    if (n === 0) {
      for (let k = 0; k < targets.length; k++) each(k, new Float32Array(0));
      return;
    }
    const { engine, width: f, source: y, extraColumn: extra, dualMax } = this.#solver;
    const { indices, r, targets: some, factor, room, out } = this.#memory;
    this.#factorize(equation);
    const step = Math.min(together, Math.floor(out.array.length / n));
    for (let from = 0; from < targets.length; from += step) {
      const count = Math.min(step, targets.length - from);
      for (let k = 0; k < count; k++) some.array[k] = this.#solver.positionOf(targets[from + k]);
      engine.call(explainRows, { n, indices, r, y, count, targets: some, f, dualMax, extra, factor, room, out });
      for (let k = 0; k < count; k++) each(from + k, out.array.subarray(k * n, (k + 1) * n));
    }
  }

  #factorize(equation: RowEquation): void {
    if (this.#isFactorized(equation)) return;
    const { engine, width: f, source: y, extraColumn: extra, dualMax, eigenvalues, floor } = this.#solver;
    const { indices, d, r, factor, room } = this.#memory;
    const { lambda } = equation;
    const n = equation.indices.length;
    for (let e = 0; e < n; e++) {
      indices.array[e] = this.#solver.positionOf(equation.indices[e]);
      d.array[e] = equation.d[e];
      r.array[e] = equation.r[e];
    }
    engine.call(explainFactor, { n, indices, d, y, eigenvalues, lambda, floor, f, dualMax, extra, factor, room });
    this.#count = n;
    this.#lambda = lambda;
  }

  #isFactorized({ indices, d, r, lambda }: RowEquation): boolean {
    if (this.#count !== indices.length || this.#lambda !== lambda) return false;
    for (let e = 0; e < indices.length; e++) {
      if (
        this.#memory.indices.array[e] !== this.#solver.positionOf(indices[e]) ||
        this.#memory.d.array[e] !== d[e] ||
        this.#memory.r.array[e] !== r[e]
      ) {
        return false;
      }
    }
    return true;
  }
}

/** At least as much as the kernel needs. */
function factorFloats(width: number): number {
  const dual = dualMaxOf(width) + 4;
  return Math.max(width * width, width + dual * (width + dual + 1));
}
