import type { ModelStore } from '../../contracts/model-store.ts';
import type { FitOptions, LoadOptions } from '../../contracts/recommender.ts';
import { type ModelFile, tensorOf, writeModelFile } from '../../data/files/model-file.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import { Pace } from '../../work/pace.ts';
import type { FittedBase, HistoryRow, WantedList } from '../shared/base.ts';
import { ClosedFormRecommender } from '../shared/closed-form-base.ts';
import { decodeModel, fileOf, fromSettings, readLoadOptions, storedBytes } from '../shared/codec.ts';
import { union } from '../shared/filters.ts';
import { dampingOf, type Graph, graphOf } from './graph.ts';
import { type GraphFilterOptions, type GraphFilterSettings, rankOf, readGraphFilterOptions } from './options.ts';
import { packed, unpacked, widthOf } from './quantized.ts';
import { FilterServing, type FilterSource } from './serving.ts';
import type { Spectrum } from './spectrum.ts';
import { chebyshevTransfer, splitFilter } from './transfer.ts';

export type { GraphFilterOptions } from './options.ts';

interface Fitted extends FittedBase {
  graph: Graph;
  /** The leading eigenvectors; undefined without any. */
  spectrum: Spectrum | undefined;
}

/** What answers for a model; made when first asked. */
interface Answers extends FilterSource {
  serving: FilterServing;
  /** What a history of the item that was explained last gives all items by the graph alone. */
  explained?: { item: number; scores: Float32Array } | undefined;
  /** The weight of each item to itself. */
  own?: Float32Array | undefined;
}

const kind = 'graph-filter';
const format = { kind, formatVersion: 1 };

/**
 * Filters on the graph of users and items: nothing is trained, and on sparse catalogues few trained models rank better. With R the values
 * above 0, N = Du^-1/2 R Di^-1/2 and A = NᵀN, the scores for a history s are
 *
 *     Di^popularityExponent h(A) Di^-popularityExponent s,
 *
 * where h(A) = A for `'linear'`; A + lowPassWeight V Vᵀ for `'low-pass'`, with V the leading eigenvectors of A (GF-CF, Shen et al. 2021, which
 * weights the two parts by different powers); and p(A) + lowPassWeight V Vᵀ for `'chebyshev'` (ChebyCF, Kim et al. 2025). A history is all that
 * the formula needs of a user, so a visitor gets what a known user with the same history gets; values count, and those below 0 count against.
 *
 * p(A) is computed from V where V is, and by as few products with the graph as the rest of the spectrum needs to be right within 0.002; no
 * matrix of items x items is made. `similarItems` gives the cosine h(A)_ij / sqrt(s_i s_j) with s_i = h(A)_ii - h(0), or h(A)_ij with
 * `metric: 'dot'`. h(0), what the filter does to noise, says nothing of two items. For the part of A outside of V, s_i is an upper bound.
 */
export class GraphFilterRecommender extends ClosedFormRecommender<Fitted> {
  /** Short name of the model family, also in model files. */
  override readonly kind = kind;
  protected override readonly className = 'GraphFilterRecommender';
  readonly #options: GraphFilterSettings;
  #answers: Answers | undefined;

  /** @throws ERR_BAD_OPTION */
  constructor(options: GraphFilterOptions = {}) {
    const o = readGraphFilterOptions(options);
    super(o.onUnknown);
    this.#options = o;
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    const { spectrum, items } = this.model;
    const tensors = spectrum ? spectrumToTensors(spectrum, items.size) : {};
    return fileOf(format, this.model, { settings: this.#options, tensors });
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): GraphFilterRecommender {
    const own = readLoadOptions('GraphFilterRecommender', options);
    const { file, base } = decodeModel(format, bytes);
    const model = fromSettings(kind, { ...file.settings, ...own }, (settings) => new GraphFilterRecommender(settings));
    const spectrum = model.#options.rank !== 0 ? spectrumOf(file, base.items.size) : undefined;
    model.fitted = { ...base, graph: graphOf(base.byUser), spectrum };
    return model;
  }

  /** Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. @throws ERR_NOT_FOUND and what {@link fromBytes} throws */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<GraphFilterRecommender> {
    return GraphFilterRecommender.fromBytes(await storedBytes(store, reference), options);
  }

  protected override restore(fitted: Fitted | undefined): void {
    this.#answers?.serving.close();
    this.#answers = undefined;
    this.fitted = fitted;
  }

  /** As many at a time as lists of many. */
  override scoresOfUsers(users: readonly number[]): Float32Array[] {
    return this.#serve().serving.scoreMany(users.map((user) => this.historyOf(user)));
  }

  protected override scoreAll(row: HistoryRow, scores: Float32Array): void {
    this.#serve().serving.scoreAll(row, scores);
  }

  /** h(A) is symmetric, so that a history of the item alone gives the weights from all others. */
  protected override weightBetween(from: number, to: number): number {
    const answers = this.#serve();
    const { damping } = answers;
    if (!(damping[to] > 0 && damping[from] > 0)) return 0;
    if (answers.explained?.item !== to) {
      const scores = new Float32Array(this.model.items.size);
      answers.serving.scoreByGraph(single(to), scores);
      answers.explained = { item: to, scores };
    }
    const ratio = damping[from] / damping[to];
    return ratio * (ratio * answers.explained.scores[from] + weightByEigenvectors(answers, answers.filter.gains, from, to));
  }

  protected override rankMany(wanted: readonly (WantedList | undefined)[]): Ranked[] {
    const together = wanted.filter((list): list is WantedList => list !== undefined && list.only === undefined);
    const lists = this.#serve().serving.rankMany(together.length, (k) => {
      const { user, n, includeSeen, exclude } = together[k];
      const history = this.historyOf(user);
      return { history, n, skipped: union(includeSeen ? undefined : history.items, exclude) ?? none };
    });
    const some = this.#rankSome(wanted.filter((list): list is WantedList => list?.only !== undefined));
    let next = 0;
    let nextOfSome = 0;
    return wanted.map((list) => (!list ? this.rankOne(list) : list.only ? some[nextOfSome++] : lists[next++]));
  }

