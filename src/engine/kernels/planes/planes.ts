// Sums over bits: what a query adds up to where the codes of rows have ones, 32 rows at a time, by table lookup (André et al. 2015, VLDB).
//
// The bits of four dimensions select one of 16 sums of the query's numbers, which stand in a table of 16 bytes: one shuffle looks up 16 rows.
// A block holds 32 rows: for each four dimensions 16 bytes, whose lower halves are of the rows 0..15 and whose upper halves of the rows 16..31.

import { U8s } from '../types';

/**
 * Block job: the sums of the rows of the blocks lo..hi, 32 unsigned numbers of 16 bits each, in the order even rows of the first half, odd ones,
 * even rows of the second half, odd ones.
 * @param groups how many tables there are, a multiple of 4; entries are at most 63
 */
export function planeSums(lo: i32, hi: i32, block: i32, scratch: usize, groups: i32, tables: U8s, bits: U8s, out: U8s): void {
  const four = i8x16.splat(15), low = i16x8.splat(255);
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
