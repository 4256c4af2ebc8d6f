// Sums over bits: what a query adds up to where the codes of rows have ones, 32 rows at a time, by table lookup (André et al. 2015, VLDB).
//
// The bits of four dimensions select one of 16 sums of the query's numbers, which stand in a table of 16 bytes: one shuffle looks up 16 rows.
// A block holds 32 rows: for each four dimensions 16 bytes, whose lower halves are of the rows 0..15 and whose upper halves of the rows 16..31.

import { unfolded } from '../constants';
import { F32s, I32s, U8s } from '../types';

/**
 * Block job: the sums of the rows of the blocks lo..hi, 32 unsigned numbers of 16 bits each, in the order even rows of the first half, odd ones,
 * even rows of the second half, odd ones.
 * @param groups how many tables there are, a multiple of 4; entries are at most 63
 */
export function planeSums(lo: i32, hi: i32, block: i32, scratch: usize, groups: i32, tables: U8s, bits: U8s, out: U8s): void {
  const four = i8x16.splat(<i8>unfolded(15, groups)), low = i16x8.splat(<i16>unfolded(255, groups));
  const end = tables + (<usize>groups << 4);
  let p = bits + <usize>lo * (<usize>groups << 4);
  for (let k = lo; k < hi; k++) {
    let a = i16x8.splat(0), b = a, c = a, d = a;
    for (let t = tables; t < end; t += 64) {
      let w = v128.load(p), table = v128.load(t);
      let s = i8x16.swizzle(table, v128.and(w, four)), u = i8x16.swizzle(table, v128.and(i16x8.shr_u(w, 4), four));
      w = v128.load(p, 16); table = v128.load(t, 16);
      s = i8x16.add(s, i8x16.swizzle(table, v128.and(w, four)));
      u = i8x16.add(u, i8x16.swizzle(table, v128.and(i16x8.shr_u(w, 4), four)));
      w = v128.load(p, 32); table = v128.load(t, 32);
      s = i8x16.add(s, i8x16.swizzle(table, v128.and(w, four)));
      u = i8x16.add(u, i8x16.swizzle(table, v128.and(i16x8.shr_u(w, 4), four)));
      w = v128.load(p, 48); table = v128.load(t, 48);
      s = i8x16.add(s, i8x16.swizzle(table, v128.and(w, four)));
      u = i8x16.add(u, i8x16.swizzle(table, v128.and(i16x8.shr_u(w, 4), four)));
      a = i16x8.add(a, v128.and(s, low));
      b = i16x8.add(b, i16x8.shr_u(s, 8));
      c = i16x8.add(c, v128.and(u, low));
      d = i16x8.add(d, i16x8.shr_u(u, 8));
      p += 64;
    }
    const to = out + (<usize>k << 6);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/**
 * Block job: of the rows that are listed at lo..hi, what the planes of the second to the fourth bit add up to, the second times 4, the third times 2. The planes
 * of a block follow each other in `bits`, each as for {@link planeSums}.
 */
export function restSums(lo: i32, hi: i32, block: i32, scratch: usize, list: I32s, groups: i32, tables: U8s, bits: U8s, out: I32s): void {
  const four = i8x16.splat(<i8>unfolded(15, groups)), low = i16x8.splat(<i16>unfolded(255, groups));
  const end = tables + (<usize>groups << 4);
  for (let e = lo; e < hi; e++) {
    const at = <usize>e << 2, row = load<i32>(list + at), half = (row & 16) >> 2;
    const place = scratch + <usize>((row & 1) << 4) + <usize>(row & 14);
    let p = bits + <usize>(3 * (row >> 5)) * (<usize>groups << 4), sum = 0;
    for (let plane = 0; plane < 3; plane++) {
      let a = i16x8.splat(0), b = a;
      for (let t = tables; t < end; t += 64) {
        let s = i8x16.swizzle(v128.load(t), v128.and(i16x8.shr_u(v128.load(p), half), four));
        s = i8x16.add(s, i8x16.swizzle(v128.load(t, 16), v128.and(i16x8.shr_u(v128.load(p, 16), half), four)));
        s = i8x16.add(s, i8x16.swizzle(v128.load(t, 32), v128.and(i16x8.shr_u(v128.load(p, 32), half), four)));
        s = i8x16.add(s, i8x16.swizzle(v128.load(t, 48), v128.and(i16x8.shr_u(v128.load(p, 48), half), four)));
        a = i16x8.add(a, v128.and(s, low));
        b = i16x8.add(b, i16x8.shr_u(s, 8));
        p += 64;
      }
      v128.store(scratch, a);
      v128.store(scratch, b, 16);
      sum = 2 * sum + <i32>load<u16>(place);
    }
    store<i32>(out + at, sum);
  }
}

/** Two numbers in turn from each of two halves. */
// @ts-ignore: decorator of AssemblyScript
@inline
function estimates(even: v128, odd: v128, factors: usize, slope: v128, offset: v128, to: usize): void {
  const first = i16x8.shuffle(even, odd, 0, 8, 1, 9, 2, 10, 3, 11), second = i16x8.shuffle(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
  one(i32x4.extend_low_i16x8_u(first), factors, slope, offset, to);
  one(i32x4.extend_high_i16x8_u(first), factors + 16, slope, offset, to + 16);
  one(i32x4.extend_low_i16x8_u(second), factors + 32, slope, offset, to + 32);
  one(i32x4.extend_high_i16x8_u(second), factors + 48, slope, offset, to + 48);
}

// @ts-ignore: decorator of AssemblyScript
@inline
function one(sum: v128, factors: usize, slope: v128, offset: v128, to: usize): void {
  v128.store(to, f32x4.mul(v128.load(factors), f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), slope), offset)));
}

