// Tiles of dense products: eight sums in registers, so that a loaded number serves several of them. They are inlined, and where a caller passes
// constants its loop is the one that would be written out.

import { sum4, sums4 } from './vector';

/**
 * Four rows times a matrix of eight columns. Row k of the four begins at a + k * aRow and its next number follows aNext bytes later, up to aEnd;
 * a row of the matrix follows bNext bytes after the one before. A row of the product follows outRow bytes after the one before; with `add` it is
 * added to what is there.
 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function fourTimesEight(a: usize, aRow: usize, aNext: usize, aEnd: usize, b: usize, bNext: usize, out: usize, outRow: usize, add: bool): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  while (a < aEnd) {
    const v = v128.load(b), w = v128.load(b, 16);
    let r = v128.load32_splat(a);
    s0 = f32x4.add(s0, f32x4.mul(r, v));
    t0 = f32x4.add(t0, f32x4.mul(r, w));
    r = v128.load32_splat(a + aRow);
    s1 = f32x4.add(s1, f32x4.mul(r, v));
    t1 = f32x4.add(t1, f32x4.mul(r, w));
    r = v128.load32_splat(a + 2 * aRow);
    s2 = f32x4.add(s2, f32x4.mul(r, v));
    t2 = f32x4.add(t2, f32x4.mul(r, w));
    r = v128.load32_splat(a + 3 * aRow);
    s3 = f32x4.add(s3, f32x4.mul(r, v));
    t3 = f32x4.add(t3, f32x4.mul(r, w));
    a += aNext;
    b += bNext;
  }
  put(out, s0, t0, add);
  put(out + outRow, s1, t1, add);
  put(out + 2 * outRow, s2, t2, add);
  put(out + 3 * outRow, s3, t3, add);
}

// @ts-ignore: decorator of AssemblyScript
@inline
function put(out: usize, s: v128, t: v128, add: bool): void {
  v128.store(out, add ? f32x4.add(v128.load(out), s) : s);
  v128.store(out, add ? f32x4.add(v128.load(out, 16), t) : t, 16);
}

/**
 * Inner products of two rows with four, all `bytes` long and side by side, into four numbers at `out` and four outRow bytes later. `inOrder`: a sum
 * is (0 + 1) + (2 + 3) as in `dot`, else (0 + 2) + (1 + 3), which is faster.
 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function twoTimesFour(a: usize, b: usize, bytes: usize, out: usize, outRow: usize, inOrder: bool): void {
  const a1 = a + bytes;
  const b1 = b + bytes,
    b2 = b1 + bytes,
    b3 = b2 + bytes;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  for (let q: usize = 0; q < bytes; q += 16) {
    const v = v128.load(a + q),
      w = v128.load(a1 + q);
    let r = v128.load(b + q);
    s0 = f32x4.add(s0, f32x4.mul(v, r));
    t0 = f32x4.add(t0, f32x4.mul(w, r));
    r = v128.load(b1 + q);
    s1 = f32x4.add(s1, f32x4.mul(v, r));
    t1 = f32x4.add(t1, f32x4.mul(w, r));
    r = v128.load(b2 + q);
    s2 = f32x4.add(s2, f32x4.mul(v, r));
    t2 = f32x4.add(t2, f32x4.mul(w, r));
    r = v128.load(b3 + q);
    s3 = f32x4.add(s3, f32x4.mul(v, r));
    t3 = f32x4.add(t3, f32x4.mul(w, r));
  }
  if (inOrder) {
    v128.store(out, f32x4(sum4(s0), sum4(s1), sum4(s2), sum4(s3)));
    v128.store(out + outRow, f32x4(sum4(t0), sum4(t1), sum4(t2), sum4(t3)));
  } else {
    v128.store(out, sums4(s0, s1, s2, s3));
    v128.store(out + outRow, sums4(t0, t1, t2, t3));
  }
}
