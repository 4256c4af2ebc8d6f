import type { ModelStore } from '../../contracts/model-store.ts';
import type { ExplainOptions, Explanation, Factors, FitOptions, UnknownOptions } from '../../contracts/recommender.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError } from '../../errors.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import { integer, optional, readOptions, workOptions } from '../../options.ts';
import { readModelStore } from '../../storage/shared/model-names.ts';
import { SimilarUsers, userSimilarity } from '../factors/similar-users.ts';
import { BaseRecommender, checkInteractions, type HistoryRow, type RankRequest, type WantedList } from '../shared/base.ts';
import { unknownCheck } from '../shared/call-options.ts';
import { iterable, union } from '../shared/filters.ts';
import { baseOf } from '../shared/fitted-base.ts';
import { checkpointFromBytes, checkpointToBytes, fingerprintOf } from './checkpoint.ts';
import { earlyStopping } from './early-stopping.ts';
import { type AlsFitOptions, checkStart, readFitOptions, readWeights } from './fit-options.ts';
import { withoutUsers } from './forget.ts';
import { type AlsModel, alsFromBytes, alsKind, alsToBytes, storedAs, userVector } from './model.ts';
import { type AlsIteration, type AlsOptions, type AlsSettings, alsChecks, servingChecks } from './options.ts';
import { AlsServing } from './serving.ts';
import { meansOf, residuals } from './solver/biases.ts';
import { alsProblem } from './solver/problem.ts';
import { trainAls } from './solver/train.ts';
import type { AlsFactors } from './solver/training-state.ts';
import { warmItems } from './solver/warm-start.ts';
import { updateAls } from './update.ts';

export type { AlsCheckpoint, AlsFitOptions } from './fit-options.ts';

/** A user as ALS sees one. */
interface AlsProfile {
  vector: Float32Array;
  /** Explicit feedback with biases: what is added to every score, the item's own bias aside. */
  add: number;
}

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
export class AlsRecommender extends BaseRecommender<AlsModel, AlsProfile> {
  /** Short name of the model family, also in model files. */
  readonly kind = alsKind;
  readonly #settings: AlsSettings;
  #serving: AlsServing | undefined;
  /** Of this very model, since it knows its users. */
  #likeness: { model: AlsModel; users: SimilarUsers | undefined } | undefined;

  /** @throws ERR_BAD_OPTION */
  constructor(options: AlsOptions = {}) {
    const settings = readOptions('AlsRecommender', options, alsChecks);
    if (settings.feedback === 'explicit' && settings.regularization === 0) {
      throw new AttuneError('ERR_BAD_OPTION', "AlsRecommender: option 'regularization' must be above 0 for explicit feedback, got 0.");
    }
    if (settings.biases && settings.feedback === 'implicit') {
      throw new AttuneError(
        'ERR_BAD_OPTION',
        "AlsRecommender: option 'biases' goes with feedback: 'explicit'; implicit feedback has no means to take off.",
      );
    }
    super(settings.onUnknown);
    this.#settings = settings;
  }

  /** The options in use, defaults filled in. */
  get options(): Readonly<AlsSettings> {
    return this.#settings;
  }

  /** The training record: `loss` is measured at the end of each iteration. */
  get history(): readonly AlsIteration[] {
    return this.model.history;
  }

