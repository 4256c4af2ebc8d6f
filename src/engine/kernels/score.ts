import { dot } from './vector';

/** out[k] = x . row lo + k, for rows lo..hi of y. Every score of the library comes from this one order of additions. */
export function scoreRows(lo: i32, hi: i32, x: usize, y: usize, f: i32, out: usize): void {
  const s: usize = (<usize>f) << 2;
  let row = y + <usize>lo * s;
  for (let k = lo; k < hi; k++) {
    store<f32>(out, dot(x, row, f));
    row += s;
    out += 4;
  }
}

/** out[k] = x . row indices[k]. */
export function scoreSome(count: i32, indices: usize, x: usize, y: usize, f: i32, out: usize): void {
  const s: usize = (<usize>f) << 2;
  for (let k = 0; k < count; k++) {
    store<f32>(out + ((<usize>k) << 2), dot(x, y + <usize>load<i32>(indices + ((<usize>k) << 2)) * s, f));
  }
}

// Screening. Codes are i8, in strips of 32 items: first 32 codes of dimension 0, then of dimension 1, and so on, so that a query
// reads the dimensions that matter to it and no others. Sums are i16; who makes codes and queries keeps them from overflowing.

/** Adds dimensions from..to of the query's own order to the 32 sums at `acc`. */
// @ts-ignore: decorator of AssemblyScript
@inline
function addDimensions(from: i32, to: i32, dims: usize, q: usize, strip: usize, acc: usize): void {
  let s0 = v128.load(acc),
    s1 = v128.load(acc, 16),
    s2 = v128.load(acc, 32),
    s3 = v128.load(acc, 48);
  let d = dims + ((<usize>from) << 2),
    w = q + ((<usize>from) << 4);
  const end = dims + ((<usize>to) << 2);
  while (d < end) {
    const c = strip + <usize>load<i32>(d);
    const t = v128.load(w);
    s0 = i16x8.add(s0, i16x8.mul(t, v128.load8x8_s(c)));
    s1 = i16x8.add(s1, i16x8.mul(t, v128.load8x8_s(c, 8)));
    s2 = i16x8.add(s2, i16x8.mul(t, v128.load8x8_s(c, 16)));
    s3 = i16x8.add(s3, i16x8.mul(t, v128.load8x8_s(c, 24)));
    d += 4;
    w += 16;
  }
  v128.store(acc, s0);
  v128.store(acc, s1, 16);
  v128.store(acc, s2, 32);
  v128.store(acc, s3, 48);
}

/** Sums of the first n dimensions for strips lo..hi into acc (32 i16 a strip), and the largest of each strip into most (i32). */
export function screenFirst(lo: i32, hi: i32, n: i32, dims: usize, q: usize, codes: usize, stripBytes: i32, acc: usize, most: usize): void {
  for (let strip = lo; strip < hi; strip++) {
    const a = acc + ((<usize>strip) << 6);
    memory.fill(a, 0, 64);
    addDimensions(0, n, dims, q, codes + <usize>strip * <usize>stripBytes, a);
    let v = i16x8.max_s(i16x8.max_s(v128.load(a), v128.load(a, 16)), i16x8.max_s(v128.load(a, 32), v128.load(a, 48)));
    v = i16x8.max_s(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    v = i16x8.max_s(v, i8x16.shuffle(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15));
    store<i32>(most + ((<usize>strip) << 2), max(<i32>i16x8.extract_lane_s(v, 0), <i32>i16x8.extract_lane_s(v, 1)));
  }
}

/**
 * Positions in strips lo..hi whose sums stay above limits[c] after each ends[c] dimensions, for c from `first` on; acc holds the
 * sums of the ends[first - 1] before. A strip with two survivors left is not followed further, exact scores are cheaper then.
 * @returns how many positions were written to out.
 */
export function screenRest(
  lo: i32,
  hi: i32,
  first: i32,
  chunks: i32,
  ends: usize,
  limits: usize,
  dims: usize,
  q: usize,
  codes: usize,
  stripBytes: i32,
  acc: usize,
  out: usize,
): i32 {
  let found = 0;
  for (let strip = lo; strip < hi; strip++) {
    const a = acc + ((<usize>strip) << 6);
    if (first === 0) memory.fill(a, 0, 64);
    const at = codes + <usize>strip * <usize>stripBytes;
    let from = first === 0 ? 0 : load<i32>(ends + ((<usize>(first - 1)) << 2));
    let alive: i32 = 0;
    for (let c = first; c < chunks; c++) {
      const to = load<i32>(ends + ((<usize>c) << 2));
      addDimensions(from, to, dims, q, at, a);
      from = to;
      const limit = i16x8.splat(<i16>load<i32>(limits + ((<usize>c) << 2)));
      const low = i8x16.narrow_i16x8_s(i16x8.gt_s(v128.load(a), limit), i16x8.gt_s(v128.load(a, 16), limit));
      const high = i8x16.narrow_i16x8_s(i16x8.gt_s(v128.load(a, 32), limit), i16x8.gt_s(v128.load(a, 48), limit));
      alive = i8x16.bitmask(low) | (i8x16.bitmask(high) << 16);
      if (popcnt(alive) <= 2) break;
    }
    while (alive) {
      store<i32>(out + ((<usize>found) << 2), (strip << 5) + ctz(alive));
      found++;
      alive &= alive - 1;
    }
  }
  return found;
}
