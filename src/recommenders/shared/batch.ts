import type { RecommendationBatch, RecommendationList } from '../../contracts/recommender.ts';
import type { IdMap } from '../../data/id-map.ts';
import { AttuneError, shown } from '../../errors.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import { namedList } from './lists.ts';

/** Lists of many users in columns. */
export class Batch implements RecommendationBatch {
  readonly users: readonly string[];
  readonly items: Int32Array;
  readonly scores: Float32Array;
  readonly offsets: Int32Array;
  readonly #ids: IdMap;

  constructor(users: string[], lists: Ranked[], ids: IdMap) {
    this.users = users;
    this.offsets = new Int32Array(users.length + 1);
    lists.forEach((list, k) => {
      this.offsets[k + 1] = this.offsets[k] + list.indices.length;
    });
    this.items = new Int32Array(this.offsets[users.length]);
    this.scores = new Float32Array(this.items.length);
    lists.forEach((list, k) => {
      this.items.set(list.indices, this.offsets[k]);
      this.scores.set(list.scores, this.offsets[k]);
    });
    this.#ids = ids;
  }

  at(k: number): RecommendationList {
    if (!(Number.isInteger(k) && k >= 0 && k < this.users.length)) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `Expected a position from 0 to ${this.users.length - 1} in the batch, got ${shown(k)}.`);
    }
    const [from, to] = [this.offsets[k], this.offsets[k + 1]];
    return namedList(this.#ids, { indices: this.items.subarray(from, to), scores: this.scores.subarray(from, to) });
  }

  *[Symbol.iterator](): IterableIterator<RecommendationList> {
    for (let k = 0; k < this.users.length; k++) yield this.at(k);
  }
}
