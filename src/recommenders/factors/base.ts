import type { RecommendationList, SimilarOptions, SimilarUser } from '../../contracts/recommender.ts';
import type { Id } from '../../data/ids.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import { atOnce, inSlices } from '../../work/steps.ts';
import { BaseRecommender, type FittedBase, type RankRequest, type WantedList } from '../shared/base.ts';
import { union } from '../shared/filters.ts';
import type { PrefilteredUsers } from './prefiltered-users.ts';
import { prefiltersFor } from './prefilters.ts';
import type { FactorProfile, FactorServing } from './serving.ts';
import { type UserRows, userSimilarity } from './similar-users.ts';

/** What serves a fitted model: the shared serving of factors, and whatever else a family needs. */
export interface FactorAnswers {
  /** Lists, scores and similar items. */
  factors: FactorServing;
}

/**
 * The shared part of every family whose scores are inner products of factors. A family defines the profile
 * of a user, how its items are served, and where the factors of its users are stored.
 */
export abstract class FactorBase<Fitted extends FittedBase, Answers extends FactorAnswers> extends BaseRecommender<Fitted, FactorProfile> {
  #answers: Answers | undefined;
  /** Belongs to this model, since it knows its users. */
  #alike: { users: PrefilteredUsers | undefined } | undefined;

  /** Makes what answers for a model, by steps between which others may work; asked once per model, at the first call that needs it. */
  protected abstract serving(model: Fitted): Generator<void, Answers>;
  /** The factors of all users. */
  protected abstract userRowsOf(model: Fitted): UserRows;

  /** Items that are like this one, never itself. @throws ERR_UNKNOWN_ITEM */
  similarItems(item: Id, options: SimilarOptions = {}): RecommendationList {
    return this.listSimilarItems(item, options);
  }

  /** Users that are like this one, never itself. @throws ERR_UNKNOWN_USER */
  similarUsers(user: Id, options: SimilarOptions = {}): SimilarUser[] {
    return this.listSimilarUsers(user, options);
  }

  /** What answers for the fitted model. @throws ERR_NOT_FITTED */
  protected get answers(): Answers {
    if (this.#answers?.factors.isBehind) this.restore(this.model);
    this.#answers ??= atOnce(this.serving(this.model));
    return this.#answers;
  }

  /** Makes by steps what the first answer would wait for: tenths of a second for 90,000 items. */
  protected *preparing(): Generator<void> {
    this.#answers = yield* this.serving(this.model);
    yield* this.#answers.factors.preparing();
  }

  /** The same with chances for others to work every few milliseconds. */
  protected async prepared(): Promise<this> {
    await inSlices(this.preparing());
    return this;
  }

  /** Puts another model in the place of this one. */
  protected replace(model: Fitted): void {
    this.restore(model);
  }

  protected override restore(fitted: Fitted | undefined): void {
    this.#answers?.factors.close();
    this.#answers = undefined;
    this.#alike = undefined;
    this.fitted = fitted;
  }

  /** The same when items kept every byte. */
  protected replaceUsers(model: Fitted): void {
    this.fitted = model;
    this.#alike = undefined;
  }

  protected override scoreAll(profile: FactorProfile, scores: Float32Array): void {
    this.answers.factors.scoreAll(profile, scores);
  }

  protected override scoreSome(profile: FactorProfile, items: Int32Array): Float32Array {
    return this.answers.factors.scoreSome(profile, items);
  }

  protected override rank(profile: FactorProfile, request: RankRequest): Ranked {
    return request.only ? super.rank(profile, request) : this.answers.factors.rank({ ...profile, n: request.n, skipped: request.skipped });
  }

  protected override rankMany(wanted: readonly (WantedList | undefined)[]): Ranked[] {
    const together = wanted.filter((list): list is WantedList => list !== undefined && list.only === undefined);
    const lists = this.answers.factors.rankMany(together.length, (k) => {
      const { user, n, includeSeen, exclude } = together[k];
      const seen = includeSeen ? undefined : this.historyOf(user).items;
      return { ...this.profileOf(user), n, skipped: union(seen, exclude) };
    });
    let next = 0;
    return wanted.map((list) => (list && !list.only ? lists[next++] : this.rankOne(list)));
  }

  protected override similarityAll(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    this.answers.factors.similarity(item, metric, scores);
  }

  protected override rankSimilar(item: number, metric: 'cosine' | 'dot', request: RankRequest): Ranked {
    return request.only ? super.rankSimilar(item, metric, request) : this.answers.factors.rankSimilar(item, metric, request);
  }

  protected override userSimilarityAll(user: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    userSimilarity(this.userRowsOf(this.model), user, metric, scores);
  }

  protected override rankSimilarUsers(user: number, metric: 'cosine' | 'dot', request: RankRequest): Ranked {
    if (metric === 'dot' || request.only) return super.rankSimilarUsers(user, metric, request);
    this.#alike ??= prefilteredUsers(this.userRowsOf(this.model));
    return this.#alike?.users?.rank(user, request) ?? super.rankSimilarUsers(user, metric, request);
  }
}

/** undefined where users are too few, or the code is not there yet. */
function prefilteredUsers(users: UserRows): { users: PrefilteredUsers | undefined } | undefined {
  const prefilters = prefiltersFor(users.rows.length / users.stride, users.f);
  return prefilters && { users: prefilters.PrefilteredUsers.of(users) };
}
