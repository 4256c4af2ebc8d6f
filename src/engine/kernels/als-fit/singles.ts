import { axpy, scaled, sum4 } from '../dense/vector';
import { F32s, F64s, I32s } from '../types';

/**
 * Block job over items that some users have as their only one. Such a user's factors are w z with z = H^-1 y of the item and
 * w = r / (1 + d y.z), so all of them together are one row z of the user side: here it is made, with its weight in the Gram
 * matrix, and the d and r of its one entry in the item's row. variants: per item, the distinct (d, r) with their multiplicity m.
 * stats + 16 * block: second f64 gets the sum of multiplicity * regularization * |x|^2.
 */
export function solveSingles(
  lo: i32,
  hi: i32,
  block: i32,
  scratch: usize,
  items: I32s,
  variants: I32s,
  m: F32s,
  d: F32s,
  r: F32s,
  w: F32s,
  y: F32s,
  eigenvalues: F32s,
  lambda: f32,
  floor: f32,
  f: i32,
  out: F32s,
  weights: F32s,
  entries: I32s,
  entryD: F32s,
  entryR: F32s,
  stats: F64s,
): void {
  const s: usize = (<usize>f) << 2;
  let penalty: f64 = 0;
  for (let k = lo; k < hi; k++) {
    const from = y + <usize>load<i32>(items + ((<usize>k) << 2)) * s;
    const z = out + <usize>k * s;
    let acc = f32x4.splat(0),
      norm = acc;
    for (let q: usize = 0; q < s; q += 16) {
      const h = f32x4.max(f32x4.add(v128.load(eigenvalues + q), f32x4.splat(lambda)), f32x4.splat(floor));
      const v = v128.load(from + q);
      const t = f32x4.div(v, h);
      v128.store(z + q, t);
      acc = f32x4.add(acc, f32x4.mul(v, t));
      norm = f32x4.add(norm, f32x4.mul(t, t));
    }
    const g = sum4(acc);
    let weight: f32 = 0,
      dAll: f32 = 0,
      rAll: f32 = 0;
    const end = load<i32>(variants + ((<usize>k) << 2), 4);
    for (let v = load<i32>(variants + ((<usize>k) << 2)); v < end; v++) {
      const at = (<usize>v) << 2;
      const mv = load<f32>(m + at),
        dv = load<f32>(d + at),
        rv = load<f32>(r + at);
      const wv = rv / (1 + dv * g);
      store<f32>(w + at, wv);
      weight += mv * wv * wv;
      dAll += mv * dv * wv * wv;
      rAll += mv * rv * wv;
    }
    store<f32>(weights + ((<usize>k) << 2), weight);
    const entry = (<usize>load<i32>(entries + ((<usize>k) << 2))) << 2;
    store<f32>(entryD + entry, dAll);
    store<f32>(entryR + entry, rAll);
    penalty += <f64>lambda * <f64>weight * <f64>sum4(norm);
  }
  store<f64>(stats + ((<usize>block) << 4), 0);
  store<f64>(stats + ((<usize>block) << 4), penalty, 8);
}

/** Block job: row k of out = sum of c times the rows of v that its entries name. */
export function combineRows(lo: i32, hi: i32, block: i32, scratch: usize, offsets: I32s, indices: I32s, c: F32s, v: F32s, f: i32, out: F32s): void {
  const s: usize = <usize>f << 2;
  for (let u = lo; u < hi; u++) {
    const end = load<i32>(offsets + (<usize>u << 2), 4);
    const x = out + <usize>u * s;
    let e = load<i32>(offsets + (<usize>u << 2));
    if (e == end) {
      memory.fill(x, 0, s);
      continue;
    }
    scaled(load<f32>(c + (<usize>e << 2)), v + <usize>load<i32>(indices + (<usize>e << 2)) * s, x, f);
    for (e++; e < end; e++) axpy(load<f32>(c + (<usize>e << 2)), v + <usize>load<i32>(indices + (<usize>e << 2)) * s, x, f);
  }
}

/** Block job: row k of out = row indices[k] of v. */
export function copyRows(lo: i32, hi: i32, block: i32, scratch: usize, indices: I32s, v: F32s, f: i32, out: F32s): void {
  const s: usize = <usize>f << 2;
  for (let k = lo; k < hi; k++) memory.copy(out + <usize>k * s, v + <usize>load<i32>(indices + (<usize>k << 2)) * s, s);
}
