import { multiply } from '../training/multiply';
import { F32s } from '../types';

// The inverse of a symmetric positive definite matrix by the sweep operator (Goodnight 1979) on blocks of columns, in 32 bits; see
// recommenders/ease/blocked.ts. Of the matrix, `ld` x `ld` in rows, the lower triangle counts; ld and all bounds of blocks are multiples of 8.

/**
 * Block job over groups lo..hi of eight rows: lays their `count` columns from `start` on as `panel`, eight rows side by side, 0 for rows of
 * the block itself, and writes -panel x pivot to `products`, `count` numbers a row. `pivot` is the inverse of the block, negated.
 */
export function sweepPanel(
  lo: i32, hi: i32, block: i32, scratch: usize, a: F32s, ld: i32, start: i32, count: i32, pivot: F32s, panel: F32s, products: F32s,
): void {
  const s: usize = (<usize>ld) << 2,
    w: usize = (<usize>count) << 2;
  for (let group = lo; group < hi; group++) {
    const row = group << 3;
    const strip = panel + ((<usize>group * <usize>count) << 5);
    if (row < start) {
      let from = a + <usize>start * s + ((<usize>row) << 2);
      for (let to = strip, end = strip + (w << 3); to < end; to += 32, from += s) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      }
    } else if (row < start + count) {
      memory.fill(strip, 0, w << 3);
    } else {
      for (let r: usize = 0; r < 8; r++) {
        const from = a + (<usize>row + r) * s + ((<usize>start) << 2);
        for (let q: usize = 0; q < w; q += 4) store<f32>(strip + (q << 3) + (r << 2), load<f32>(from + q));
      }
    }
    const out = products + <usize>row * w;
    memory.fill(out, 0, w << 3);
    multiply(strip, 4, 32, pivot, w, out, w, 8, count, count, scratch);
  }
}

/** Block job over rows lo..hi (multiples of 8) of the lower triangle: adds products x panel^T. Above the diagonal it writes up to `hi`. */
export function sweepUpdate(lo: i32, hi: i32, block: i32, scratch: usize, a: F32s, ld: i32, count: i32, panel: F32s, products: F32s): void {
  const s: usize = (<usize>ld) << 2,
    w: usize = (<usize>count) << 2;
  for (let j = 0; j < hi; j += 8) {
    const row = max(lo, j);
    multiply(
      products + <usize>row * w, w, 4, panel + (<usize>j * w), 32, a + <usize>row * s + ((<usize>j) << 2), s, hi - row, count, 8, scratch,
    );
  }
}

/** Block job over groups lo..hi of eight rows: their columns of the block become panel x inverse, those of the block itself -inverse. */
export function sweepColumns(
  lo: i32, hi: i32, block: i32, scratch: usize, a: F32s, ld: i32, start: i32, count: i32, pivot: F32s, products: F32s,
): void {
  const s: usize = (<usize>ld) << 2,
    w: usize = (<usize>count) << 2;
  for (let row = lo << 3; row < hi << 3; row++) {
    const from = products + <usize>row * w;
    if (row < start) {
      let to = a + <usize>start * s + ((<usize>row) << 2);
      for (let q: usize = 0; q < w; q += 4, to += s) store<f32>(to, -load<f32>(from + q));
    } else {
      const inside = row < start + count;
      const source = inside ? pivot + <usize>(row - start) * w : from;
      const to = a + <usize>row * s + ((<usize>start) << 2);
      for (let q: usize = 0; q < w; q += 16) {
        const v = v128.load(source + q);
        v128.store(to + q, inside ? v : f32x4.neg(v));
      }
    }
  }
}
