import { type Block, Engine } from '../../engine/engine.ts';
import { fromFloat16, type StoredFactors } from '../../numeric/float16.ts';
import { type Ranked, TopK } from '../../numeric/top-k.ts';
import type { AlsModel } from '../als/model.ts';
import type { RankRequest } from '../shared/base.ts';
import { Prefilter } from './prefilter.ts';

/** Rows that are coded together. */
const slab = 1024;
/** Beyond this many numbers a prefilter would come near what one memory can hold. */
const largest = 2 ** 29;

/**
 * The users most similar to one, for models with many distinct rows: their codes, two bytes a factor, prefilter all rows, and what survives
 * is scored as {@link userSimilarity} does. Made when it is first needed; it knows the users of one model and is dropped with it.
 */
export class SimilarUsers {
  readonly #model: AlsModel;
  readonly #prefilter: Prefilter;
  readonly #vector: Block<Float32Array>;
  /** The users of row k: users[offsets[k]] to users[offsets[k + 1]]. */
  readonly #offsets: Int32Array;
  readonly #users: Int32Array;

  /** Undefined where a full scan is as good, or the only way. */
  static of(model: AlsModel): SimilarUsers | undefined {
    const f = model.settings.factors;
    const count = model.rows.length / f;
    // Users that point away from their row would have to be looked for at the other end.
    if (!Prefilter.helps(count, f) || Prefilter.size(count, f) > largest || model.scaleOf.some((scale) => !(scale > 0))) return undefined;
    return new SimilarUsers(model);
  }

  private constructor(model: AlsModel) {
    const { rows, rowOf, settings } = model;
    const f = settings.factors;
    const count = rows.length / f;
    const engine = new Engine(4 * (Prefilter.size(count, f) + slab * (f + 2) + f + 64), { threads: 1, scratchBytes: 64 });
    this.#model = model;
    this.#prefilter = new Prefilter(engine, count, f);
    this.#vector = engine.f32(f);
    const some = engine.f32(slab * f);
    const norms = engine.f64(slab);
    for (let lo = 0; lo < count; lo += slab) {
      const hi = Math.min(count, lo + slab);
      some.array.set(floatsOf(rows, lo * f, hi * f));
      for (let k = 0; k < hi - lo; k++) norms.array[k] = normOf(some.array.subarray(k * f, (k + 1) * f));
      this.#prefilter.encode(lo, hi, some.at, f, norms.at);
    }
    this.#offsets = new Int32Array(count + 2);
    for (const row of rowOf) if (row >= 0) this.#offsets[row + 2]++;
    for (let k = 2; k < this.#offsets.length; k++) this.#offsets[k] += this.#offsets[k - 1];
    this.#users = new Int32Array(this.#offsets[count + 1]);
    for (let user = 0; user < rowOf.length; user++) if (rowOf[user] >= 0) this.#users[this.#offsets[rowOf[user] + 1]++] = user;
  }

  /** The users with the largest cosine, as the request says; undefined when only a full scan can tell. `only` is not looked at. */
  rank(user: number, { n, skip, skipped }: RankRequest): Ranked | undefined {
    const { rowOf, rows, settings } = this.#model;
    const own = rowOf[user];
    if (own < 0 || n === 0 || n > 256) return undefined;
    const vector = floatsOf(rows, own * settings.factors, (own + 1) * settings.factors);
    const norm = normOf(vector);
    if (!(norm > 0)) return undefined;
    this.#vector.array.set(vector);
    this.#prefilter.aim(this.#vector.at, norm);
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
    const { rows } = this.#model;
    const f = vector.length;
    for (let k = 0; k < found; k++) {
      const row = this.#prefilter.found.array[k];
      const score = likeness(vector, norm, floatsOf(rows, row * f, (row + 1) * f), 'cosine');
      for (let e = this.#offsets[row]; e < this.#offsets[row + 1]; e++) {
        const other = this.#users[e];
        if (!skip || skip[other] === 0) best.offer(other, score);
      }
    }
  }
}

/** Similarity of every user to one, by user index; `scores` comes filled with 0, which stays where a user has no factors. */
export function userSimilarity({ rows, rowOf, scaleOf, settings }: AlsModel, user: number, metric: 'cosine' | 'dot', scores: Float32Array) {
  if (rowOf[user] < 0) return;
  const f = settings.factors;
  const vector = floatsOf(rows, rowOf[user] * f, (rowOf[user] + 1) * f);
  const norm = normOf(vector);
  const byRow = new Float32Array(rows.length / f);
  for (let lo = 0; lo < byRow.length; lo += slab) {
    const hi = Math.min(byRow.length, lo + slab);
    const some = floatsOf(rows, lo * f, hi * f);
    for (let row = lo; row < hi; row++) byRow[row] = likeness(vector, norm, some.subarray((row - lo) * f, (row - lo + 1) * f), metric);
  }
  const scale = (u: number) => (metric === 'dot' ? scaleOf[u] : Math.sign(scaleOf[u]));
  const own = scale(user);
  for (let u = 0; u < scores.length; u++) if (rowOf[u] >= 0) scores[u] = byRow[rowOf[u]] * own * scale(u);
}

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
