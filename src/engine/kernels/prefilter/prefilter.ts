// Prefiltering: which rows may have a cosine above a limit with a query.
//
// Codes are unit vectors in one byte per dimension, stored twice. By columns, so that a query reads the dimensions that matter to it and no
// others, its largest first: what the rest could add is at most the norm of the query's rest (Cauchy-Schwarz), and what rounding to bytes has
// changed is bounded as well. A row whose sum plus both bounds stays below the limit is ruled out. And by rows, for the rows that remain after some
// columns: reading a row to its end touches two cache lines, reading on in columns one per dimension.

import { F32s, F64s, I16s, I32s, I8s, U8s } from '../types';

/** A unit vector times this, rounded, is the code of a row. */
const rowScale: f64 = 127;
/** The same for queries. (rowScale + sqrt(1024) / 2) * (queryScale + sqrt(1024) / 2) fits an i16, so no sum overflows (Cauchy-Schwarz). */
const queryScale: f64 = 212;
/** Number of dimensions in a group; dimensions are added by groups. */
const group: i32 = 8;
/** How many standard deviations of a random row's sum a limit must lie above its mean before the remaining rows are read to their end. */
const spread: f64 = 1.9;

// An aim is what a query is to a prefilter. For each dimension in the order it is read: where its column begins (i32), and the weight (8 equal
// i16). For each group added (3 f64): what the rest can still add, what rounding may have taken away, the limit at which that many groups suffice.
// Then the weights in the order of the dimensions (i16), 128 times the sum of each group's (8 equal i16), and room to sort.
//
// Columns hold 16 rows as 8 lanes: row k in the low byte of lane k, 128 more than it is, and row 8 + k in the high byte. A lane times a weight,
// summed modulo 65,536, is 256 times the high sum more than the low one, so one load serves 16 rows and nothing is widened.

// @ts-ignore: decorator of AssemblyScript
@inline
function groupsOf(f: i32): i32 {
  return (f + group - 1) / group;
}
// @ts-ignore: decorator of AssemblyScript
@inline
function weightsOf(aim: usize, f: i32): usize {
  return aim + <usize>(4 * group * groupsOf(f));
}
// @ts-ignore: decorator of AssemblyScript
@inline
function boundsOf(aim: usize, f: i32): usize {
  return aim + <usize>(20 * group * groupsOf(f));
}
// @ts-ignore: decorator of AssemblyScript
@inline
function queryOf(aim: usize, f: i32): usize {
  return boundsOf(aim, f) + <usize>(24 * groupsOf(f));
}
// @ts-ignore: decorator of AssemblyScript
@inline
function biasesOf(aim: usize, f: i32): usize {
  return queryOf(aim, f) + <usize>(2 * group * groupsOf(f));
}
// @ts-ignore: decorator of AssemblyScript
@inline
function roomOf(aim: usize, f: i32): usize {
  return biasesOf(aim, f) + <usize>(16 * groupsOf(f));
}

/** Bytes of an aim. */
export function aimBytes(f: i32): i32 {
  return <i32>roomOf(0, f) + 4 * group * groupsOf(f) + 4 * 516;
}

/**
 * Codes of the rows lo..hi of x, `width` floats each, whose first f are looked at. `columns` gets `padded` bytes per dimension (where there is no row, 128 and 0 alternately), `rows` f bytes
 * per row, f rounded up to a multiple of 8.
 * @param norms f64; 0 for a row that has no direction
 * @returns the largest norm of what rounding has changed, in units of a code
 */
export function prefilterEncode(lo: i32, hi: i32, x: F32s, width: i32, f: i32, norms: F64s, padded: i32, columns: I8s, rows: I8s): f64 {
  let worst: f64 = 0;
  for (let k = lo; k < hi; k++) {
    const norm = load<f64>(norms + (<usize>k << 3));
    const scale = norm > 0 ? rowScale / norm : 0;
    const from = x + <usize>k * <usize>(width << 2);
    const row = rows + <usize>k * <usize>(group * groupsOf(f));
    const place = <usize>((k & ~15) + ((k & 7) << 1) + ((k >> 3) & 1));
    const low = k & 8 ? 0 : 128;
    let square: f64 = 0;
    for (let d = 0; d < f; d++) {
      const v = <f64>load<f32>(from + (<usize>d << 2)) * scale;
      const code = floor(v + 0.5);
      square += (v - code) * (v - code);
      store<u8>(columns + <usize>d * <usize>padded + place, <u8>(<i32>code ^ low));
      store<i8>(row + <usize>d, <i8>code);
    }
    worst = max(worst, square);
  }
  return sqrt(worst) + 1e-6;
}

