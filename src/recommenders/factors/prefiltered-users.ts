import { prefilterKernels } from '../../engine/generated/families/prefilter.ts';
import { type Block, LocalEngine } from '../../engine/local-engine.ts';
import { f32, f64, layout } from '../../engine/memory/layout.ts';
import { type Ranked, TopK } from '../../numeric/top-k.ts';
import type { RankRequest } from '../shared/base.ts';
import { Prefilter } from './prefilter.ts';
import { factorsOf, floatsOf, likeness, normOf, rowOfUser, slab, type UserRows } from './similar-users.ts';

/** Beyond this many bytes a prefilter would approach the limit of one memory. */
const largest = 2 ** 31;

/**
 * The users most similar to one, for models with many distinct rows: their codes, two bytes per factor, prefilter all rows, and what
 * survives is scored as {@link userSimilarity} does. Made when it is first needed; it knows the users of one model and is dropped with it.
 */
export class PrefilteredUsers {
  readonly #users: UserRows;
  readonly #prefilter: Prefilter;
  readonly #vector: Block<Float32Array>;
  /** Users by row: those of row k are byRow[offsets[k]] to byRow[offsets[k + 1]]. undefined = row k is user k. */
  readonly #sharing: { offsets: Int32Array; byRow: Int32Array } | undefined;

  /** Undefined where a full scan is as good, or the only way. */
  static of(users: UserRows): PrefilteredUsers | undefined {
    const { rows, stride, f, scaleOf } = users;
    const count = rows.length / stride;
    // Users whose factor is negative would have to be searched for at the opposite end.
    if (Prefilter.layout(count, f).bytes > largest || scaleOf?.some((scale) => !(scale > 0))) return undefined;
    return new PrefilteredUsers(users);
  }

  private constructor(users: UserRows) {
    const { rows, stride, f, rowOf } = users;
    const count = rows.length / stride;
    const memory = layout({ vector: f32(f), some: f32(slab * stride), norms: f64(slab) });
    const engine = new LocalEngine(memory.bytes + Prefilter.layout(count, f).bytes, {
      families: [prefilterKernels],
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

function usersByRow(rowOf: Int32Array, count: number): { offsets: Int32Array; byRow: Int32Array } {
  const offsets = new Int32Array(count + 2);
  for (const row of rowOf) if (row >= 0) offsets[row + 2]++;
  for (let k = 2; k < offsets.length; k++) offsets[k] += offsets[k - 1];
  const byRow = new Int32Array(offsets[count + 1]);
  for (let user = 0; user < rowOf.length; user++) if (rowOf[user] >= 0) byRow[offsets[rowOf[user] + 1]++] = user;
  return { offsets, byRow };
}
