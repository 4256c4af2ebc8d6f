// Codes of four bits per dimension: see FOUR_BIT in graph.ts.
import { CENTRE, CODES, FOUR_BIT, LIST, LIST_ROOM, pointer, QUERY, QUERY_SCALE, SCALES, WIDTH, word } from './graph';
import { scaledSums, sums, total } from './sums';
import { touchRows } from './touch';

/** Sixteen codes as what they stand for. */
// @ts-ignore: decorator of AssemblyScript
@inline
function levels(codes: v128): v128 {
  return i8x16.sub(i8x16.add(codes, codes), i8x16.splat(15));
}

export function fourBitQuery(g: usize, slot: i32): void {
  const width = <usize>word(g, WIDTH), half = i8x16.splat(15);
  const from = pointer(g, CODES) + <usize>slot * (width >> 1);
  let to = pointer(g, QUERY);
  for (let k: usize = 0; k < width >> 1; k += 16) {
    const both = v128.load(from + k);
    const low = levels(v128.and(both, half)), high = levels(i8x16.shr_u(both, 4));
    v128.store(to, i16x8.extend_low_i8x16_s(low));
    v128.store(to, i16x8.extend_high_i8x16_s(low), 16);
    v128.store(to, i16x8.extend_low_i8x16_s(high), 32);
    v128.store(to, i16x8.extend_high_i8x16_s(high), 48);
    to += 64;
  }
  const end = pointer(g, QUERY) + ((<usize>word(g, FOUR_BIT)) << 1);
  memory.fill(end, 0, to - end);
  store<i32>(g + (CENTRE << 2), slot);
  store<f32>(g + (QUERY_SCALE << 2), load<f32>(pointer(g, SCALES) + ((<usize>slot) << 2)));
}

/** As `scoreList`: twice the products of the query with the codes, less 15 times the sum of the query. */
export function scoreFourBits(g: usize, count: i32, isTheirs: bool): void {
  const list = pointer(g, LIST);
  const out = list + ((<usize>word(g, LIST_ROOM)) << 2);
  const width = <usize>word(g, WIDTH), row = width >> 1;
  const codes = pointer(g, CODES), scales = pointer(g, SCALES), query = pointer(g, QUERY);
  const queryScale = f32x4.splat(load<f32>(g + (QUERY_SCALE << 2)));
  const half = i8x16.splat(15), end = query + (width << 1);
  const last = load<i32>(list + ((<usize>count - 1) << 2));
  for (let k = count; k & 3; k++) store<i32>(list + ((<usize>k) << 2), last);
  if (!isTheirs) store<i32>(out, touchRows(list, count, codes, row, scales));
  let s = i32x4.splat(0);
  for (let q = query; q < end; q += 16) s = i32x4.add(s, i32x4.dot_i16x8_s(v128.load(q), i16x8.splat(15)));
  const base = i32x4.splat(total(s));
  for (let k = 0; k < count; k += 4) {
    const at = list + ((<usize>k) << 2);
    const s0 = <usize>load<u32>(at), s1 = <usize>load<u32>(at, 4), s2 = <usize>load<u32>(at, 8), s3 = <usize>load<u32>(at, 12);
    let r0 = codes + s0 * row, r1 = codes + s1 * row, r2 = codes + s2 * row, r3 = codes + s3 * row;
    let a = i32x4.splat(0), b = a, c = a, d = a;
    for (let q = query; q < end; q += 64) {
      const w = v128.load(q), x = v128.load(q, 16), y = v128.load(q, 32), z = v128.load(q, 48);
      let both = v128.load(r0), low = v128.and(both, half), high = i8x16.shr_u(both, 4);
      a = i32x4.add(a, i32x4.add(i32x4.dot_i16x8_s(w, i16x8.extend_low_i8x16_u(low)), i32x4.dot_i16x8_s(x, i16x8.extend_high_i8x16_u(low))));
      a = i32x4.add(a, i32x4.add(i32x4.dot_i16x8_s(y, i16x8.extend_low_i8x16_u(high)), i32x4.dot_i16x8_s(z, i16x8.extend_high_i8x16_u(high))));
      both = v128.load(r1); low = v128.and(both, half); high = i8x16.shr_u(both, 4);
      b = i32x4.add(b, i32x4.add(i32x4.dot_i16x8_s(w, i16x8.extend_low_i8x16_u(low)), i32x4.dot_i16x8_s(x, i16x8.extend_high_i8x16_u(low))));
      b = i32x4.add(b, i32x4.add(i32x4.dot_i16x8_s(y, i16x8.extend_low_i8x16_u(high)), i32x4.dot_i16x8_s(z, i16x8.extend_high_i8x16_u(high))));
      both = v128.load(r2); low = v128.and(both, half); high = i8x16.shr_u(both, 4);
      c = i32x4.add(c, i32x4.add(i32x4.dot_i16x8_s(w, i16x8.extend_low_i8x16_u(low)), i32x4.dot_i16x8_s(x, i16x8.extend_high_i8x16_u(low))));
      c = i32x4.add(c, i32x4.add(i32x4.dot_i16x8_s(y, i16x8.extend_low_i8x16_u(high)), i32x4.dot_i16x8_s(z, i16x8.extend_high_i8x16_u(high))));
      both = v128.load(r3); low = v128.and(both, half); high = i8x16.shr_u(both, 4);
      d = i32x4.add(d, i32x4.add(i32x4.dot_i16x8_s(w, i16x8.extend_low_i8x16_u(low)), i32x4.dot_i16x8_s(x, i16x8.extend_high_i8x16_u(low))));
      d = i32x4.add(d, i32x4.add(i32x4.dot_i16x8_s(y, i16x8.extend_low_i8x16_u(high)), i32x4.dot_i16x8_s(z, i16x8.extend_high_i8x16_u(high))));
      r0 += 16; r1 += 16; r2 += 16; r3 += 16;
    }
    const scale = f32x4(
      load<f32>(scales + (s0 << 2)), load<f32>(scales + (s1 << 2)), load<f32>(scales + (s2 << 2)), load<f32>(scales + (s3 << 2)),
    );
    const sum = i32x4.sub(i32x4.shl(sums(a, b, c, d), 1), base);
    v128.store(out + ((<usize>k) << 2), scaledSums(sum, scale, queryScale, isTheirs));
  }
}
