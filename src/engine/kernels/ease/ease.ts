import { F32s, I32s } from '../types';

/** Bytes of one row of a block. */
const sideBytes: usize = 32;

/**
 * Block job: one step of conjugate gradients (Hestenes & Stiefel 1952) on (X^T X + D) z = b for blocks lo..hi of 8 right-hand sides each.
 * X is sparse with unit diagonal of X^T X + D, so that no preconditioner is left to apply. A block lies at state + stride * block: x, r,
 * p, q of `columns` rows of 8 floats, then 8 sums of r^2. A side whose sum is at most `tolerance` is no longer updated; a block of such sides is
 * skipped. A row of X is gathered and scattered while its products stay in registers. Eight sides, because p and q should stay in the
 * L2 cache: on Gowalla (41,000 columns) a multiplication takes .6 ms per side, .7 to 1.2 with 16 sides and 1.2 with 32.
 */
export function easeStep(
  lo: i32, hi: i32, block: i32, scratch: usize,
  offsets: I32s, indices: I32s, values: F32s, rows: i32, diagonal: F32s, columns: i32, state: F32s, stride: usize, tolerance: f32,
): void {
  for (let b = lo; b < hi; b++) step(offsets, indices, values, rows, diagonal, columns, state + <usize>b * stride, scratch, tolerance);
}

function step(
  offsets: usize, indices: usize, values: usize, rows: i32, diagonal: usize, columns: i32, x: usize, sums: usize, tolerance: f32,
): void {
  const bytes = <usize>columns << 5;
  const r = x + bytes,
    p = r + bytes,
    q = p + bytes,
    rr = q + bytes;
  let open = false;
  for (let c: usize = 0; c < sideBytes; c += 4) if (load<f32>(rr + c) > tolerance) open = true;
  if (!open) return;
  for (let i: usize = 0; i < <usize>columns; i++) {
    const d = v128.load32_splat(diagonal + (i << 2));
    const o = i << 5;
    v128.store(q + o, f32x4.mul(d, v128.load(p + o)));
    v128.store(q + o, f32x4.mul(d, v128.load(p + o, 16)), 16);
  }
  multiply(offsets, indices, values, rows, p, q);
  // The sums of p q, and from them the steps; those of a converged side are 0.
  inner(p, q, columns, sums);
  const least = f32x4.splat(tolerance), zero = f32x4.splat(0);
  for (let c: usize = 0; c < sideBytes; c += 16) {
    const old = v128.load(rr + c);
    v128.store(sums + c, v128.bitselect(f32x4.div(old, v128.load(sums + c)), zero, f32x4.gt(old, least)));
  }
  for (let o: usize = 0; o < bytes; o += 16) {
    const alpha = v128.load(sums + (o & 16));
    v128.store(x + o, f32x4.add(v128.load(x + o), f32x4.mul(alpha, v128.load(p + o))));
    v128.store(r + o, f32x4.sub(v128.load(r + o), f32x4.mul(alpha, v128.load(q + o))));
  }
  inner(r, r, columns, sums);
  for (let c: usize = 0; c < sideBytes; c += 16) {
    const old = v128.load(rr + c);
    const now = v128.bitselect(v128.load(sums + c), old, f32x4.gt(old, least));
    const beta = v128.bitselect(f32x4.div(now, old), zero, f32x4.gt(old, zero));
    v128.store(rr + c, now);
    v128.store(sums + c, beta);
  }
  for (let o: usize = 0; o < bytes; o += 16) {
    v128.store(p + o, f32x4.add(v128.load(r + o), f32x4.mul(v128.load(sums + (o & 16)), v128.load(p + o))));
  }
}

/** q += X^T X p */
function multiply(offsets: usize, indices: usize, values: usize, rows: i32, p: usize, q: usize): void {
  for (let row: usize = 0; row < <usize>rows; row++) {
    const first = <usize>load<i32>(offsets + (row << 2)) << 2;
    const last = <usize>load<i32>(offsets + (row << 2), 4) << 2;
    let t0 = f32x4.splat(0),
      t1 = t0;
    for (let e = first; e < last; e += 4) {
      const v = v128.load32_splat(values + e);
      const o = p + (<usize>load<i32>(indices + e) << 5);
      t0 = f32x4.add(t0, f32x4.mul(v, v128.load(o)));
      t1 = f32x4.add(t1, f32x4.mul(v, v128.load(o, 16)));
    }
    for (let e = first; e < last; e += 4) {
      const v = v128.load32_splat(values + e);
      const o = q + (<usize>load<i32>(indices + e) << 5);
      v128.store(o, f32x4.add(v128.load(o), f32x4.mul(v, t0)));
      v128.store(o, f32x4.add(v128.load(o, 16), f32x4.mul(v, t1)), 16);
    }
  }
}

/** sums = the 8 sums over rows of a b, 256 rows at a time so that long sums do not lose their last digits. */
function inner(a: usize, b: usize, columns: i32, sums: usize): void {
  memory.fill(sums, 0, sideBytes);
  for (let from = 0; from < columns; from += 256) {
    const end = <usize>min(columns, from + 256) << 5;
    for (let c: usize = 0; c < sideBytes; c += 16) {
      let sum = f32x4.splat(0);
      for (let o = (<usize>from << 5) + c; o < end; o += sideBytes) sum = f32x4.add(sum, f32x4.mul(v128.load(a + o), v128.load(b + o)));
      v128.store(sums + c, f32x4.add(v128.load(sums + c), sum));
    }
  }
}