/**
 * Block job: what the sums that planeSums left for the blocks lo..hi say of their rows, factor * (slope * sum + offset), 32 numbers a block in
 * the order of rows; and in `tops` for each block the largest of them, then the largest with slack * factor added.
 */
export function signEstimates(
  lo: i32, hi: i32, block: i32, scratch: usize, sums: U8s, factors: F32s, slope: f32, offset: f32, slack: f32, all: F32s, tops: F32s,
): void {
  const slopes = f32x4.splat(slope), offsets = f32x4.splat(offset), slacks = f32x4.splat(slack);
  for (let k = lo; k < hi; k++) {
    const from = sums + (<usize>k << 6), own = factors + (<usize>k << 7), to = all + (<usize>k << 7);
    estimates(v128.load(from), v128.load(from, 16), own, slopes, offsets, to);
    estimates(v128.load(from, 32), v128.load(from, 48), own + 64, slopes, offsets, to + 64);
    let most = v128.load(to), upper = f32x4.add(most, f32x4.mul(slacks, v128.load(own)));
    for (let at: usize = 16; at < 128; at += 16) {
      const estimate = v128.load(to + at);
      most = f32x4.max(most, estimate);
      upper = f32x4.max(upper, f32x4.add(estimate, f32x4.mul(slacks, v128.load(own + at))));
    }
    most = f32x4.max(most, i32x4.shuffle(most, most, 2, 3, 0, 1));
    upper = f32x4.max(upper, i32x4.shuffle(upper, upper, 2, 3, 0, 1));
    const out = tops + (<usize>k << 3);
    store<f32>(out, f32x4.extract_lane(f32x4.max(most, i32x4.shuffle(most, most, 1, 0, 3, 2)), 0));
    store<f32>(out, f32x4.extract_lane(f32x4.max(upper, i32x4.shuffle(upper, upper, 1, 0, 3, 2)), 0), 4);
  }
}

/**
 * Lists the rows of the blocks lo..hi whose estimate with slack * factor added is at least `least`, from what {@link signEstimates} wrote down.
 * @returns how many it lists
 */
export function listClose(lo: i32, hi: i32, factors: F32s, all: F32s, tops: F32s, slack: f32, least: f32, list: I32s): i32 {
  const slacks = f32x4.splat(slack), leasts = f32x4.splat(least);
  let found = 0;
  for (let k = lo; k < hi; k++) {
    if (!(load<f32>(tops + (<usize>k << 3), 4) >= least)) continue;
    const estimates = all + (<usize>k << 7), own = factors + (<usize>k << 7);
    for (let at: usize = 0; at < 128; at += 16) {
      const uppers = f32x4.add(v128.load(estimates + at), f32x4.mul(slacks, v128.load(own + at)));
      for (let bits = i32x4.bitmask(f32x4.ge(uppers, leasts)); bits; bits &= bits - 1) {
        store<i32>(list + (<usize>found << 2), (k << 5) + <i32>(at >> 2) + <i32>ctz(bits));
        found++;
      }
    }
  }
  return found;
}
