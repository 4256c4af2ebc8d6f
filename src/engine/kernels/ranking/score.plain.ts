import type { Memory } from '../../memory/views.ts';

/** Twins of score.ts. */
export function twins({ f32, i32 }: Memory) {
  const dot = (a: number, b: number, f: number) => {
    let sum = 0;
    for (let q = 0; q < f; q++) sum += f32[a / 4 + q] * f32[b / 4 + q];
    return sum;
  };
  return {
    scoreRows(lo: number, hi: number, x: number, y: number, f: number, out: number) {
      for (let k = lo; k < hi; k++) f32[out / 4 + k - lo] = dot(x, y + 4 * k * f, f);
    },
    scoreSome(count: number, indices: number, x: number, y: number, f: number, out: number) {
      for (let k = 0; k < count; k++) f32[out / 4 + k] = dot(x, y + 4 * i32[indices / 4 + k] * f, f);
    },
  };
}
