// Scores of a graph filter for users by their histories: post (V g(Λ) Vᵀ + q(A)) pre s, with A = Nᵀ N, pre = D^-exponent, post = 1 / pre.

import { F32s, I16s, I32s, Optional } from '../types';

/** Histories of a group, whose sparse products go through the cache together; those that read the vectors of an item together. */
const lanes: i32 = 16;
const together: i32 = 32;
/** Greatest norm of a query in whole numbers; with rows of at most 16,000 no sum of products leaves 32 bits, and so the order of additions is free. */
const norm: f64 = 131072;

/**
 * Block job: scores of all items for the histories lo..hi, at most 32, into rows of out.
 *
 * @param offsets N by item: users in `indices`, entries in `values`
 * @param rowOffsets the same by user; read when `terms` is above 1
 * @param terms number of `series`: coefficients of Chebyshev polynomials of `ratio` A - 1 whose sum, times A, is q(A) - constant
 * @param vectors whole numbers, items x rank, rank % 8 == 0; a row times its scale is a row of V; gains: g(Λ)
 * @param pre D^-exponent, 0 for items that nobody has
 * @param parts whole numbers of a query: 1, or 2 with those of what rounding left, where that costs little
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
      series, terms, ratio, pre, queryOffsets, queryItems, queryValues, groups);
    for (let i = 0; i < items; i++) {
      const at = <usize>i << 2;
      const last = <usize>load<i32>(offsets + at, 4) << 2;
      let t0 = f32x4.splat(0),
        t1 = t0,
        t2 = t0,
        t3 = t0;
      for (let e = <usize>load<i32>(offsets + at) << 2; e < last; e += 4) {
        const v = v128.load32_splat(values + e);
        const o = z + (<usize>load<i32>(indices + e) << 6);
        t0 = f32x4.add(t0, f32x4.mul(v, v128.load(o)));
        t1 = f32x4.add(t1, f32x4.mul(v, v128.load(o, 16)));
        t2 = f32x4.add(t2, f32x4.mul(v, v128.load(o, 32)));
        t3 = f32x4.add(t3, f32x4.mul(v, v128.load(o, 48)));
      }
      v128.store(sums, t0);
      v128.store(sums, t1, 16);
      v128.store(sums, t2, 32);
      v128.store(sums, t3, 48);
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

/** What Nᵀ makes the sparse part of the scores of 16 histories, users x 16. @returns where it is; y, and two more for Clenshaw's recurrence, lie from `at` on */
function sparsePart(
  first: i32, count: i32, items: i32, users: i32, offsets: usize, indices: usize, values: usize,
  rowOffsets: usize, rowIndices: usize, rowValues: usize, series: usize, terms: i32, ratio: f32, pre: usize,
  queryOffsets: usize, queryItems: usize, queryValues: usize, at: usize,
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
    gather(offsets, indices, values, items, b1, temporary);
    for (let u = 0; u < users; u++) {
      const row = <usize>u << 2;
      const o = <usize>u << 6;
      const last = <usize>load<i32>(rowOffsets + row, 4) << 2;
      let t0 = f32x4.splat(0),
        t1 = t0,
        t2 = t0,
        t3 = t0;
      for (let e = <usize>load<i32>(rowOffsets + row) << 2; e < last; e += 4) {
        const v = v128.load32_splat(rowValues + e);
        const from = temporary + (<usize>load<i32>(rowIndices + e) << 6);
        t0 = f32x4.add(t0, f32x4.mul(v, v128.load(from)));
        t1 = f32x4.add(t1, f32x4.mul(v, v128.load(from, 16)));
        t2 = f32x4.add(t2, f32x4.mul(v, v128.load(from, 32)));
        t3 = f32x4.add(t3, f32x4.mul(v, v128.load(from, 48)));
      }
      t0 = f32x4.sub(f32x4.mul(s, t0), f32x4.mul(t, v128.load(b1 + o)));
      t0 = f32x4.add(f32x4.mul(c, v128.load(y + o)), f32x4.sub(t0, v128.load(b2 + o)));
      v128.store(b2 + o, t0);
      t1 = f32x4.sub(f32x4.mul(s, t1), f32x4.mul(t, v128.load(b1 + o, 16)));
      t1 = f32x4.add(f32x4.mul(c, v128.load(y + o, 16)), f32x4.sub(t1, v128.load(b2 + o, 16)));
      v128.store(b2 + o, t1, 16);
      t2 = f32x4.sub(f32x4.mul(s, t2), f32x4.mul(t, v128.load(b1 + o, 32)));
      t2 = f32x4.add(f32x4.mul(c, v128.load(y + o, 32)), f32x4.sub(t2, v128.load(b2 + o, 32)));
      v128.store(b2 + o, t2, 32);
      t3 = f32x4.sub(f32x4.mul(s, t3), f32x4.mul(t, v128.load(b1 + o, 48)));
      t3 = f32x4.add(f32x4.mul(c, v128.load(y + o, 48)), f32x4.sub(t3, v128.load(b2 + o, 48)));
      v128.store(b2 + o, t3, 48);
    }
    const next = b2;
    b2 = b1;
    b1 = next;
  }
  return b1;
}