  /** users x factors in id order. Made anew at each access; users with the same history share their factors inside. */
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
    const s = this.#settings;
    const o = readFitOptions(options);
    o.signal?.throwIfAborted();
    checkInteractions('AlsRecommender.fit', interactions);
    checkStart(o.initialUserFactors, interactions.userCount * s.factors, 'initialUserFactors');
    checkStart(o.initialItemFactors, interactions.itemCount * s.factors, 'initialItemFactors');
    const base = baseOf(interactions);
    const { byUser } = base;
    const biases = s.biases ? meansOf(byUser) : undefined;
    const userWeights = readWeights(o.userWeights, base.users);
    const problem = alsProblem(biases ? residuals(byUser, biases) : byUser, s, userWeights);
    const warm = o.warmStart && warmItems(o.warmStart.model, base.items, s);
    const start = { items: o.initialItemFactors ?? warm, users: o.initialUserFactors };
    const modelOf = ({ items, rows, variantScale, history }: AlsFactors): AlsModel => ({
      settings: s,
      ...base,
      itemFactors: items,
      rows: storedAs(s.storage, rows),
      rowOf: problem.userRow,
      scaleOf: scalesOf(problem.userVariant, variantScale),
      userWeights,
      biases,
      history,
    });
    const { validate, patience, checkpoint } = o;
    const data = checkpoint || o.resumeFrom ? fingerprintOf(byUser, userWeights) : 0;
    const afterIteration = earlyStopping({
      validate: validate && ((factors) => validate(AlsRecommender.#of(modelOf(factors)))),
      patience,
      checkpoint: checkpoint && {
        every: checkpoint.every,
        write: (state) => checkpoint.write(checkpointToBytes(state, s, data), state.history.length),
      },
    });
    const state = o.resumeFrom && checkpointFromBytes(o.resumeFrom, s, data);
    const factors = await trainAls(problem, s, start, { signal: o.signal, onProgress: o.onProgress, state, afterIteration });
    o.signal?.throwIfAborted();
    this.#replace(modelOf(factors));
    return this;
  }

  /**
   * Takes in new interactions: a known pair gets the new value, new users and items join at the end. Touched users are
   * solved, then touched and new items, then the touched users again; all other rows keep their bytes.
   * @throws ERR_NOT_FITTED; the signal's reason. The model then stays what it was.
   */
  async partialFit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const o = readOptions('AlsRecommender.partialFit', options, workOptions);
    o.signal?.throwIfAborted();
    checkInteractions('AlsRecommender.partialFit', interactions);
    this.#replace(await updateAls(this.model, interactions, o));
    return this;
  }

  /**
   * Takes users out of the model, for accounts that were closed: afterwards no id, history or bias of theirs is in it or in
   * `toBytes()`, and no factor row that only they had. Users behind them move up in `users`. Items keep every byte: like any
   * statistic they were learned from many, and the next `fit` without these users forgets the rest.
   *
   * Copies the user side once, however many users are given.
   * @param users one id or many.
   * @throws ERR_NOT_FITTED; ERR_UNKNOWN_USER unless `onUnknown` is 'empty', which passes over unknown ones. The model then stays
   *   what it was.
   */
  forget(users: string | Iterable<string>, options: UnknownOptions = {}): this {
    const o = readOptions('AlsRecommender.forget', options, { onUnknown: unknownCheck });
    const gone = new Set<number>();
    for (const id of typeof users === 'string' ? [users] : iterable(users, 'users')) gone.add(this.userIndex(id, o.onUnknown));
    gone.delete(-1);
    if (gone.size > 0) {
      this.fitted = withoutUsers(this.model, Int32Array.from(gone).sort());
      this.#likeness = undefined;
    }
    return this;
  }

  /**
   * Which of the user's own items bring how much of a score (Hu, Koren & Volinsky 2008, section 5). The contributions add up
   * to the score, or with biases to the score less `baseline`.
   */
  explain(
    user: string,
    item: string,
    options: ExplainOptions = {},
  ): Explanation & {
    /** With biases: global, user and item mean together. */
    baseline?: number;
  } {
    const o = readOptions('als.explain', options, { n: optional(integer({ min: 0 })), onUnknown: unknownCheck });
    const u = this.userIndex(user, o.onUnknown);
    const i = this.itemIndex(item, o.onUnknown);
    if (u < 0 || i < 0) return { score: Number.NaN, contributions: [] };
    const row = this.historyOf(u);
    const profile = this.profileOf(u);
    const parts = this.#answers.contributions(row, profile.add, i);
    const contributions = Array.from(parts, (score, e) => ({ item: this.items.idAt(row.items[e]), value: row.values[e], score }));
    contributions.sort((a, b) => b.score - a.score);
    return {
      score: this.scoreSome(profile, Int32Array.of(i))[0],
      ...(this.model.biases && { baseline: profile.add + this.model.biases.items[i] }),
      contributions: contributions.slice(0, o.n ?? contributions.length),
    };
  }

