import { cholesky, choleskySolve } from '../dense/cholesky';
import { twoTimesFour } from '../dense/tiles';

/**
 * n <= dualMax entries, I = H^-1/2: with P = D^1/2 Y H^-1/2, x = H^-1/2 P^T (I + P P^T)^-1 D^-1/2 r (Woodbury). Eigenvalues >= 1, so f32 is safe.
 * Rows of zeros fill P up to a multiple of four, so that everything goes in fours.
 */
export function solveDual(n: i32, indices: usize, d: usize, r: usize, y: usize, I: usize, f: i32, x: usize, work: usize, combination: usize): f64 {
  const s: usize = (<usize>f) << 2;
  const ld = (n + 3) & ~3;
  const P = work;
  const M = P + <usize>ld * s;
  const B = M + ((<usize>(ld * ld)) << 2);
  const W = B + ((<usize>ld) << 2);
  const T = W + ((<usize>ld) << 2); // D^1/2
  const failed = dualFactor(n, indices, d, y, I, f, P, M, T);
  if (failed) return f64.NaN;
  for (let p = 0; p < ld; p++) {
    const e = (<usize>p) << 2;
    const root = load<f32>(T + e);
    const right = root > 0 ? load<f32>(r + e) / root : 0;
    store<f32>(B + e, right);
    store<f32>(W + e, right);
  }
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

/**
 * T = D^1/2, P = T Y I in ld = n up to a multiple of four rows, those from n on zero, and the Cholesky factor of I + P P^T in M.
 * Returns 0, or 1 + the row that is not positive.
 */
export function dualFactor(n: i32, indices: usize, d: usize, y: usize, I: usize, f: i32, P: usize, M: usize, T: usize): i32 {
  const s: usize = (<usize>f) << 2;
  const ld = (n + 3) & ~3;
  for (let p = 0; p < ld; p++) {
    const e = (<usize>p) << 2;
    store<f32>(T + e, p < n ? sqrt<f32>(max<f32>(load<f32>(d + e), 0)) : 0);
  }
  for (let p = 0; p < ld; p += 4) scaled4(n, p, indices, y, T + ((<usize>p) << 2), I, P + <usize>p * s, s);
  // I + P P^T from the diagonal on, in tiles of 2 x 4; what of them lies below it is not read.
  for (let p = 0; p < n; p += 2) {
    const to = M + ((<usize>(p * ld)) << 2);
    for (let q = p & ~3; q < ld; q += 4) twoTimesFour(P + <usize>p * s, P + <usize>q * s, s, to + ((<usize>q) << 2), (<usize>ld) << 2, false);
  }
  for (let p = 0; p < n; p++) {
    const at = M + ((<usize>(p * (ld + 1))) << 2);
    store<f32>(at, load<f32>(at) + 1);
  }
  return cholesky(M, n, ld);
}

/** Rows p to p + 3 of P: source rows times their roots and the vector I, zeros from n on. Four at a time, so that their cache misses overlap. */
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
