// What the kernels over codes share: where codes lie, inner products of them, and how far these may be off (codes.ts).

/** Added to every error: products of the smallest numbers may vanish. */
const gamma: f32 = 1e-40;

/** Where the code of a row begins; its next 16 dimensions follow 64 bytes later. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function codeOf(codes: usize, row: i32, width: i32): usize {
  return codes + <usize>(row >> 2) * <usize>(width << 2) + (<usize>(row & 3) << 4);
}

/** The inner products of the whole codes of four rows with the digits of a query. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function products(row: i32, query: usize, width: i32, codes: usize): v128 {
  const queryEnd = query + (<usize>width << 1);
  let a = i32x4.splat(0), b = a, c = a, d = a;
  let p = codeOf(codes, row, width);
  for (let q = query; q < queryEnd; q += 32) {
    const low = v128.load(q), high = v128.load(q, 16);
    a = i32x4.add(a, i32x4.dot_i16x8_s(low, v128.load8x8_s(p)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(low, v128.load8x8_s(p, 16)));
    c = i32x4.add(c, i32x4.dot_i16x8_s(low, v128.load8x8_s(p, 32)));
    d = i32x4.add(d, i32x4.dot_i16x8_s(low, v128.load8x8_s(p, 48)));
    a = i32x4.add(a, i32x4.dot_i16x8_s(high, v128.load8x8_s(p, 8)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(high, v128.load8x8_s(p, 24)));
    c = i32x4.add(c, i32x4.dot_i16x8_s(high, v128.load8x8_s(p, 40)));
    d = i32x4.add(d, i32x4.dot_i16x8_s(high, v128.load8x8_s(p, 56)));
    p += 64;
  }
  return sums(a, b, c, d);
}

/** The sums of four accumulators, one per lane. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7)); // a02 b02 a13 b13
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return i32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

/**
 * Inner products of four rows with two, of 16-bit integers. Row k of the four begins at a + k * aRow, and its next eight numbers follow aNext bytes
 * later, up to aEnd; likewise the two at b. The products with the first of the two go to `out`, those with the second 16 bytes behind. If
 * `packed`, each lane of the four holds two rows (coarse.ts), and the products are added to 32 bytes for each of the two.
 * Where distances are constants, the inlined loop is the one that would be written out.
 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function fourTimesTwo(a: usize, aRow: usize, aNext: usize, aEnd: usize, b: usize, bRow: usize, bNext: usize, out: usize, packed: bool): void {
  let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  while (a < aEnd) {
    const u = v128.load(b), v = v128.load(b + bRow);
    let r = v128.load(a);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(r, u));
    t0 = i32x4.add(t0, i32x4.dot_i16x8_s(r, v));
    r = v128.load(a + aRow);
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(r, u));
    t1 = i32x4.add(t1, i32x4.dot_i16x8_s(r, v));
    r = v128.load(a + 2 * aRow);
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(r, u));
    t2 = i32x4.add(t2, i32x4.dot_i16x8_s(r, v));
    r = v128.load(a + 3 * aRow);
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(r, u));
    t3 = i32x4.add(t3, i32x4.dot_i16x8_s(r, v));
    a += aNext;
    b += bNext;
  }
  if (packed) {
    addPacked(s0, s1, s2, s3, out);
    addPacked(t0, t1, t2, t3, out + 32);
  } else {
    v128.store(out, sums(s0, s1, s2, s3));
    v128.store(out, sums(t0, t1, t2, t3), 16);
  }
}

/** Adds four sums of packed rows: those of the rows in the low bits alone to `place`, both together behind it. */
// @ts-ignore: decorator of AssemblyScript
@inline
function addPacked(a: v128, b: v128, c: v128, d: v128, place: usize): void {
  const e = i32x4.shr_s(i32x4.shl(a, 20), 20), f = i32x4.shr_s(i32x4.shl(b, 20), 20);
  const g = i32x4.shr_s(i32x4.shl(c, 20), 20), h = i32x4.shr_s(i32x4.shl(d, 20), 20);
  v128.store(place, i32x4.add(v128.load(place), sums(e, f, g, h)));
  v128.store(place, i32x4.add(v128.load(place, 16), sums(a, b, c, d)), 16);
}

/** All ones in the lanes of the rows from `row` on that are below hi and flagged (marks = 0: all are). */
// @ts-ignore: decorator of AssemblyScript
@inline
export function lanes(row: i32, hi: i32, marks: usize): v128 {
  const inside = i32x4.lt_s(i32x4.add(i32x4.splat(row), i32x4(0, 1, 2, 3)), i32x4.splat(hi));
  if (!marks) return inside;
  const bytes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(marks + <usize>row)));
  return v128.and(inside, i32x4.ne(bytes, i32x4.splat(0)));
}

// @ts-ignore: decorator of AssemblyScript
@inline
export function slackOf(alpha: v128, beta: v128, scale: v128, error: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(alpha, error), f32x4.mul(beta, scale)), f32x4.splat(gamma));
}
