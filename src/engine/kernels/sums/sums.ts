// Products and sums of small matrices, of which fits alone have need: a page that loads a model is without them.

import { addTimes } from '../dense/vector64';
import { F32s, F64s } from '../types';

/** out = a b */
export function product(a: F64s, b: F64s, out: F64s, f: i32): void {
  const s: usize = (<usize>((f + 1) & ~1)) << 3;
  memory.fill(out, 0, <usize>f * s);
  for (let i = 0; i < f; i++) {
    const to = out + <usize>i * s;
    let k = 0;
    for (; k + 4 <= f; k += 4) {
      const t = a + <usize>i * s + ((<usize>k) << 3);
      const t0 = v128.load64_splat(t),
        t1 = v128.load64_splat(t, 8),
        t2 = v128.load64_splat(t, 16),
        t3 = v128.load64_splat(t, 24);
      const b0 = b + <usize>k * s,
        b1 = b0 + s,
        b2 = b1 + s,
        b3 = b2 + s;
      for (let q: usize = 0; q < s; q += 16) {
        const u = f64x2.add(f64x2.mul(t0, v128.load(b0 + q)), f64x2.mul(t1, v128.load(b1 + q)));
        const v = f64x2.add(f64x2.mul(t2, v128.load(b2 + q)), f64x2.mul(t3, v128.load(b3 + q)));
        v128.store(to + q, f64x2.add(v128.load(to + q), f64x2.add(u, v)));
      }
    }
    for (; k < f; k++) addTimes(load<f64>(a + <usize>i * s + ((<usize>k) << 3)), b + <usize>k * s, to, s);
  }
}

/** out[k] = the sum of x[k] over n arrays of `count` floats that lie one after the other, first to last. count % 4 == 0. */
export function sumArrays(x: F32s, n: i32, count: i32, out: F64s): void {
  const bytes: usize = (<usize>count) << 2;
  memory.fill(out, 0, bytes << 1);
  for (let k = 0; k < n; k++) {
    for (let q: usize = 0; q < bytes; q += 16) {
      const v = v128.load(x + q);
      const to = out + (q << 1);
      v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(v)));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 0, 1))), 16);
    }
    x += bytes;
  }
}
