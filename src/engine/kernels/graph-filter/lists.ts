import { fourTimesTwo } from '../codes/products';
import { offer, sort } from '../ranking/heap';
import { F32s, I16s, I32s, Optional } from '../types';
import { aim, round, together } from './queries';

/** At least the norm of a row of vectors in integers, which is rounded from one of at most 16,000. */
const mostNorm: f32 = 16_100;
/** More than rounding to 32 bits can move a bound, relative to its parts. */
const slack: f32 = 1e-6;

/**
 * Block job: the lists of the queries lo..hi, at most 32, from what filterSparse left in `dense`, where items that must not be in a list get NaN.
 * The first `head` numbers of the vectors bound a score: the rest adds at most the product of the norms that they have left (Cauchy-Schwarz).
 * Only where the bound reaches into the list are all numbers read. Sums are those of filterScores: in integers, so in any order.
 *
 * @param tails by item: the norm of its row of V from `head` on
 * @param wants the length of each list; the items skips[skipEnds[k] .. skipEnds[k + 1]] must not be in list k
 * @param ends list k goes to listItems and listScores from ends[k] on; `found` gets its length
 * The other parameters are those of filterScores. Scratch: 132 bytes per rank and 1024.
 */
export function filterLists(
  lo: i32, hi: i32, block: i32, scratch: usize, items: i32, rank: i32, vectors: Optional<I16s>, scales: Optional<F32s>, gains: Optional<F32s>,
  pre: F32s, queryOffsets: I32s, queryItems: I32s, queryValues: F32s, parts: i32, head: i32, tails: Optional<F32s>, dense: F32s,
  wants: I32s, skipEnds: I32s, skips: I32s, ends: I32s, listItems: I32s, listScores: F32s, found: I32s,
): void {
  const own = dense + <usize>block * ((<usize>items << 2) * together);
  const width = <usize>rank << 1,
    first = <usize>head << 1;
  const x = scratch;
  const whole = x + (<usize>rank << 2);
  const queryScales = (whole + 2 * <usize>together * width + 15) & ~15;
  const rests = queryScales + 8 * together,
    fine = rests + 4 * together,
    least = fine + 4 * together,
    sums = least + 4 * together;
  for (let q = 0; q < together; q++) {
    const query = lo + q;
    const at = <usize>q << 2;
    // NaN is above nothing: a list that is not full takes every score.
    store<f32>(least + at, f32.NaN);
    store<f32>(rests + at, 0);
    store<f32>(fine + at, 0);
    store<f32>(queryScales + at, 0);
    if (query >= hi) continue;
    store<i32>(found + (<usize>query << 2), 0);
    const last = load<i32>(skipEnds + (<usize>query << 2), 4);
    for (let e = load<i32>(skipEnds + (<usize>query << 2)); e < last; e++) {
      store<f32>(own + <usize>load<i32>(skips + (<usize>e << 2)) * (4 * together) + at, f32.NaN);
    }
    if (rank == 0) continue;
    aim(query, rank, vectors, scales, gains, pre, queryOffsets, queryItems, queryValues, x);
    const to = whole + <usize>q * width;
    round(x, rank, to, queryScales + at);
    store<f32>(rests + at, load<f32>(queryScales + at) * normOf(to + first, to + width));
    if (parts == 1) continue;
    const second = to + <usize>together * width;
    round(x, rank, second, queryScales + at + 4 * together);
    store<f32>(fine + at, load<f32>(queryScales + at, 4 * together) * normOf(second, second + width) * mostNorm);
  }
  for (let tile = 0; tile < items; tile += 16) {
    const tileEnd = min(items, tile + 16);
    for (let q = 0; q < hi - lo; q += 4) {
      const inside = (1 << min(4, hi - lo - q)) - 1;
      for (let i = tile; i < tileEnd; i += 2) {
        if (head > 0) {
          const four = whole + <usize>q * width;
          fourTimesTwo(four, width, 16, four + first, vectors + <usize>i * width, i + 1 < tileEnd ? width : 0, 16, sums, false);
        }
        for (let k = i; k < min(i + 2, tileEnd); k++) {
          const at = <usize>k << 2;
          const before = load<f32>(pre + at);
          const group = <usize>q << 2;
          let upper = v128.load(own + at * together + group);
          if (rank > 0) {
            const scale = f32x4.splat(load<f32>(scales + at));
            const known = f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums + (<usize>(k - i) << 4))), f32x4.mul(v128.load(queryScales + group), scale));
            const rest = f32x4.add(f32x4.mul(v128.load(rests + group), f32x4.splat(load<f32>(tails + at))), f32x4.mul(v128.load(fine + group), scale));
            const size = f32x4.add(f32x4.add(f32x4.abs(upper), f32x4.abs(known)), rest);
            upper = f32x4.add(f32x4.add(f32x4.add(upper, known), rest), f32x4.mul(size, f32x4.splat(slack)));
          }
          // An item without interactions has score 0.
          if (before > 0) upper = f32x4.div(upper, f32x4.splat(before));
          else upper = f32x4.sub(upper, upper);
          let open = i32x4.bitmask(v128.not(f32x4.le(upper, v128.load(least + group)))) & inside;
          while (open != 0) {
            const c = q + ctz(open);
            open &= open - 1;
            const place = <usize>c << 2;
            const query = <usize>(lo + c) << 2;
            const n = load<i32>(wants + query);
            if (n == 0) continue;
            let score = load<f32>(own + at * together + place);
            if (rank > 0) {
              const s = load<f32>(scales + at);
              const row = vectors + <usize>k * width;
              const aimed = whole + <usize>c * width;
              score += <f32>(load<i32>(sums + (<usize>(k - i) << 4) + (<usize>(c - q) << 2)) + product(aimed + first, row + first, width - first)) * (load<f32>(queryScales + place) * s);
              if (parts > 1) score += <f32>product(aimed + <usize>together * width, row, width) * (load<f32>(queryScales + place, 4 * together) * s);
            }
            score = before > 0 ? score / before : score == score ? 0 : score;
            const heap = <usize>load<i32>(ends + query) << 2;
            const size = offer(listItems + heap, listScores + heap, load<i32>(found + query), n, k, score);
            store<i32>(found + query, size);
            if (size == n) store<f32>(least + place, load<f32>(listScores + heap));
          }
        }
      }
    }
  }
  for (let query = lo; query < hi; query++) {
    const heap = <usize>load<i32>(ends + (<usize>query << 2)) << 2;
    sort(listItems + heap, listScores + heap, load<i32>(found + (<usize>query << 2)));
  }
}

/** The norm of 16-bit integers. */
function normOf(from: usize, end: usize): f32 {
  let square: f64 = 0;
  for (; from < end; from += 2) square += <f64>load<i16>(from) * <f64>load<i16>(from);
  return <f32>sqrt<f64>(square);
}

/** Inner product of two rows of 16-bit integers, `bytes` long, a multiple of 16. */
function product(a: usize, b: usize, bytes: usize): i32 {
  let s = i32x4.splat(0);
  for (let o: usize = 0; o < bytes; o += 16) s = i32x4.add(s, i32x4.dot_i16x8_s(v128.load(a + o), v128.load(b + o)));
  return i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1) + i32x4.extract_lane(s, 2) + i32x4.extract_lane(s, 3);
}
