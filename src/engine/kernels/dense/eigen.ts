// f x f matrices of doubles, rows of ld = f rounded up to 2. Small, but ALS needs some twice per iteration on the main thread, while the other threads wait.

import { F64s } from '../types';
import { addTimes } from './vector64';

/** Below it, squares underflow and 2 / |v|^2 overflows. What rounding leaves of a matrix of low rank gets there. */
const NEGLIGIBLE: f64 = 1e-152;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder reduction to a tridiagonal one, then implicit QL (Golub & Van
 * Loan, Matrix Computations, 8.3). Destroys a. values: f doubles, in no order. basis: f rows, the vectors. work: 3 ld doubles.
 */
export function diagonalize(a: F64s, f: i32, values: F64s, basis: F64s, work: F64s): void {
  const s: usize = (<usize>((f + 1) & ~1)) << 3;
  tridiagonalize(a, f, s, values, work, basis, work + s, work + 2 * s);
  implicitQl(values, work, basis, f, s);
}

/** a = basis^T T basis with T tridiagonal: its diagonal, and beside[k] that couples k and k + 1. Row k of a becomes the k-th reflector. */
function tridiagonalize(a: usize, f: i32, s: usize, diagonal: usize, beside: usize, basis: usize, betas: usize, p: usize): void {
  memory.fill(p, 0, s);
  for (let k = 0; k + 2 < f; k++) {
    const from = k + 1;
    const v = a + <usize>k * s;
    const first = (<usize>(from & ~1)) << 3; // pairs of doubles; what comes before `from` is zero
    const head = v + ((<usize>from) << 3);
    store<f64>(diagonal + ((<usize>k) << 3), load<f64>(v + ((<usize>k) << 3)));
    store<f64>(v + ((<usize>k) << 3), 0);
    const norm = sqrt<f64>(dot(v + first, v + first, s - first));
    store<f64>(betas + ((<usize>k) << 3), 0);
    store<f64>(beside + ((<usize>k) << 3), 0);
    if (norm < NEGLIGIBLE) continue;
    const alpha = load<f64>(head) > 0 ? -norm : norm;
    store<f64>(beside + ((<usize>k) << 3), alpha);
    store<f64>(head, load<f64>(head) - alpha);
    const beta = -1 / (alpha * load<f64>(head)); // 2 / |v|^2
    store<f64>(betas + ((<usize>k) << 3), beta);
    store<f64>(p + first, 0);
    for (let i = from; i < f; i++) store<f64>(p + ((<usize>i) << 3), beta * dot(a + <usize>i * s + first, v + first, s - first));
    addTimes((-beta / 2) * dot(v + first, p + first, s - first), v + first, p + first, s - first);
    for (let i = from; i < f; i++) {
      const vi = v128.load64_splat(v + ((<usize>i) << 3)),
        pi = v128.load64_splat(p + ((<usize>i) << 3));
      const row = a + <usize>i * s;
      for (let q = first; q < s; q += 16) {
        const both = f64x2.add(f64x2.mul(vi, v128.load(p + q)), f64x2.mul(pi, v128.load(v + q)));
        v128.store(row + q, f64x2.sub(v128.load(row + q), both));
      }
    }
  }
  for (let k = max(0, f - 2); k < f; k++) store<f64>(diagonal + ((<usize>k) << 3), load<f64>(a + <usize>k * s + ((<usize>k) << 3)));
  if (f > 1) store<f64>(beside + ((<usize>(f - 2)) << 3), load<f64>(a + <usize>(f - 1) * s + ((<usize>(f - 2)) << 3)));
  // basis = H_last ... H_first; applied from the right end so that the untouched corner stays small.
  memory.fill(basis, 0, <usize>f * s);
  for (let k = 0; k < f; k++) store<f64>(basis + <usize>k * s + ((<usize>k) << 3), 1);
  for (let k = f - 3; k >= 0; k--) {
    const beta = load<f64>(betas + ((<usize>k) << 3));
    if (beta == 0) continue;
    const first = (<usize>((k + 1) & ~1)) << 3;
    const v = a + <usize>k * s + first;
    for (let i = k + 1; i < f; i++) {
      const row = basis + <usize>i * s + first;
      addTimes(-beta * dot(row, v, s - first), v, row, s - first);
    }
  }
}

/** Diagonalizes a tridiagonal matrix; the same rotations go over the rows of `basis`. */
function implicitQl(d: usize, e: usize, basis: usize, f: i32, s: usize): void {
  for (let l = 0; l < f; l++) {
    for (let sweep = 0; sweep < 60; sweep++) {
      let m = l;
      for (; m < f - 1; m++) {
        const scale = abs<f64>(at(d, m)) + abs<f64>(at(d, m + 1));
        if (abs<f64>(at(e, m)) <= 1.2e-16 * scale) break;
      }
      if (m == l) break;
      let g = (at(d, l + 1) - at(d, l)) / (2 * at(e, l));
      let r = sqrt<f64>(g * g + 1);
      g = at(d, m) - at(d, l) + at(e, l) / (g + (g >= 0 ? r : -r)); // Wilkinson's shift
      let sine: f64 = 1,
        cosine: f64 = 1,
        p: f64 = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const right = sine * at(e, i);
        const b = cosine * at(e, i);
        r = sqrt<f64>(right * right + g * g);
        put(e, i + 1, r);
        if (r == 0) {
          put(d, i + 1, at(d, i + 1) - p);
          put(e, m, 0);
          break;
        }
        sine = right / r;
        cosine = g / r;
        g = at(d, i + 1) - p;
        r = (at(d, i) - g) * sine + 2 * cosine * b;
        p = sine * r;
        put(d, i + 1, g + p);
        g = cosine * r - b;
        turnRows(basis + <usize>i * s, s, sine, cosine);
      }
      if (i >= l) continue;
      put(d, l, at(d, l) - p);
      put(e, l, g);
      put(e, m, 0);
    }
  }
}

/** Applies a Givens rotation to a row and the next. */
function turnRows(lower: usize, s: usize, sine: f64, cosine: f64): void {
  const sv = f64x2.splat(sine),
    cv = f64x2.splat(cosine);
  const upper = lower + s;
  for (let q: usize = 0; q < s; q += 16) {
    const t = v128.load(upper + q),
      u = v128.load(lower + q);
    v128.store(upper + q, f64x2.add(f64x2.mul(sv, u), f64x2.mul(cv, t)));
    v128.store(lower + q, f64x2.sub(f64x2.mul(cv, u), f64x2.mul(sv, t)));
  }
}

function dot(a: usize, b: usize, bytes: usize): f64 {
  let u = f64x2.splat(0),
    v = u;
  let q: usize = 0;
  for (; q + 32 <= bytes; q += 32) {
    u = f64x2.add(u, f64x2.mul(v128.load(a + q), v128.load(b + q)));
    v = f64x2.add(v, f64x2.mul(v128.load(a + q, 16), v128.load(b + q, 16)));
  }
  if (q < bytes) u = f64x2.add(u, f64x2.mul(v128.load(a + q), v128.load(b + q)));
  u = f64x2.add(u, v);
  return f64x2.extract_lane(u, 0) + f64x2.extract_lane(u, 1);
}


// @ts-ignore: decorator of AssemblyScript
@inline
function at(array: usize, k: i32): f64 {
  return load<f64>(array + ((<usize>k) << 3));
}

// @ts-ignore: decorator of AssemblyScript
@inline
function put(array: usize, k: i32, value: f64): void {
  store<f64>(array + ((<usize>k) << 3), value);
}
