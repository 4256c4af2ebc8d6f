import { choleskyFactor, choleskySubstitute } from '../../../numeric/cholesky.ts';
import type { Memory } from '../../memory/views.ts';
import { dot } from './dot.plain.ts';

/** Entries of a row: the rows of the other side that they name, with their d and r. */
export type RowEntries = { y: Float32Array; d: number; r: number }[];

/** Arguments of `solveRows`. */
interface HalfStep {
  lo: number;
  hi: number;
  block: number;
  offsets: number;
  indices: number;
  d: number;
  r: number;
  y: number;
  eigenvalues: number;
  lambdas: number;
  floor: number;
  f: number;
  out: number;
  weights: number;
  stats: number;
  failed: number;
  dualMax: number;
  combination: number;
}

/** What `solveRows` and `solveRowsExactly` do: normal equations and Cholesky, unless longer rows are to be solved `approximately`. */
export function halfStep(
  { f32, f64, i32 }: Memory,
  { lo, hi, block, offsets, indices, d, r, y, eigenvalues, lambdas, floor, f, out, weights, stats, failed, dualMax, combination }: HalfStep,
  approximately?: (row: RowEntries, diagonal: Float64Array, x: Float32Array) => number,
): void {
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
    const won = row.length > dualMax && approximately ? approximately(row, diagonal, x) : solveExactly(row, diagonal, x);
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
}

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