  /** Lists of some candidates each. Their scores are made for many users at once, as those of all items are no cheaper one by one. */
  #rankSome(wanted: readonly WantedList[]): Ranked[] {
    const lists: Ranked[] = [];
    for (let from = 0; from < wanted.length; from += scoredTogether) {
      const chunk = wanted.slice(from, from + scoredTogether);
      const scores = this.scoresOfUsers(chunk.map(({ user }) => user));
      chunk.forEach((list, k) => {
        lists.push(this.rankScored(list, scores[k]));
      });
    }
    return lists;
  }

  protected override similarityAll(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    const answers = this.#serve();
    const { damping } = answers;
    answers.serving.scoreAll(single(item), scores);
    for (let i = 0; i < scores.length; i++) {
      const weight = damping[item] > 0 ? (scores[i] * damping[i]) / damping[item] : 0;
      scores[i] = weight === 0 ? Number.NaN : weight;
    }
    if (metric === 'dot') return;
    answers.own ??= ownWeights(answers);
    for (let i = 0; i < scores.length; i++) {
      const cosine = scores[i] / Math.sqrt(answers.own[i] * answers.own[item]);
      scores[i] = Math.max(-1, Math.min(1, cosine)); // beyond only by rounding
    }
  }

  #serve(): Answers {
    this.#answers ??= this.#answersOf(this.model);
    return this.#answers;
  }

  #answersOf({ graph, spectrum }: Fitted): Answers {
    const { filter, lowPassWeight, popularityExponent, degree, flatness } = this.#options;
    const isStep = filter === 'chebyshev';
    const transfer = isStep ? chebyshevTransfer(degree, flatness) : (eigenvalue: number) => eigenvalue;
    const source: FilterSource = {
      graph,
      filter: splitFilter(transfer, isStep ? degree : 1, spectrum?.eigenvalues ?? new Float32Array(0), lowPassWeight),
      rows: spectrum?.eigenvalues.length ? spectrum : undefined,
      damping: dampingOf(graph.degrees, popularityExponent),
    };
    return { ...source, serving: new FilterServing(source, this.#threads()) };
  }

  #threads(): number {
    const { threads } = this.#options;
    return threads === 'auto' ? availableThreads() : threads;
  }

  protected override async solve(base: FittedBase, work: FitOptions): Promise<void> {
    const graph = graphOf(base.byUser);
    const { seed } = this.#options;
    const { leadingSpectrum } = await import('./spectrum.ts');
    const rank = rankOf(this.#options, base.users.size, base.items.size);
    const spectrum = rank > 0 ? await leadingSpectrum(graph, { ...work, rank, seed, threads: this.#threads() }) : undefined;
    const pace = new Pace('preparing lists', 1, work);
    await pace.rest(0);
    const model = { ...base, graph, spectrum };
    const answers = this.#answersOf(model);
    await pace.finish();
    this.#answers?.serving.close();
    this.#answers = answers;
    this.fitted = model;
  }
}

const none = new Int32Array(0);
/** Users whose scores are in memory at once. */
const scoredTogether = 64;

/** A history of one item. */
const single = (item: number): HistoryRow => ({ items: Int32Array.of(item), values: Float32Array.of(1) });

/**
 * h(A)_ii - h(0). The rest of the spectrum would take products with the graph for each item: it is bounded by its steepest line instead, which
 * keeps cosines within 1, since h(A) - h(0) has no negative eigenvalue.
 */
function ownWeights(source: FilterSource): Float32Array {
  const { byItem } = source.graph;
  const { slope, selfGains } = source.filter;
  return Float32Array.from({ length: byItem.rows }, (_, item) => {
    let square = 0;
    for (let e = byItem.offsets[item]; e < byItem.offsets[item + 1]; e++) square += byItem.values[e] ** 2;
    return slope * square + weightByEigenvectors(source, selfGains, item, item);
  });
}

/** (V gains Vᵀ)_ij */
function weightByEigenvectors({ rows }: FilterSource, gains: Float32Array, i: number, j: number): number {
  if (!rows) return 0;
  const width = widthOf(gains.length);
  let sum = 0;
  for (let k = 0; k < gains.length; k++) sum += gains[k] * rows.vectors[i * width + k] * rows.vectors[j * width + k];
  return sum * rows.scales[i] * rows.scales[j];
}

function spectrumToTensors({ eigenvalues, vectors, scales }: Spectrum, items: number): ModelFile['tensors'] {
  const rank = eigenvalues.length;
  return {
    eigenvalues: { data: eigenvalues, shape: [rank] },
    vectors: { data: packed(vectors, items, rank), shape: [items, rank] },
    scales: { data: scales, shape: [items] },
  };
}

/** The inverse of {@link spectrumToTensors}. @throws ERR_BAD_FILE */
function spectrumOf(file: ModelFile, items: number): Spectrum {
  const eigenvalues = tensorOf(file, 'eigenvalues', Float32Array);
  const rank = eigenvalues.length;
  const vectors = unpacked(tensorOf(file, 'vectors', Int16Array, items * rank), items, rank);
  return { eigenvalues, vectors, scales: tensorOf(file, 'scales', Float32Array, items) };
}
