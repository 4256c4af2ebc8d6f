import type { Memory } from '../../memory/views.ts';
import { dot } from '../als/dot.plain.ts';
import { halfStep, type RowEntries } from '../als/half-step.plain.ts';

/** Twin of rows.ts: conjugate gradients for long rows. */
export function twins(memory: Memory) {
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
      const rows = { lo, hi, block, offsets, indices, d, r, y, lambdas, out, stats, failed, weights, combination };
      const approximately = (row: RowEntries, diagonal: Float64Array, x: Float32Array) => conjugateSteps(row, diagonal, x, steps);
      halfStep(memory, { ...rows, eigenvalues, floor, f, dualMax }, steps > 0 ? approximately : undefined);
    },
  };
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
