import type { ModelStore } from '../../contracts/model-store.ts';
import type { FitOptions, LoadOptions, RecommenderOptions } from '../../contracts/recommender.ts';
import type { Csr } from '../../data/csr.ts';
import { type ModelFile, writeModelFile } from '../../data/files/model-file.ts';
import type { Interactions } from '../../data/interactions.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { AttuneError } from '../../errors.ts';
import { integer, number, optional, readOptions, recommenderOptions } from '../../options.ts';
import type { FittedBase, HistoryRow } from '../shared/base.ts';
import { decodeModel, fileOf, fromSettings, readLoadOptions, storedBytes } from '../shared/codec.ts';
import { baseOf, csrFromTensors, csrToTensors } from '../shared/fitted-base.ts';
import { ItemWeightsRecommender } from '../shared/item-weights-base.ts';
import { bytesAnEntry } from '../shared/largest-entries.ts';
import { inOrder, mergeInOrder, orderOf } from '../shared/order.ts';
import { readFit } from '../shared/read-fit.ts';
import type { KeptWeights } from './solve.ts';
import { mergeTimes, type TimedBase, timesOf, timesOfFile } from './times.ts';

/** Options of {@link SequenceLinearRecommender}. */
export interface SequenceLinearOptions extends RecommenderOptions {
  /** Added to the diagonal of the normal equations; larger trusts rare items less. Above 0, default 60. */
  regularization?: number | undefined;
  /** Steps after which an item of the past counts e times less while fitting. Above 0, default 2. */
  pastDecay?: number | undefined;
  /** Steps after which an item of the future counts e times less while fitting. Above 0, default 2. */
  futureDecay?: number | undefined;
  /** The same for the history that a list is made from. Above 0, default 3. */
  historyDecay?: number | undefined;
  /**
   * Least that an item of that history counts, however many steps ago: what lies far back orders items that nothing recent leads to. 0 to 1,
   * default 0.03.
   */
  historyFloor?: number | undefined;
  /**
   * Share of whole histories, in any order, in what is minimized beside the steps, 0 to 1: 0 (default) is SLIT, 1 is SLIS, between is SLIST.
   * More suits people whose next item does not depend on the last one.
   */
  sessionWeight?: number | undefined;
  /**
   * Days before a step after which an item counts e times less while fitting, beside `pastDecay`, as in TALE. Above 0, default undefined: time
   * between items does not count. Without effect where rows have no timestamps.
   */
  timeDecayDays?: number | undefined;
  /** Keeps only so many weights per item on average, those of the largest size: the model takes items x this x 8 bytes. Default 200. */
  weightsPerItem?: number | undefined;
  /** Where a column of weights is solved: its residual relative to its right-hand side. Above 0, default 0.01. */
  tolerance?: number | undefined;
  /** How much memory fitting may take. Default 2 GiB. */
  maxBytes?: number | undefined;
}

const optionChecks = {
  regularization: number({ default: 60, above: 0 }),
  pastDecay: number({ default: 2, above: 0 }),
  futureDecay: number({ default: 2, above: 0 }),
  // On the last train rows of seven data sets, by NDCG@10 among all items and among 100: see docs/recommenders.md.
  historyDecay: number({ default: 3, above: 0 }),
  historyFloor: number({ default: 0.03, min: 0, max: 1 }),
  sessionWeight: number({ default: 0, min: 0, max: 1 }),
  timeDecayDays: optional(number({ above: 0 })),
  weightsPerItem: integer({ default: 200, min: 1 }),
  tolerance: number({ default: 0.01, above: 0, below: 1 }),
  maxBytes: number({ default: 2 ** 31, min: 0 }),
  ...recommenderOptions,
};

const read = (options: SequenceLinearOptions) => readOptions('SequenceLinearRecommender', options, optionChecks);

interface Fitted extends TimedBase {
  /** Row j holds what item j of a past adds to each item. */
  weights: Csr;
  /** By item: what it scores without any history. */
  prior: Float32Array;
}

type Settings = Omit<ReturnType<typeof read>, 'seed'>;

const millisecondsPerDay = 86_400_000;
/** Share of an item's popularity in its score: it puts items that no weight leads to in order, and changes no other order. */
const popularityShare = 1e-6;
const kind = 'sequence-linear';
const format = { kind, formatVersion: 1 };

