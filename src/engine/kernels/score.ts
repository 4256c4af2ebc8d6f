import { dot } from './vector';

/** out[k] = x . row lo + k, for rows lo..hi of y. Every score of the library comes from this one order of additions. */
export function scoreRows(lo: i32, hi: i32, x: usize, y: usize, f: i32, out: usize): void {
  const s: usize = (<usize>f) << 2;
  let row = y + <usize>lo * s;
  for (let k = lo; k < hi; k++) {
    store<f32>(out, dot(x, row, f));
    row += s;
    out += 4;
  }
}

/** out[k] = x . row indices[k]. */
export function scoreSome(count: i32, indices: usize, x: usize, y: usize, f: i32, out: usize): void {
  const s: usize = (<usize>f) << 2;
  for (let k = 0; k < count; k++) {
    store<f32>(out + ((<usize>k) << 2), dot(x, y + <usize>load<i32>(indices + ((<usize>k) << 2)) * s, f));
  }
}

// Screening. Codes are i8, a column of items for each dimension, so that a query reads the dimensions that matter to it and no
// others. Sums are i16; who makes codes and queries keeps them from overflowing.

/**
 * Adds 8 * groups columns, each times its weight, to the sums of items lo..hi (multiples of 16). Columns are byte offsets in
 * `columns`, weights 8 equal i16 each. Blocks of 4,096 sums stay in the first cache, and each column is read in order.
 */
export function screenAdd(lo: i32, hi: i32, groups: i32, columns: usize, weights: usize, codes: usize, sums: usize): void {
  for (let b0 = lo; b0 < hi; b0 += 4096) {
    const from = <usize>b0;
    const to = <usize>min(hi, b0 + 4096);
    for (let g = 0; g < groups; g++) {
      const o = columns + ((<usize>g) << 5);
      const c0 = codes + <usize>load<i32>(o),
        c1 = codes + <usize>load<i32>(o, 4),
        c2 = codes + <usize>load<i32>(o, 8),
        c3 = codes + <usize>load<i32>(o, 12),
        c4 = codes + <usize>load<i32>(o, 16),
        c5 = codes + <usize>load<i32>(o, 20),
        c6 = codes + <usize>load<i32>(o, 24),
        c7 = codes + <usize>load<i32>(o, 28);
      const w = weights + ((<usize>g) << 7);
      const w0 = v128.load(w),
        w1 = v128.load(w, 16),
        w2 = v128.load(w, 32),
        w3 = v128.load(w, 48),
        w4 = v128.load(w, 64),
        w5 = v128.load(w, 80),
        w6 = v128.load(w, 96),
        w7 = v128.load(w, 112);
      for (let k = from; k < to; k += 8) {
        const s = sums + (k << 1);
        let a = i16x8.add(v128.load(s), i16x8.mul(w0, v128.load8x8_s(c0 + k)));
        let b = i16x8.mul(w1, v128.load8x8_s(c1 + k));
        a = i16x8.add(a, i16x8.mul(w2, v128.load8x8_s(c2 + k)));
        b = i16x8.add(b, i16x8.mul(w3, v128.load8x8_s(c3 + k)));
        a = i16x8.add(a, i16x8.mul(w4, v128.load8x8_s(c4 + k)));
        b = i16x8.add(b, i16x8.mul(w5, v128.load8x8_s(c5 + k)));
        a = i16x8.add(a, i16x8.mul(w6, v128.load8x8_s(c6 + k)));
        b = i16x8.add(b, i16x8.mul(w7, v128.load8x8_s(c7 + k)));
        v128.store(s, i16x8.add(a, b));
      }
    }
  }
}

/** The largest of each 32 sums, for items lo..hi (multiples of 32), as i32. */
export function screenMost(lo: i32, hi: i32, sums: usize, most: usize): void {
  for (let k = lo; k < hi; k += 32) {
    const a = sums + ((<usize>k) << 1);
    let v = i16x8.max_s(i16x8.max_s(v128.load(a), v128.load(a, 16)), i16x8.max_s(v128.load(a, 32), v128.load(a, 48)));
    v = i16x8.max_s(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    v = i16x8.max_s(v, i8x16.shuffle(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15));
    store<i32>(most + ((<usize>(k - lo)) >> 3), max(<i32>i16x8.extract_lane_s(v, 0), <i32>i16x8.extract_lane_s(v, 1)));
  }
}

/** Which of the 16 sums at `a` are above the limit, as bits. */
// @ts-ignore: decorator of AssemblyScript
@inline
function above(a: usize, limit: v128): i32 {
  return i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.gt_s(v128.load(a), limit), i16x8.gt_s(v128.load(a, 16), limit)));
}

/** Writes where the blocks of 16 items in lo..hi begin that have a sum above limit. @returns how many. */
export function screenBlocks(lo: i32, hi: i32, limit: i32, sums: usize, out: usize): i32 {
  const least = i16x8.splat(<i16>limit);
  let found = 0;
  for (let k = lo; k < hi; k += 16) {
    if (!above(sums + ((<usize>k) << 1), least)) continue;
    store<i32>(out + ((<usize>found) << 2), k);
    found++;
  }
  return found;
}

/** One more group for the blocks in a list; those that still have a sum above limit stay in it. @returns how many. */
export function screenMore(count: i32, list: usize, columns: usize, weights: usize, codes: usize, sums: usize, limit: i32): i32 {
  const least = i16x8.splat(<i16>limit);
  let found = 0;
  for (let e = 0; e < count; e++) {
    const k = load<i32>(list + ((<usize>e) << 2));
    const s = sums + ((<usize>k) << 1);
    let a = v128.load(s),
      b = v128.load(s, 16);
    for (let c = 0; c < 8; c++) {
      const at = codes + <usize>load<i32>(columns + ((<usize>c) << 2)) + <usize>k;
      const w = v128.load(weights + ((<usize>c) << 4));
      a = i16x8.add(a, i16x8.mul(w, v128.load8x8_s(at)));
      b = i16x8.add(b, i16x8.mul(w, v128.load8x8_s(at, 8)));
    }
    v128.store(s, a);
    v128.store(s, b, 16);
    if (!above(s, least)) continue;
    store<i32>(list + ((<usize>found) << 2), k);
    found++;
  }
  return found;
}

/** Writes the items of the blocks in a list whose sum is above limit. @returns how many. */
export function screenFind(count: i32, list: usize, limit: i32, sums: usize, out: usize): i32 {
  const least = i16x8.splat(<i16>limit);
  let found = 0;
  for (let e = 0; e < count; e++) {
    const k = load<i32>(list + ((<usize>e) << 2));
    let alive = above(sums + ((<usize>k) << 1), least);
    while (alive) {
      store<i32>(out + ((<usize>found) << 2), k + ctz(alive));
      found++;
      alive &= alive - 1;
    }
  }
  return found;
}
