import { F32s, I32s, Optional } from '../types';

// Propagation over the graph of users and items works on slices of 16 columns: slice s of a matrix is a table of its own, rows of 64 bytes,
// one line of the cache each. A slice of some ten thousand rows stays in the L2 cache, where a whole matrix would not.

/**
 * Block job over rows lo..hi of all slices of the targets: out = inverse x the sum of the sources at the row's indices, in the order of the
 * indices; added to `sum` as well, if there is one.
 */
export function spreadSlices(
  lo: i32, hi: i32, block: i32, scratch: usize,
  rows: i32, sources: i32, offsets: I32s, indices: I32s, inverse: F32s, from: F32s, sum: Optional<F32s>, out: F32s,
): void {
  for (let r = lo; r < hi; r++) {
    const slice = r / rows;
    const row = <usize>(r - slice * rows) << 2;
    const table = from + ((<usize>slice * <usize>sources) << 6);
    let at = indices + ((<usize>load<i32>(offsets + row)) << 2);
    const end = indices + ((<usize>load<i32>(offsets + row, 4)) << 2);
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    for (; at < end; at += 4) {
      const x = table + ((<usize>load<i32>(at)) << 6);
      a0 = f32x4.add(a0, v128.load(x));
      a1 = f32x4.add(a1, v128.load(x, 16));
      a2 = f32x4.add(a2, v128.load(x, 32));
      a3 = f32x4.add(a3, v128.load(x, 48));
    }
    const factor = f32x4.splat(load<f32>(inverse + row));
    const to = out + ((<usize>r) << 6);
    a0 = f32x4.mul(factor, a0);
    a1 = f32x4.mul(factor, a1);
    a2 = f32x4.mul(factor, a2);
    a3 = f32x4.mul(factor, a3);
    v128.store(to, a0);
    v128.store(to, a1, 16);
    v128.store(to, a2, 32);
    v128.store(to, a3, 48);
    if (sum) {
      const s = sum + ((<usize>r) << 6);
      v128.store(s, f32x4.add(v128.load(s), a0));
      v128.store(s, f32x4.add(v128.load(s, 16), a1), 16);
      v128.store(s, f32x4.add(v128.load(s, 32), a2), 32);
      v128.store(s, f32x4.add(v128.load(s, 48), a3), 48);
    }
  }
}

/** Block job: rows lo..hi of a matrix of `width` columns, times the scale of each row, to slices of `rows` rows. The matrix is cleared. */
export function toSlices(lo: i32, hi: i32, block: i32, scratch: usize, rows: i32, width: i32, scales: F32s, from: F32s, out: F32s): void {
  const apart = (<usize>rows) << 6;
  const zero = f32x4.splat(0);
  for (let row = lo; row < hi; row++) {
    const factor = f32x4.splat(load<f32>(scales + ((<usize>row) << 2)));
    let at = from + ((<usize>row * <usize>width) << 2);
    let to = out + ((<usize>row) << 6);
    for (let e = 0; e < width; e += 16, at += 64, to += apart) {
      for (let q: usize = 0; q < 64; q += 16) {
        v128.store(to + q, f32x4.mul(factor, v128.load(at + q)));
        v128.store(at + q, zero);
      }
    }
  }
}

/** Block job: the way back, rows lo..hi of a matrix from slices. */
export function fromSlices(lo: i32, hi: i32, block: i32, scratch: usize, rows: i32, width: i32, scales: F32s, from: F32s, out: F32s): void {
  const apart = (<usize>rows) << 6;
  for (let row = lo; row < hi; row++) {
    const factor = f32x4.splat(load<f32>(scales + ((<usize>row) << 2)));
    let to = out + ((<usize>row * <usize>width) << 2);
    let at = from + ((<usize>row) << 6);
    for (let e = 0; e < width; e += 16, to += 64, at += apart) {
      for (let q: usize = 0; q < 64; q += 16) v128.store(to + q, f32x4.mul(factor, v128.load(at + q)));
    }
  }
}

/** Block job over rows lo..hi of all slices: out = the scale of the row x the row; may be the same place. */
export function scaleSlices(lo: i32, hi: i32, block: i32, scratch: usize, rows: i32, scales: F32s, from: F32s, out: F32s): void {
  for (let r = lo; r < hi; r++) {
    const factor = f32x4.splat(load<f32>(scales + ((<usize>(r % rows)) << 2)));
    const at = (<usize>r) << 6;
    for (let q = at; q < at + 64; q += 16) v128.store(out + q, f32x4.mul(factor, v128.load(from + q)));
  }
}
