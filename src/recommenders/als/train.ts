import { eigen } from '../../engine/eigen.ts';
import { type Block, type Cut, Engine } from '../../engine/engine.ts';
import { uniform } from '../../engine/random.ts';
import { availableThreads, breathe } from '../../engine/runtime.ts';
import { AttuneError } from '../../errors.ts';
import type { FitOptions } from '../recommender.ts';
import type { AlsIteration, AlsSettings } from './options.ts';
import type { AlsProblem, SparseRows } from './problem.ts';

/** What training hands over, in the caller's basis and item order. */
export interface AlsFactors {
  /** items x factors. */
  items: Float32Array;
  /** Distinct user rows x factors. */
  rows: Float32Array;
  /** w of each variant of the singles. */
  variantScale: Float32Array;
  history: AlsIteration[];
}

/** A starting point in id order; random where it is missing. */
export interface AlsStart {
  items?: Float32Array;
  users?: Float32Array;
}

/**
 * Alternating least squares in the eigenbasis of the Gram matrix. Rotating both sides by a common Q changes no score and no
 * loss; after rotating the source by the eigenvectors of its Gram matrix, (Y^T Y + l I) is diagonal for every l. R gathers
 * the rotations, so that at the end the factors are turned back and equal textbook ALS number by number.
 */
