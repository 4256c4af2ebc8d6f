import { dot } from '../dense/vector';
import { F32s, I32s } from '../types';

/** out[k] = x . row lo + k, for rows lo..hi of y. Every score of the library comes from this one order of additions. */
export function scoreRows(lo: i32, hi: i32, x: F32s, y: F32s, f: i32, out: F32s): void {
  const s: usize = (<usize>f) << 2;
  let row = y + <usize>lo * s;
  for (let k = lo; k < hi; k++) {
    store<f32>(out, dot(x, row, f));
    row += s;
    out += 4;
  }
}

/** out[k] = x . row indices[k]. */
export function scoreSome(count: i32, indices: I32s, x: F32s, y: F32s, f: i32, out: F32s): void {
  const s: usize = (<usize>f) << 2;
  for (let k = 0; k < count; k++) {
    store<f32>(out + ((<usize>k) << 2), dot(x, y + <usize>load<i32>(indices + ((<usize>k) << 2)) * s, f));
  }
}
