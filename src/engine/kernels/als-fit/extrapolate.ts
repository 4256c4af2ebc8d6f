import { sum4 } from '../dense/vector';
import { F32s, F64s } from '../types';

/**
 * Block job of an accelerated iteration over rows lo..hi: with g what the iteration made of `input`, stats + 32 * block gets three
 * f64: the sums of (g - input) (g - before), (g - input)^2 and (g - before)^2.
 */
export function alignment(lo: i32, hi: i32, block: i32, scratch: usize, g: F32s, input: F32s, before: F32s, f: i32, stats: F64s): void {
  const s: usize = <usize>f << 2;
  let inner: f64 = 0, ours: f64 = 0, last: f64 = 0;
  for (let row = lo; row < hi; row++) {
    const end = <usize>(row + 1) * s;
    let a = f32x4.splat(0), b = a, c = a;
    for (let q = <usize>row * s; q < end; q += 16) {
      const v = v128.load(g + q);
      const u = f32x4.sub(v, v128.load(input + q));
      const w = f32x4.sub(v, v128.load(before + q));
      a = f32x4.add(a, f32x4.mul(u, w));
      b = f32x4.add(b, f32x4.mul(u, u));
      c = f32x4.add(c, f32x4.mul(w, w));
    }
    inner += <f64>sum4(a);
    ours += <f64>sum4(b);
    last += <f64>sum4(c);
  }
  const out = stats + (<usize>block << 5);
  store<f64>(out, inner);
  store<f64>(out, ours, 8);
  store<f64>(out, last, 16);
}

/** Block job over rows lo..hi: input and g become g + beta (g - before), before becomes g. */
export function extrapolate(lo: i32, hi: i32, block: i32, scratch: usize, g: F32s, before: F32s, input: F32s, f: i32, beta: f32): void {
  const s: usize = <usize>f << 2;
  const t = f32x4.splat(beta);
  const end = <usize>hi * s;
  for (let q = <usize>lo * s; q < end; q += 16) {
    const v = v128.load(g + q);
    const next = f32x4.add(v, f32x4.mul(t, f32x4.sub(v, v128.load(before + q))));
    v128.store(g + q, next);
    v128.store(input + q, next);
    v128.store(before + q, v);
  }
}
