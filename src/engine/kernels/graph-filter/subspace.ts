import { fourTimesEight } from '../dense/tiles';
import { addGramTimes8 } from '../sparse/products';
import { F32s, F64s, I32s } from '../types';

/** Columns that are filtered together: as in the kernel of EASE, so that three strips of them stay near the second-level cache. */
const stripBytes: usize = 32;

/**
 * Block job of subspace iteration: columns 8 lo .. 8 hi of x (columns x width, row-major) become T_degree(scale A - shift) of themselves, where
 * A = M^T M for a sparse M of `rows` rows, and T is the Chebyshev polynomial. quotients[c] gets the Rayleigh quotient of column c as it was.
 * Scratch: 96 bytes per row of x.
 */
export function chebyshevColumns(
  lo: i32, hi: i32, block: i32, scratch: usize,
  offsets: I32s, indices: I32s, values: F32s, rows: i32, x: F32s, columns: i32, width: i32, degree: i32, scale: f32, shift: f32, quotients: F64s,
): void {
  const bytes = <usize>columns * stripBytes;
  const stride = <usize>width << 2;
  for (let strip = lo; strip < hi; strip++) {
    const first = x + <usize>strip * stripBytes;
    let a = scratch,
      b = scratch + bytes;
    const product = b + bytes;
    for (let i = 0, from = first, to = a; i < columns; i++, from += stride, to += stripBytes) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    }
    memory.fill(product, 0, bytes);
    addGramTimes8(offsets, indices, values, rows, a, product);
    rayleigh(a, product, columns, quotients + (<usize>strip << 6));
    combine(product, a, b, b, bytes, scale, shift, 0);
    for (let k = 1; k < degree; k++) {
      memory.fill(product, 0, bytes);
      addGramTimes8(offsets, indices, values, rows, b, product);
      combine(product, b, a, a, bytes, 2 * scale, 2 * shift, 1);
      const t = a;
      a = b;
      b = t;
    }
    for (let i = 0, to = first, from = b; i < columns; i++, from += stripBytes, to += stride) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    }
  }
}

/** out = scale product - shift p - before * old; out may be old. */
// @ts-ignore: decorator of AssemblyScript
@inline
function combine(product: usize, p: usize, old: usize, out: usize, bytes: usize, scale: f32, shift: f32, before: f32): void {
  const s = f32x4.splat(scale),
    t = f32x4.splat(shift),
    u = f32x4.splat(before);
  for (let o: usize = 0; o < bytes; o += 16) {
    let v = f32x4.sub(f32x4.mul(s, v128.load(product + o)), f32x4.mul(t, v128.load(p + o)));
    if (before != 0) v = f32x4.sub(v, f32x4.mul(u, v128.load(old + o)));
    v128.store(out + o, v);
  }
}

/** out[c] = (p_c . product_c) / (p_c . p_c) of 8 columns, 0 for a column of zeros. */
function rayleigh(p: usize, product: usize, columns: i32, out: usize): void {
  for (let c: usize = 0; c < 8; c++) {
    let inner: f64 = 0, square: f64 = 0;
    for (let i = 0, o = c << 2; i < columns; i++, o += stripBytes) {
      const v = <f64>load<f32>(p + o);
      inner += v * <f64>load<f32>(product + o);
      square += v * v;
    }
    store<f64>(out + (c << 3), square > 0 ? inner / square : 0);
  }
}

/** Block job: rows lo..hi of a sparse matrix times x (a row of `width` floats per column of it, width % 4 == 0) go to out, where row `first` comes first. */
export function sparseRows(
  lo: i32, hi: i32, block: i32, scratch: usize, offsets: I32s, indices: I32s, values: F32s, x: F32s, width: i32, out: F32s, first: i32,
): void {
  const s = <usize>width << 2;
  for (let row = lo; row < hi; row++) {
    const to = out + <usize>(row - first) * s;
    memory.fill(to, 0, s);
    const last = <usize>load<i32>(offsets + (<usize>row << 2), 4) << 2;
    for (let e = <usize>load<i32>(offsets + (<usize>row << 2)) << 2; e < last; e += 4) {
      const v = v128.load32_splat(values + e);
      const from = x + <usize>load<i32>(indices + e) * s;
      for (let o: usize = 0; o < s; o += 16) v128.store(to + o, f32x4.add(v128.load(to + o), f32x4.mul(v, v128.load(from + o))));
    }
  }
}

/**
 * Block job: rows lo..hi of x become x b for an upper triangular b, width x width, where width % 8 == 0: half the products of `rotate`. Of its
 * zeros only those beside the diagonal are read. Scratch: width x (width + 64) floats.
 */
export function rotateTriangle(lo: i32, hi: i32, block: i32, scratch: usize, x: F32s, width: i32, b: F32s): void {
  const s: usize = (<usize>width) << 2;
  const panels = scratch + 32 * s;
  // Eight columns of b, as far down as they go, lie together.
  for (let j: usize = 0, to = panels; j < s; j += 32) {
    for (let q = b + j, end = q + ((j >> 2) + 8) * s; q < end; q += s, to += 32) {
      v128.store(to, v128.load(q));
      v128.store(to, v128.load(q, 16), 16);
    }
  }
  for (let from = lo; from < hi; from += 32) {
    const rows = min(32, hi - from);
    memory.copy(scratch, x + <usize>from * s, <usize>rows * s);
    for (let j: usize = 0, panel = panels; j < s; j += 32) {
      for (let r = 0; r < rows; r += 4) {
        const four = scratch + <usize>r * s;
        const to = x + <usize>(from + r) * s + j;
        if (r + 4 <= rows) {
          fourTimesEight(four, s, 4, four + j + 32, panel, 32, to, s, false);
          continue;
        }
        for (let k = r; k < rows; k++) oneTimesEight(scratch + <usize>k * s, j + 32, panel, x + <usize>(from + k) * s + j);
      }
      panel += (j + 32) << 3;
    }
  }
}

/** A row of `bytes` times eight columns that lie together. */
function oneTimesEight(a: usize, bytes: usize, b: usize, out: usize): void {
  let s = f32x4.splat(0),
    t = s;
  for (const end = a + bytes; a < end; a += 4, b += 32) {
    const r = v128.load32_splat(a);
    s = f32x4.add(s, f32x4.mul(r, v128.load(b)));
    t = f32x4.add(t, f32x4.mul(r, v128.load(b, 16)));
  }
  v128.store(out, s);
  v128.store(out, t, 16);
}