export async function trainAls(
  problem: AlsProblem,
  s: AlsSettings,
  start: AlsStart,
  options: FitOptions,
  plain = false,
): Promise<AlsFactors> {
  const { rows, singles, items } = problem;
  const f = s.factors;
  const width = Math.ceil(f / 8) * 8; // kernels work on rows of a multiple of 8; the rest stays zero
  const itemCount = problem.itemLambda.length;
  const manyCount = problem.rowLambda.length;
  const userRows = manyCount + singles.items.length;
  const implicit = s.feedback === 'implicit';
  // Conjugate gradients save nothing where f x f equations are small, or where there is no Gram part for them to save.
  const exact = s.solver === 'exact' || !implicit || width <= 16;
  const steps = exact ? 0 : 2;
  const finalDualMax = Math.max(1, Math.floor(width * 0.6));
  const dualMax = exact ? finalDualMax : Math.max(8, Math.min(32, width >> 2));
  const longest = Math.max(longestOf(rows), longestOf(items));
  const threads = s.threads === 'auto' ? autoThreads(rows.indices.length + items.indices.length, f) : s.threads;

  const gramBlocks = Math.min(64, Math.ceil(Math.max(itemCount, userRows) / 512));
  const rowCut = costCut(rows.offsets, width, dualMax);
  const itemCut = costCut(items.offsets, width, dualMax);
  const singleBlocks = Math.ceil(singles.items.length / 1024);
  const bytes =
    4 * ((userRows + itemCount * (s.acceleration ? 2 : 1)) * width + gramBlocks * width * width + 2 * width * width + width) +
    12 * (rows.indices.length + items.indices.length) +
    4 * (rows.offsets.length + items.offsets.length + manyCount * 2 + userRows + itemCount) +
    4 * (4 * singles.multiplicity.length + 5 * singles.items.length) +
    20 * (rowCut.length + itemCut.length + singleBlocks) +
    64 * 64;
  const engine = new Engine(bytes, { threads, scratchBytes: scratchBytes(width, longest, finalDualMax), plain });
  try {
    const X = engine.f32(userRows * width);
    const Y = engine.f32(itemCount * width);
    const before = s.acceleration ? engine.f32(itemCount * width) : undefined;
    const partials = engine.f32(gramBlocks * width * width);
    const rotation = engine.f32(width * width);
    const eigenvalues = engine.f32(width);
    const failed = engine.i32(1);
    const rowSide = { ...sparse(engine, rows), lambda: engine.f32(manyCount), count: manyCount, cut: engine.i32(rowCut) };
    const itemSide = { ...sparse(engine, items), lambda: engine.f32(itemCount), count: itemCount, cut: engine.i32(itemCut) };
    rowSide.lambda.array.set(problem.rowLambda);
    itemSide.lambda.array.set(problem.itemLambda);
    const weights = engine.f32(userRows); // multiplicities, then what the singles weigh
    weights.array.set(problem.multiplicity);
    const single = {
      items: engine.i32(singles.items),
      variants: engine.i32(singles.variants),
      m: engine.f32(singles.multiplicity.length),
      d: engine.f32(singles.d.length),
      r: engine.f32(singles.r.length),
      w: engine.f32(singles.r.length),
      entries: engine.i32(singles.entries),
    };
    single.m.array.set(singles.multiplicity);
    single.d.array.set(singles.d);
    single.r.array.set(singles.r);
    const stats = engine.f64(2 * Math.max(rowCut.length, itemCut.length, singleBlocks));
    placeStart(Y.array, problem.itemOrder, start.items ?? randomStart(itemCount * f, s), f, width);
    if (start.users) placeUsers(X.array, problem, start.users, f, width);

    const { signal, onProgress } = options;
    let R: Float64Array | undefined; // f x f, row-major: internal = caller's * R
    const fixedCut = (count: number): Cut => ({ rows: count, blockSize: 512 });

    /** Gram matrix of n rows; sums of blocks in block order, so that the result knows nothing of threads. */
    const gram = async (matrix: Block<Float32Array>, n: number, weight: number): Promise<Float64Array> => {
      const sum = new Float64Array(f * f);
      if (n === 0) return sum;
      const blockSize = Math.ceil(n / gramBlocks);
      await engine.run('gram', { rows: n, blockSize }, [matrix.at, width, weight, partials.at], signal);
      for (let block = 0; block * blockSize < n; block++) {
        for (let i = 0; i < f; i++) {
          const from = (block * width + i) * width;
          for (let j = 0; j <= i; j++) sum[i * f + j] += partials.array[from + j];
        }
      }
      for (let i = 0; i < f; i++) for (let j = 0; j < i; j++) sum[j * f + i] = sum[i * f + j];
      return sum;
    };

    const rotate = (matrix: Block<Float32Array>, n: number) => engine.run('rotate', fixedCut(n), [matrix.at, width, rotation.at], signal);

    /** Prepares a half-step: source into the eigenbasis of its Gram matrix, and the start of the rows that iterate with it. */
    const turn = async (source: Block<Float32Array>, n: number, weight: number, target: Block<Float32Array>, warm: number) => {
      const { values, vectors } = eigen(await gram(source, n, weight), f);
      eigenvalues.array.set(values);
      R = R ? multiply(R, vectors, f) : vectors;
      for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) rotation.array[i * width + j] = vectors[i * f + j];
      await rotate(source, n);
      await rotate(target, warm);
    };

    const solve = async (
      side: typeof rowSide,
      from: Block<Float32Array>,
      to: Block<Float32Array>,
      weight: number,
      max: number,
      cgSteps: number,
    ) => {
      let floor = 1e-6;
      if (implicit) for (const e of eigenvalues.array) floor = Math.max(floor, e * 1e-9);
      const args = [
        side.offsets.at,
        side.indices.at,
        side.d.at,
        side.r.at,
        from.at,
        eigenvalues.at,
        side.lambda.at,
        floor,
        width,
        to.at,
        weight,
        stats.at,
        max,
        cgSteps,
        failed.at,
      ];
      await engine.run('solveRows', { bounds: side.cut }, args, signal);
      if (failed.array[0] !== 0) {
        throw new AttuneError(
          'ERR_NUMERIC',
          'A row could not be solved: its equations are singular or its numbers overflowed. Raise regularization, or scale the values down.',
        );
      }
      return sumStats(stats.array, side.cut.array.length - 1);
    };

    const solveSingles = async () => {
      const n = singles.items.length;
      if (n === 0) return 0;
      const args = [
        single.items.at,
        single.variants.at,
        single.m.at,
        single.d.at,
        single.r.at,
        single.w.at,
        Y.at,
        eigenvalues.at,
        singles.lambda,
        1e-6,
        width,
        X.at + 4 * manyCount * width,
        weights.at + 4 * manyCount,
        single.entries.at,
        itemSide.d.at,
        itemSide.r.at,
        stats.at,
      ];
      await engine.run('solveSingles', { rows: n, blockSize: 1024 }, args, signal);
      return sumStats(stats.array, singleBlocks).penalty;
    };

    const users = async (max: number, cgSteps: number) => {
      if (implicit) await turn(Y, itemCount, 0, X, cgSteps > 0 ? warmRows(rows.offsets, max) : 0);
      const { penalty } = await solve(rowSide, Y, X, weights.at, max, cgSteps);
      return penalty + (await solveSingles());
    };

    const began = performance.now();
    const history: AlsIteration[] = [];
    for (let iteration = 1; iteration <= s.iterations; iteration++) {
      await breathe();
      onProgress?.({ phase: 'training', done: iteration - 1, total: s.iterations, loss: history.at(-1)?.loss });
      const penalty = await users(dualMax, steps);
      if (implicit) {
        // `before` needs both rotations of this iteration; the first one now, the second with the items.
        if (before && iteration > 1) await rotate(before, itemCount);
        await turn(X, userRows, weights.at, Y, steps > 0 ? warmRows(items.offsets, dualMax) : 0);
        if (before && iteration > 1) await rotate(before, itemCount);
      }
      const { gain } = await solve(itemSide, X, Y, 0, dualMax, steps);
      const loss = problem.constant - gain + penalty;
      if (!Number.isFinite(loss))
        throw new AttuneError('ERR_NUMERIC', 'The loss is no longer finite. Raise regularization, or scale the values down.');
      const last = history.at(-1)?.loss ?? Number.POSITIVE_INFINITY;
      history.push({ iteration, loss, seconds: (performance.now() - began) / 1000 });
      if (s.tolerance > 0 && last - loss < s.tolerance * Math.abs(last) && Number.isFinite(last)) break;
      if (before && iteration < s.iterations) {
        // Ramped, so that the first, wild iterations are not continued; none after an iteration that raised the loss.
        const beta = iteration < 2 || loss > last ? 0 : Math.min(1, iteration / 4);
        await engine.run('extrapolate', fixedCut(itemCount), [Y.at, before.at, width, beta], signal);
      }
    }
    onProgress?.({ phase: 'training', done: history.length, total: history.length, loss: history.at(-1)?.loss });

    await users(finalDualMax, 0); // so that a stored user is what the fold-in of the same history gives
    if (R) {
      for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) rotation.array[i * width + j] = R[j * f + i];
      await rotate(X, userRows);
      await rotate(Y, itemCount);
    }
    return {
      items: gather(Y.array, problem.itemRank, f, width),
      rows: gather(X.array, undefined, f, width),
      variantScale: single.w.array.slice(),
      history,
    };
  } finally {
    engine.close();
  }
}

