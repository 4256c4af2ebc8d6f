import type { ModelStore } from '../../contracts/model-store.ts';
import type {
  ExplainOptions,
  Factors,
  FitOptions,
  History,
  RecommendOptions,
  UnknownOptions,
  UnknownPolicy,
  WhyNot,
} from '../../contracts/recommender.ts';
import { type ModelFile, writeModelFile } from '../../data/files/model-file.ts';
import type { Id } from '../../data/ids.ts';
import type { Interactions } from '../../data/interactions.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import { checkIterable, optional, readOptions, workOptions } from '../../options.ts';
import { atOnce, inSlices } from '../../work/steps.ts';
import { FactorBase } from '../factors/base.ts';
import type { FactorProfile } from '../factors/serving.ts';
import type { UserRows } from '../factors/similar-users.ts';
import type { HistoryRow, RankRequest, WantedList } from '../shared/base.ts';
import { unknownCheck } from '../shared/call-options.ts';
import { fromSettings, readLoadOptions, storedBytes } from '../shared/codec.ts';
import { explainChecks, unexplained } from '../shared/explanation.ts';
import { checkInteractions } from '../shared/read-fit.ts';
import { withNumbers } from './auto-settings.ts';
import { type AlsExplanation, explainScores } from './explain.ts';
import type { AlsFitOptionsOf } from './fit-options.ts';
import { withoutUsers } from './forget.ts';
import { type AlsFactorInput, alsFromFactors } from './from-factors.ts';
import { type AlsModel, alsFile, alsKind, readingAls, storedAs, userVector } from './model.ts';
import {
  type AlsIteration,
  type AlsLoadOptions,
  type AlsOptions,
  type AlsPlan,
  type AlsSettings,
  alsChecks,
  clip,
  readAlsOptions,
} from './options.ts';
import { AlsServing } from './serving.ts';
import { userBias } from './solver/biases.ts';

export type { AlsExplanation } from './explain.ts';
export type { AlsCheckpoint } from './fit-options.ts';
export type { AlsFactorInput } from './from-factors.ts';

/** Options of {@link AlsRecommender.fit}. */
export type AlsFitOptions = AlsFitOptionsOf<AlsRecommender>;

/**
 * Matrix factorization by alternating least squares, for implicit feedback (Hu, Koren & Volinsky 2008) and for ratings
 * (Zhou et al. 2008).
 *
 * Implicit: confidence c = 1 + alpha * value with preference 1 (value <= 0: c = 1 + alpha * |value|, preference 0); `fit`
 * minimizes the sum over all pairs of c (p - x.y)^2 plus the sum over rows of l |row|^2. Explicit: the sum over ratings of
 * (value - x.y)^2 plus the same penalty. The result is the same, bit for bit, for any number of threads.
 *
 * @example
 * const als = await new AlsRecommender({ factors: 64 }).fit(interactions);
 * als.recommend('A1', { n: 10 });
 */
export class AlsRecommender extends FactorBase<AlsModel, AlsServing> {
  /** Short name of the model family, also in model files. */
  readonly kind = alsKind;
  protected override readonly iterates = true;
  readonly #settings: AlsPlan;

  /** @throws ERR_BAD_OPTION */
  constructor(options: AlsOptions = {}) {
    const settings = readAlsOptions(options);
    super(settings.onUnknown);
    this.#settings = settings;
  }

  /**
   * A model of factors that alternating least squares made elsewhere, in Spark or Python. It can do all that a fitted one can: give the
   * options that the factors were trained with, since visitors are solved by them, and the history, without which nothing is left out as
   * seen, `explain` has no parts, and `partialFit` is refused. Contributions add up to scores where a user's factors are what solving the
   * history gives, as Spark's are; leave `userFactors` out to have them solved here.
   *
   * @param input ids, factors, biases (explicit feedback only), history, and options of {@link AlsOptions}
   * @throws ERR_BAD_ARGUMENT, ERR_BAD_ID, ERR_DUPLICATE, ERR_COLUMN_LENGTH, ERR_BAD_VALUE, ERR_EMPTY, ERR_BAD_OPTION, ERR_NUMERIC when
   *   products of factors overflow float32
   */
  static fromFactors(input: AlsFactorInput): AlsRecommender {
    return AlsRecommender.#of(alsFromFactors(input));
  }

  /** @internal A model that other code of this package has fitted. */
  static fromModel(model: AlsModel): AlsRecommender {
    return AlsRecommender.#of(model);
  }

