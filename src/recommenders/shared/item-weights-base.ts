import type { History } from '../../contracts/history.ts';
import type { ExplainOptions, Explanation, RecommendationList, SimilarOptions, UnknownPolicy } from '../../contracts/recommender.ts';
import type { Id } from '../../data/ids.ts';
import { checkIterable, readOptions } from '../../options.ts';
import { BaseRecommender, type FittedBase, type HistoryRow } from './base.ts';
import { explainChecks, explanation, unexplained } from './explanation.ts';

/**
 * The shared part of a model whose score is a sum over the items of a history, share x weight from one item to another, where the share is
 * the value unless the model says otherwise. The history stands for the user, so that a visitor is folded in exactly, and the parts of the
 * sum are the explanation.
 */
export abstract class ItemWeightsRecommender<Fitted extends FittedBase> extends BaseRecommender<Fitted, HistoryRow> {
  /** The weight from one item to another; undefined where the model has none. */
  protected abstract weightBetween(from: number, to: number): number | undefined;

  /** How much each item of a history counts, beside `row.items`. Default: its value. */
  protected sharesOf(row: HistoryRow): Float32Array {
    return row.values;
  }

  /** Items that are like this one, never itself. @throws ERR_UNKNOWN_ITEM */
  similarItems(item: Id, options: SimilarOptions = {}): RecommendationList {
    return this.listSimilarItems(item, options);
  }

  /** The user's items that have a weight to this one, with share x weight. @throws ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM */
  explain(user: Id, item: Id, options: ExplainOptions = {}): Explanation {
    const { n, onUnknown } = readOptions(`${this.kind}.explain`, options, explainChecks);
    const to = this.itemIndex(item, onUnknown);
    return this.#explained(this.#rowOf(user, onUnknown), to, n);
  }

  /** The same for several items, in the order asked. @throws ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM */
  explainMany(user: Id, items: Iterable<Id>, options: ExplainOptions = {}): Explanation[] {
    const { n, onUnknown } = readOptions(`${this.kind}.explainMany`, options, explainChecks);
    const row = this.#rowOf(user, onUnknown);
    return this.#indices('explainMany', items, onUnknown).map((to) => this.#explained(row, to, n));
  }

  /** The same for a visitor. @throws ERR_UNKNOWN_HISTORY, ERR_UNKNOWN_ITEM */
  explainFor(history: History, items: Iterable<Id>, options: ExplainOptions = {}): Explanation[] {
    const { n, onUnknown } = readOptions(`${this.kind}.explainFor`, options, explainChecks);
    const row = this.knownHistory(history, onUnknown);
    return this.#indices('explainFor', items, onUnknown).map((to) => this.#explained(row, to, n));
  }

  protected override profileOf(user: number): HistoryRow {
    return this.historyOf(user);
  }

  protected override profileFrom(row: HistoryRow): HistoryRow {
    return row;
  }

  protected override scoreSome(row: HistoryRow, items: Int32Array): Float32Array {
    const scores = new Float32Array(this.model.items.size);
    this.scoreAll(row, scores);
    return Float32Array.from(items, (i) => scores[i]);
  }

  #rowOf(user: Id, onUnknown: UnknownPolicy | undefined): HistoryRow | undefined {
    const index = this.userIndex(user, onUnknown);
    return index < 0 ? undefined : this.historyOf(index);
  }

  #indices(call: string, items: Iterable<Id>, onUnknown: UnknownPolicy | undefined): number[] {
    return Array.from(checkIterable(`${this.kind}.${call}`, 'item ids', items), (item) => this.itemIndex(item, onUnknown));
  }

  #explained(row: HistoryRow | undefined, to: number, n: number | undefined): Explanation {
    if (!row || to < 0) return unexplained();
    const { items } = this.model;
    const parts: Explanation['contributions'] = [];
    const shares = this.sharesOf(row);
    row.items.forEach((from, k) => {
      const weight = this.weightBetween(from, to);
      if (weight !== undefined) parts.push({ item: items.idAt(from), value: row.values[k], score: shares[k] * weight });
    });
    return explanation(this.scoreSome(row, Int32Array.of(to))[0], parts, n);
  }
}
