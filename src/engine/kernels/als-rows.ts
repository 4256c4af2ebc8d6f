import { cholesky, choleskySolve } from './cholesky';
import { syrk } from './dense';
import { axpy, dot, scaled, sum4 } from './vector';

// One half-step of ALS in the eigenbasis of the Gram matrix of the source rows: (diag(H) + sum d y y^T) x = sum r y with
// H = eigenvalues + the row's own regularization. d is confidence - 1, r is confidence * preference, both times multiplicity.

/** Rows of a conjugate-gradient solve that are copied together; longer ones are read where they are. 1024 x 128 floats are half a megabyte. */
const GATHERED = 1024;

/** Bytes of scratch that `solveRows` needs a thread. */
export function solveScratchBytes(f: i32, longest: i32, dualMax: i32): i32 {
  const row = f << 2;
  const dual = (dualMax + 4) * row + (((dualMax + 4) * (dualMax + 8)) << 2);
  const direct = 64 * row + f * row;
  const iterative = GATHERED * row + 12 * (longest + 8);
  return 8 * row + max(dual, max(direct, iterative)) + 256;
}

/**
 * Block job over target rows lo..hi. Rows of at most `dualMax` entries are solved in their dual (exact); longer ones by
 * `steps` preconditioned conjugate-gradient steps from what `out` holds, or for steps = 0 by Cholesky (exact).
 * stats + 16 * block gets two f64: the sum of -(x^T A x - 2 b x) and of multiplicity * regularization * |x|^2.
 * weights = multiplicity of the target rows, 0 = all 1. failed: an i32 that is set to 1 + row when a matrix is not positive.
 * combination, unless 0: per entry, the c of x = sum c H^-1 y, for rows solved in their dual.
 */
export function solveRows(
  lo: i32,
  hi: i32,
  block: i32,
  scratch: usize,
  offsets: usize,
  indices: usize,
  d: usize,
  r: usize,
  y: usize,
  eigenvalues: usize,
  lambdas: usize,
  floor: f32,
  f: i32,
  out: usize,
  weights: usize,
  stats: usize,
  dualMax: i32,
  steps: i32,
  failed: usize,
  combination: usize,
): void {
  const s: usize = (<usize>f) << 2;
  const H = scratch,
    work = scratch + s;
  let gain: f64 = 0,
    penalty: f64 = 0;
  let lambda: f32 = -1;
  for (let u = lo; u < hi; u++) {
    const a = load<i32>(offsets + ((<usize>u) << 2));
    const n = load<i32>(offsets + ((<usize>u) << 2), 4) - a;
    const x = out + <usize>u * s;
    if (n == 0) {
      memory.fill(x, 0, s);
      continue;
    }
    const l = load<f32>(lambdas + ((<usize>u) << 2));
    if (l != lambda) {
      lambda = l;
      for (let q: usize = 0; q < s; q += 16) {
        v128.store(H + q, f32x4.max(f32x4.add(v128.load(eigenvalues + q), f32x4.splat(l)), f32x4.splat(floor)));
      }
    }
    const at = (<usize>a) << 2;
    let won: f64;
    if (n == 1) won = solveOne(indices + at, d + at, r + at, y, H, f, x, combination ? combination + at : 0);
    else if (n <= dualMax) won = solveDual(n, indices + at, d + at, r + at, y, H, f, x, work, combination ? combination + at : 0);
    else if (steps > 0) won = solveConjugate(n, indices + at, d + at, r + at, y, H, f, x, work, steps);
    else won = solveDirect(n, indices + at, d + at, r + at, y, H, f, x, work);
    if (!(won == won)) store<i32>(failed, u + 1);
    const m: f64 = weights ? <f64>load<f32>(weights + ((<usize>u) << 2)) : 1;
    gain += m * won;
    penalty += m * <f64>l * <f64>dot(x, x, f);
  }
  store<f64>(stats + ((<usize>block) << 4), gain);
  store<f64>(stats + ((<usize>block) << 4), penalty, 8);
}

