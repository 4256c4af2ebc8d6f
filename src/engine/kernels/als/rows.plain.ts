import type { Memory } from '../../memory/views.ts';
import { dot } from './dot.plain.ts';

/** Twins of rows.ts: normal equations and Cholesky for exact rows, conjugate gradients for the others. */
export function twins({ f32, f64, i32 }: Memory) {
  return {
    solveRows(
      lo: number,
      hi: number,
      block: number,
      _scratch: number,
      offsets: number,
      indices: number,
      d: number,
      r: number,
      y: number,
      eigenvalues: number,
      lambdas: number,
      floor: number,
      f: number,
      out: number,
      weights: number,
      stats: number,
      dualMax: number,
      steps: number,
      failed: number,
      combination: number,
    ) {
      let gain = 0;
      let penalty = 0;
      for (let u = lo; u < hi; u++) {
        const from = i32[offsets / 4 + u];
        const to = i32[offsets / 4 + u + 1];
        const x = f32.subarray(out / 4 + u * f, out / 4 + (u + 1) * f);
        if (from === to) {
          x.fill(0);
          continue;
        }
        const lambda = f32[lambdas / 4 + u];
        const diagonal = Float64Array.from({ length: f }, (_, q) => Math.max(f32[eigenvalues / 4 + q] + lambda, floor));
        const row: RowEntries = [];
        for (let e = from; e < to; e++) {
          const at = y / 4 + i32[indices / 4 + e] * f;
          row.push({ y: f32.subarray(at, at + f), d: f32[d / 4 + e], r: f32[r / 4 + e] });
        }
        const won = row.length <= dualMax || steps === 0 ? solveExactly(row, diagonal, x) : conjugateSteps(row, diagonal, x, steps);
        if (Number.isNaN(won)) i32[failed / 4] = u + 1;
        // H x = b - sum d y (y.x), so each entry contributes r - d (y.x) times its H^-1 y.
        if (combination) {
          for (const [k, { y, d, r }] of row.entries()) f32[combination / 4 + from + k] = r - d * dot(y, x);
        }
        const m = weights ? f32[weights / 4 + u] : 1;
        gain += m * won;
        penalty += m * lambda * dot(x, x);
      }
      f64[stats / 8 + 2 * block] = gain;
      f64[stats / 8 + 2 * block + 1] = penalty;
    },
  };
}

type RowEntries = { y: Float32Array; d: number; r: number }[];

/** x = A^-1 b with A = diag + sum d y y^T, b = sum r y. Returns b.x, or NaN when A is not positive. */
function solveExactly(row: RowEntries, diagonal: Float64Array, x: Float32Array): number {
  const f = diagonal.length;
  const a = new Float64Array(f * f);
  const b = new Float64Array(f);
  for (let i = 0; i < f; i++) a[i * f + i] = diagonal[i];
  for (const { y, d, r } of row) {
    for (let i = 0; i < f; i++) {
      b[i] += r * y[i];
      for (let j = 0; j <= i; j++) a[i * f + j] += d * y[i] * y[j];
    }
  }
  const solution = b.slice();
  if (!choleskySolve(a, f, solution)) return Number.NaN;
  x.set(solution);
  return dot(b, solution);
}

/** Solves A x = b in place by Cholesky on the lower triangle of A (f x f, destroyed). False when A is not positive. */
export function choleskySolve(a: Float64Array, f: number, b: Float64Array): boolean {
  if (!choleskyFactor(a, f)) return false;
  choleskySubstitute(a, f, b);
  return true;
}

/** Replaces the lower triangle of A (f x f) by its Cholesky factor. False when A is not positive. */
export function choleskyFactor(a: Float64Array, f: number): boolean {
  for (let i = 0; i < f; i++) {
    for (let j = 0; j <= i; j++) {
      let v = a[i * f + j];
      for (let k = 0; k < j; k++) v -= a[i * f + k] * a[j * f + k];
      if (i > j) a[i * f + j] = v / a[j * f + j];
      else if (v > 0) a[i * f + i] = Math.sqrt(v);
      else return false;
    }
  }
  return true;
}

/** b <- A^-1 b, with the factor of A. */
export function choleskySubstitute(a: Float64Array, f: number, b: Float64Array): void {
  for (let i = 0; i < f; i++) {
    for (let k = 0; k < i; k++) b[i] -= a[i * f + k] * b[k];
    b[i] /= a[i * f + i];
  }
  for (let i = f - 1; i >= 0; i--) {
    for (let k = i + 1; k < f; k++) b[i] -= a[k * f + i] * b[k];
    b[i] /= a[i * f + i];
  }
}

/** Steps of conjugate gradients with the diagonal of A as preconditioner, from what x holds. Returns -(x^T A x - 2 b.x). */
function conjugateSteps(row: RowEntries, diagonal: Float64Array, start: Float32Array, steps: number): number {
  const f = diagonal.length;
  const x = Float64Array.from(start);
  const times = (v: Float64Array) => {
    const product = diagonal.map((h, q) => h * v[q]);
    for (const { y, d } of row) {
      const t = d * dot(y, v);
      for (let q = 0; q < f; q++) product[q] += t * y[q];
    }
    return product;
  };
  const b = new Float64Array(f);
  const inverse = diagonal.slice();
  for (const { y, d, r } of row) {
    for (let q = 0; q < f; q++) {
      b[q] += r * y[q];
      inverse[q] += d * y[q] * y[q];
    }
  }
  for (let q = 0; q < f; q++) inverse[q] = 1 / inverse[q];
  const ax = times(x);
  const residual = b.map((v, q) => v - ax[q]);
  const p = residual.map((v, q) => v * inverse[q]);
  let rz = dot(residual, p);
  for (let k = 0; k < steps && rz > 1e-20; k++) {
    const ap = times(p);
    const step = rz / dot(p, ap);
    for (let q = 0; q < f; q++) {
      x[q] += step * p[q];
      residual[q] -= step * ap[q];
    }
    const z = residual.map((v, q) => v * inverse[q]);
    const next = dot(residual, z);
    for (let q = 0; q < f; q++) p[q] = z[q] + (next / rz) * p[q];
    rz = next;
  }
  start.set(x);
  return -(dot(x, times(x)) - 2 * dot(b, x));
}
