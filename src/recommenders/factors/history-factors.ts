import type { History } from '../../contracts/history.ts';
import type { ExplainOptions, Explanation, Factors } from '../../contracts/recommender.ts';
import type { Id } from '../../data/ids.ts';
import { checkIterable, readOptions } from '../../options.ts';
import type { FittedBase, HistoryRow } from '../shared/base.ts';
import { explainChecks, explanation, unexplained } from '../shared/explanation.ts';
import { itemSharesOf, popularityOf } from '../shared/history-trainer.ts';
import { likedItems, likedRows } from '../shared/liked.ts';
import { FactorBase } from './base.ts';
import { withColumn } from './columns.ts';
import { type FactorProfile, FactorServing } from './serving.ts';
import type { UserRows } from './similar-users.ts';

/** A model whose users are sums of the vectors of their items. */
export interface HistoryFactors extends FittedBase {
  /** Length of a vector. */
  factors: number;
  /** items x factors. */
  itemRows: Float32Array;
  /** 1 / the number of users of each item, to the power of `historyExponent`. */
  itemShares: Float32Array;
  /** What is added to the scores of each item; without it scores are inner products. */
  itemBiases?: Float32Array | undefined;
  /** The length that vectors of users are brought to; 0 leaves it. */
  userLength: number;
  /** users x factors, each the sum of a history. */
  userRows: Float32Array;
}

/** What vectors of users are made from. */
type UserParts = Pick<HistoryFactors, 'factors' | 'itemRows' | 'itemShares' | 'userLength'>;

/** How scores follow from the vectors of items. */
interface HistoryScoring {
  /** See {@link itemSharesOf}. */
  historyExponent: number;
  /** See {@link popularityOf}; 0 for none. */
  popularity: number;
  /** Users are brought to the length that they learned at, 1 / this, which matters beside popularity; 0 leaves it. */
  temperature: number;
}

/** Adds what follows from the rows: shares of items, biases, and users. */
export function historyFactors(
  { byUser, factors, itemRows }: Pick<HistoryFactors, 'byUser' | 'factors' | 'itemRows'>,
  { historyExponent, popularity, temperature }: HistoryScoring,
) {
  const userLength = popularity > 0 && temperature > 0 ? 1 / temperature : 0;
  const liked = likedRows(byUser);
  const itemShares = itemSharesOf(liked, historyExponent);
  const itemBiases = popularity > 0 ? popularityOf(liked, popularity) : undefined;
  const userRows = new Float32Array(liked.rows * factors);
  for (let user = 0; user < liked.rows; user++) {
    const items = liked.indices.subarray(liked.offsets[user], liked.offsets[user + 1]);
    userRows.set(sumOf(items, { factors, itemRows, itemShares, userLength }), user * factors);
  }
  return { itemShares, itemBiases, userLength, userRows };
}

/** The vector of a user who likes these items. */
function sumOf(items: Int32Array, parts: UserParts): Float32Array {
  return Float32Array.from(userOf(items, parts).vector);
}

/** That vector, and how much each of the items counts in it: its share over the root of the number of items, and the length. */
function userOf(items: Int32Array, { factors, itemRows, itemShares, userLength }: UserParts) {
  const own = 1 / Math.sqrt(items.length);
  const shares = Float32Array.from(items, (item) => own * itemShares[item]);
  const vector = new Float64Array(factors);
  items.forEach((item, k) => {
    for (let e = 0, at = item * factors; e < factors; e++, at++) vector[e] += shares[k] * itemRows[at];
  });
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (userLength === 0 || length === 0) return { vector, shares };
  const scale = userLength / length;
  return { vector: vector.map((value) => value * scale), shares: shares.map((share) => share * scale) };
}

/**
 * The shared part of models whose users are sums of the vectors of their items: a visitor gets exactly what a known user with the same
 * history gets, and a score is a sum over the history, which `explain` gives.
 */