/** Makes the aim of a vector, whose norm must not be 0. @param error what prefilterEncode gave, the largest of all rows */
export function prefilterAim(x: F32s, norm: f64, f: i32, padded: i32, error: f64, aim: U8s): void {
  const order = roomOf(aim, f), query = queryOf(aim, f);
  largestFirst(x, norm, f, order);
  let used: f64 = 0, square: f64 = 0, sum = 0;
  for (let m = 0; m < group * groupsOf(f); m++) {
    const at = <usize>m << 2;
    let code: f64 = 0;
    let d = m;
    if (m < f) {
      d = load<i32>(order + at);
      const v = <f64>load<f32>(x + (<usize>d << 2)) / norm;
      code = floor(v * queryScale + 0.5);
      used += v * v;
      square += (code - queryScale * v) * (code - queryScale * v);
    }
    store<i32>(aim + at, m < f ? d * padded : 0);
    store<i16>(query + (<usize>d << 1), <i16>code);
    v128.store(weightsOf(aim, f) + (at << 2), i16x8.splat(<i16>code));
    sum += <i32>code;
    if ((m + 1) % group != 0) continue;
    v128.store(biasesOf(aim, f) + (<usize>(m / group) << 4), i16x8.splat(<i16>(sum << 7)));
    sum = 0;
    const bounds = boundsOf(aim, f) + <usize>(m / group) * 24;
    const off = min(error, sqrt<f64>(m + 1) / 2);
    const rest = m + 1 >= f ? 0 : sqrt(max<f64>(0, 1 - used)) + 1e-9;
    const rounding = queryScale * sqrt(used) * off + sqrt(square) * (rowScale + off) + 1e-3;
    store<f64>(bounds, rest);
    store<f64>(bounds, rounding, 8);
    store<f64>(bounds, rest + rounding / (rowScale * queryScale) + spread * sqrt(used / f), 16);
  }
}

/** The dimensions by descending size, in steps of a 511th of the norm: the order is for speed, so no more is needed. */
function largestFirst(x: usize, norm: f64, f: i32, order: usize): void {
  const starts = order + <usize>(4 * group * groupsOf(f));
  const scale = 511 / norm;
  memory.fill(starts, 0, 4 * 514);
  for (let d = 0; d < f; d++) {
    const bin = starts + (<usize>(512 - step(x, d, scale)) << 2);
    store<i32>(bin, load<i32>(bin) + 1);
  }
  for (let at = starts + 4; at < starts + 4 * 514; at += 4) store<i32>(at, load<i32>(at) + load<i32>(at - 4));
  for (let d = 0; d < f; d++) {
    const bin = starts + (<usize>(511 - step(x, d, scale)) << 2);
    const place = load<i32>(bin);
    store<i32>(bin, place + 1);
    store<i32>(order + (<usize>place << 2), d);
  }
}

// @ts-ignore: decorator of AssemblyScript
@inline
function step(x: usize, d: i32, scale: f64): i32 {
  return <i32>min<f64>(511, abs(<f64>load<f32>(x + (<usize>d << 2))) * scale);
}

/** The number of groups after which few enough rows remain. */
export function prefilterGroups(limit: f64, f: i32, aim: U8s): i32 {
  const groups = groupsOf(f);
  let g = 1;
  while (g < groups && load<f64>(boundsOf(aim, f) + <usize>(g - 1) * 24, 16) > limit) g++;
  return g;
}

/** The largest sum of that many groups that is ruled out. */
export function prefilterLeast(limit: f64, groups: i32, f: i32, aim: U8s): i32 {
  const bounds = boundsOf(aim, f) + <usize>(groups - 1) * 24;
  const least = ceil((limit - load<f64>(bounds)) * rowScale * queryScale - load<f64>(bounds, 8)) - 1;
  return <i32>min<f64>(32767, max<f64>(-32768, least));
}