/** One entry: x = r H^-1 y / (1 + d y^T H^-1 y) (Sherman-Morrison). */
function solveOne(indices: usize, d: usize, r: usize, y: usize, H: usize, f: i32, x: usize, combination: usize): f64 {
  const s: usize = (<usize>f) << 2;
  const row = y + <usize>load<i32>(indices) * s;
  let acc = f32x4.splat(0);
  for (let q: usize = 0; q < s; q += 16) {
    const v = v128.load(row + q);
    const z = f32x4.div(v, v128.load(H + q));
    v128.store(x + q, z);
    acc = f32x4.add(acc, f32x4.mul(v, z));
  }
  const g = sum4(acc);
  const w = load<f32>(r) / (1 + load<f32>(d) * g);
  scaled(w, x, x, f);
  if (combination) store<f32>(combination, w);
  return <f64>load<f32>(r) * <f64>w * <f64>g;
}

/**
 * n <= dualMax entries: with P = D^1/2 Y H^-1/2, x = H^-1/2 P^T (I + P P^T)^-1 D^-1/2 r (Woodbury). Eigenvalues >= 1, so f32 is safe.
 * Rows of zeros fill P up to a multiple of four, so that everything goes in fours.
 */
function solveDual(n: i32, indices: usize, d: usize, r: usize, y: usize, H: usize, f: i32, x: usize, work: usize, combination: usize): f64 {
  const s: usize = (<usize>f) << 2;
  const ld = (n + 3) & ~3;
  const I = work; // H^-1/2
  const P = work + s;
  const M = P + <usize>ld * s;
  const B = M + ((<usize>(ld * ld)) << 2);
  const W = B + ((<usize>ld) << 2);
  const T = W + ((<usize>ld) << 2); // D^1/2
  for (let q: usize = 0; q < s; q += 16) v128.store(I + q, f32x4.div(f32x4.splat(1), f32x4.sqrt(v128.load(H + q))));
  for (let p = 0; p < ld; p++) {
    const e = (<usize>p) << 2;
    const root = p < n ? sqrt<f32>(max<f32>(load<f32>(d + e), 0)) : 0;
    const right = root > 0 ? load<f32>(r + e) / root : 0;
    store<f32>(T + e, root);
    store<f32>(B + e, right);
    store<f32>(W + e, right);
  }
  for (let p = 0; p < ld; p += 4) scaled4(n, p, indices, y, T + ((<usize>p) << 2), I, P + <usize>p * s, s);
  // Lower half of I + P P^T in tiles of 2 x 4; what of them lies above the diagonal is not read.
  for (let p = 0; p < n; p += 2) {
    const to = M + ((<usize>(p * ld)) << 2);
    for (let q = 0; q <= p + 1; q += 4) products2x4(P + <usize>p * s, P + <usize>q * s, s, to + ((<usize>q) << 2), (<usize>ld) << 2);
  }
  for (let p = 0; p < n; p++) {
    const at = M + ((<usize>(p * (ld + 1))) << 2);
    store<f32>(at, load<f32>(at) + 1);
  }
  if (cholesky(M, n, ld)) return f64.NaN;
  choleskySolve(M, n, ld, W);
  memory.fill(x, 0, s);
  let won: f64 = 0;
  for (let p = 0; p < n; p++) {
    const e = (<usize>p) << 2;
    const w = load<f32>(W + e),
      right = load<f32>(B + e);
    if (combination) store<f32>(combination + e, w * load<f32>(T + e));
    won += <f64>right * <f64>(right - w); // b.x, because y_p.x = (right_p - w_p) / sqrt(d_p)
  }
  for (let p = 0; p < ld; p += 4) addRows4(P + <usize>p * s, W + ((<usize>p) << 2), x, s);
  for (let q: usize = 0; q < s; q += 16) v128.store(x + q, f32x4.mul(v128.load(x + q), v128.load(I + q)));
  return won;
}

