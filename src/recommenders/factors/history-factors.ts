import type { History } from '../../contracts/history.ts';
import type { ExplainOptions, Explanation, Factors } from '../../contracts/recommender.ts';
import type { Id } from '../../data/ids.ts';
import { checkIterable, readOptions } from '../../options.ts';
import type { FittedBase, HistoryRow } from '../shared/base.ts';
import { explainChecks, explanation, unexplained } from '../shared/explanation.ts';
import { itemSharesOf } from '../shared/history-trainer.ts';
import { likedItems, likedRows } from '../shared/liked.ts';
import { FactorBase } from './base.ts';
import { type FactorProfile, FactorServing } from './serving.ts';
import type { UserRows } from './similar-users.ts';

/** A model whose users are sums of the vectors of their items. */
export interface HistoryFactors extends FittedBase {
  /** Length of a vector. */
  factors: number;
  /** items x factors. */
  itemRows: Float32Array;
  /** 1 / the root of the number of users of each item. */
  itemShares: Float32Array;
  /** users x factors, each the sum of a history. */
  userRows: Float32Array;
}

/** Adds what follows from the rows: shares of items, and users. */
export function historyFactors({ byUser, factors, itemRows }: Pick<HistoryFactors, 'byUser' | 'factors' | 'itemRows'>) {
  const liked = likedRows(byUser);
  const itemShares = itemSharesOf(liked);
  const userRows = new Float32Array(liked.rows * factors);
  for (let user = 0; user < liked.rows; user++) {
    const items = liked.indices.subarray(liked.offsets[user], liked.offsets[user + 1]);
    userRows.set(sumOf(items, { factors, itemRows, itemShares }), user * factors);
  }
  return { itemShares, userRows };
}

/** The vector of a user who likes these items. */
function sumOf(items: Int32Array, { factors, itemRows, itemShares }: Pick<HistoryFactors, 'factors' | 'itemRows' | 'itemShares'>) {
  const shares = sharesOf(items, itemShares);
  const sum = new Float64Array(factors);
  items.forEach((item, k) => {
    for (let e = 0, at = item * factors; e < factors; e++, at++) sum[e] += shares[k] * itemRows[at];
  });
  return Float32Array.from(sum);
}

/** How much each of these items counts in a history made of them: 1 / the root of (users of the item x items of the history). */
function sharesOf(items: Int32Array, itemShares: Float32Array): Float32Array {
  const own = 1 / Math.sqrt(items.length);
  return Float32Array.from(items, (item) => own * itemShares[item]);
}

/**
 * The shared part of models whose users are sums of the vectors of their items: a visitor gets exactly what a known user with the same
 * history gets, and a score is a sum over the history, which `explain` gives.
 */
export abstract class HistoryFactorBase<Model extends HistoryFactors> extends FactorBase<Model, { factors: FactorServing }> {
  /** Threads of lists of many. */
  protected abstract readonly listThreads: number | 'auto';

  /** users x factors in id order; a copy. */
  get userFactors(): Factors {
    return { data: this.model.userRows.slice(), rows: this.users.size, columns: this.model.factors };
  }

  /** items x factors in id order; a copy. */
  get itemFactors(): Factors {
    return { data: this.model.itemRows.slice(), rows: this.items.size, columns: this.model.factors };
  }

  /** Contributions of the user's items, which add up to the score. @throws ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM */
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

  protected override *serving({ itemRows, factors: f }: Model): Generator<void, { factors: FactorServing }> {
    return { factors: yield* FactorServing.copying({ rows: itemRows, stride: f, f }, this.listThreads) };
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
    const { factors, itemRows, itemShares } = this.model;
    const liked = likedItems(row);
    const shares = sharesOf(liked, itemShares);
    const profile = this.profileFrom(row);
    const values = new Map(Array.from(row.items, (item, k) => [item, row.values[k]]));
    return asked.map((to) => {
      if (to < 0) return unexplained();
      const parts = Array.from(liked, (item, k) => {
        let product = 0;
        for (let e = 0; e < factors; e++) product += itemRows[item * factors + e] * itemRows[to * factors + e];
        return { item: this.items.idAt(item), value: values.get(item) as number, score: shares[k] * product };
      });
      return explanation(this.scoreSome(profile, Int32Array.of(to))[0], parts, n);
    });
  }
}