  /** The predicted rating (explicit feedback) or preference of one pair; the same as `score` for one item. */
  predict(user: string, item: string, options: UnknownOptions = {}): number {
    return this.score(user, [item], options)[0];
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  toBytes(): Uint8Array<ArrayBuffer> {
    return alsToBytes(this.model);
  }

  /**
   * A model from its file.
   * @param options what may differ from how it was made: `storage`, `threads`, `onUnknown`.
   * @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT; ERR_BAD_OPTION
   */
  static fromBytes(bytes: Uint8Array, options: Pick<AlsOptions, 'storage' | 'threads' | 'onUnknown'> = {}): AlsRecommender {
    const given = readOptions('AlsRecommender.fromBytes', options, servingChecks);
    const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const { model, options: stored } = alsFromBytes(bytes);
    let als: AlsRecommender;
    try {
      als = new AlsRecommender({ ...stored, ...own });
    } catch (cause) {
      throw new AttuneError('ERR_BAD_FILE', "A model of kind 'als' with options that this version does not know.", { cause });
    }
    als.#replace({ ...model, rows: storedAs(als.#settings.storage, model.rows), settings: als.#settings });
    return als;
  }

  /** Loads a model: newest version of a name, `name@3`, or `name@production`. */
  static async load(
    store: ModelStore,
    reference: string,
    options: Pick<AlsOptions, 'storage' | 'threads' | 'onUnknown'> = {},
  ): Promise<AlsRecommender> {
    return AlsRecommender.fromBytes((await readModelStore(store).get(reference)).bytes, options);
  }

  protected profileOf(user: number): AlsProfile {
    const { biases } = this.model;
    return { vector: userVector(this.model, user), add: biases ? biases.global + biases.users[user] : 0 };
  }

  protected profileFrom(row: HistoryRow): AlsProfile {
    const add = this.#biasOf(row);
    return { vector: this.#answers.foldIn(row, add), add };
  }

  protected scoreAll({ vector, add }: AlsProfile, scores: Float32Array): void {
    this.#answers.scoreAll(vector, scores, add);
  }

  protected scoreSome({ vector, add }: AlsProfile, items: Int32Array): Float32Array {
    return this.#answers.scoreSome(vector, items, add);
  }

  protected override rank(profile: AlsProfile, request: RankRequest): Ranked {
    return request.only ? super.rank(profile, request) : this.#answers.rank({ ...profile, n: request.n, skipped: request.skipped });
  }

  protected override rankMany(wanted: readonly (WantedList | undefined)[]): Ranked[] {
    const together = wanted.filter((list): list is WantedList => list !== undefined && list.only === undefined);
    const lists = this.#answers.rankMany(together.length, (k) => {
      const { user, n, includeSeen, exclude } = together[k];
      const seen = includeSeen ? undefined : this.historyOf(user).items;
      return { ...this.profileOf(user), n, skipped: union(seen, exclude) };
    });
    let next = 0;
    return wanted.map((list) => (list && !list.only ? lists[next++] : this.rankOne(list)));
  }

  protected similarityAll(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    this.#answers.similarity(item, metric, scores);
  }

  protected override rankSimilar(item: number, metric: 'cosine' | 'dot', request: RankRequest): Ranked {
    return request.only ? super.rankSimilar(item, metric, request) : this.#answers.rankSimilar(item, metric, request);
  }

  protected override userSimilarityAll(user: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    userSimilarity(this.model, user, metric, scores);
  }

  protected override rankSimilarUsers(user: number, metric: 'cosine' | 'dot', request: RankRequest): Ranked {
    if (metric === 'dot' || request.only) return super.rankSimilarUsers(user, metric, request);
    if (this.#likeness?.model !== this.model) this.#likeness = { model: this.model, users: SimilarUsers.of(this.model) };
    return this.#likeness.users?.rank(user, request) ?? super.rankSimilarUsers(user, metric, request);
  }

  get #answers(): AlsServing {
    this.#serving ??= new AlsServing(this.model);
    return this.#serving;
  }

  static #of(model: AlsModel): AlsRecommender {
    const als = new AlsRecommender(model.settings);
    als.#replace(model);
    return als;
  }

  #replace(model: AlsModel): void {
    this.fitted = model;
    this.#serving?.close();
    this.#serving = undefined;
    this.#likeness = undefined;
  }

  /** Global and user mean of a history, as `fit` takes them off a user with that history. */
  #biasOf({ items, values }: HistoryRow): number {
    const { biases } = this.model;
    if (!biases) return 0;
    let sum = 0;
    for (let e = 0; e < items.length; e++) sum += values[e] - biases.global - biases.items[items[e]];
    return biases.global + (items.length ? Math.fround(sum / items.length) : 0);
  }
}

/** What the row of each user is multiplied by. */
function scalesOf(userVariant: Int32Array, variantScale: Float32Array): Float32Array {
  const scales = new Float32Array(userVariant.length).fill(1);
  for (let u = 0; u < scales.length; u++) if (userVariant[u] >= 0) scales[u] = variantScale[userVariant[u]];
  return scales;
}
