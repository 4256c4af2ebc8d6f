import { sum4 } from './vector';

/** In place lower Cholesky factor of the n x n matrix with rows of ld floats, ld % 4 == 0. Returns 0, or 1 + the row that is not positive. */
export function cholesky(a: usize, n: i32, ld: i32): i32 {
  const s: usize = (<usize>ld) << 2;
  for (let i = 0; i < n; i++) {
    const ai = a + <usize>i * s;
    for (let j = 0; j <= i; j++) {
      const aj = a + <usize>j * s;
      let acc = f32x4.splat(0);
      let k = 0;
      for (; k + 4 <= j; k += 4) acc = f32x4.add(acc, f32x4.mul(v128.load(ai + ((<usize>k) << 2)), v128.load(aj + ((<usize>k) << 2))));
      let t = sum4(acc);
      for (; k < j; k++) t += load<f32>(ai + ((<usize>k) << 2)) * load<f32>(aj + ((<usize>k) << 2));
      const v = load<f32>(ai + ((<usize>j) << 2)) - t;
      if (i == j) {
        if (!(v > 0)) return i + 1;
        store<f32>(ai + ((<usize>j) << 2), sqrt<f32>(v));
      } else {
        store<f32>(ai + ((<usize>j) << 2), v / load<f32>(aj + ((<usize>j) << 2)));
      }
    }
  }
  return 0;
}

/** b <- (L L^T)^-1 b. The back substitution goes by rows of L, so that memory is read in order. */
export function choleskySolve(a: usize, n: i32, ld: i32, b: usize): void {
  const s: usize = (<usize>ld) << 2;
  for (let i = 0; i < n; i++) {
    const ai = a + <usize>i * s;
    let acc = f32x4.splat(0);
    let k = 0;
    for (; k + 4 <= i; k += 4) acc = f32x4.add(acc, f32x4.mul(v128.load(ai + ((<usize>k) << 2)), v128.load(b + ((<usize>k) << 2))));
    let t = load<f32>(b + ((<usize>i) << 2)) - sum4(acc);
    for (; k < i; k++) t -= load<f32>(ai + ((<usize>k) << 2)) * load<f32>(b + ((<usize>k) << 2));
    store<f32>(b + ((<usize>i) << 2), t / load<f32>(ai + ((<usize>i) << 2)));
  }
  for (let i = n - 1; i >= 0; i--) {
    const ai = a + <usize>i * s;
    const t = load<f32>(b + ((<usize>i) << 2)) / load<f32>(ai + ((<usize>i) << 2));
    store<f32>(b + ((<usize>i) << 2), t);
    const v = f32x4.splat(t);
    let k = 0;
    for (; k + 4 <= i; k += 4) {
      const q = b + ((<usize>k) << 2);
      v128.store(q, f32x4.sub(v128.load(q), f32x4.mul(v, v128.load(ai + ((<usize>k) << 2)))));
    }
    for (; k < i; k++) store<f32>(b + ((<usize>k) << 2), load<f32>(b + ((<usize>k) << 2)) - t * load<f32>(ai + ((<usize>k) << 2)));
  }
}