/** Rows p to p + 3 of P: source rows times their roots and the vector I, zeros from n on. Four at a time, so that they are waited for together. */
// @ts-ignore: decorator of AssemblyScript
@inline
function scaled4(n: i32, p: i32, indices: usize, y: usize, roots: usize, I: usize, to: usize, s: usize): void {
  const last = n - 1;
  const p0 = y + <usize>load<i32>(indices + ((<usize>p) << 2)) * s,
    p1 = y + <usize>load<i32>(indices + ((<usize>min(p + 1, last)) << 2)) * s,
    p2 = y + <usize>load<i32>(indices + ((<usize>min(p + 2, last)) << 2)) * s,
    p3 = y + <usize>load<i32>(indices + ((<usize>min(p + 3, last)) << 2)) * s;
  const t0 = v128.load32_splat(roots),
    t1 = v128.load32_splat(roots, 4),
    t2 = v128.load32_splat(roots, 8),
    t3 = v128.load32_splat(roots, 12);
  const to1 = to + s,
    to2 = to1 + s,
    to3 = to2 + s;
  for (let q: usize = 0; q < s; q += 16) {
    const i = v128.load(I + q);
    v128.store(to + q, f32x4.mul(f32x4.mul(t0, v128.load(p0 + q)), i));
    v128.store(to1 + q, f32x4.mul(f32x4.mul(t1, v128.load(p1 + q)), i));
    v128.store(to2 + q, f32x4.mul(f32x4.mul(t2, v128.load(p2 + q)), i));
    v128.store(to3 + q, f32x4.mul(f32x4.mul(t3, v128.load(p3 + q)), i));
  }
}

/** Products of two rows with four, at `out` and a row of `ld` bytes further. */
// @ts-ignore: decorator of AssemblyScript
@inline
function products2x4(a: usize, b: usize, s: usize, out: usize, ld: usize): void {
  const a1 = a + s;
  const b1 = b + s,
    b2 = b1 + s,
    b3 = b2 + s;
  let c0 = f32x4.splat(0),
    c1 = c0,
    c2 = c0,
    c3 = c0,
    e0 = c0,
    e1 = c0,
    e2 = c0,
    e3 = c0;
  for (let q: usize = 0; q < s; q += 16) {
    const v = v128.load(a + q),
      w = v128.load(a1 + q);
    let u = v128.load(b + q);
    c0 = f32x4.add(c0, f32x4.mul(v, u));
    e0 = f32x4.add(e0, f32x4.mul(w, u));
    u = v128.load(b1 + q);
    c1 = f32x4.add(c1, f32x4.mul(v, u));
    e1 = f32x4.add(e1, f32x4.mul(w, u));
    u = v128.load(b2 + q);
    c2 = f32x4.add(c2, f32x4.mul(v, u));
    e2 = f32x4.add(e2, f32x4.mul(w, u));
    u = v128.load(b3 + q);
    c3 = f32x4.add(c3, f32x4.mul(v, u));
    e3 = f32x4.add(e3, f32x4.mul(w, u));
  }
  v128.store(out, sums4(c0, c1, c2, c3));
  v128.store(out + ld, sums4(e0, e1, e2, e3));
}

/** The sums of four vectors, in the four lanes. */
// @ts-ignore: decorator of AssemblyScript
@inline
function sums4(a0: v128, a1: v128, a2: v128, a3: v128): v128 {
  const low01 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5),
    high01 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7),
    low23 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5),
    high23 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7);
  const sum01 = f32x4.add(low01, high01),
    sum23 = f32x4.add(low23, high23);
  return f32x4.add(v128.shuffle<f32>(sum01, sum23, 0, 1, 4, 5), v128.shuffle<f32>(sum01, sum23, 2, 3, 6, 7));
}

/** x += four rows that lie side by side, each times its weight. */
// @ts-ignore: decorator of AssemblyScript
@inline
function addRows4(rows: usize, weights: usize, x: usize, s: usize): void {
  const p1 = rows + s,
    p2 = p1 + s,
    p3 = p2 + s;
  const w0 = v128.load32_splat(weights),
    w1 = v128.load32_splat(weights, 4),
    w2 = v128.load32_splat(weights, 8),
    w3 = v128.load32_splat(weights, 12);
  for (let q: usize = 0; q < s; q += 16) {
    const a = f32x4.add(f32x4.mul(w0, v128.load(rows + q)), f32x4.mul(w1, v128.load(p1 + q)));
    const b = f32x4.add(f32x4.mul(w2, v128.load(p2 + q)), f32x4.mul(w3, v128.load(p3 + q)));
    v128.store(x + q, f32x4.add(v128.load(x + q), f32x4.add(a, b)));
  }
}

