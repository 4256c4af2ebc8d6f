// The similarity of the query with a list of slots, by their codes.
import { fourBitQuery, scoreFourBits } from './four-bits';
import { CENTRE, CODES, FINE, FOUR_BIT, LIST, LIST_ROOM, pointer, QUERY, QUERY_SCALE, REFINED, SCALES, WIDTH, word } from './graph';
import { scaledSums, sums, total } from './sums';
import { touchRows } from './touch';

/** The codes of a slot become the query. */
export function queryOf(g: usize, slot: i32): void {
  const width = <usize>word(g, WIDTH);
  if (word(g, FOUR_BIT)) {
    fourBitQuery(g, slot);
    return;
  }
  const from = pointer(g, CODES) + <usize>slot * width;
  const to = pointer(g, QUERY);
  for (let k: usize = 0; k < width; k += 8) v128.store(to + (k << 1), v128.load8x8_s(from + k));
  store<i32>(g + (CENTRE << 2), slot);
  store<f32>(g + (QUERY_SCALE << 2), load<f32>(pointer(g, SCALES) + ((<usize>slot) << 2)));
}

/**
 * Similarities of the query with the slots of `LIST`, written behind them. Four rows at a time: their cache misses overlap,
 * and a part of the query is loaded once for four. The list is filled up to a multiple of 4 with its last slot.
 * @param isTheirs whether to round as if each of the slots were the query of the slot that is it; they are in the cache then
 */
export function scoreList(g: usize, count: i32, isTheirs: bool = false): void {
  if (count == 0) return;
  if (word(g, REFINED)) {
    scoreFinely(g, count, isTheirs);
    return;
  }
  if (word(g, FOUR_BIT)) {
    scoreFourBits(g, count, isTheirs);
    return;
  }
  const list = pointer(g, LIST);
  const out = list + ((<usize>word(g, LIST_ROOM)) << 2);
  const width = <usize>word(g, WIDTH);
  const codes = pointer(g, CODES);
  const scales = pointer(g, SCALES);
  const query = pointer(g, QUERY);
  const queryScale = f32x4.splat(load<f32>(g + (QUERY_SCALE << 2)));
  const last = load<i32>(list + ((<usize>count - 1) << 2));
  for (let k = count; k & 3; k++) store<i32>(list + ((<usize>k) << 2), last);
  if (!isTheirs) store<i32>(out, touchRows(list, count, codes, width, scales));
  for (let k = 0; k < count; k += 4) {
    const at = list + ((<usize>k) << 2);
    const s0 = <usize>load<u32>(at), s1 = <usize>load<u32>(at, 4), s2 = <usize>load<u32>(at, 8), s3 = <usize>load<u32>(at, 12);
    let r0 = codes + s0 * width, r1 = codes + s1 * width, r2 = codes + s2 * width, r3 = codes + s3 * width;
    let a = i32x4.splat(0), b = a, c = a, d = a;
    const end = query + (width << 1);
    for (let q = query; q < end; q += 32) {
      const x = v128.load(q), y = v128.load(q, 16);
      a = i32x4.add(a, i32x4.dot_i16x8_s(x, v128.load8x8_s(r0)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(x, v128.load8x8_s(r1)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(x, v128.load8x8_s(r2)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(x, v128.load8x8_s(r3)));
      a = i32x4.add(a, i32x4.dot_i16x8_s(y, v128.load8x8_s(r0, 8)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(y, v128.load8x8_s(r1, 8)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(y, v128.load8x8_s(r2, 8)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(y, v128.load8x8_s(r3, 8)));
      r0 += 16; r1 += 16; r2 += 16; r3 += 16;
    }
    const scale = f32x4(
      load<f32>(scales + (s0 << 2)), load<f32>(scales + (s1 << 2)), load<f32>(scales + (s2 << 2)), load<f32>(scales + (s3 << 2)),
    );
    v128.store(out + ((<usize>k) << 2), scaledSums(sums(a, b, c, d), scale, queryScale, isTheirs));
  }
}

function scoreFinely(g: usize, count: i32, isTheirs: bool): void {
  const list = pointer(g, LIST);
  const out = list + ((<usize>word(g, LIST_ROOM)) << 2);
  for (let k = 0; k < count; k++) {
    const slot = load<i32>(list + ((<usize>k) << 2));
    store<f32>(out + ((<usize>k) << 2), isTheirs ? fineSimilarity(g, slot, word(g, CENTRE)) : fineScore(g, slot));
  }
}

/** The similarity of the query with a slot by both of its codes. */
export function fineScore(g: usize, slot: i32): f32 {
  const centre = word(g, CENTRE);
  if (centre >= 0) return fineSimilarity(g, centre, slot);
  const width = <usize>word(g, WIDTH), row = <usize>slot * width;
  let a = pointer(g, CODES) + row, b = pointer(g, FINE) + row, q = pointer(g, QUERY);
  let s = i32x4.splat(0), t = s;
  const end = a + width;
  while (a < end) {
    const x = v128.load(q);
    s = i32x4.add(s, i32x4.dot_i16x8_s(x, v128.load8x8_s(a)));
    t = i32x4.add(t, i32x4.dot_i16x8_s(x, v128.load8x8_s(b)));
    a += 8; b += 8; q += 16;
  }
  return scaled(total(s), total(t), 0, load<f32>(pointer(g, SCALES) + ((<usize>slot) << 2)), load<f32>(g + (QUERY_SCALE << 2)));
}

/** The similarity of two slots by both of their codes: products of the first ones, mixed ones, products of the second ones. */
function fineSimilarity(g: usize, slot: i32, other: i32): f32 {
  const width = <usize>word(g, WIDTH), codes = pointer(g, CODES), fine = pointer(g, FINE), scales = pointer(g, SCALES);
  let a = codes + <usize>slot * width, b = codes + <usize>other * width;
  let c = fine + <usize>slot * width, d = fine + <usize>other * width;
  let s = i32x4.splat(0), t = s, u = s, v = s;
  const end = a + width;
  while (a < end) {
    const w = v128.load8x8_s(a), x = v128.load8x8_s(b), y = v128.load8x8_s(c), z = v128.load8x8_s(d);
    s = i32x4.add(s, i32x4.dot_i16x8_s(w, x));
    t = i32x4.add(t, i32x4.dot_i16x8_s(w, z));
    u = i32x4.add(u, i32x4.dot_i16x8_s(y, x));
    v = i32x4.add(v, i32x4.dot_i16x8_s(y, z));
    a += 8; b += 8; c += 8; d += 8;
  }
  const mixed = <f64>total(t) + <f64>total(u);
  return scaled(total(s), mixed, total(v), load<f32>(scales + ((<usize>other) << 2)), load<f32>(scales + ((<usize>slot) << 2)));
}

// @ts-ignore: decorator of AssemblyScript
@inline
function scaled(first: i32, mixed: f64, second: i32, a: f32, b: f32): f32 {
  return <f32>((<f64>first + mixed / 254 + <f64>second / 64516) * <f64>a * <f64>b);
}
