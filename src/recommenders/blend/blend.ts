import type { History } from '../../contracts/history.ts';
import type { ModelStore } from '../../contracts/model-store.ts';
import type {
  ExplainOptions,
  Explanation,
  FitOptions,
  LoadOptions,
  RecommendationList,
  Recommender,
  SimilarOptions,
  UnknownPolicy,
} from '../../contracts/recommender.ts';
import { kindOf, type ModelFile, readModelFile, tensorOf, writeModelFile } from '../../data/files/model-file.ts';
import type { Id } from '../../data/ids.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError, shown } from '../../errors.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import { checkIterable, onUnknown, readOptions, seed, threads, workOptions } from '../../options.ts';
import { AlsRecommender } from '../als/als.ts';
import { familyReaders } from '../families.ts';
import { GraphFilterRecommender } from '../graph-filter/graph-filter.ts';
import { BaseRecommender, type FittedBase, type HistoryRow, type WantedList } from '../shared/base.ts';
import { fromSettings, readLoadOptions, storedBytes } from '../shared/codec.ts';
import { explainChecks, explanation, unexplained } from '../shared/explanation.ts';
import { checkInteractions } from '../shared/read-fit.ts';
import { addScaled, scaleOf } from './scale.ts';

/** A model that can be part of a blend: any of attune, or one of your own that extends `BaseRecommender`. */
export type BlendPart = BaseRecommender<FittedBase, unknown>;

/** Options of {@link BlendRecommender}. */
export interface BlendOptions {
  /**
   * The models, 2 to 8. Fitted on the same interactions, or not at all. The blend owns them: `fit` and `partialFit` change them. Default: a
   * `GraphFilterRecommender` and an `AlsRecommender`.
   */
  parts?: readonly BlendPart[] | undefined;
  /** How much each counts; from 0, one a part. Default: all alike. */
  weights?: readonly number[] | undefined;
  /** Seed of the default models. Default 0. */
  seed?: number | string | undefined;
  /** Threads of the default models: 1 to 256, or `'auto'` (default): all cores. */
  threads?: number | 'auto' | undefined;
  /** What happens on unknown ids. Default `'throw'`. */
  onUnknown?: UnknownPolicy | undefined;
}

const kind = 'blend';
const formatVersion = 1;
const optionChecks = { parts: readParts, weights: readWeights, seed, threads, onUnknown };
/** Users whose scores are in memory at once. */
const together = 64;

/**
 * Several models as one: the score of an item is the sum over the models of weight x score / length, where the length is that of the vector
 * of the model's scores of all items for this user or visitor, so that models of any scale can be added. It keeps the whole
 * contract: a visitor is folded in by each model, and where all models explain, contributions are added in the same way.
 *
 * A list takes the scores of all items from every model, so it costs more than those of a single model. `similarItems` gives the weighted
 * mean of the models' similarities.
 *
 * @example
 * const both = await new BlendRecommender({ parts: [new AlsRecommender(), new EaseRecommender()], weights: [0.4, 0.6] }).fit(train);
 * both.recommend('A1', { n: 10 });
 */
export class BlendRecommender extends BaseRecommender<FittedBase, Float32Array> {
  /** Short name of the model family, also in model files. */
  override readonly kind = kind;
  protected override readonly needsHistory: boolean;
  protected override readonly readsOrder: boolean;
  readonly #parts: readonly BlendPart[];
  readonly #weights: Float64Array;

  /** Items that are like this one, never itself; present if all models can. @throws ERR_UNKNOWN_ITEM */
  declare similarItems?: (item: Id, options?: SimilarOptions) => RecommendationList;
  /** Contributions of the user's items, added up over the models; present if all models can. @throws ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM */
  declare explain?: (user: Id, item: Id, options?: ExplainOptions) => Explanation;
  /** The same for several items; present if all models can. @throws ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM */
  declare explainMany?: (user: Id, items: Iterable<Id>, options?: ExplainOptions) => Explanation[];
  /** The same for a visitor; present if all models can. @throws ERR_UNKNOWN_HISTORY, ERR_UNKNOWN_ITEM */
  declare explainFor?: (history: History, items: Iterable<Id>, options?: ExplainOptions) => Explanation[];
  /** Takes in new rows in every model; present if all models can. After an abort all of them are as before. */
  declare partialFit?: (interactions: Interactions, options?: FitOptions) => Promise<this>;

