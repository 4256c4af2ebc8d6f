import { axpy4 } from './conjugate';
import { scaled, sum4 } from '../dense/vector';
import { F32s, I32s } from '../types';

/**
 * Block job, one half-step of the power method: row k of out = the sum of r times the rows of y that its entries name, over the
 * square root of the sum of r, which keeps popular rows from dominating the others. Scratch: 32 bytes.
 */
export function powerRows(lo: i32, hi: i32, block: i32, scratch: usize, offsets: I32s, indices: I32s, r: F32s, y: F32s, f: i32, out: F32s): void {
  const s: usize = (<usize>f) << 2;
  const weights = scratch + 16;
  for (let u = lo; u < hi; u++) {
    const x = out + <usize>u * s;
    const end = load<i32>(offsets + ((<usize>u) << 2), 4);
    memory.fill(x, 0, s);
    let total = f32x4.splat(0);
    for (let e = load<i32>(offsets + ((<usize>u) << 2)); e < end; e += 4) {
      for (let k = 0; k < 4; k++) {
        const at = (<usize>min(e + k, end - 1)) << 2;
        store<u32>(scratch + ((<usize>k) << 2), <u32>(y + <usize>load<i32>(indices + at) * s));
        store<f32>(weights + ((<usize>k) << 2), e + k < end ? load<f32>(r + at) : 0);
      }
      const t = v128.load(weights);
      total = f32x4.add(total, t);
      axpy4(scratch, t, x, s);
    }
    const sum = sum4(total);
    if (sum > 0) scaled(<f32>1 / sqrt<f32>(sum), x, x, f);
  }
}
