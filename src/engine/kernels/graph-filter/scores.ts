// Scores of a graph filter for users by their histories: post (V g(Λ) Vᵀ + q(A)) pre s, with A = Nᵀ N, pre = D^-exponent, post = 1 / pre.

import { fourTimesTwo } from '../codes/products';
import { rowTimes16 } from '../sparse/products';
import { F32s, I16s, I32s, Optional } from '../types';
import { aim, round, together } from './queries';

/** Histories of a group, whose sparse products go through the cache together. */
const lanes: i32 = 16;

/**
 * Block job: scores of all items for the histories lo..hi, at most 32, into rows of out.
 *
 * @param offsets N by item: users in `indices`, entries in `values`
 * @param rowOffsets the same by user; read when `terms` is above 1
 * @param terms number of `series`: coefficients of Chebyshev polynomials of `ratio` A - 1 whose sum, times A, is q(A) - constant
 * @param vectors integers, items x rank, rank % 8 == 0; a row times its scale is a row of V; gains: g(Λ)
 * @param pre D^-exponent, 0 for items without interactions
 * @param parts integer vectors per query: 1, or 2 with one for what rounding left, where that costs little
 * Scratch: 132 bytes per rank and 64 per user; when terms > 1 192 per user and 64 per item; and 1024.
 */
export function filterScores(
  lo: i32, hi: i32, block: i32, scratch: usize, items: i32, users: i32, offsets: I32s, indices: I32s, values: F32s,
  rowOffsets: Optional<I32s>, rowIndices: Optional<I32s>, rowValues: Optional<F32s>, constant: f32, series: F32s, terms: i32, ratio: f32,
  rank: i32, vectors: Optional<I16s>, scales: Optional<F32s>, gains: Optional<F32s>, pre: F32s,
  queryOffsets: I32s, queryItems: I32s, queryValues: F32s, parts: i32, out: F32s,
): void {
  const stride = <usize>items << 2;
  const x = scratch;
  const whole = x + (<usize>rank << 2);
  const queryScales = whole + 2 * <usize>together * (<usize>rank << 1);
  const sums = queryScales + 256;
  const groups = (sums + 64 + 63) & ~63;
  for (let first = lo; first < hi; first += lanes) {
    const count = min(lanes, hi - first);
    const z = sparsePart(first, count, items, users, offsets, indices, values, rowOffsets, rowIndices, rowValues,
      series, terms, ratio, pre, queryOffsets, queryItems, queryValues, sums, groups);
    for (let i = 0; i < items; i++) {
      const at = <usize>i << 2;
      rowTimes16(offsets, indices, values, i, z, sums);
      let to = out + <usize>first * stride + at;
      for (let c = 0; c < count; c++, to += stride) store<f32>(to, load<f32>(sums + (<usize>c << 2)));
    }
    for (let c = 0; c < count; c++) {
      const query = first + c;
      const end = load<i32>(queryOffsets + (<usize>query << 2), 4);
      for (let e = load<i32>(queryOffsets + (<usize>query << 2)); e < end; e++) {
        const item = <usize>load<i32>(queryItems + (<usize>e << 2)) << 2;
        const to = out + <usize>query * stride + item;
        store<f32>(to, load<f32>(to) + constant * load<f32>(queryValues + (<usize>e << 2)) * load<f32>(pre + item));
      }
    }
  }
  if (rank > 0) {
    for (let query = lo; query < hi; query++) {
      const to = whole + <usize>(query - lo) * (<usize>rank << 1);
      const scale = queryScales + (<usize>(query - lo) << 2);
      aim(query, rank, vectors, scales, gains, pre, queryOffsets, queryItems, queryValues, x);
      round(x, rank, to, scale);
      if (parts > 1) round(x, rank, to + <usize>together * (<usize>rank << 1), scale + 4 * together);
    }
    densePart(lo, hi - lo, items, rank, vectors, scales, whole, queryScales, sums, out);
    if (parts > 1) {
      densePart(lo, hi - lo, items, rank, vectors, scales, whole + <usize>together * (<usize>rank << 1), queryScales + 4 * together, sums, out);
    }
  }
  for (let query = lo; query < hi; query++) {
    const row = out + <usize>query * stride;
    for (let at: usize = 0; at < stride; at += 4) {
      const before = load<f32>(pre + at);
      store<f32>(row + at, before > 0 ? load<f32>(row + at) / before : 0);
    }
  }
}

/**
 * Block job: the sparse part of the scores of the histories lo..hi, at most 32, before post: the part of an item for all of them is side by side.
 * Block k begins at dense + k * 32 * items floats. Scratch as for filterScores without eigenvectors.
 */
