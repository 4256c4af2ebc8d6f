// Lists: the best rows of a matrix for a vector, exactly and with few rows read.
//
// Rows are sorted by descending norm, and |score| <= |vector| |row|: where no later row can enter the list, the scan stops. What comes before is
// prefiltered by codes (prefilter.ts), and what survives is scored. The heap is that of top-k.ts: ties are ordered by index.

import { aimBytes, prefilterAdd, prefilterAim, prefilterCheck, prefilterFind, prefilterGroups, prefilterLeast } from '../prefilter/prefilter';
import { dot } from '../dense/vector';
import { offer, sort } from './heap';
import { F32s, F64s, I32s } from '../types';

/** Rows between two checks of the threshold. A multiple of 32. */
const blockRows: i32 = 256;
/** Below this, products of float32 numbers underflow and bounds no longer hold. */
const tiny: f64 = 1e-18;
/** For longer lists too many rows survive a prefilter. */
const longest: i32 = 256;

/**
 * The loop of `rankRows` and `rankPrefiltered`. `Prefilter` is i32 with a prefilter and i64 without one, whose conditions the compiler decides: a
 * module of lists alone has no code of prefilters.
 */
export function rankLists<Prefilter>(
  lo: i32, hi: i32, scratch: usize, count: i32, width: i32, f: i32, rows: F32s, order: I32s, norms: F64s, prefilter: usize,
  queries: F32s, adds: F64s, wants: I32s, skipEnds: I32s, skips: I32s, ends: I32s, indices: I32s, scores: F32s, found: I32s,
): void {
  // How far the rounding of sums may be off, as a share of the product of the norms.
  const slack: f64 = <f64>width * 2e-7 + 1e-6;
  const aim = scratch;
  let sums: usize = 0;
  if (sizeof<Prefilter>() == 4) sums = (aim + <usize>aimBytes(f) + 15) & ~15;
  const list = sums + 2 * blockRows;
  const whole = list + 4 * blockRows;
  for (let query = lo; query < hi; query++) {
    const at = <usize>query << 2;
    const n = load<i32>(wants + at);
    const add = load<f64>(adds + (at << 1));
    const x = queries + <usize>query * <usize>(width << 2);
    const heap = <usize>load<i32>(ends + at) << 2;
    let skip = skips + (<usize>load<i32>(skipEnds + at) << 2);
    const skipEnd = skips + (<usize>load<i32>(skipEnds + at, 4) << 2);
    let square: f64 = 0;
    for (let d = 0; d < width; d++) square += <f64>load<f32>(x + (<usize>d << 2)) * <f64>load<f32>(x + (<usize>d << 2));
    const norm = sqrt(square) * (1 + slack);
    const prefiltered = sizeof<Prefilter>() == 4 && add == 0 && norm > tiny && n <= longest;
    let size = 0, aimed = false;
    for (let from = 0; from < count && n > 0; from += blockRows) {
      const threshold: f64 = size < n ? f64.NEGATIVE_INFINITY : <f64>load<f32>(scores + heap);
      const bound = norm * load<f64>(norms + (<usize>from << 3));
      if (bound + add < threshold) break;
      const to = min(count, from + blockRows);
      const limit = bound > tiny ? threshold / bound - slack : 0;
      let some = -1;
      if (sizeof<Prefilter>() == 4) if (prefiltered && limit > 0) {
        if (!aimed) prefilterAim(x, norm, f, load<i32>(prefilter, 8), load<f64>(prefilter), aim);
        aimed = true;
        some = survivors(from, to, limit, f, aim, prefilter, sums - (<usize>from << 1), list, whole);
      }
      const end = some < 0 ? to - from : some;
      for (let k = 0; k < end; k++) {
        const row = some < 0 ? from + k : load<i32>(list + (<usize>k << 2));
        const score = <f32>(<f64>dot(x, rows + <usize>row * <usize>(width << 2), width) + add);
        if (<f64>score < threshold) continue;
        while (skip < skipEnd && load<i32>(skip) < row) skip += 4;
        if (skip < skipEnd && load<i32>(skip) == row) continue;
        size = offer(indices + heap, scores + heap, size, n, load<i32>(order + (<usize>row << 2)), score);
      }
    }
    sort(indices + heap, scores + heap, size);
    store<i32>(found + at, size);
  }
}

/** The rows from..to that may have a cosine of at least `limit` go to `list`. @returns how many; -1 when scoring all is cheaper */
function survivors(from: i32, to: i32, limit: f64, f: i32, aim: usize, prefilter: usize, sums: usize, list: usize, whole: usize): i32 {
  const all = (f + 7) / 8;
  const groups = prefilterGroups(limit, f, aim);
  if (4 * groups > 3 * all) return -1;
  prefilterAdd(from, (to + 15) & ~15, 0, groups, f, aim, load<i32>(prefilter, 12), sums);
  const some = prefilterFind(from, to, prefilterLeast(limit, groups, f, aim), sums, whole, list);
  return prefilterCheck(some, list, prefilterLeast(limit, all, f, aim), f, aim, load<i32>(prefilter, 16), whole);
}
