import { halfStep } from './half-step';
import { F32s, F64s, I32s } from '../types';

/** Block job over target rows lo..hi: `solveRows` of a fit with steps = 0, each row of multiplicity 1 solved exactly. */
export function solveRowsExactly(
  lo: i32,
  hi: i32,
  block: i32,
  scratch: usize,
  offsets: I32s,
  indices: I32s,
  d: F32s,
  r: F32s,
  y: F32s,
  eigenvalues: F32s,
  lambdas: F32s,
  floor: f32,
  f: i32,
  out: F32s,
  stats: F64s,
  dualMax: i32,
  failed: I32s,
): void {
  halfStep(lo, hi, block, scratch, offsets, indices, d, r, y, eigenvalues, lambdas, floor, f, out, 0, stats, dualMax, 0, failed, 0);
}