  /** @throws ERR_BAD_OPTION; ERR_BAD_ARGUMENT when parts were fitted on other users or items than the first */
  constructor(options: BlendOptions = {}) {
    const o = readOptions('BlendRecommender', options, optionChecks);
    const { weights, parts = [new GraphFilterRecommender(own(o)), new AlsRecommender(own(o))] } = o;
    super(o.onUnknown);
    this.#parts = parts;
    this.#weights = weightsOf(weights, parts.length);
    const all = (capability: Parameters<Recommender['can']>[0]) => parts.every((part) => part.can(capability));
    this.needsHistory = parts.some((part) => part.can('foldIn'));
    this.readsOrder = parts.some((part) => part.can('sequence'));
    if (all('similarItems')) this.similarItems = (item, o = {}) => this.listSimilarItems(item, o);
    if (all('explain') && all('explainMany')) {
      this.explain = (user, item, o) => this.#explainUser('explain', user, [item], o)[0];
      this.explainMany = (user, items, o) => this.#explainUser('explainMany', user, items, o);
    }
    if (all('explainFor')) this.explainFor = (history, items, o) => this.#explainVisitor(history, items, o);
    if (all('partialFit')) this.partialFit = (interactions, o) => this.#fitAll('partialFit', interactions, o);
    if (parts.every((part) => part.isFitted)) this.fitted = sharedBase(parts);
  }

  /** The models, in the order given. */
  get parts(): readonly Recommender[] {
    return this.#parts;
  }

  /** How much each model counts. They add up to 1. */
  get weights(): number[] {
    return [...this.#weights];
  }

  /** Fits every model. After an abort or an error all of them are as before. @throws ERR_EMPTY without rows; what the models throw */
  override async fit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    return this.#fitAll('fit', interactions, options);
  }