/**
 * Linear models of the next item in closed form: SLIT, SLIS and both as SLIST (Choi et al. 2021, "Session-aware Linear Item-Item Models for
 * Session-based Recommendation"), with the time weights of TALE (Park et al. 2025). Ridge regression predicts from the decayed past of every
 * step of every user its decayed future,
 *
 *     B = (AᵀA + regularization I)^-1 AᵀT,   A_tj = exp(-(t - 1 - j) / pastDecay),   T_tj = exp(-(j - t) / futureDecay)
 *
 * for the item that the user took as number j, before t in A and from t on in T. With `timeDecayDays`, A_tj is also multiplied by
 * exp(-days from j to t / timeDecayDays); with `sessionWeight` w, both products become (1 - w) of themselves + w XᵀX, where row u of X is a 1
 * for each item of user u. The score of an item is the sum over the history of max(historyFloor, exp(-steps ago / historyDecay)) x weight;
 * items that no weight leads to, most of a sparse catalogue, come in the order of popularity. Order comes from the timestamps, or from the
 * order of the rows where there are none. Of an item that is in a history several times the last one counts; values do not count.
 * The equations are solved column by column by conjugate gradients, which need the sequences and no items x items matrix, so that catalogues of
 * any size can be fitted. `similarItems` gives what follows an item, and knows no `'dot'`.
 */
export class SequenceLinearRecommender extends ItemWeightsRecommender<Fitted> {
  /** Short name of the model family, also in model files. */
  override readonly kind = kind;
  protected override readonly readsOrder = true;
  readonly #options: Settings;

  /** @throws ERR_BAD_OPTION */
  constructor(options: SequenceLinearOptions = {}) {
    const { seed: _, ...o } = read(options);
    super(o.onUnknown);
    this.#options = o;
  }

