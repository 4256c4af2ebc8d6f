import { type Block, Engine } from '../../engine/engine.ts';
import { rankingKernels } from '../../engine/generated/families/ranking.ts';
import { f32, f64, layout } from '../../engine/memory/layout.ts';
import { fromFloat16, type StoredFactors } from '../../numeric/float16.ts';
import { type Ranked, TopK } from '../../numeric/top-k.ts';
import type { RankRequest } from '../shared/base.ts';
import { Prefilter } from './prefilter.ts';

/** Number of rows coded together. */
const slab = 1024;
/** Beyond this many bytes a prefilter would approach the limit of one memory. */
const largest = 2 ** 31;

/** The factors of users as a model keeps them: users with the same history may share a row. */
export interface UserRows {
  /** count x stride; the first f columns are factors. */
  rows: StoredFactors;
  /** Floats per row. */
  stride: number;
  /** Number of factors. */
  f: number;
  /** Row of each user, -1 for none. undefined = user u has row u. */
  rowOf?: Int32Array;
  /** What the row of each user is multiplied by. undefined = 1. */
  scaleOf?: Float32Array;
}

/**
 * The users most similar to one, for models with many distinct rows: their codes, two bytes per factor, prefilter all rows, and what
 * survives is scored as {@link userSimilarity} does. Made when it is first needed; it knows the users of one model and is dropped with it.
 */
export class SimilarUsers {
  readonly #users: UserRows;
  readonly #prefilter: Prefilter;
  readonly #vector: Block<Float32Array>;
  /** Users by row: those of row k are byRow[offsets[k]] to byRow[offsets[k + 1]]. undefined = row k is user k. */
  readonly #sharing: { offsets: Int32Array; byRow: Int32Array } | undefined;

  /** Undefined where a full scan is as good, or the only way. */
  static of(users: UserRows): SimilarUsers | undefined {
    const { rows, stride, f, scaleOf } = users;
    const count = rows.length / stride;
    // Users whose factor is negative would have to be searched for at the opposite end.
    if (!Prefilter.helps(count, f) || Prefilter.layout(count, f).bytes > largest || scaleOf?.some((scale) => !(scale > 0)))
      return undefined;
    return new SimilarUsers(users);
  }

  private constructor(users: UserRows) {
    const { rows, stride, f, rowOf } = users;
    const count = rows.length / stride;
    const memory = layout({ vector: f32(f), some: f32(slab * stride), norms: f64(slab) });
    const engine = new Engine(memory.bytes + Prefilter.layout(count, f).bytes, {
      families: [rankingKernels],
      threads: 1,
      scratchBytes: 64,
    });
    this.#users = users;
    this.#prefilter = new Prefilter(engine, count, f);
    const { vector, some, norms } = engine.place(memory);
    this.#vector = vector;
    for (let lo = 0; lo < count; lo += slab) {
      const hi = Math.min(count, lo + slab);
      some.array.set(floatsOf(rows, lo * stride, hi * stride));
      for (let k = 0; k < hi - lo; k++) norms.array[k] = normOf(some.array.subarray(k * stride, k * stride + f));
      this.#prefilter.encode(lo, hi, some, stride, norms);
    }
    this.#sharing = rowOf && usersByRow(rowOf, count);
  }

  /** The users with the largest cosine, as the request says; undefined when only a full scan can tell. `only` is not looked at. */
  rank(user: number, { n, skip, skipped }: RankRequest): Ranked | undefined {
    const own = rowOfUser(this.#users, user);
    if (own < 0 || n === 0 || n > 256) return undefined;
    const vector = factorsOf(this.#users, own);
    const norm = normOf(vector);
    if (!(norm > 0)) return undefined;
    this.#vector.array.set(vector);
    this.#prefilter.aim(this.#vector, norm);
    const seed = new TopK(n);
    this.#offer(this.#prefilter.look(n + 8 + Math.min(256, skipped.length)), vector, norm, skip, seed);
    const threshold = seed.threshold;
    if (!(threshold > 0)) return undefined;
    const best = new TopK(n);
    this.#offer(this.#prefilter.survivors(threshold - 1e-6), vector, norm, skip, best);
    return best.take();
  }

  /** Scores the rows that the prefilter found and offers their users. */
  #offer(found: number, vector: Float32Array, norm: number, skip: Uint8Array | undefined, best: TopK): void {
    for (let k = 0; k < found; k++) {
      const row = this.#prefilter.found.array[k];
      const score = likeness(vector, norm, factorsOf(this.#users, row), 'cosine');
      const [from, to] = this.#sharing ? [this.#sharing.offsets[row], this.#sharing.offsets[row + 1]] : [row, row + 1];
      for (let e = from; e < to; e++) {
        const other = this.#sharing ? this.#sharing.byRow[e] : row;
        if (!skip || skip[other] === 0) best.offer(other, score);
      }
    }
  }
}

/** Similarity of every user to one, by user index; `scores` comes filled with 0, which stays where a user has no factors. */
export function userSimilarity(users: UserRows, user: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
  const { rows, stride, f, scaleOf } = users;
  const ownRow = rowOfUser(users, user);
  if (ownRow < 0) return;
  const vector = factorsOf(users, ownRow);
  const norm = normOf(vector);
  const byRow = new Float32Array(rows.length / stride);
  for (let lo = 0; lo < byRow.length; lo += slab) {
    const hi = Math.min(byRow.length, lo + slab);
    const some = floatsOf(rows, lo * stride, hi * stride);
    for (let row = lo; row < hi; row++) {
      const at = (row - lo) * stride;
      byRow[row] = likeness(vector, norm, some.subarray(at, at + f), metric);
    }
  }
  const scale = (u: number) => (scaleOf === undefined ? 1 : metric === 'dot' ? scaleOf[u] : Math.sign(scaleOf[u]));
  const own = scale(user);
  for (let u = 0; u < scores.length; u++) {
    const row = rowOfUser(users, u);
    if (row >= 0) scores[u] = byRow[row] * own * scale(u);
  }
}

function usersByRow(rowOf: Int32Array, count: number): { offsets: Int32Array; byRow: Int32Array } {
  const offsets = new Int32Array(count + 2);
  for (const row of rowOf) if (row >= 0) offsets[row + 2]++;
  for (let k = 2; k < offsets.length; k++) offsets[k] += offsets[k - 1];
  const byRow = new Int32Array(offsets[count + 1]);
  for (let user = 0; user < rowOf.length; user++) if (rowOf[user] >= 0) byRow[offsets[rowOf[user] + 1]++] = user;
  return { offsets, byRow };
}

const rowOfUser = ({ rowOf }: UserRows, user: number): number => (rowOf ? rowOf[user] : user);

/** The factors of a row. */
const factorsOf = ({ rows, stride, f }: UserRows, row: number): Float32Array => floatsOf(rows, row * stride, row * stride + f);

function likeness(a: Float32Array, norm: number, b: Float32Array, metric: 'cosine' | 'dot'): number {
  let product = 0;
  let square = 0;
  for (let q = 0; q < a.length; q++) {
    product += a[q] * b[q];
    square += b[q] * b[q];
  }
  const size = metric === 'dot' ? 1 : norm * Math.sqrt(square);
  return size > 0 ? product / size : 0;
}

function normOf(row: Float32Array): number {
  let sum = 0;
  for (let q = 0; q < row.length; q++) sum += row[q] * row[q];
  return Math.sqrt(sum);
}

function floatsOf(rows: StoredFactors, from: number, to: number): Float32Array {
  return rows instanceof Uint16Array ? fromFloat16(rows.subarray(from, to)) : rows.subarray(from, to);
}