/**
 * Adds the groups from..to to the sums (i16) of rows lo..hi (multiples of 16); from 0 they begin at 0. Blocks of 4,096 sums stay in the L1
 * cache, and each column is read in order. Widening bytes instead takes a fifth longer.
 */
export function prefilterAdd(lo: i32, hi: i32, from: i32, to: i32, f: i32, aim: U8s, columns: I8s, sums: I16s): void {
  for (let b0 = lo; b0 < hi; b0 += 4096) {
    const start = <usize>b0;
    const end = <usize>min(hi, b0 + 4096);
    if (from == 0) memory.fill(sums + (start << 1), 0, (end - start) << 1);
    for (let g = from; g < to; g++) {
      const o = aim + ((<usize>g) << 5);
      const c0 = columns + <usize>load<i32>(o),
        c1 = columns + <usize>load<i32>(o, 4),
        c2 = columns + <usize>load<i32>(o, 8),
        c3 = columns + <usize>load<i32>(o, 12),
        c4 = columns + <usize>load<i32>(o, 16),
        c5 = columns + <usize>load<i32>(o, 20),
        c6 = columns + <usize>load<i32>(o, 24),
        c7 = columns + <usize>load<i32>(o, 28);
      const w = weightsOf(aim, f) + ((<usize>g) << 7);
      const w0 = v128.load(w),
        w1 = v128.load(w, 16),
        w2 = v128.load(w, 32),
        w3 = v128.load(w, 48),
        w4 = v128.load(w, 64),
        w5 = v128.load(w, 80),
        w6 = v128.load(w, 96),
        w7 = v128.load(w, 112);
      const bias = v128.load(biasesOf(aim, f) + ((<usize>g) << 4));
      for (let k = start; k < end; k += 16) {
        let v = v128.load(c0 + k);
        let both = i16x8.mul(w0, v);
        let high = i16x8.mul(w0, i16x8.shr_s(v, 8));
        v = v128.load(c1 + k);
        both = i16x8.add(both, i16x8.mul(w1, v));
        high = i16x8.add(high, i16x8.mul(w1, i16x8.shr_s(v, 8)));
        v = v128.load(c2 + k);
        both = i16x8.add(both, i16x8.mul(w2, v));
        high = i16x8.add(high, i16x8.mul(w2, i16x8.shr_s(v, 8)));
        v = v128.load(c3 + k);
        both = i16x8.add(both, i16x8.mul(w3, v));
        high = i16x8.add(high, i16x8.mul(w3, i16x8.shr_s(v, 8)));
        v = v128.load(c4 + k);
        both = i16x8.add(both, i16x8.mul(w4, v));
        high = i16x8.add(high, i16x8.mul(w4, i16x8.shr_s(v, 8)));
        v = v128.load(c5 + k);
        both = i16x8.add(both, i16x8.mul(w5, v));
        high = i16x8.add(high, i16x8.mul(w5, i16x8.shr_s(v, 8)));
        v = v128.load(c6 + k);
        both = i16x8.add(both, i16x8.mul(w6, v));
        high = i16x8.add(high, i16x8.mul(w6, i16x8.shr_s(v, 8)));
        v = v128.load(c7 + k);
        both = i16x8.add(both, i16x8.mul(w7, v));
        high = i16x8.add(high, i16x8.mul(w7, i16x8.shr_s(v, 8)));
        const s = sums + (k << 1);
        v128.store(s, i16x8.add(v128.load(s), i16x8.sub(i16x8.sub(both, i16x8.shl(high, 8)), bias)));
        v128.store(s, i16x8.add(v128.load(s, 16), high), 16);
      }
    }
  }
}

/**
 * A limit that the sums of at least n of the rows 0..hi exceed, and not of many more; hi is a multiple of 32. Looks at the largest of each 32
 * sums in steps of 64. Room: 4,096 bytes.
 */
