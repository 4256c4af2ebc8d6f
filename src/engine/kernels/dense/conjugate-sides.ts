// Conjugate gradients (Hestenes & Stiefel 1952) on blocks of 8 right-hand sides: x, r, p and q are `columns` rows of 8 floats, one behind
// the other, then come the 8 sums of r^2. A side whose sum is at most `tolerance` is no longer updated.

/** Bytes of one row of a block. */
export const sideBytes: usize = 32;

/** Whether a side of a block still moves. */
export function isOpen(rr: usize, tolerance: f32): bool {
  for (let c: usize = 0; c < sideBytes; c += 4) if (load<f32>(rr + c) > tolerance) return true;
  return false;
}

/** q = D p */
export function scaleSides(diagonal: usize, p: usize, q: usize, columns: i32): void {
  for (let i: usize = 0; i < <usize>columns; i++) {
    const d = v128.load32_splat(diagonal + (i << 2));
    const o = i << 5;
    v128.store(q + o, f32x4.mul(d, v128.load(p + o)));
    v128.store(q + o, f32x4.mul(d, v128.load(p + o, 16)), 16);
  }
}

/** Moves x, r and p on, once q holds the product of the matrix with p. @param sums room for 8 floats */
export function advanceSides(x: usize, columns: i32, sums: usize, tolerance: f32): void {
  const bytes = <usize>columns << 5;
  const r = x + bytes,
    p = r + bytes,
    q = p + bytes,
    rr = q + bytes;
  // The sums of p q, and from them the steps; those of a side that stands still are 0.
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
