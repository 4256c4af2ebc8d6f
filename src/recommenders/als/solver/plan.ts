import { availableThreads } from '../../../engine/threads/runtime.ts';
import type { AlsSettings } from '../options.ts';
import type { SparseRows } from './equations.ts';

// What is decided before a fit begins: how far rows are solved, how they are cut into blocks, how many threads and bytes that takes.

/** How far rows are solved: up to `dualMax` entries in their dual, longer ones by `steps` of conjugate gradients, 0 = Cholesky. */
export interface Route {
  dualMax: number;
  steps: number;
}

/** How rows are solved in an iteration, and in the end. */
export interface Routes {
  route: Route;
  finalRoute: Route;
}

/**
 * The cheapest way to a row: in its dual while that is small, then 2 steps of conjugate gradients from where the row was. These
 * save nothing where f x f equations are small, or where there is no Gram part for them to save (explicit feedback).
 */
export function routesOf(s: AlsSettings): Routes {
  const width = Math.ceil(s.factors / 8) * 8;
  const finalRoute = { dualMax: dualMaxOf(width), steps: 0 };
  const exact = s.solver === 'exact' || s.feedback === 'explicit' || width <= 16;
  return { route: exact ? finalRoute : { dualMax: Math.max(8, Math.min(16, width >> 2)), steps: 2 }, finalRoute };
}

/** Up to how many entries the dual is the cheaper of the exact routes. */
export const dualMaxOf = (width: number): number => Math.max(1, Math.floor(width * 0.6));

/** Bounds of blocks of about equal cost. Long rows come first, so that the last block to finish is a short one. */
export function costCut(offsets: Int32Array, width: number, dualMax: number): Int32Array {
  const count = offsets.length - 1;
  const cost = new Float64Array(count);
  let total = 0;
  for (let row = 0; row < count; row++) {
    const n = offsets[row + 1] - offsets[row];
    cost[row] = width + n * width * (n <= dualMax ? 4 + n / 2 : 12);
    total += cost[row];
  }
  const target = Math.max(total / 512, 50_000);
  const bounds = [0];
  let sum = 0;
  for (let row = 0; row < count; row++) {
    sum += cost[row];
    if (sum >= target || row === count - 1) {
      bounds.push(row + 1);
      sum = 0;
    }
  }
  return Int32Array.from(bounds);
}

/** Whether products of all items and additions per entry are cheaper than products of all rows of X that are solved in their dual. */
export function paysToCombine(
  { offsets }: Pick<SparseRows, 'offsets'>,
  singleCount: number,
  itemCount: number,
  { dualMax }: Route,
  width: number,
): boolean {
  const count = offsets.length - 1;
  const long = rowsLongerThan(offsets, dualMax);
  return itemCount + (offsets[count] - offsets[long]) / width < count - long + singleCount;
}

/** How many leading rows hold all that are longer than `max`. */
export function rowsLongerThan(offsets: Int32Array, max: number): number {
  for (let row = offsets.length - 1; row > 0; row--) if (offsets[row] - offsets[row - 1] > max) return row;
  return 0;
}

/** Entries of the longest row. */
export function longestOf({ offsets }: Pick<SparseRows, 'offsets'>): number {
  let longest = 0;
  for (let row = 1; row < offsets.length; row++) longest = Math.max(longest, offsets[row] - offsets[row - 1]);
  return longest;
}

/** Bytes of scratch memory per thread for solving rows, as the kernels lay them out. */
export function scratchBytes(f: number, longest: number, dualMax: number): number {
  const row = 4 * f;
  const dual = (dualMax + 4) * row + 4 * (dualMax + 4) * (dualMax + 8);
  const direct = 65 * row + f * row;
  const iterative = Math.min(2 ** 22, (longest + 4) * row) + 12 * (longest + 8);
  return 9 * row + Math.max(dual, direct, iterative) + 256;
}

/** Starting a worker takes tens of milliseconds: not worth it for less than half a second of work. */
export function autoThreads(entries: number, f: number): number {
  return entries * f < 4e6 ? 1 : availableThreads();
}
