import type { FitOptions, Id, Interactions, LoadOptions, ModelStore, SimilarOptions, UnknownPolicy } from 'attune';
import {
  BaseRecommender,
  baseOf,
  checkInteractions,
  decodeModel,
  encodeModel,
  type FittedBase,
  fromSettings,
  type HistoryRow,
  onUnknown,
  Pace,
  readLoadOptions,
  readOptions,
  seed,
  storedBytes,
  tensorOf,
  threads,
  workOptions,
} from 'attune/authoring';

interface Fitted extends FittedBase {
  /** Row j, column i: the number of users who have both; items x items. */
  together: Float32Array;
}

interface Options {
  /** Every family takes these two, so that all can be made alike. Here nothing is drawn, and one thread does it. */
  seed?: number | string;
  threads?: number | 'auto';
  onUnknown?: UnknownPolicy;
}

const kind = 'bought-together';
const format = { kind, formatVersion: 1 };

/** Scores an item by the number of users who have it together with each item of the history. */
export class BoughtTogether extends BaseRecommender<Fitted, HistoryRow> {
  override readonly kind = kind;

  constructor(options: Options = {}) {
    super(readOptions('BoughtTogether', options, { seed, threads, onUnknown }).onUnknown);
  }

  async fit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const work = readOptions('BoughtTogether.fit', options, workOptions);
    checkInteractions('BoughtTogether.fit', interactions);
    const pace = new Pace('counting pairs', interactions.userCount, work);
    const base = baseOf(interactions);
    const items = base.items.size;
    const together = new Float32Array(items * items);
    const { offsets, indices } = base.byUser;
    for (let user = 0; user < base.users.size; user++) {
      if (pace.due) await pace.rest(user);
      const own = indices.subarray(offsets[user], offsets[user + 1]);
      for (const a of own) for (const b of own) if (a !== b) together[a * items + b]++;
    }
    await pace.finish();
    this.fitted = { ...base, together }; // replaced as a whole, so that an aborted fit leaves the old model
    return this;
  }

  similarItems(item: Id, options: SimilarOptions = {}) {
    return this.listSimilarItems(item, options);
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const { together } = this.model;
    const tensors = { together: { data: together, shape: [together.length] } };
    return encodeModel(format, this.model, { settings: { onUnknown: this.onUnknown }, tensors });
  }

  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): BoughtTogether {
    const own = readLoadOptions('BoughtTogether', options);
    const { file, base } = decodeModel(format, bytes);
    const model = fromSettings(kind, { ...file.settings, ...own }, (settings) => new BoughtTogether(settings));
    model.fitted = { ...base, together: tensorOf(file, 'together', Float32Array, base.items.size ** 2) };
    return model;
  }

  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<BoughtTogether> {
    return BoughtTogether.fromBytes(await storedBytes(store, reference), options);
  }

  protected profileOf(user: number): HistoryRow {
    return this.historyOf(user);
  }

  protected profileFrom(row: HistoryRow): HistoryRow {
    return row;
  }

  protected scoreAll({ items, values }: HistoryRow, scores: Float32Array): void {
    const { together } = this.model;
    items.forEach((item, k) => {
      for (let i = 0; i < scores.length; i++) scores[i] += values[k] * together[item * scores.length + i];
    });
  }

  protected scoreSome(row: HistoryRow, items: Int32Array): Float32Array {
    const scores = new Float32Array(this.model.items.size);
    this.scoreAll(row, scores);
    return Float32Array.from(items, (item) => scores[item]);
  }

  protected override similarityAll(item: number, _metric: 'cosine' | 'dot', scores: Float32Array): void {
    scores.set(this.model.together.subarray(item * scores.length, (item + 1) * scores.length));
  }
}