/** Any number of entries, f x f normal equations and Cholesky: the exact route for long rows. */
function solveDirect(n: i32, indices: usize, d: usize, r: usize, y: usize, H: usize, f: i32, x: usize, work: usize): f64 {
  const s: usize = (<usize>f) << 2;
  const right = work,
    P = work + s,
    A = P + 64 * s;
  memory.fill(A, 0, s * <usize>f);
  memory.fill(right, 0, s);
  for (let p0 = 0; p0 < n; p0 += 64) {
    const pn = min(64, n - p0);
    for (let p = 0; p < pn; p++) {
      const e = (<usize>(p0 + p)) << 2;
      const from = y + <usize>load<i32>(indices + e) * s;
      scaled(sqrt<f32>(max<f32>(load<f32>(d + e), 0)), from, P + <usize>p * s, f);
      axpy(load<f32>(r + e), from, right, f);
    }
    syrk(P, pn, f, A);
  }
  for (let q = 0; q < f; q++) {
    const at = A + <usize>q * s + ((<usize>q) << 2);
    store<f32>(at, load<f32>(at) + load<f32>(H + ((<usize>q) << 2)));
  }
  if (cholesky(A, f, f)) return f64.NaN;
  memory.copy(x, right, s);
  choleskySolve(A, f, f, x);
  return <f64>dot(right, x, f);
}

/**
 * Conjugate gradients from what x holds, preconditioned by the diagonal of the matrix. The Gram part is diagonal here, so a
 * step costs 2 n f, and the rows are gathered once. Entries go four at a time: a vector that they share is then read and written
 * once for four of them, which halves the time. The gain is followed exactly: each step lowers x^T A x - 2 b x by step * rz.
 */
function solveConjugate(n: i32, indices: usize, d: usize, r: usize, y: usize, H: usize, f: i32, x: usize, work: usize, steps: i32): f64 {
  const s: usize = (<usize>f) << 2;
  const padded = (n + 3) & ~3;
  const bytes = (<usize>padded) << 2;
  const Mi = work,
    R = Mi + s,
    P = R + s,
    AP = P + s,
    pointers = AP + s,
    D = pointers + bytes,
    T = D + bytes,
    rows = T + bytes;
  memory.copy(D, d, (<usize>n) << 2);
  memory.copy(T, r, (<usize>n) << 2);
  for (let p = 0; p < padded; p++) {
    const e = (<usize>p) << 2;
    store<u32>(pointers + e, <u32>(y + <usize>load<i32>(indices + ((<usize>min(p, n - 1)) << 2)) * s));
    if (p < n) continue;
    store<f32>(D + e, 0); // entries that fill up the last four weigh nothing
    store<f32>(T + e, 0);
  }
  for (let p = 0; p < min(padded, GATHERED); p += 4) gather4(pointers + ((<usize>p) << 2), rows + <usize>p * s, s);
  let acc = f32x4.splat(0);
  for (let q: usize = 0; q < s; q += 16) {
    const h = v128.load(H + q),
      v = v128.load(x + q),
      hv = f32x4.mul(h, v);
    v128.store(Mi + q, h);
    v128.store(R + q, f32x4.neg(hv));
    acc = f32x4.add(acc, f32x4.mul(hv, v));
  }
  let q0: f64 = <f64>sum4(acc);
  for (let e: usize = 0; e < bytes; e += 16) {
    const score = dots4(pointers + e, x, s);
    const dv = v128.load(D + e),
      rv = v128.load(T + e),
      ds = f32x4.mul(dv, score);
    q0 += <f64>sum4(f32x4.mul(score, f32x4.sub(ds, f32x4.add(rv, rv))));
    residual4(pointers + e, dv, f32x4.sub(rv, ds), R, Mi, s);
  }
  acc = f32x4.splat(0);
  for (let q: usize = 0; q < s; q += 16) {
    const m = f32x4.div(f32x4.splat(1), v128.load(Mi + q));
    v128.store(Mi + q, m);
    const v = v128.load(R + q),
      z = f32x4.mul(v, m);
    v128.store(P + q, z);
    acc = f32x4.add(acc, f32x4.mul(v, z));
  }
  let rz = sum4(acc);
  for (let k = 0; k < steps; k++) {
    if (!(rz > 1e-20)) break;
    for (let q: usize = 0; q < s; q += 16) v128.store(AP + q, f32x4.mul(v128.load(H + q), v128.load(P + q)));
    for (let e: usize = 0; e < bytes; e += 16) axpy4(pointers + e, f32x4.mul(v128.load(D + e), dots4(pointers + e, P, s)), AP, s);
    const step = rz / dot(P, AP, f);
    q0 -= <f64>step * <f64>rz;
    const sv = f32x4.splat(step);
    const last = k + 1 == steps;
    acc = f32x4.splat(0);
    for (let q: usize = 0; q < s; q += 16) {
      v128.store(x + q, f32x4.add(v128.load(x + q), f32x4.mul(sv, v128.load(P + q))));
      if (last) continue;
      const v = f32x4.sub(v128.load(R + q), f32x4.mul(sv, v128.load(AP + q)));
      v128.store(R + q, v);
      acc = f32x4.add(acc, f32x4.mul(v, f32x4.mul(v, v128.load(Mi + q))));
    }
    if (last) break;
    const next = sum4(acc);
    const turn = f32x4.splat(next / rz);
    rz = next;
    for (let q: usize = 0; q < s; q += 16) {
      v128.store(P + q, f32x4.add(f32x4.mul(v128.load(R + q), v128.load(Mi + q)), f32x4.mul(turn, v128.load(P + q))));
    }
  }
  return -q0;
}

