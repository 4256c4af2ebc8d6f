// Scores of the rows that the bounds of coarse.ts leave.

import { dot64 } from '../codes/codes';
import { together, touch } from '../codes/products';
import { countLevels } from './coarse';
import { F32s, I32s, U8s } from '../types';

/** Scores the rows whose level is at least `least` and below `end`, behind those that are listed already, up to `most`. @returns how many there are then */
function scoreBetween(
  levels: usize, count: i32, least: i32, end: i32, listed: i32, most: i32, query: usize, rows: usize, f: i32, list: usize, scores: usize,
): i32 {
  const from = i8x16.splat(<i8>least), to = i8x16.splat(<i8>end), size = <usize>f << 2;
  let found = listed;
  for (let r = 0; r < count; r += 16) {
    const level = v128.load(levels + <usize>r);
    let bits = i8x16.bitmask(i8x16.ge_u(level, from));
    if (bits && end < 256) bits &= ~i8x16.bitmask(i8x16.ge_u(level, to));
    for (; bits; bits &= bits - 1) {
      if (found < most) store<i32>(list + (<usize>found << 2), r + <i32>ctz(bits));
      found++;
    }
  }
  for (let e = listed; e < min(found, most); e++) {
    const place = <usize>e << 2;
    if ((e - listed) % together == 0) store<i32>(scores + place, touch(list + place, min(together, min(found, most) - e), size, rows));
    store<f32>(scores + place, <f32>dot64(rows + <usize>load<i32>(list + place) * size, query, f));
  }
  return found;
}

/** The highest level that at least n rows reach; `least` if fewer reach that, as in most ranges. */
function levelWith(levels: usize, count: i32, least: i32, n: i32): i32 {
  if (countLevels(levels, count, least) < n) return least;
  let low = least, high = 256;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (countLevels(levels, count, middle) >= n) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Block job: scores rows for each of the queries lo..hi, from the level of the query in `leasts` on (0: none). Where these are more than n, those with
 * the highest levels come first, and of the others those alone that may score as much as the worst of the first. `most` rows are listed with their scores from
 * k * most on, for query k; `counts` gets how many there are, which may be more.
 * @param stride levels of a query, a multiple of 16; those of the k-th stand at levels + k * stride
 * @param own as for {@link coarseMany}
 * @param vectors the queries, and `rows`: of f floats each; row 0 is that of the first level
 */
export function scoreLevels(
  lo: i32, hi: i32, block: i32, scratch: usize, levels: U8s, stride: i32, own: F32s, leasts: I32s, n: i32, vectors: F32s, rows: F32s, f: i32,
  most: i32, lists: I32s, scores: F32s, counts: I32s,
): void {
  for (let k = lo; k < hi; k++) {
    const at = <usize>k << 2, list = lists + at * <usize>most, out = scores + at * <usize>most;
    const theirs = levels + <usize>k * <usize>stride, query = vectors + at * <usize>f, unit = load<f32>(own + (<usize>k << 5), 20);
    let least = load<i32>(leasts + at), found = 0;
    if (least > 0) {
      const first = levelWith(theirs, stride, least, n);
      found = scoreBetween(theirs, stride, first, 256, 0, most, query, rows, f, list, out);
      if (found >= n) {
        let worst: f32 = f32.POSITIVE_INFINITY;
        for (let e = 0; e < min(found, most); e++) worst = min(worst, load<f32>(out + (<usize>e << 2)));
        const level: f32 = worst * unit;
        least = max(least, level >= 255 ? 255 : level > 0 ? <i32>level : 0); // NaN rules nothing out
      }
      if (least < first) found = scoreBetween(theirs, stride, least, first, found, most, query, rows, f, list, out);
    }
    store<i32>(counts + at, found);
  }
}
