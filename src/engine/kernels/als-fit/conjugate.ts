import { sum4, sums4 } from '../dense/vector';

/**
 * Bytes of rows that a conjugate-gradient solve copies together; further ones are read where they are, which misses the caches anew in each of
 * three passes, and most interactions are in rows of popular items.
 */
const GATHERED: usize = 1 << 22;

/**
 * Conjugate gradients from what x holds, preconditioned by the diagonal of the matrix. The Gram part is diagonal here, so a
 * step costs 2 n f, and the rows are gathered once. Entries go four at a time: a vector that they share is then read and written
 * once for four of them, which halves the time. The gain is tracked exactly: each step lowers x^T A x - 2 b x by step * rz.
 */
export function solveConjugate(n: i32, indices: usize, d: usize, r: usize, y: usize, H: usize, f: i32, x: usize, work: usize, steps: i32): f64 {
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
    store<f32>(D + e, 0); // padding entries have weight 0
    store<f32>(T + e, 0);
  }
  const gathered = min(padded, <i32>(GATHERED / s) & ~3);
  for (let p = 0; p < gathered; p += 4) gather4(pointers + ((<usize>p) << 2), rows + <usize>p * s, s);
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
    const last = k + 1 == steps;
    let curvature = f32x4.splat(0); // P^T A P, whose terms are squares
    for (let q: usize = 0; q < s; q += 16) {
      const v = v128.load(P + q),
        hv = f32x4.mul(v128.load(H + q), v);
      v128.store(AP + q, hv);
      curvature = f32x4.add(curvature, f32x4.mul(hv, v));
    }
    for (let e: usize = 0; e < bytes; e += 16) {
      const score = dots4(pointers + e, P, s),
        ds = f32x4.mul(v128.load(D + e), score);
      curvature = f32x4.add(curvature, f32x4.mul(ds, score));
      if (!last) axpy4(pointers + e, ds, AP, s); // the residual is not needed after the last step
    }
    const step = rz / sum4(curvature);
    q0 -= <f64>step * <f64>rz;
    const sv = f32x4.splat(step);
    for (let q: usize = 0; q < s; q += 16) v128.store(x + q, f32x4.add(v128.load(x + q), f32x4.mul(sv, v128.load(P + q))));
    if (last) break;
    acc = f32x4.splat(0);
    for (let q: usize = 0; q < s; q += 16) {
      const v = f32x4.sub(v128.load(R + q), f32x4.mul(sv, v128.load(AP + q)));
      v128.store(R + q, v);
      acc = f32x4.add(acc, f32x4.mul(v, f32x4.mul(v, v128.load(Mi + q))));
    }
    const next = sum4(acc);
    const beta = f32x4.splat(next / rz);
    rz = next;
    for (let q: usize = 0; q < s; q += 16) {
      v128.store(P + q, f32x4.add(f32x4.mul(v128.load(R + q), v128.load(Mi + q)), f32x4.mul(beta, v128.load(P + q))));
    }
  }
  return -q0;
}

/** Copies four rows to where they lie side by side, and points there. Four at a time, so that their cache misses overlap. */
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
export function axpy4(pointers: usize, t: v128, y: usize, s: usize): void {
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
