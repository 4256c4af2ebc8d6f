import { sum4 } from './vector';

// A = U^T U with U upper triangular, both in rows of ld floats, ld % 4 == 0. Vectors of four begin left of the diagonal now and then:
// what stands there is never read, but must be finite or may be overwritten.

/**
 * Makes the upper triangle of the n x n matrix a its Cholesky factor, with the reciprocals on the diagonal. Four rows at a time, then
 * all below them, so that a row that is changed is read and written once for four. Returns 0, or 1 + the row that is not positive.
 */
export function cholesky(a: usize, n: i32, ld: i32): i32 {
  const s: usize = (<usize>ld) << 2;
  for (let j = 0; j < n; j += 4) {
    const last = min(j + 4, n);
    for (let k = j; k < last; k++) {
      const row = a + <usize>k * s;
      for (let above = j; above < k; above++) {
        const u = a + <usize>above * s;
        const t = v128.load32_splat(u + ((<usize>k) << 2));
        for (let q = (<usize>j) << 2; q < s; q += 16) v128.store(row + q, f32x4.sub(v128.load(row + q), f32x4.mul(t, v128.load(u + q))));
      }
      const pivot = load<f32>(row + ((<usize>k) << 2));
      if (!(pivot > 0)) return k + 1;
      const inverse: f32 = <f32>1 / sqrt<f32>(pivot);
      const t = f32x4.splat(inverse);
      for (let q = (<usize>j) << 2; q < s; q += 16) v128.store(row + q, f32x4.mul(t, v128.load(row + q)));
      store<f32>(row + ((<usize>k) << 2), inverse);
    }
    const u0 = a + <usize>j * s,
      u1 = u0 + s,
      u2 = u1 + s,
      u3 = u2 + s;
    for (let i = last; i < n; i++) {
      const row = a + <usize>i * s;
      const at = (<usize>i) << 2;
      const t0 = v128.load32_splat(u0 + at),
        t1 = v128.load32_splat(u1 + at),
        t2 = v128.load32_splat(u2 + at),
        t3 = v128.load32_splat(u3 + at);
      for (let q = at & ~15; q < s; q += 16) {
        const v = f32x4.add(f32x4.mul(t0, v128.load(u0 + q)), f32x4.mul(t1, v128.load(u1 + q)));
        const w = f32x4.add(f32x4.mul(t2, v128.load(u2 + q)), f32x4.mul(t3, v128.load(u3 + q)));
        v128.store(row + q, f32x4.sub(v128.load(row + q), f32x4.add(v, w)));
      }
    }
  }
  return 0;
}

/** b <- (U^T U)^-1 b. From n to ld, b holds zeros, and so do the columns of U. */
export function choleskySolve(u: usize, n: i32, ld: i32, b: usize): void {
  const s: usize = (<usize>ld) << 2;
  for (let j = 0; j < n; j++) {
    const row = u + <usize>j * s;
    const t = load<f32>(b + ((<usize>j) << 2)) * load<f32>(row + ((<usize>j) << 2));
    store<f32>(b + ((<usize>j) << 2), t);
    let q = (<usize>(j + 1)) << 2;
    for (; q & 15; q += 4) store<f32>(b + q, load<f32>(b + q) - t * load<f32>(row + q));
    const v = f32x4.splat(t);
    for (; q < s; q += 16) v128.store(b + q, f32x4.sub(v128.load(b + q), f32x4.mul(v, v128.load(row + q))));
  }
  for (let j = n - 1; j >= 0; j--) {
    const row = u + <usize>j * s;
    let t: f32 = 0;
    let q = (<usize>(j + 1)) << 2;
    for (; q & 15; q += 4) t += load<f32>(row + q) * load<f32>(b + q);
    let acc = f32x4.splat(0);
    for (; q < s; q += 16) acc = f32x4.add(acc, f32x4.mul(v128.load(row + q), v128.load(b + q)));
    const at = (<usize>j) << 2;
    store<f32>(b + at, (load<f32>(b + at) - t - sum4(acc)) * load<f32>(row + at));
  }
}