  /** Solves for the weights. @throws ERR_EMPTY without rows, ERR_OUT_OF_MEMORY with too many weights to keep, ERR_NUMERIC */
  override async fit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const work = readFit('SequenceLinearRecommender.fit', interactions, options);
    const times = this.#options.timeDecayDays === undefined ? undefined : timesOf(interactions);
    this.fitted = await this.#solved({ ...baseOf(interactions), order: interactions.sequences.items.slice(), times }, work);
    return this;
  }

  /**
   * Takes in new rows, of which the newer of one pair counts: solves the weights to the items of all users with new rows again, on all rows. The
   * weights to other items, which change little, stay as they were until the next `fit`. After an abort the model is as before. @throws as
   * {@link fit}
   */
  async partialFit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const { model } = this;
    const work = readFit('SequenceLinearRecommender.partialFit', interactions, options);
    const merged = mergeInOrder(model, interactions);
    const base = { ...merged, times: this.#options.timeDecayDays === undefined ? undefined : mergeTimes(model, interactions, merged) };
    const { offsets, indices } = base.byUser;
    const again = new Uint8Array(base.items.size);
    for (const id of interactions.users) {
      const user = base.users.indexOf(id);
      for (let e = offsets[user]; e < offsets[user + 1]; e++) again[indices[e]] = 1;
    }
    this.fitted = await this.#solved(base, work, { weights: model.weights, again });
    return this;
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    const { order, times, weights } = this.model;
    const tensors = {
      order: { data: order, shape: [order.length] },
      ...(times && { times: { data: times, shape: [times.length] } }),
      ...csrToTensors('weights', weights),
    };
    return fileOf(format, this.model, { settings: this.#options, tensors });
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): SequenceLinearRecommender {
    const own = readLoadOptions('SequenceLinearRecommender', options);
    const { file, base } = decodeModel(format, bytes);
    const model = fromSettings(kind, { ...file.settings, ...own }, (settings) => new SequenceLinearRecommender(settings));
    const weights = csrFromTensors(file, 'weights', base.items.size, base.items.size);
    model.fitted = { ...base, order: orderOf(file, base.byUser), times: timesOfFile(file, base.byUser), weights, prior: priorOf(base) };
    return model;
  }

  /** Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. @throws ERR_NOT_FOUND and what {@link fromBytes} throws */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<SequenceLinearRecommender> {
    return SequenceLinearRecommender.fromBytes(await storedBytes(store, reference), options);
  }

  protected override historyOf(user: number): HistoryRow {
    return inOrder(this.model, user, super.historyOf(user));
  }

  /** exp(-steps ago / historyDecay) and the floor, where the last item was 0 steps ago and every item counts once, when it was last met. */
  protected override sharesOf({ items, sequence }: HistoryRow): Float32Array {
    const shares = new Float32Array(items.length);
    const steps = sequence?.items ?? items;
    const { historyDecay, historyFloor } = this.#options;
    const fade = Math.exp(-1 / historyDecay);
    const at = new Map(Array.from(items, (item, k) => [item, k]));
    for (let e = steps.length - 1, share = 1; e >= 0; e--) {
      const k = at.get(steps[e]);
      if (k === undefined) continue;
      at.delete(steps[e]);
      shares[k] = Math.max(share, historyFloor);
      share *= fade;
    }
    return shares;
  }

  protected override scoreAll(row: HistoryRow, scores: Float32Array): void {
    const { prior, weights } = this.model;
    const { offsets, indices, values } = weights;
    const shares = this.sharesOf(row);
    // A history that leads nowhere has no scores, which says that its list is not informed.
    if (row.items.some((item) => offsets[item] < offsets[item + 1])) scores.set(prior);
    for (let k = 0; k < shares.length; k++) {
      const share = shares[k];
      for (let e = offsets[row.items[k]], end = offsets[row.items[k] + 1]; e < end; e++) scores[indices[e]] += share * values[e];
    }
  }

  protected override weightBetween(from: number, to: number): number | undefined {
    const { offsets, indices, values } = this.model.weights;
    const at = indices.subarray(offsets[from], offsets[from + 1]).indexOf(to);
    return at < 0 ? undefined : values[offsets[from] + at];
  }

  protected override similarityAll(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    if (metric === 'dot') throw new AttuneError('ERR_NOT_SUPPORTED', `A model of kind '${kind}' has no vectors. Use metric: 'cosine'.`);
    const { offsets, indices, values } = this.model.weights;
    scores.fill(Number.NaN);
    for (let e = offsets[item]; e < offsets[item + 1]; e++) scores[indices[e]] = values[e];
  }

  async #solved(base: TimedBase, work: FitOptions, kept?: KeptWeights): Promise<Fitted> {
    const size = base.items.size;
    const { regularization, pastDecay, futureDecay, sessionWeight, timeDecayDays, weightsPerItem, tolerance, threads } = this.#options;
    this.#checkMemory(size);
    const past = Math.exp(-1 / pastDecay);
    const timeDecay = base.times && timeDecayDays ? timeDecayDays * millisecondsPerDay : undefined;
    const settings = { regularization, past, future: Math.exp(-1 / futureDecay), sessionWeight, timeDecay };
    const [{ Regression }, { solveRegression }] = await Promise.all([import('./problem.ts'), import('./solve.ts')]);
    const regression = new Regression({ offsets: base.byUser.offsets, items: base.order, times: base.times }, size, settings);
    const number = threads === 'auto' ? availableThreads() : threads;
    const weights = await solveRegression(regression, { ...work, past, sessionWeight, tolerance, weightsPerItem, threads: number, kept });
    work.signal?.throwIfAborted();
    return { ...base, weights, prior: priorOf(base) };
  }

  #checkMemory(items: number): void {
    const { maxBytes } = this.#options;
    const weightsPerItem = Math.min(this.#options.weightsPerItem, items);
    const bytes = weightsPerItem * items * bytesAnEntry;
    if (bytes <= maxBytes) return;
    throw new AttuneError(
      'ERR_OUT_OF_MEMORY',
      `SequenceLinearRecommender: expected a fit that takes at most ${maxBytes} bytes, got ${items} items, of which ${weightsPerItem} weights each take ${bytes}. Pass a smaller weightsPerItem, filter rare items, or raise maxBytes.`,
    );
  }
}

function priorOf({ byUser, items, users }: FittedBase): Float32Array {
  const counts = new Float32Array(items.size);
  for (const item of byUser.indices) counts[item]++;
  return counts.map((count) => (popularityShare * count) / users.size);
}