/** Copies four rows to where they lie side by side, and points there. Four at a time, so that they are waited for together. */
// @ts-ignore: decorator of AssemblyScript
@inline
function gather4(pointers: usize, to: usize, s: usize): void {
  const p0 = <usize>load<u32>(pointers),
    p1 = <usize>load<u32>(pointers, 4),
    p2 = <usize>load<u32>(pointers, 8),
    p3 = <usize>load<u32>(pointers, 12);
  const t1 = to + s,
    t2 = t1 + s,
    t3 = t2 + s;
  for (let q: usize = 0; q < s; q += 32) {
    v128.store(to + q, v128.load(p0 + q));
    v128.store(t1 + q, v128.load(p1 + q));
    v128.store(t2 + q, v128.load(p2 + q));
    v128.store(t3 + q, v128.load(p3 + q));
    v128.store(to + q, v128.load(p0 + q, 16), 16);
    v128.store(t1 + q, v128.load(p1 + q, 16), 16);
    v128.store(t2 + q, v128.load(p2 + q, 16), 16);
    v128.store(t3 + q, v128.load(p3 + q, 16), 16);
  }
  store<u32>(pointers, <u32>to);
  store<u32>(pointers, <u32>t1, 4);
  store<u32>(pointers, <u32>t2, 8);
  store<u32>(pointers, <u32>t3, 12);
}

/** Products of four rows with a vector, in the four lanes. pointers: where the rows lie. */
// @ts-ignore: decorator of AssemblyScript
@inline
function dots4(pointers: usize, vector: usize, s: usize): v128 {
  const p0 = <usize>load<u32>(pointers),
    p1 = <usize>load<u32>(pointers, 4),
    p2 = <usize>load<u32>(pointers, 8),
    p3 = <usize>load<u32>(pointers, 12);
  let a0 = f32x4.splat(0),
    a1 = a0,
    a2 = a0,
    a3 = a0,
    b0 = a0,
    b1 = a0,
    b2 = a0,
    b3 = a0;
  for (let q: usize = 0; q < s; q += 32) {
    const v = v128.load(vector + q),
      w = v128.load(vector + q, 16);
    a0 = f32x4.add(a0, f32x4.mul(v, v128.load(p0 + q)));
    a1 = f32x4.add(a1, f32x4.mul(v, v128.load(p1 + q)));
    a2 = f32x4.add(a2, f32x4.mul(v, v128.load(p2 + q)));
    a3 = f32x4.add(a3, f32x4.mul(v, v128.load(p3 + q)));
    b0 = f32x4.add(b0, f32x4.mul(w, v128.load(p0 + q, 16)));
    b1 = f32x4.add(b1, f32x4.mul(w, v128.load(p1 + q, 16)));
    b2 = f32x4.add(b2, f32x4.mul(w, v128.load(p2 + q, 16)));
    b3 = f32x4.add(b3, f32x4.mul(w, v128.load(p3 + q, 16)));
  }
  a0 = f32x4.add(a0, b0);
  a1 = f32x4.add(a1, b1);
  a2 = f32x4.add(a2, b2);
  a3 = f32x4.add(a3, b3);
  return sums4(a0, a1, a2, a3);
}