  /** The whole model as one safetensors file: the files of the models in it. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    this.model;
    const files = this.#parts.map((part) => part.toBytes());
    const tensors = Object.fromEntries(files.map((data, k) => [`part${k}`, { data, shape: [data.length] }]));
    return { kind, formatVersion, settings: { weights: this.weights, onUnknown: this.onUnknown }, tensors, ids: {} };
  }

  /**
   * Reads a model that {@link toBytes} wrote.
   * @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT; ERR_NOT_SUPPORTED when a model in it is of a family of your own
   */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): BlendRecommender {
    const own = readLoadOptions('BlendRecommender', options);
    const file = readModelFile(bytes, kind, formatVersion);
    const parts = Object.keys(file.tensors).map((_, k) => readPart(file, k, options));
    const { threads: _, ...policy } = own as { threads?: unknown };
    const model = fromSettings(kind, { ...file.settings, ...policy, parts }, (settings) => new BlendRecommender(settings));
    if (model.isFitted) return model;
    throw new AttuneError('ERR_BAD_FILE', `Expected fitted models in a model of kind '${kind}', got none.`);
  }

  /** Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. @throws ERR_NOT_FOUND and what {@link fromBytes} throws */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<BlendRecommender> {
    return BlendRecommender.fromBytes(await storedBytes(store, reference), options);
  }

  protected override historyOf(user: number): HistoryRow {
    return this.#parts[this.#reader].rowOfUser(user);
  }

  /** The scores themselves. */
  protected override profileOf(user: number): Float32Array {
    return this.#sum(this.#parts.map((part) => part.scoresOfUsers([user])[0]));
  }

  protected override profileFrom(row: HistoryRow): Float32Array {
    return this.#sum(this.#parts.map((part) => part.scoresOfHistory(row)));
  }

  protected override scoreAll(profile: Float32Array, scores: Float32Array): void {
    scores.set(profile);
  }

  protected override scoreSome(profile: Float32Array, items: Int32Array): Float32Array {
    return Float32Array.from(items, (item) => profile[item]);
  }

  protected override rankMany(wanted: readonly (WantedList | undefined)[]): Ranked[] {
    const lists: Ranked[] = [];
    for (let from = 0; from < wanted.length; from += together) {
      const chunk = wanted.slice(from, from + together);
      const users = chunk.flatMap((list) => (list ? [list.user] : []));
      const scores = this.#parts.map((part) => part.scoresOfUsers(users));
      let next = 0;
      for (const list of chunk) {
        if (list === undefined) lists.push(this.rankOne(list));
        else {
          const own = next++;
          lists.push(this.rankScored(list, this.#sum(scores.map((rows) => rows[own]))));
        }
      }
    }
    return lists;
  }

  protected override similarityAll(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    const known = new Uint8Array(scores.length);
    this.#parts.forEach((part, p) => {
      const own = part.similaritiesOf(item, metric) as Float32Array;
      for (let i = 0; i < own.length; i++) {
        if (Number.isNaN(own[i])) continue;
        known[i] = 1;
        scores[i] += this.#weights[p] * own[i];
      }
    });
    for (let i = 0; i < scores.length; i++) if (known[i] === 0) scores[i] = Number.NaN;
  }

  /** A part that knows more of a row than its items, if there is one. */
  get #reader(): number {
    return Math.max(
      0,
      this.#parts.findIndex((part) => part.can('sequence')),
    );
  }

  #sum(scores: readonly Float32Array[]): Float32Array {
    const sum = new Float32Array(this.model.items.size);
    scores.forEach((own, p) => {
      addScaled(sum, own, this.#weights[p] * scaleOf(own));
    });
    return sum;
  }

  async #fitAll(call: 'fit' | 'partialFit', interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const o = readOptions(`BlendRecommender.${call}`, options, workOptions);
    if (call === 'partialFit') this.model;
    o.signal?.throwIfAborted();
    checkInteractions(`BlendRecommender.${call}`, interactions);
    const undo = this.#parts.map((part) => part.remembered());
    try {
      for (const [part, of] of this.#parts.entries()) {
        const onProgress = o.onProgress && ((progress: object) => o.onProgress?.({ ...progress, part, family: of.kind } as never));
        const method = (of as Recommender)[call] as Recommender['fit'];
        await method.call(of, interactions, { signal: o.signal, onProgress });
      }
      o.signal?.throwIfAborted();
    } catch (reason) {
      for (const back of undo) back();
      throw reason;
    }
    this.fitted = sharedBase(this.#parts);
    return this;
  }

  #explainUser(call: string, user: Id, items: Iterable<Id>, options: ExplainOptions | undefined): Explanation[] {
    const { n, onUnknown } = readOptions(`${kind}.${call}`, options, explainChecks);
    const asked = [...checkIterable(`${kind}.${call}`, 'item ids', items)];
    const index = this.userIndex(user, onUnknown);
    const scores = index < 0 ? undefined : this.#parts.map((part) => part.scoresOfUsers([index])[0]);
    return this.#explained(asked, scores, { n, onUnknown }, (part, known) => part.explainMany?.(user, known) ?? []);
  }

  #explainVisitor(history: History, items: Iterable<Id>, options: ExplainOptions | undefined): Explanation[] {
    const { n, onUnknown } = readOptions(`${kind}.explainFor`, options, explainChecks);
    const asked = [...checkIterable(`${kind}.explainFor`, 'item ids', items)];
    const given = [...checkIterable(kind, 'item ids or { item, value, timestamp } as history', history)];
    const row = this.knownHistory(given, onUnknown);
    const scores = row && this.#parts.map((part) => part.scoresOfHistory(row));
    return this.#explained(asked, scores, { n, onUnknown }, (part, known) => part.explainFor?.(given, known) ?? []);
  }

  /** @param scores of all items, by part; undefined: nobody known */
  #explained(
    asked: Id[],
    scores: Float32Array[] | undefined,
    { n, onUnknown }: ExplainOptions,
    explain: (part: Recommender, known: Id[]) => Explanation[],
  ): Explanation[] {
    const indices = asked.map((item) => this.itemIndex(item, onUnknown));
    if (!scores) return asked.map(unexplained);
    const known = asked.filter((_, k) => indices[k] >= 0);
    const shares = scores.map((own, p) => this.#weights[p] * scaleOf(own));
    const sum = this.#sum(scores);
    const byPart = this.#parts.map((part) => explain(part, known));
    let next = 0;
    return indices.map((index) => {
      if (index < 0) return unexplained();
      const at = next++;
      const parts = new Map<string, Explanation['contributions'][number]>();
      byPart.forEach((explanations, p) => {
        for (const { item, value, score } of explanations[at].contributions) {
          const before = parts.get(item)?.score ?? 0;
          parts.set(item, { item, value, score: before + shares[p] * score });
        }
      });
      const baseline = byPart.reduce((total, explanations, p) => total + shares[p] * (explanations[at].baseline ?? 0), 0);
      return explanation(sum[index], [...parts.values()], n, baseline);
    });
  }
}