  /** The options in use, defaults filled in; `regularization` is 0.1 until `fit` where it is left to the data. */
  get options(): Readonly<AlsSettings> {
    return this.fitted?.settings ?? withNumbers(this.#settings);
  }

  /** The training record: `loss` is measured at the end of each iteration. */
  get history(): readonly AlsIteration[] {
    return this.model.history;
  }

  /** users x factors in id order. Computed on each access; users with the same history share their factors inside. */
  get userFactors(): Factors {
    const { users, settings } = this.model;
    const data = new Float32Array(users.size * settings.factors);
    for (let u = 0; u < users.size; u++) data.set(userVector(this.model, u), u * settings.factors);
    return { data, rows: users.size, columns: settings.factors };
  }

  /** items x factors in id order. Do not write to it. */
  get itemFactors(): Factors {
    const { items, itemFactors, settings } = this.model;
    return { data: itemFactors, rows: items.size, columns: settings.factors };
  }

  /**
   * Learns from interactions.
   * @throws ERR_EMPTY without interactions; what `validate` and `checkpoint` throw; ERR_NUMERIC when numbers overflow; ERR_OUT_OF_MEMORY; the signal's reason. The
   *   model then stays what it was.
   */
  async fit(interactions: Interactions, options: AlsFitOptions = {}): Promise<this> {
    const { fittedModel } = await import('./fitted-model.ts'); // not needed to answer, so not part of what every import compiles
    const own = {
      of: (model: AlsModel) => AlsRecommender.#of(model),
      modelOf: (als: AlsRecommender) => als.model,
      fresh: () => new AlsRecommender(this.#settings),
    };
    this.replace(await fittedModel(this.#settings, interactions, options, own));
    return this;
  }

  /**
   * Takes in new interactions: a known pair gets the new value, new users and items join at the end. Touched users are
   * solved, then touched and new items, then the touched users again; all other rows keep their bytes. Where `onProgress` returns a
   * promise, it is waited for.
   * @throws ERR_NOT_FITTED; ERR_NOT_SUPPORTED after `fromFactors` without a history; the signal's reason. The model then stays what it
   *   was.
   */
  async partialFit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const o = readOptions('AlsRecommender.partialFit', options, workOptions);
    o.signal?.throwIfAborted();
    checkInteractions('AlsRecommender.partialFit', interactions);
    const { model } = this;
    const { updateAls } = await import('./update.ts');
    this.replace(await updateAls(model, interactions, o));
    return this;
  }

  /** Whether values of 0 and below count where regularization scales with counts. @internal */
  get countsAll(): boolean {
    return this.model.countsAll === true;
  }

  /**
   * Takes users out of the model, for accounts that were closed: afterwards no id, history or bias of theirs is in it or in
   * `toBytes()`, and no factor row that only they had. Later users move up in `users`. Items keep every byte: like any
   * statistic they were learned from many, and the next `fit` without these users forgets the rest.
   *
   * Copies the user side once, however many users are given.
   * @param users one id or many.
   * @throws ERR_NOT_FITTED; ERR_UNKNOWN_USER unless `onUnknown` is 'empty', which ignores unknown ones. The model then stays
   *   what it was.
   */
  forget(users: Id | Iterable<Id>, options: UnknownOptions = {}): this {
    const owner = 'AlsRecommender.forget';
    const o = readOptions(owner, options, { onUnknown: unknownCheck });
    const gone = new Set<number>();
    const asked = typeof users === 'object' ? checkIterable(owner, 'user ids', users) : [users];
    for (const id of asked) gone.add(this.userIndex(id, o.onUnknown));
    gone.delete(-1);
    if (gone.size > 0) this.replaceUsers(withoutUsers(this.model, Int32Array.from(gone).sort()));
    return this;
  }

  /**
   * How much each of the user's own items contributes to a score (Hu, Koren & Volinsky 2008, section 5). The contributions add up
   * to the score, or with biases to the score less `baseline`. `clip` does not touch them.
   */
  explain(user: Id, item: Id, options: ExplainOptions = {}): AlsExplanation {
    return this.#explained('als.explain', user, [item], options)[0];
  }

  /**
   * The same for several items of one user, in the order asked. The equation of the user is factorized once, which is most of the
   * work: ten items take hardly longer than one.
   */
  explainMany(user: Id, items: Iterable<Id>, options: ExplainOptions = {}): AlsExplanation[] {
    return this.#explained('als.explainMany', user, items, options);
  }

  /**
   * The same for a visitor: how much each item of a history contributes to the scores that `recommendFor` gives.
   * @throws ERR_UNKNOWN_HISTORY when no item of the history is known, unless `onUnknown` is 'empty'; ERR_UNKNOWN_ITEM
   */
  explainFor(history: History, items: Iterable<Id>, options: ExplainOptions = {}): AlsExplanation[] {
    const o = readOptions('als.explainFor', options, explainChecks);
    const row = this.knownHistory(history, o.onUnknown);
    const asked = this.#itemIndices('als.explainFor', items, o.onUnknown);
    return row ? this.#explanations(row, this.profileFrom(row), asked, o.n) : Array.from(asked, unexplained);
  }

  /** The predicted rating (explicit feedback) or preference of one pair; the same as `score` for one item. */
  predict(user: Id, item: Id, options: UnknownOptions = {}): number {
    return this.score(user, [item], options)[0];
  }

  /** Scores of these items for a user, clipped where the model is. @throws ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM */
  override score(user: Id, items: Iterable<Id>, options: UnknownOptions = {}): Float32Array {
    return clip(super.score(user, items, options), this.#settings.clip);
  }

  /** Why an item is not in a list, or where it stands in it. */
  override whyNot(who: Id | History, item: Id, options: RecommendOptions = {}): WhyNot {
    const why = super.whyNot(who, item, options);
    return 'score' in why ? { ...why, score: clip(Float32Array.of(why.score), this.#settings.clip)[0] } : why;
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    return alsFile(this.model);
  }

  /**
   * A model from its file.
   * @param options what may differ from how it was made: `storage`, `threads`, `onUnknown`.
   * @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT; ERR_BAD_OPTION
   */
  static fromBytes(bytes: Uint8Array, options: AlsLoadOptions = {}): AlsRecommender {
    return atOnce(AlsRecommender.#reading(bytes, options));
  }

  static *#reading(bytes: Uint8Array, options: AlsLoadOptions): Generator<void, AlsRecommender> {
    const own = readLoadOptions('AlsRecommender', options, { storage: optional(alsChecks.storage) });
    const { model, options: stored } = yield* readingAls(bytes);
    const als = fromSettings(alsKind, { ...stored, ...own }, (settings) => new AlsRecommender(settings));
    als.replace({ ...model, rows: storedAs(als.#settings.storage, model.rows), settings: withNumbers(als.#settings) });
    return als;
  }

  /**
   * Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. Lets others work meanwhile; afterwards all that answers
   * need is made.
   * @throws ERR_NOT_FOUND and what {@link fromBytes} throws
   */
  static async load(store: ModelStore, reference: string, options: AlsLoadOptions = {}): Promise<AlsRecommender> {
    return (await inSlices(AlsRecommender.#reading(await storedBytes(store, reference), options))).prepared();
  }

  protected override serving(model: AlsModel): Generator<void, AlsServing> {
    return AlsServing.making(model);
  }

  protected override userRowsOf({ rows, rowOf, scaleOf, settings: { factors } }: AlsModel): UserRows {
    return { rows, stride: factors, f: factors, rowOf, scaleOf };
  }

  protected override profileOf(user: number): FactorProfile {
    const { biases } = this.model;
    return { vector: userVector(this.model, user), add: biases ? biases.global + biases.users[user] : 0 };
  }

  protected override profileFrom(row: HistoryRow): FactorProfile {
    const add = userBias(this.model.biases, row);
    return { vector: this.answers.foldIn(row, add), add };
  }

  // Lists are clipped after ranking: clipping first would tie their best items.
  protected override rank(profile: FactorProfile, request: RankRequest): Ranked {
    return this.#clipped(super.rank(profile, request));
  }

  protected override rankMany(wanted: readonly (WantedList | undefined)[]): Ranked[] {
    return super.rankMany(wanted).map((list) => this.#clipped(list));
  }

  #clipped<T extends Ranked>(list: T): T {
    clip(list.scores, this.#settings.clip);
    return list;
  }

  #explained(owner: string, user: Id, items: Iterable<Id>, options: ExplainOptions): AlsExplanation[] {
    const o = readOptions(owner, options, explainChecks);
    const u = this.userIndex(user, o.onUnknown);
    const asked = this.#itemIndices(owner, items, o.onUnknown);
    return u < 0 ? Array.from(asked, unexplained) : this.#explanations(this.historyOf(u), this.profileOf(u), asked, o.n);
  }

  /** Explanations in the order asked; -1 stands for an unknown item. */
  #explanations(row: HistoryRow, profile: FactorProfile, asked: Int32Array, n: number | undefined): AlsExplanation[] {
    const { items, biases } = this.model;
    const known = explainScores(
      this.answers,
      items,
      row,
      profile,
      asked.filter((i) => i >= 0),
      biases?.items,
      n,
    );
    let next = 0;
    return Array.from(asked, (i) => (i < 0 ? unexplained() : known[next++]));
  }

  #itemIndices(owner: string, items: Iterable<Id>, onUnknown: UnknownPolicy | undefined): Int32Array {
    return Int32Array.from([...checkIterable(owner, 'item ids', items)], (item) => this.itemIndex(item, onUnknown));
  }

  static #of(model: AlsModel): AlsRecommender {
    const als = new AlsRecommender(model.settings);
    als.replace(model);
    return als;
  }
}
