import { advanceSides, isOpen, STEPS, scaleSides, sideBytes } from '../dense/conjugate-sides';
import { F32s, I32s, Optional } from '../types';

/**
 * Block job: up to STEPS steps of conjugate gradients on (A^T A + D) z = b for blocks lo..hi of 8 right-hand sides each, where row t of a user's
 * part of A is the decayed past a_t = decay a_(t-1) + value_t e_(item_t). A is never made: A p is that recurrence over the sequence, and
 * A^T of it the same recurrence backwards, so a product takes time with the length of a sequence, not with its square. A block lies at
 * state + stride * block as conjugate-sides.ts says. Scratch: 8 sums, then 8 floats per entry of the longest sequence.
 *
 * With `fades` and `weights`, a_t = fade_t a_(t-1) + value_t e_(item_t), row t counts weight_t in A^T A, and `whole` times X^T X is added, where the
 * row of X of a user is the sum of value_t e_(item_t).
 */
export function sequenceSteps(
  lo: i32, hi: i32, block: i32, scratch: usize,
  offsets: I32s, items: I32s, values: F32s, users: i32, decay: f32, diagonal: F32s, columns: i32, state: F32s, stride: usize, tolerance: f32,
  fades: Optional<F32s>, weights: Optional<F32s>, whole: f32,
): void {
  const bytes = <usize>columns << 5;
  for (let b = lo; b < hi; b++) {
    const x = state + <usize>b * stride;
    const p = x + 2 * bytes,
      q = p + bytes;
    for (let step = 0; step < STEPS && isOpen(q + bytes, tolerance); step++) {
      scaleSides(diagonal, p, q, columns);
      if (fades) multiplyWeighted(offsets, items, values, users, fades, weights, whole, p, q, scratch + sideBytes);
      else multiply(offsets, items, values, users, decay, p, q, scratch + sideBytes);
      advanceSides(x, columns, scratch, tolerance);
    }
  }
}

/** q += A^T A p */
function multiply(offsets: usize, items: usize, values: usize, users: i32, decay: f32, p: usize, q: usize, pasts: usize): void {
  const d = f32x4.splat(decay), zero = f32x4.splat(0);
  for (let user: usize = 0; user < <usize>users; user++) {
    const first = <usize>load<i32>(offsets + (user << 2)) << 2;
    const last = <usize>load<i32>(offsets + (user << 2), 4) << 2;
    let a0 = zero,
      a1 = zero,
      to = pasts;
    for (let e = first; e < last; e += 4) {
      const v = v128.load32_splat(values + e);
      const o = p + (<usize>load<i32>(items + e) << 5);
      a0 = f32x4.add(f32x4.mul(d, a0), f32x4.mul(v, v128.load(o)));
      a1 = f32x4.add(f32x4.mul(d, a1), f32x4.mul(v, v128.load(o, 16)));
      v128.store(to, a0);
      v128.store(to, a1, 16);
      to += sideBytes;
    }
    a0 = zero;
    a1 = zero;
    for (let e = last; e > first; ) {
      e -= 4;
      to -= sideBytes;
      a0 = f32x4.add(f32x4.mul(d, a0), v128.load(to));
      a1 = f32x4.add(f32x4.mul(d, a1), v128.load(to, 16));
      const v = v128.load32_splat(values + e);
      const o = q + (<usize>load<i32>(items + e) << 5);
      v128.store(o, f32x4.add(v128.load(o), f32x4.mul(v, a0)));
      v128.store(o, f32x4.add(v128.load(o, 16), f32x4.mul(v, a1)), 16);
    }
  }
}

/** q += (A^T W A + whole X^T X) p */
function multiplyWeighted(
  offsets: usize, items: usize, values: usize, users: i32, fades: usize, weights: usize, whole: f32, p: usize, q: usize, pasts: usize,
): void {
  const zero = f32x4.splat(0), share = f32x4.splat(whole);
  for (let user: usize = 0; user < <usize>users; user++) {
    const first = <usize>load<i32>(offsets + (user << 2)) << 2;
    const last = <usize>load<i32>(offsets + (user << 2), 4) << 2;
    let a0 = zero,
      a1 = zero,
      all0 = zero,
      all1 = zero,
      to = pasts;
    for (let e = first; e < last; e += 4) {
      const d = v128.load32_splat(fades + e), w = v128.load32_splat(weights + e), v = v128.load32_splat(values + e);
      const o = p + (<usize>load<i32>(items + e) << 5);
      const v0 = f32x4.mul(v, v128.load(o)), v1 = f32x4.mul(v, v128.load(o, 16));
      a0 = f32x4.add(f32x4.mul(d, a0), v0);
      a1 = f32x4.add(f32x4.mul(d, a1), v1);
      all0 = f32x4.add(all0, v0);
      all1 = f32x4.add(all1, v1);
      v128.store(to, f32x4.mul(w, a0));
      v128.store(to, f32x4.mul(w, a1), 16);
      to += sideBytes;
    }
    all0 = f32x4.mul(share, all0);
    all1 = f32x4.mul(share, all1);
    a0 = zero;
    a1 = zero;
    let d = zero;
    for (let e = last; e > first; ) {
      e -= 4;
      to -= sideBytes;
      a0 = f32x4.add(f32x4.mul(d, a0), v128.load(to));
      a1 = f32x4.add(f32x4.mul(d, a1), v128.load(to, 16));
      d = v128.load32_splat(fades + e);
      const v = v128.load32_splat(values + e);
      const o = q + (<usize>load<i32>(items + e) << 5);
      v128.store(o, f32x4.add(v128.load(o), f32x4.mul(v, f32x4.add(a0, all0))));
      v128.store(o, f32x4.add(v128.load(o, 16), f32x4.mul(v, f32x4.add(a1, all1))), 16);
    }
  }
}
