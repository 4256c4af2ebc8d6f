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
 * Lists that are made together: a block of rows, read once, serves all of them from the cache. With one list after the other most of the time
 * goes into fetching rows.
 */
const together: i32 = 16;
/** Of each list under way: its bound (f64), length, next row to skip and end of those, whether it is aimed, whether it is complete (i32). */
const stateBytes: usize = 32;

/**
 * The loop of `rankRows` and `rankPrefiltered`. `Prefilter` is i32 with a prefilter and i64 without one, whose conditions the compiler decides: a
 * module of lists alone has no code of prefilters. Scratch: for each of 16 lists an aim, where there is a prefilter, and 32 bytes, and 10 bytes per
 * row of a block; less than 512 * width + 40960.
 */
export function rankLists<Prefilter>(
  lo: i32, hi: i32, scratch: usize, count: i32, width: i32, f: i32, rows: F32s, order: I32s, norms: F64s, prefilter: usize,
  queries: F32s, adds: F64s, wants: I32s, skipEnds: I32s, skips: I32s, ends: I32s, indices: I32s, scores: F32s, found: I32s,
): void {
  let aimed: usize = 0;
  if (sizeof<Prefilter>() == 4) aimed = (<usize>aimBytes(f) + 15) & ~15;
  const aims = scratch + stateBytes * <usize>together;
  const sums = aims + aimed * <usize>together;
  for (let first = lo; first < hi; first += together) {
    const last = min(hi, first + together);
    for (let query = first; query < last; query++) {
      const state = scratch + <usize>(query - first) * stateBytes;
      store<f64>(state, boundOf(queries + <usize>query * <usize>(width << 2), width));
      store<i32>(state, 0, 8);
      const at = skipEnds + (<usize>query << 2);
      store<i32>(state, <i32>(skips + (<usize>load<i32>(at) << 2)), 12);
      store<i32>(state, <i32>(skips + (<usize>load<i32>(at, 4) << 2)), 16);
      store<i32>(state, 0, 20);
      store<i32>(state, <i32>(load<i32>(wants + (<usize>query << 2)) <= 0), 24);
    }
    let open = true;
    for (let from = 0; from < count && open; from += blockRows) {
      open = false;
      for (let query = first; query < last; query++) {
        const state = scratch + <usize>(query - first) * stateBytes;
        if (load<i32>(state, 24)) continue;
        const at = <usize>query << 2;
        const heap = <usize>load<i32>(ends + at) << 2;
        const x = queries + <usize>query * <usize>(width << 2);
        const aim = aims + <usize>(query - first) * aimed;
        const more = rankBlock<Prefilter>(
          from, min(count, from + blockRows), load<i32>(wants + at), load<f64>(adds + (at << 1)), x, state, aim, sums, width, f, rows, order, norms,
          prefilter, indices + heap, scores + heap,
        );
        if (more) open = true;
        else store<i32>(state, 1, 24);
      }
    }
    for (let query = first; query < last; query++) {
      const heap = <usize>load<i32>(ends + (<usize>query << 2)) << 2;
      const size = load<i32>(scratch + <usize>(query - first) * stateBytes, 8);
      sort(indices + heap, scores + heap, size);
      store<i32>(found + (<usize>query << 2), size);
    }
  }
}

/** How far the rounding of sums may be off, as a share of the product of the norms. */
// @ts-ignore: decorator of AssemblyScript
@inline
function slackOf(width: i32): f64 {
  return <f64>width * 2e-7 + 1e-6;
}

/** The norm of a query, with room for rounding. */
function boundOf(x: usize, width: i32): f64 {
  let square: f64 = 0;
  for (let d = 0; d < width; d++) square += <f64>load<f32>(x + (<usize>d << 2)) * <f64>load<f32>(x + (<usize>d << 2));
  return sqrt(square) * (1 + slackOf(width));
}

/** Offers the rows from..to to the list of one query. @returns false when neither they nor any later ones can enter it */
function rankBlock<Prefilter>(
  from: i32, to: i32, n: i32, add: f64, x: usize, state: usize, aim: usize, sums: usize, width: i32, f: i32, rows: usize, order: usize,
  norms: usize, prefilter: usize, items: usize, scores: usize,
): bool {
  const slack = slackOf(width);
  const norm = load<f64>(state);
  let size = load<i32>(state, 8);
  const threshold: f64 = size < n ? f64.NEGATIVE_INFINITY : <f64>load<f32>(scores);
  const bound = norm * load<f64>(norms + (<usize>from << 3));
  if (bound + add < threshold) return false;
  const list = sums + 2 * blockRows;
  const limit = bound > tiny ? threshold / bound - slack : 0;
  let some = -1;
  if (sizeof<Prefilter>() == 4) if (add == 0 && norm > tiny && n <= longest && limit > 0) {
    if (!load<i32>(state, 20)) prefilterAim(x, norm, f, load<i32>(prefilter, 8), load<f64>(prefilter), aim);
    store<i32>(state, 1, 20);
    some = survivors(from, to, limit, f, aim, prefilter, sums - (<usize>from << 1), list, list + 4 * blockRows);
  }
  let skip = <usize>load<i32>(state, 12);
  const skipEnd = <usize>load<i32>(state, 16);
  const end = some < 0 ? to - from : some;
  for (let k = 0; k < end; k++) {
    const row = some < 0 ? from + k : load<i32>(list + (<usize>k << 2));
    const score = <f32>(<f64>dot(x, rows + <usize>row * <usize>(width << 2), width) + add);
    if (<f64>score < threshold) continue;
    while (skip < skipEnd && load<i32>(skip) < row) skip += 4;
    if (skip < skipEnd && load<i32>(skip) == row) continue;
    size = offer(items, scores, size, n, load<i32>(order + (<usize>row << 2)), score);
  }
  store<i32>(state, size, 8);
  store<i32>(state, <i32>skip, 12);
  return true;
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
