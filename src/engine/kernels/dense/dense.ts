import { PANEL, packRow, syrk } from './syrk';
import { fourTimesEight } from './tiles';
import { F32s, Optional } from '../types';

/**
 * Block job: partial Gram matrix of rows lo..hi, each times its weight (weights = 0: all 1), from the diagonal on, into
 * out + block * f * f. Scratch: 64 rows.
 */
export function gram(lo: i32, hi: i32, block: i32, scratch: usize, x: F32s, f: i32, weights: Optional<F32s>, out: F32s): void {
  const s: usize = (<usize>f) << 2;
  const c = out + <usize>block * s * <usize>f;
  memory.fill(c, 0, s * <usize>f);
  for (let r0 = lo; r0 < hi; r0 += PANEL) {
    const rn = min(PANEL, hi - r0);
    for (let r = 0; r < rn; r++) {
      const weight = weights ? sqrt<f32>(load<f32>(weights + ((<usize>(r0 + r)) << 2))) : 1;
      packRow(weight, x + <usize>(r0 + r) * s, scratch, r, rn, f);
    }
    syrk(scratch, rn, f, c);
  }
}

/**
 * Block job: rows lo..hi of x times the f x f matrix b, into the same rows of out, which may be x. Scratch: 32 + f rows. Columns
 * of b go eight at a time, and are laid side by side first when that pays: rows of 512 bytes collide in the L1 cache.
 */
export function rotate(lo: i32, hi: i32, block: i32, scratch: usize, x: F32s, f: i32, b: F32s, out: F32s): void {
  const s: usize = (<usize>f) << 2;
  const packed = hi - lo >= 64;
  const panels = scratch + 32 * s;
  if (packed) packColumns(b, f, panels);
  const step: usize = packed ? 32 : s;
  for (let r0 = lo; r0 < hi; r0 += 32) {
    const rn = min(32, hi - r0);
    const rows = out + <usize>r0 * s;
    memory.copy(scratch, x + <usize>r0 * s, <usize>rn * s);
    for (let j = 0; j < f; j += 8) {
      const panel = packed ? panels + <usize>j * s : b + ((<usize>j) << 2);
      const to = rows + ((<usize>j) << 2);
      let r = 0;
      for (; r + 4 <= rn; r += 4) {
        const four = scratch + <usize>r * s;
        fourTimesEight(four, s, 4, four + s, panel, step, to + <usize>r * s, s, false);
      }
      for (; r < rn; r++) {
        let a0 = f32x4.splat(0),
          a1 = a0;
        let p = scratch + <usize>r * s,
          q = panel;
        const end = p + s;
        while (p < end) {
          const t = v128.load32_splat(p);
          a0 = f32x4.add(a0, f32x4.mul(t, v128.load(q)));
          a1 = f32x4.add(a1, f32x4.mul(t, v128.load(q, 16)));
          p += 4;
          q += step;
        }
        const o = to + <usize>r * s;
        v128.store(o, a0);
        v128.store(o, a1, 16);
      }
    }
  }
}

/** The f x f matrix b as panels of eight columns, one after the other. */
function packColumns(b: usize, f: i32, to: usize): void {
  const s: usize = (<usize>f) << 2;
  for (let j: usize = 0; j < s; j += 32) {
    for (let q = b + j, end = q + <usize>f * s; q < end; q += s) {
      v128.store(to, v128.load(q));
      v128.store(to, v128.load(q, 16), 16);
      to += 32;
    }
  }
}