function multiply(a: Float64Array, b: Float64Array, f: number): Float64Array {
  const product = new Float64Array(f * f);
  for (let i = 0; i < f; i++) {
    for (let k = 0; k < f; k++) {
      const t = a[i * f + k];
      for (let j = 0; j < f; j++) product[i * f + j] += t * b[k * f + j];
    }
  }
  return product;
}

function sparse(engine: Engine, rows: SparseRows) {
  const side = {
    offsets: engine.i32(rows.offsets),
    indices: engine.i32(rows.indices),
    d: engine.f32(rows.d.length),
    r: engine.f32(rows.r.length),
  };
  side.d.array.set(rows.d);
  side.r.array.set(rows.r);
  return side;
}

function sumStats(stats: Float64Array, blocks: number): { gain: number; penalty: number } {
  let gain = 0;
  let penalty = 0;
  for (let block = 0; block < blocks; block++) {
    gain += stats[2 * block];
    penalty += stats[2 * block + 1];
  }
  return { gain, penalty };
}

/** Bounds of blocks of about equal cost. Long rows come first, so that the last block to finish is a short one. */
function costCut(offsets: Int32Array, width: number, dualMax: number): Int32Array {
  const cost = (row: number) => {
    const n = offsets[row + 1] - offsets[row];
    return width + n * width * (n <= dualMax ? 4 + n / 2 : 12);
  };
  const count = offsets.length - 1;
  let total = 0;
  for (let row = 0; row < count; row++) total += cost(row);
  const target = Math.max(total / 512, 50_000);
  const bounds = [0];
  let sum = 0;
  for (let row = 0; row < count; row++) {
    sum += cost(row);
    if (sum >= target || row === count - 1) {
      bounds.push(row + 1);
      sum = 0;
    }
  }
  return Int32Array.from(bounds);
}

/** How many leading rows hold all that are longer than `max`. */
function warmRows(offsets: Int32Array, max: number): number {
  for (let row = offsets.length - 1; row > 0; row--) if (offsets[row] - offsets[row - 1] > max) return row;
  return 0;
}

function longestOf({ offsets }: SparseRows): number {
  let longest = 0;
  for (let row = 1; row < offsets.length; row++) longest = Math.max(longest, offsets[row] - offsets[row - 1]);
  return longest;
}

/** Bytes each thread needs for solving rows, as the kernels lay them out. */
export function scratchBytes(f: number, longest: number, dualMax: number): number {
  const row = 4 * f;
  const dual = (dualMax + 1) * row + 4 * (dualMax + 4) * (dualMax + 8);
  const direct = 65 * row + f * row;
  const iterative = 1024 * row + 4 * (longest + 8);
  return 8 * row + Math.max(dual, direct, iterative, 64 * row) + 256;
}

/** Starting a worker costs some ten milliseconds: not worth it for less than half a second of work. */
function autoThreads(entries: number, f: number): number {
  return entries * f < 4e6 ? 1 : availableThreads();
}

function randomStart(count: number, s: AlsSettings): Float32Array {
  return uniform(s.seed, count, s.feedback === 'implicit' ? 0.01 : 1 / Math.sqrt(s.factors));
}

function placeStart(to: Float32Array, order: Int32Array, from: Float32Array, f: number, width: number): void {
  order.forEach((id, row) => {
    to.set(from.subarray(id * f, (id + 1) * f), row * width);
  });
}

function placeUsers(to: Float32Array, { userRow, rowLambda }: AlsProblem, from: Float32Array, f: number, width: number): void {
  for (let user = userRow.length - 1; user >= 0; user--) {
    const row = userRow[user];
    if (row >= 0 && row < rowLambda.length) to.set(from.subarray(user * f, (user + 1) * f), row * width);
  }
}

/** Rows without their padding; row k of the result is row `from[k]`. */
function gather(matrix: Float32Array, from: Int32Array | undefined, f: number, width: number): Float32Array {
  const count = matrix.length / width;
  const result = new Float32Array(count * f);
  for (let k = 0; k < count; k++) {
    const at = (from ? from[k] : k) * width;
    result.set(matrix.subarray(at, at + f), k * f);
  }
  return result;
}