/** y += the four rows times the four lanes of t. */
// @ts-ignore: decorator of AssemblyScript
@inline
function axpy4(pointers: usize, t: v128, y: usize, s: usize): void {
  const p0 = <usize>load<u32>(pointers),
    p1 = <usize>load<u32>(pointers, 4),
    p2 = <usize>load<u32>(pointers, 8),
    p3 = <usize>load<u32>(pointers, 12);
  const t0 = v128.shuffle<f32>(t, t, 0, 0, 0, 0),
    t1 = v128.shuffle<f32>(t, t, 1, 1, 1, 1),
    t2 = v128.shuffle<f32>(t, t, 2, 2, 2, 2),
    t3 = v128.shuffle<f32>(t, t, 3, 3, 3, 3);
  for (let q: usize = 0; q < s; q += 32) {
    const a = f32x4.add(f32x4.mul(t0, v128.load(p0 + q)), f32x4.mul(t1, v128.load(p1 + q)));
    const b = f32x4.add(f32x4.mul(t2, v128.load(p2 + q)), f32x4.mul(t3, v128.load(p3 + q)));
    v128.store(y + q, f32x4.add(v128.load(y + q), f32x4.add(a, b)));
    const c = f32x4.add(f32x4.mul(t0, v128.load(p0 + q, 16)), f32x4.mul(t1, v128.load(p1 + q, 16)));
    const d = f32x4.add(f32x4.mul(t2, v128.load(p2 + q, 16)), f32x4.mul(t3, v128.load(p3 + q, 16)));
    v128.store(y + q, f32x4.add(v128.load(y + q, 16), f32x4.add(c, d)), 16);
  }
}

/** residual += the four rows times the lanes of t; diagonal += their squares times the lanes of d. */
// @ts-ignore: decorator of AssemblyScript
@inline
function residual4(pointers: usize, d: v128, t: v128, residual: usize, diagonal: usize, s: usize): void {
  const p0 = <usize>load<u32>(pointers),
    p1 = <usize>load<u32>(pointers, 4),
    p2 = <usize>load<u32>(pointers, 8),
    p3 = <usize>load<u32>(pointers, 12);
  const t0 = v128.shuffle<f32>(t, t, 0, 0, 0, 0),
    t1 = v128.shuffle<f32>(t, t, 1, 1, 1, 1),
    t2 = v128.shuffle<f32>(t, t, 2, 2, 2, 2),
    t3 = v128.shuffle<f32>(t, t, 3, 3, 3, 3);
  const d0 = v128.shuffle<f32>(d, d, 0, 0, 0, 0),
    d1 = v128.shuffle<f32>(d, d, 1, 1, 1, 1),
    d2 = v128.shuffle<f32>(d, d, 2, 2, 2, 2),
    d3 = v128.shuffle<f32>(d, d, 3, 3, 3, 3);
  for (let q: usize = 0; q < s; q += 16) {
    const v0 = v128.load(p0 + q),
      v1 = v128.load(p1 + q),
      v2 = v128.load(p2 + q),
      v3 = v128.load(p3 + q);
    const a = f32x4.add(f32x4.mul(t0, v0), f32x4.mul(t1, v1)),
      b = f32x4.add(f32x4.mul(t2, v2), f32x4.mul(t3, v3));
    v128.store(residual + q, f32x4.add(v128.load(residual + q), f32x4.add(a, b)));
    const g = f32x4.add(f32x4.mul(d0, f32x4.mul(v0, v0)), f32x4.mul(d1, f32x4.mul(v1, v1))),
      h = f32x4.add(f32x4.mul(d2, f32x4.mul(v2, v2)), f32x4.mul(d3, f32x4.mul(v3, v3)));
    v128.store(diagonal + q, f32x4.add(v128.load(diagonal + q), f32x4.add(g, h)));
  }
}

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
  items: usize,
  variants: usize,
  m: usize,
  d: usize,
  r: usize,
  w: usize,
  y: usize,
  eigenvalues: usize,
  lambda: f32,
  floor: f32,
  f: i32,
  out: usize,
  weights: usize,
  entries: usize,
  entryD: usize,
  entryR: usize,
  stats: usize,
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
export function combineRows(lo: i32, hi: i32, block: i32, scratch: usize, offsets: usize, indices: usize, c: usize, v: usize, f: i32, out: usize): void {
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
export function copyRows(lo: i32, hi: i32, block: i32, scratch: usize, indices: usize, v: usize, f: i32, out: usize): void {
  const s: usize = <usize>f << 2;
  for (let k = lo; k < hi; k++) memory.copy(out + <usize>k * s, v + <usize>load<i32>(indices + (<usize>k << 2)) * s, s);
}