/** The ids and rows that all parts share. @throws ERR_BAD_ARGUMENT */
function sharedBase(parts: readonly BlendPart[]): FittedBase {
  const [{ users, items }, ...others] = parts;
  for (const other of others) {
    for (const [what, own, its] of [['users', users, other.users] as const, ['items', items, other.items] as const]) {
      if (own.size === its.size && [...own].every((id, at) => its.idAt(at) === id)) continue;
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `BlendRecommender: expected models fitted on the same ${what} in the same order, got ${own.size} in '${parts[0].kind}' and ${its.size} in '${other.kind}'. Fit them on the same interactions, or let the blend fit them.`,
      );
    }
  }
  return parts[0].ownBase();
}

function readPart(file: ModelFile, k: number, options: LoadOptions): BlendPart {
  const bytes = tensorOf(file, `part${k}`, Uint8Array);
  const name = kindOf(bytes);
  if (name === kind) return BlendRecommender.fromBytes(bytes, options);
  if (Object.hasOwn(familyReaders, name)) return familyReaders[name](bytes, { threads: options.threads }) as unknown as BlendPart;
  throw new AttuneError(
    'ERR_NOT_SUPPORTED',
    `A file of kind '${kind}' holds a model of kind ${shown(name)}, which is none of attune's. Save its models one by one, and blend them after loading.`,
  );
}

/** What default models are told. */
const own = ({ seed, threads }: { seed: number | string; threads: number | 'auto' }) => ({ seed, threads });

function readParts(value: unknown, name: string): readonly BlendPart[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.length >= 2 && value.length <= 8 && new Set(value).size === value.length) {
    if (value.every((part) => part instanceof BaseRecommender)) return [...value];
  }
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${name} must be 2 to 8 different models of attune, or of your own that extend BaseRecommender, got ${shown(value)}.`,
  );
}

function readWeights(value: unknown, name: string): readonly number[] | undefined {
  if (value === undefined) return undefined;
  const sound = Array.isArray(value) && value.every((weight) => typeof weight === 'number' && Number.isFinite(weight) && weight >= 0);
  if (sound && value.some((weight) => weight > 0)) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be one number from 0 per model, not all 0, got ${shown(value)}.`);
}

/** Weights that add up to 1. @throws ERR_BAD_OPTION */
function weightsOf(given: readonly number[] | undefined, count: number): Float64Array {
  if (given && given.length !== count) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `BlendRecommender: option 'weights' must be one number per model, got ${given.length} for ${count}.`,
    );
  }
  const weights = Float64Array.from(given ?? new Array<number>(count).fill(1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Math.abs(sum - 1) < 1e-12 ? weights : weights.map((weight) => weight / sum);
}