export function prefilterNth(hi: i32, n: i32, sums: I16s, room: I32s): i32 {
  memory.fill(room, 0, 4096);
  const end = sums + (<usize>hi << 1);
  for (let a = sums; a < end; a += 64) {
    let v = i16x8.max_s(i16x8.max_s(v128.load(a), v128.load(a, 16)), i16x8.max_s(v128.load(a, 32), v128.load(a, 48)));
    v = i16x8.max_s(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    v = i16x8.max_s(v, i8x16.shuffle(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15));
    const most = max(<i32>i16x8.extract_lane_s(v, 0), <i32>i16x8.extract_lane_s(v, 1));
    const bin = room + (<usize>((most + 32768) >> 6) << 2);
    store<i32>(bin, load<i32>(bin) + 1);
  }
  let bin = 1024;
  for (let some = 0; bin > 0 && some < n; ) {
    bin--;
    some += load<i32>(room + (<usize>bin << 2));
  }
  return max(-32768, (bin << 6) - 32769);
}

/**
 * Writes the rows of lo..hi whose sum is above limit; lo is a multiple of 16, and sums go on to the next one. First the blocks of 16 that have
 * one, then their rows: few unpredictable branches. Room: 8 bytes per block.
 * @returns how many
 */
export function prefilterFind(lo: i32, hi: i32, limit: i32, sums: I16s, room: I32s, out: I32s): i32 {
  const least = i16x8.splat(<i16>limit);
  let last = room;
  for (let k = lo; k < hi; k += 16) {
    const a = sums + ((<usize>k) << 1);
    const alive = i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.gt_s(v128.load(a), least), i16x8.gt_s(v128.load(a, 16), least)));
    store<i32>(last, k);
    store<i32>(last, alive, 4);
    last += <usize>(alive != 0) << 3;
  }
  let end = out;
  for (let block = room; block < last; block += 8) {
    const k = load<i32>(block);
    let alive = load<i32>(block, 4);
    do {
      store<i32>(end, k + ctz(alive));
      end += 4;
      alive &= alive - 1;
    } while (alive);
  }
  while (end > out && load<i32>(end - 4) >= hi) end -= 4; // what the last rows are filled up with
  return <i32>((end - out) >> 2);
}

/**
 * Sums over all dimensions of the rows in a list; those above the limit stay in it, `sums` (i32) beside. Rows are touched 32 at a time before
 * they are read, so that the cache fetches them side by side.
 * @returns how many
 */
export function prefilterCheck(count: i32, list: I32s, limit: i32, f: i32, aim: U8s, rows: I8s, sums: I32s): i32 {
  const query = queryOf(aim, f);
  const bytes = <usize>(group * groupsOf(f));
  let left: usize = 0, touched = 0;
  for (let from = 0; from < count; from += 32) {
    const to = min(count, from + 32);
    for (let e = from; e < to; e++) {
      const code = rows + <usize>load<i32>(list + (<usize>e << 2)) * bytes;
      for (let d: usize = 0; d < bytes; d += 64) touched += <i32>load<u8>(code + d);
    }
    for (let e = from; e < to; e++) {
      const row = load<i32>(list + (<usize>e << 2));
      const code = rows + <usize>row * bytes;
      let a = i16x8.mul(v128.load(query), v128.load8x8_s(code)), b = i16x8.splat(0);
      let d: usize = 8;
      for (; d + 16 <= bytes; d += 16) {
        b = i16x8.add(b, i16x8.mul(v128.load(query + (d << 1)), v128.load8x8_s(code + d)));
        a = i16x8.add(a, i16x8.mul(v128.load(query + (d << 1), 16), v128.load8x8_s(code + d, 8)));
      }
      if (d < bytes) b = i16x8.add(b, i16x8.mul(v128.load(query + (d << 1)), v128.load8x8_s(code + d)));
      let v = i32x4.extadd_pairwise_i16x8_s(i16x8.add(a, b));
      v = i32x4.add(v, i32x4.shuffle(v, v, 2, 3, 0, 1));
      const sum = i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1);
      store<i32>(list + (left << 2), row);
      store<i32>(sums + (left << 2), sum);
      left += <usize>(sum > limit);
    }
  }
  store<i32>(roomOf(aim, f), touched); // keeps a compiler from optimizing the prefetch away
  return <i32>left;
}