export function filterSparse(
  lo: i32, hi: i32, block: i32, scratch: usize, items: i32, users: i32, offsets: I32s, indices: I32s, values: F32s,
  rowOffsets: Optional<I32s>, rowIndices: Optional<I32s>, rowValues: Optional<F32s>, constant: f32, series: F32s, terms: i32, ratio: f32,
  pre: F32s, queryOffsets: I32s, queryItems: I32s, queryValues: F32s, dense: F32s,
): void {
  const own = dense + <usize>block * ((<usize>items << 2) * together);
  const sums = scratch;
  const groups = (sums + 64 + 63) & ~63;
  for (let first = lo; first < hi; first += lanes) {
    const count = min(lanes, hi - first);
    const z = sparsePart(first, count, items, users, offsets, indices, values, rowOffsets, rowIndices, rowValues,
      series, terms, ratio, pre, queryOffsets, queryItems, queryValues, sums, groups);
    for (let i = 0, to = own + (<usize>(first - lo) << 2); i < items; i++, to += 4 * together) rowTimes16(offsets, indices, values, i, z, to);
  }
  for (let query = lo; query < hi; query++) {
    const end = load<i32>(queryOffsets + (<usize>query << 2), 4);
    for (let e = load<i32>(queryOffsets + (<usize>query << 2)); e < end; e++) {
      const item = <usize>load<i32>(queryItems + (<usize>e << 2));
      const to = own + item * (4 * together) + (<usize>(query - lo) << 2);
      store<f32>(to, load<f32>(to) + constant * load<f32>(queryValues + (<usize>e << 2)) * load<f32>(pre + (item << 2)));
    }
  }
}

/** Nᵀ times this is the sparse part of the scores of 16 histories; users x 16. @returns its position; y and two more for Clenshaw's recurrence are stored from `at` on */
function sparsePart(
  first: i32, count: i32, items: i32, users: i32, offsets: usize, indices: usize, values: usize,
  rowOffsets: usize, rowIndices: usize, rowValues: usize, series: usize, terms: i32, ratio: f32, pre: usize,
  queryOffsets: usize, queryItems: usize, queryValues: usize, sums: usize, at: usize,
): usize {
  const bytes = <usize>users << 6;
  const y = at;
  memory.fill(y, 0, bytes);
  for (let c = 0; c < count; c++) {
    const query = <usize>(first + c) << 2;
    const to = y + (<usize>c << 2);
    const end = load<i32>(queryOffsets + query, 4);
    for (let k = load<i32>(queryOffsets + query); k < end; k++) {
      const item = <usize>load<i32>(queryItems + (<usize>k << 2)) << 2;
      const t = load<f32>(queryValues + (<usize>k << 2)) * load<f32>(pre + item);
      const last = <usize>load<i32>(offsets + item, 4) << 2;
      for (let e = <usize>load<i32>(offsets + item) << 2; e < last; e += 4) {
        const o = to + (<usize>load<i32>(indices + e) << 6);
        store<f32>(o, load<f32>(o) + t * load<f32>(values + e));
      }
    }
  }
  const line = f32x4.splat(load<f32>(series));
  if (terms == 1) {
    for (let o = y; o < y + bytes; o += 16) v128.store(o, f32x4.mul(line, v128.load(o)));
    return y;
  }
  let b1 = y + bytes,
    b2 = b1 + bytes;
  const temporary = b2 + bytes;
  const top = f32x4.splat(load<f32>(series + (<usize>(terms - 1) << 2)));
  for (let o: usize = 0; o < bytes; o += 16) v128.store(b1 + o, f32x4.mul(top, v128.load(y + o)));
  memory.fill(b2, 0, bytes);
  for (let k = terms - 2; k >= 0; k--) {
    const c = f32x4.splat(load<f32>(series + (<usize>k << 2)));
    const twice: f32 = k > 0 ? 2 : 1;
    const s = f32x4.splat(twice * ratio),
      t = f32x4.splat(twice);
    for (let i = 0; i < items; i++) rowTimes16(offsets, indices, values, i, b1, temporary + (<usize>i << 6));
    for (let u = 0; u < users; u++) {
      rowTimes16(rowOffsets, rowIndices, rowValues, u, temporary, sums);
      for (let o = <usize>u << 6, from = sums; from < sums + 64; o += 16, from += 16) {
        const step = f32x4.sub(f32x4.mul(s, v128.load(from)), f32x4.mul(t, v128.load(b1 + o)));
        v128.store(b2 + o, f32x4.add(f32x4.mul(c, v128.load(y + o)), f32x4.sub(step, v128.load(b2 + o))));
      }
    }
    const next = b2;
    b2 = b1;
    b1 = next;
  }
  return b1;
}

/**
 * Adds to the rows of out the products of the queries with the vectors of all items. 16 items at a time, which stay in the first cache; in integers,
 * which allows twice as many products per second as single precision.
 */
function densePart(
  lo: i32, queries: i32, items: i32, rank: i32, vectors: usize, scales: usize, whole: usize, queryScales: usize, sums: usize, out: usize,
): void {
  const width = <usize>rank << 1;
  const stride = <usize>items << 2;
  for (let tile = 0; tile < items; tile += 16) {
    const tileEnd = min(items, tile + 16);
    for (let q = 0; q < queries; q += 4) {
      const some = min(4, queries - q);
      for (let i = tile; i < tileEnd; i += 2) {
        const both = i + 1 < tileEnd;
        const v = vectors + <usize>i * width;
        const four = whole + <usize>q * width;
        fourTimesTwo(four, width, 16, four + width, v, both ? width : 0, 16, sums, false);
        for (let c = 0; c < some; c++) {
          const to = out + <usize>(lo + q + c) * stride + (<usize>i << 2);
          const s = load<f32>(queryScales + (<usize>(q + c) << 2));
          const at = sums + (<usize>c << 2);
          store<f32>(to, load<f32>(to) + <f32>load<i32>(at) * (s * load<f32>(scales + (<usize>i << 2))));
          if (both) store<f32>(to, load<f32>(to, 4) + <f32>load<i32>(at, 16) * (s * load<f32>(scales + (<usize>i << 2), 4)), 4);
        }
      }
    }
  }
}
