import { dualFactor } from './dual';
import { normalMatrix } from './normal';
import { cholesky, choleskySolve } from '../dense/cholesky';
import { dot } from '../dense/vector';
import { F32s, I32s } from '../types';

// How much each entry of a row contributes to a score (Hu, Koren & Volinsky 2008, section 5): with A = diag(H) + sum d y y^T, the row is
// x = A^-1 sum r y, so entry e contributes r_e y_e^T A^-1 t to x . t. A is factorized once per row, then each target t takes two triangular
// solves and n products.

/**
 * Factorizes the equation of a row with n entries. Returns 0, or 1 + the row of the matrix that is not positive.
 * @param extra a column that is for scoring only and takes no part; -1 when there is none
 * @param factor what `explainRows` reads: f * f floats, or in the dual, with m = dualMax + 4, f + m (f + m + 1) when that is more
 * @param room (PANEL + 1) * f + m floats
 */
export function explainFactor(
  n: i32, indices: I32s, d: F32s, y: F32s, eigenvalues: F32s, lambda: f32, floor: f32, f: i32, dualMax: i32, extra: i32, factor: F32s,
  room: F32s,
): i32 {
  const s: usize = (<usize>f) << 2;
  const ld = (n + 3) & ~3;
  if (n <= dualMax) {
    for (let q: usize = 0; q < s; q += 4) store<f32>(factor + q, 1 / sqrt<f32>(max<f32>(load<f32>(eigenvalues + q) + lambda, floor)));
    if (extra >= 0) store<f32>(factor + ((<usize>extra) << 2), 0);
    const T = factor + s, P = T + ((<usize>ld) << 2), M = P + <usize>ld * s;
    return dualFactor(n, indices, d, y, factor, f, P, M, T);
  }
  normalMatrix(n, indices, d, 0, y, f, room, factor, 0);
  if (extra >= 0) {
    for (let q = 0; q < extra; q++) store<f32>(factor + <usize>q * s + ((<usize>extra) << 2), 0);
    memory.fill(factor + <usize>extra * s, 0, s);
  }
  for (let q = 0; q < f; q++) {
    const at = factor + <usize>q * s + ((<usize>q) << 2);
    store<f32>(at, load<f32>(at) + max<f32>(load<f32>(eigenvalues + ((<usize>q) << 2)) + lambda, floor));
  }
  return cholesky(factor, f, f);
}

/** After `explainFactor` with the same row: out[k * n + e] = the contribution of entry e to the row's product with row targets[k] of y. */
export function explainRows(
  n: i32, indices: I32s, r: F32s, y: F32s, count: i32, targets: I32s, f: i32, dualMax: i32, extra: i32, factor: F32s, room: F32s,
  out: F32s,
): void {
  const s: usize = (<usize>f) << 2;
  const ld = (n + 3) & ~3;
  const t = room, W = room + s;
  const T = factor + s, P = T + ((<usize>ld) << 2), M = P + <usize>ld * s;
  for (let k = 0; k < count; k++) {
    memory.copy(t, y + <usize>load<i32>(targets + ((<usize>k) << 2)) * s, s);
    if (extra >= 0) store<f32>(t + ((<usize>extra) << 2), 0);
    const to = out + ((<usize>k * <usize>n) << 2);
    if (n <= dualMax) {
      // r_e y_e^T A^-1 t = r_e / T_e (M^-1 P I t)_e, by the same identity as in `solveDual`.
      for (let q: usize = 0; q < s; q += 16) v128.store(t + q, f32x4.mul(v128.load(t + q), v128.load(factor + q)));
      for (let p = 0; p < ld; p++) store<f32>(W + ((<usize>p) << 2), p < n ? dot(P + <usize>p * s, t, f) : 0);
      choleskySolve(M, n, ld, W);
      for (let e: usize = 0; e < ((<usize>n) << 2); e += 4) {
        const root = load<f32>(T + e);
        store<f32>(to + e, root > 0 ? load<f32>(r + e) / root * load<f32>(W + e) : 0);
      }
    } else {
      choleskySolve(factor, f, f, t);
      for (let e: usize = 0; e < ((<usize>n) << 2); e += 4) {
        store<f32>(to + e, load<f32>(r + e) * dot(y + <usize>load<i32>(indices + e) * s, t, f));
      }
    }
  }
}
