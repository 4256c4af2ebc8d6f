import type { Memory } from '../../memory/views.ts';
import { choleskyFactor, choleskySubstitute } from '../../../numeric/cholesky.ts';

/** Twins of explain.ts: normal equations for rows of any length. */
export function twins({ f32, i32 }: Memory) {
  const row = (y: number, index: number, f: number, extra: number) => {
    const copy = Float64Array.from(f32.subarray(y / 4 + index * f, y / 4 + (index + 1) * f));
    if (extra >= 0) copy[extra] = 0;
    return copy;
  };
  return {
    explainFactor(
      n: number,
      indices: number,
      d: number,
      y: number,
      eigenvalues: number,
      lambda: number,
      floor: number,
      f: number,
      _dualMax: number,
      extra: number,
      factor: number,
      _room: number,
    ) {
      const a = new Float64Array(f * f);
      for (let q = 0; q < f; q++) a[q * f + q] = Math.max(f32[eigenvalues / 4 + q] + lambda, floor);
      for (let e = 0; e < n; e++) {
        const v = row(y, i32[indices / 4 + e], f, extra);
        for (let i = 0; i < f; i++) for (let j = 0; j <= i; j++) a[i * f + j] += f32[d / 4 + e] * v[i] * v[j];
      }
      const failed = choleskyFactor(a, f) ? 0 : 1;
      f32.set(a, factor / 4);
      return failed;
    },

    explainRows(
      n: number,
      indices: number,
      r: number,
      y: number,
      count: number,
      targets: number,
      f: number,
      _dualMax: number,
      extra: number,
      factor: number,
      _room: number,
      out: number,
    ) {
      const a = Float64Array.from(f32.subarray(factor / 4, factor / 4 + f * f));
      for (let k = 0; k < count; k++) {
        const t = row(y, i32[targets / 4 + k], f, extra);
        choleskySubstitute(a, f, t);
        for (let e = 0; e < n; e++) {
          const v = row(y, i32[indices / 4 + e], f, extra);
          let sum = 0;
          for (let q = 0; q < f; q++) sum += v[q] * t[q];
          f32[out / 4 + k * n + e] = f32[r / 4 + e] * sum;
        }
      }
    },
  };
}
