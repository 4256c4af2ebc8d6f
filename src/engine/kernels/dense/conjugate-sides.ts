// Conjugate gradients (Hestenes & Stiefel 1952) on blocks of 8 right-hand sides: x, r, p and q are `columns` rows of 8 floats, one behind
// the other, then come the 8 sums of r^2. A side whose sum is at most `tolerance` is no longer updated.

/** Bytes of one row of a block. */
export const sideBytes: usize = 32;

/** Steps that a block takes one after the other while it lies in the cache, before others have their turn and a fit can be aborted. */
export const STEPS = 16;

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
  moveSides(x, columns, sums);
  for (let c: usize = 0; c < sideBytes; c += 16) {
    const old = v128.load(rr + c);
    const now = v128.bitselect(v128.load(sums + c), old, f32x4.gt(old, least));
    const beta = v128.bitselect(f32x4.div(now, old), zero, f32x4.gt(old, zero));
    v128.store(rr + c, now);
    v128.store(sums + c, beta);
  }
  const s = v128.load(sums), t = v128.load(sums, 16);
  for (let o: usize = 0; o < bytes; o += sideBytes) {
    v128.store(p + o, f32x4.add(v128.load(r + o), f32x4.mul(s, v128.load(p + o))));
    v128.store(p + o, f32x4.add(v128.load(r + o, 16), f32x4.mul(t, v128.load(p + o, 16))), 16);
  }
}

// Sums go over 256 rows at a time, so that long ones do not lose their last digits.

/** sums = the 8 sums over rows of a b. */
function inner(a: usize, b: usize, columns: i32, sums: usize): void {
  memory.fill(sums, 0, sideBytes);
  for (let from = 0; from < columns; from += 256) {
    let s = f32x4.splat(0),
      t = s;
    for (let o = <usize>from << 5, end = <usize>min(columns, from + 256) << 5; o < end; o += sideBytes) {
      s = f32x4.add(s, f32x4.mul(v128.load(a + o), v128.load(b + o)));
      t = f32x4.add(t, f32x4.mul(v128.load(a + o, 16), v128.load(b + o, 16)));
    }
    v128.store(sums, f32x4.add(v128.load(sums), s));
    v128.store(sums, f32x4.add(v128.load(sums, 16), t), 16);
  }
}

/** x += alpha p and r -= alpha q, where `sums` holds the 8 numbers alpha; then sums = the 8 sums of r^2. */
function moveSides(x: usize, columns: i32, sums: usize): void {
  const bytes = <usize>columns << 5;
  const alpha = v128.load(sums), beta = v128.load(sums, 16);
  memory.fill(sums, 0, sideBytes);
  for (let from = 0; from < columns; from += 256) {
    let s = f32x4.splat(0),
      t = s;
    for (let o = x + (<usize>from << 5), end = x + (<usize>min(columns, from + 256) << 5); o < end; o += sideBytes) {
      const r = o + bytes;
      const p = r + bytes;
      const q = p + bytes;
      v128.store(o, f32x4.add(v128.load(o), f32x4.mul(alpha, v128.load(p))));
      v128.store(o, f32x4.add(v128.load(o, 16), f32x4.mul(beta, v128.load(p, 16))), 16);
      const v = f32x4.sub(v128.load(r), f32x4.mul(alpha, v128.load(q)));
      const w = f32x4.sub(v128.load(r, 16), f32x4.mul(beta, v128.load(q, 16)));
      v128.store(r, v);
      v128.store(r, w, 16);
      s = f32x4.add(s, f32x4.mul(v, v));
      t = f32x4.add(t, f32x4.mul(w, w));
    }
    v128.store(sums, f32x4.add(v128.load(sums), s));
    v128.store(sums, f32x4.add(v128.load(sums, 16), t), 16);
  }
}