/** out = the sparse rows times x, 16 columns. */
function gather(offsets: usize, indices: usize, values: usize, rows: i32, x: usize, out: usize): void {
  for (let row = 0; row < rows; row++) {
    const at = <usize>row << 2;
    const last = <usize>load<i32>(offsets + at, 4) << 2;
    let t0 = f32x4.splat(0),
      t1 = t0,
      t2 = t0,
      t3 = t0;
    for (let e = <usize>load<i32>(offsets + at) << 2; e < last; e += 4) {
      const v = v128.load32_splat(values + e);
      const o = x + (<usize>load<i32>(indices + e) << 6);
      t0 = f32x4.add(t0, f32x4.mul(v, v128.load(o)));
      t1 = f32x4.add(t1, f32x4.mul(v, v128.load(o, 16)));
      t2 = f32x4.add(t2, f32x4.mul(v, v128.load(o, 32)));
      t3 = f32x4.add(t3, f32x4.mul(v, v128.load(o, 48)));
    }
    const to = out + (<usize>row << 6);
    v128.store(to, t0);
    v128.store(to, t1, 16);
    v128.store(to, t2, 32);
    v128.store(to, t3, 48);
  }
}

/** x = g(Λ) Vᵀ pre s of one history. */
function aim(
  query: i32, rank: i32, vectors: usize, scales: usize, gains: usize, pre: usize,
  queryOffsets: usize, queryItems: usize, queryValues: usize, x: usize,
): void {
  const width = <usize>rank << 2;
  memory.fill(x, 0, width);
  const end = load<i32>(queryOffsets + (<usize>query << 2), 4);
  for (let k = load<i32>(queryOffsets + (<usize>query << 2)); k < end; k++) {
    const item = <usize>load<i32>(queryItems + (<usize>k << 2)) << 2;
    const t = load<f32>(queryValues + (<usize>k << 2)) * load<f32>(pre + item) * load<f32>(scales + item);
    const row = vectors + <usize>(item >> 2) * (width >> 1);
    for (let o: usize = 0; o < width; o += 4) store<f32>(x + o, load<f32>(x + o) + t * <f32>load<i16>(row + (o >> 1)));
  }
  for (let o: usize = 0; o < width; o += 4) store<f32>(x + o, load<f32>(x + o) * load<f32>(gains + o));
}

/** x in whole numbers, and their scale; what rounding left stays in x. */
function round(x: usize, rank: i32, whole: usize, scale: usize): void {
  const width = <usize>rank << 2;
  let square: f64 = 0, most: f64 = 0;
  for (let o: usize = 0; o < width; o += 4) {
    const v = <f64>load<f32>(x + o);
    square += v * v;
    most = max(most, abs<f64>(v));
  }
  const length = <f64><f32>max(sqrt(square) / norm, most / 32767);
  store<f32>(scale, <f32>length);
  for (let o: usize = 0; o < width; o += 4) {
    const v = <f64>load<f32>(x + o);
    const n = length > 0 ? max<f64>(-32767, min<f64>(32767, nearest<f64>(v / length))) : 0;
    store<i16>(whole + (o >> 1), <i16>n);
    store<f32>(x + o, <f32>(v - n * length));
  }
}

/** Adds to the rows of out the products of the queries with the vectors of all items. 16 items at a time, which stay in the first cache. */
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
        fourTimesTwo(whole + <usize>q * width, v, both ? v + width : v, width, sums);
        for (let c = 0; c < some; c++) {
          const to = out + <usize>(lo + q + c) * stride + (<usize>i << 2);
          const s = load<f32>(queryScales + (<usize>(q + c) << 2));
          const at = sums + (<usize>c << 3);
          store<f32>(to, load<f32>(to) + <f32>load<i32>(at) * (s * load<f32>(scales + (<usize>i << 2))));
          if (both) store<f32>(to, load<f32>(to, 4) + <f32>load<i32>(at, 4) * (s * load<f32>(scales + (<usize>i << 2), 4)), 4);
        }
      }
    }
  }
}

/** Four rows times two: twice the products a second of single precision. */
// @ts-ignore: decorator of AssemblyScript
@inline
function fourTimesTwo(x: usize, v0: usize, v1: usize, width: usize, sums: usize): void {
  let a0 = i32x4.splat(0),
    a1 = a0,
    b0 = a0,
    b1 = a0,
    c0 = a0,
    c1 = a0,
    d0 = a0,
    d1 = a0;
  let p = x;
  const p1 = width,
    p2 = 2 * width,
    p3 = 3 * width;
  for (let end = v0 + width; v0 < end; v0 += 16, v1 += 16, p += 16) {
    const r0 = v128.load(v0),
      r1 = v128.load(v1);
    let t = v128.load(p);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(t, r0));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(t, r1));
    t = v128.load(p + p1);
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(t, r0));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(t, r1));
    t = v128.load(p + p2);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(t, r0));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(t, r1));
    t = v128.load(p + p3);
    d0 = i32x4.add(d0, i32x4.dot_i16x8_s(t, r0));
    d1 = i32x4.add(d1, i32x4.dot_i16x8_s(t, r1));
  }
  store<i32>(sums, total(a0));
  store<i32>(sums, total(a1), 4);
  store<i32>(sums, total(b0), 8);
  store<i32>(sums, total(b1), 12);
  store<i32>(sums, total(c0), 16);
  store<i32>(sums, total(c1), 20);
  store<i32>(sums, total(d0), 24);
  store<i32>(sums, total(d1), 28);
}

// @ts-ignore: decorator of AssemblyScript
@inline
function total(a: v128): i32 {
  return i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1) + i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3);
}
