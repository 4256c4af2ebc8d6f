import type { Interactions } from 'attune';
import { BaseRecommender, type FittedBase, type HistoryRow } from '../../src/recommenders/shared/base.ts';

/** A recommender whose scores are given: what it returns can be worked out by hand. */
export class ScoredRecommender extends BaseRecommender<FittedBase, string> {
  override readonly kind = 'scored';
  readonly #scoreOf: (user: string, item: string) => number;
  /** How often it was fitted, and lists were asked for. */
  calls = { fit: 0, recommendMany: 0 };

  /** @param scoreOf larger is better; a history is the user `'visitor'`. */
  constructor(scoreOf: (user: string, item: string) => number) {
    super('throw');
    this.#scoreOf = scoreOf;
  }

  override async fit(interactions: Interactions): Promise<this> {
    this.calls.fit++;
    this.fitted = { users: interactions.users, items: interactions.items, byUser: interactions.byUser };
    return this;
  }

  override recommendMany(...given: Parameters<BaseRecommender<FittedBase, string>['recommendMany']>) {
    this.calls.recommendMany++;
    return super.recommendMany(...given);
  }

  override toBytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(0);
  }

  protected override profileOf(user: number): string {
    return this.users.idAt(user);
  }

  protected override profileFrom(_: HistoryRow): string {
    return 'visitor';
  }

  protected override scoreAll(user: string, scores: Float32Array): void {
    for (let item = 0; item < scores.length; item++) scores[item] = this.#scoreOf(user, this.items.idAt(item));
  }

  protected override scoreSome(user: string, items: Int32Array): Float32Array {
    return Float32Array.from(items, (item) => this.#scoreOf(user, this.items.idAt(item)));
  }

  protected override similarityAll(): void {}
}