export abstract class HistoryFactorBase<Model extends HistoryFactors> extends FactorBase<Model, { factors: FactorServing }> {
  /** Threads of lists of many. */
  protected abstract readonly listThreads: number | 'auto';

  /** users x factors in id order; a copy. Where popularity counts, a last column of ones meets that of {@link itemFactors}. */
  get userFactors(): Factors {
    const { userRows, factors, itemBiases } = this.model;
    return withColumn(userRows, factors, itemBiases && new Float32Array(this.users.size).fill(1));
  }

  /** items x factors in id order; a copy. Where popularity counts, it is a last column: scores are inner products in any case. */
  get itemFactors(): Factors {
    const { itemRows, factors, itemBiases } = this.model;
    return withColumn(itemRows, factors, itemBiases);
  }

  /**
   * Contributions of the user's items, which add up to the score: each has an equal share of what the item's popularity adds, where that counts.
   * For a user who likes none of their items that is the `baseline`.
   * @throws ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM
   */
  explain(user: Id, item: Id, options: ExplainOptions = {}): Explanation {
    return this.explainMany(user, [item], options)[0];
  }

  /** The same for several items, in the order asked. @throws ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM */
  explainMany(user: Id, items: Iterable<Id>, options: ExplainOptions = {}): Explanation[] {
    const o = readOptions(`${this.kind}.explainMany`, options, explainChecks);
    const index = this.userIndex(user, o.onUnknown);
    return this.#explained('explainMany', index < 0 ? undefined : this.historyOf(index), items, o);
  }

  /** The same for a visitor. @throws ERR_UNKNOWN_HISTORY, ERR_UNKNOWN_ITEM */
  explainFor(history: History, items: Iterable<Id>, options: ExplainOptions = {}): Explanation[] {
    const o = readOptions(`${this.kind}.explainFor`, options, explainChecks);
    return this.#explained('explainFor', this.knownHistory(history, o.onUnknown), items, o);
  }

  protected override *serving({ itemRows, itemBiases, factors: f }: Model): Generator<void, { factors: FactorServing }> {
    const biasOf = itemBiases && ((item: number) => itemBiases[item]);
    return { factors: yield* FactorServing.copying({ rows: itemRows, stride: f, f, ...(biasOf && { biasOf }) }, this.listThreads) };
  }

  protected override userRowsOf({ userRows, factors: f }: Model): UserRows {
    return { rows: userRows, stride: f, f };
  }

  protected override profileOf(user: number): FactorProfile {
    const { factors, userRows } = this.model;
    return { vector: userRows.subarray(user * factors, (user + 1) * factors), add: 0 };
  }

  protected override profileFrom(row: HistoryRow): FactorProfile {
    return { vector: sumOf(likedItems(row), this.model), add: 0 };
  }

  #explained(call: string, row: HistoryRow | undefined, items: Iterable<Id>, { n, onUnknown }: ExplainOptions): Explanation[] {
    const asked = Array.from(checkIterable(`${this.kind}.${call}`, 'item ids', items), (item) => this.itemIndex(item, onUnknown));
    if (!row) return asked.map(unexplained);
    const { factors, itemRows, itemBiases } = this.model;
    const liked = likedItems(row);
    const { shares } = userOf(liked, this.model);
    const profile = this.profileFrom(row);
    const values = new Map(Array.from(row.items, (item, k) => [item, row.values[k]]));
    return asked.map((to) => {
      if (to < 0) return unexplained();
      const popularity = itemBiases?.[to] ?? 0;
      const parts = Array.from(liked, (item, k) => {
        let product = 0;
        for (let e = 0; e < factors; e++) product += itemRows[item * factors + e] * itemRows[to * factors + e];
        return { item: this.items.idAt(item), value: values.get(item) as number, score: shares[k] * product + popularity / liked.length };
      });
      return explanation(this.scoreSome(profile, Int32Array.of(to))[0], parts, n, liked.length === 0 ? popularity : 0);
    });
  }
}
