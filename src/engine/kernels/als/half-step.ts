import { solveDual } from './dual';
import { normalMatrix } from './normal';
import { solveConjugate } from '../als-fit/conjugate';
import { cholesky, choleskySolve } from '../dense/cholesky';
import { PANEL } from '../dense/syrk';
import { dot, scaled, sum4 } from '../dense/vector';

// One half-step of ALS in the eigenbasis of the Gram matrix of the source rows: (diag(H) + sum d y y^T) x = sum r y with
// H = eigenvalues + the row's own regularization. d is confidence - 1, r is confidence * preference, both times multiplicity.

/**
 * What `solveRows` does; with a constant 0 as `steps`, no conjugate gradients are compiled, which a page that only folds visitors in has no
 * use for.
 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function halfStep(
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
    roots = scratch + s, // H^-1/2
    work = roots + s;
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
        const h = f32x4.max(f32x4.add(v128.load(eigenvalues + q), f32x4.splat(l)), f32x4.splat(floor));
        v128.store(H + q, h);
        v128.store(roots + q, f32x4.div(f32x4.splat(1), f32x4.sqrt(h)));
      }
    }
    const at = (<usize>a) << 2;
    let won: f64;
    if (n == 1) won = solveOne(indices + at, d + at, r + at, y, roots, f, x, combination ? combination + at : 0);
    else if (n <= dualMax) won = solveDual(n, indices + at, d + at, r + at, y, roots, f, x, work, combination ? combination + at : 0);
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
function solveOne(indices: usize, d: usize, r: usize, y: usize, roots: usize, f: i32, x: usize, combination: usize): f64 {
  const s: usize = (<usize>f) << 2;
  const row = y + <usize>load<i32>(indices) * s;
  let acc = f32x4.splat(0);
  for (let q: usize = 0; q < s; q += 16) {
    const v = v128.load(row + q);
    const root = v128.load(roots + q);
    const z = f32x4.mul(f32x4.mul(v, root), root);
    v128.store(x + q, z);
    acc = f32x4.add(acc, f32x4.mul(v, z));
  }
  const g = sum4(acc);
  const w = load<f32>(r) / (1 + load<f32>(d) * g);
  scaled(w, x, x, f);
  if (combination) store<f32>(combination, w);
  return <f64>load<f32>(r) * <f64>w * <f64>g;
}

/** Any number of entries, f x f normal equations and Cholesky: the exact route for long rows. */
function solveDirect(n: i32, indices: usize, d: usize, r: usize, y: usize, H: usize, f: i32, x: usize, work: usize): f64 {
  const s: usize = (<usize>f) << 2;
  const right = work,
    P = work + s,
    A = P + <usize>PANEL * s;
  memory.fill(right, 0, s);
  normalMatrix(n, indices, d, r, y, f, P, A, right);
  for (let q = 0; q < f; q++) {
    const at = A + <usize>q * s + ((<usize>q) << 2);
    store<f32>(at, load<f32>(at) + load<f32>(H + ((<usize>q) << 2)));
  }
  if (cholesky(A, f, f)) return f64.NaN;
  memory.copy(x, right, s);
  choleskySolve(A, f, f, x);
  return <f64>dot(right, x, f);
}
