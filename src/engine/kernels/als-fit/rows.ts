import { halfStep } from '../als/half-step';
import { F32s, F64s, I32s, Optional } from '../types';

/**
 * Block job over target rows lo..hi. Rows of at most `dualMax` entries are solved in their dual (exact); longer ones by
 * `steps` preconditioned conjugate-gradient steps from what `out` holds, or for steps = 0 by Cholesky (exact).
 * stats + 16 * block gets two f64: the sum of -(x^T A x - 2 b x) and of multiplicity * regularization * |x|^2.
 * weights = multiplicity of the target rows, 0 = all 1. failed: an i32 that is set to 1 + row when a matrix is not positive.
 * combination, unless 0: per entry, the c of x = sum c H^-1 y, for rows solved in their dual.
 */
export function solveRows(
  lo: i32,
  hi: i32,
  block: i32,
  scratch: usize,
  offsets: I32s,
  indices: I32s,
  d: F32s,
  r: F32s,
  y: F32s,
  eigenvalues: F32s,
  lambdas: F32s,
  floor: f32,
  f: i32,
  out: F32s,
  weights: Optional<F32s>,
  stats: F64s,
  dualMax: i32,
  steps: i32,
  failed: I32s,
  combination: Optional<F32s>,
): void {
  halfStep(
    lo, hi, block, scratch, offsets, indices, d, r, y, eigenvalues, lambdas, floor, f, out, weights, stats, dualMax, steps, failed, combination,
  );
}
