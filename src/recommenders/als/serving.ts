import type { Block } from '../../engine/engine.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { type Ranked, TopK } from '../../numeric/top-k.ts';
import { type ListOrder, Lists } from '../factors/lists.ts';
import { Prefilter } from '../factors/prefilter.ts';
import type { HistoryRow, RankRequest } from '../shared/base.ts';
import type { AlsModel } from './model.ts';
import type { AlsSettings } from './options.ts';
import { lambdaOf, weigh } from './solver/problem.ts';
import { type RowEquation, RowSolver } from './solver/row-solver.ts';

/**
 * Answers of a fitted model. Holds the items a second time, the only copy there is besides the model itself, in WebAssembly
 * memory: turned into the eigenbasis of their Gram matrix, in which histories are solved, and by falling norm. Lists and likeness are
 * prefiltered by codes of one byte a factor, made when they are first needed, and what survives is scored exactly. The answer is that
 * of a full scan, ties included.
 */
export class AlsServing {
  /** The item side of the model and nothing of its users, since it outlives those that are forgotten. */
  readonly #side: { settings: AlsSettings; itemCount: number; itemBiases: Float32Array | undefined };
  readonly #solver: RowSolver;
  /** Position -> item index, by falling norm. */
  readonly #order: Block<Int32Array>;
  readonly #position: Int32Array;
  /** By position, without biases; 0 where a row is too small to have a direction. */
  readonly #factorNorms: Block<Float64Array>;
  readonly #lists: Lists;
  readonly #out: Block<Float32Array>;
  readonly #some: Block<Int32Array>;
  #prefilter: Prefilter | undefined;

  constructor({ itemFactors, settings, items, biases }: AlsModel) {
    const f = settings.factors;
    const count = items.size;
    this.#side = { settings, itemCount: count, itemBiases: biases?.items };
    const norms = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      let sum = biases ? biases.items[i] ** 2 : 0;
      for (let q = i * f; q < (i + 1) * f; q++) sum += itemFactors[q] * itemFactors[q];
      norms[i] = Math.sqrt(sum);
    }
    const order = Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => norms[b] - norms[a] || a - b);
    this.#position = new Int32Array(count);
    order.forEach((item, position) => {
      this.#position[item] = position;
    });
    const threads = settings.threads === 'auto' ? availableThreads() : settings.threads;
    const width = Math.ceil((f + (biases ? 1 : 0)) / 8) * 8;
    this.#solver = new RowSolver({
      rows: itemFactors,
      f,
      gram: settings.feedback === 'implicit',
      extra: biases?.items,
      order,
      longest: Math.max(1, count),
      spare: 7 * count + Prefilter.size(count, f) + Lists.size(count, width, threads) + 256,
    });
    const { engine, source } = this.#solver;
    this.#order = engine.i32(order);
    // Of the rows as they lie there now, since these are what bounds must hold for; with biases they count as one more factor.
    const bounds = engine.f64(count);
    this.#factorNorms = engine.f64(count);
    for (let k = count - 1; k >= 0; k--) {
      const norm = normOf(source.array, k * width, f);
      this.#factorNorms.array[k] = norm > tiny ? norm : 0;
      // Turning rounds, so the order may be off by as much; a bound has to hold for all that follow.
      bounds.array[k] = Math.max(normOf(source.array, k * width, width), k + 1 < count ? bounds.array[k + 1] : 0);
    }
    this.#out = engine.f32(count);
    this.#some = engine.i32(count);
    this.#lists = new Lists({ engine, rows: source, width, order: this.#order, position: this.#position, norms: bounds, f }, threads);
    unused.register(this, this.#lists);
  }

  /** The equation that the history of a user poses, less the biases of explicit feedback. */
  equation({ items, values }: HistoryRow, bias: number): RowEquation {
    const { settings, itemBiases, itemCount } = this.#side;
    const d = new Float32Array(items.length);
    const r = new Float32Array(items.length);
    for (let e = 0; e < items.length; e++) {
      const residual = itemBiases ? values[e] - bias - itemBiases[items[e]] : values[e];
      const w = weigh(residual, settings);
      d[e] = w.d;
      r[e] = w.r;
    }
    return { indices: items, d, r, lambda: lambdaOf(items.length, itemCount, settings) };
  }

  /** Factors of a history, in the caller's basis. */
  foldIn(row: HistoryRow, bias: number): Float32Array {
    if (row.items.length === 0) return new Float32Array(this.#side.settings.factors);
    return this.#solver.toCaller(this.#solver.solve(this.equation(row, bias)));
  }

  /** Parts of a score by the items of a history. */
  contributions(row: HistoryRow, bias: number, item: number): Float64Array {
    return this.#solver.contributions(this.equation(row, bias), item);
  }

  /** Scores of some items for a vector of the caller's basis; `add` is added to each. */
  scoreSome(vector: Float32Array, items: Int32Array, add: number): Float32Array {
    this.#solver.toInner(vector);
    for (let k = 0; k < items.length; k++) this.#some.array[k] = this.#position[items[k]];
    const { engine, source, width } = this.#solver;
    engine.kernels.scoreSome(items.length, this.#some.at, this.#solver.vector.at, source.at, width, this.#out.at);
    return Float32Array.from({ length: items.length }, (_, k) => this.#out.array[k] + add);
  }

  /** Scores of all items, by item index. */
  scoreAll(vector: Float32Array, scores: Float32Array, add: number): void {
    this.#solver.toInner(vector);
    const { engine, source, width } = this.#solver;
    const order = this.#order.array;
    engine.kernels.scoreRows(0, order.length, this.#solver.vector.at, source.at, width, this.#out.at);
    for (let k = 0; k < order.length; k++) scores[order[k]] = this.#out.array[k] + add;
  }

  /** The best items of a vector of the caller's basis. */
  rank(order: ListOrder): Ranked {
    return this.#lists.one({ ...order, vector: this.#solver.toInner(order.vector) }, this.#prefilterOf()?.at ?? 0);
  }

  /** The lists of many vectors, the same as one by one. `orderOf` is asked for each in turn. */
  rankMany(count: number, orderOf: (k: number) => ListOrder): Ranked[] {
    const inner = (k: number) => {
      const order = orderOf(k);
      return { ...order, vector: this.#solver.toInner(order.vector) };
    };
    return this.#lists.many(count, inner, this.#prefilterOf()?.at ?? 0);
  }

  /** The items most similar to one, which the request must leave out itself; `only` is not looked at. */
  rankSimilar(item: number, metric: 'cosine' | 'dot', { n, skip, skipped }: RankRequest): Ranked {
    const vector = this.#itemVector(item);
    if (metric === 'dot') return this.#lists.one({ vector, add: 0, n, skipped }, this.#prefilterOf()?.at ?? 0);
    const norm = this.#factorNorms.array[this.#position[item]];
    const prefilter = norm > 0 && n <= 256 ? this.#prefilterOf() : undefined;
    if (prefilter) {
      prefilter.aim(this.#solver.vector.at, norm);
      const seed = new TopK(n);
      this.#offerCosines(prefilter.look(n + 8 + Math.min(256, skipped.length)), norm, skip, seed);
      const threshold = seed.threshold;
      if (threshold > 0) {
        const best = new TopK(n);
        this.#offerCosines(prefilter.survivors(threshold - this.#slack), norm, skip, best);
        return best.take();
      }
    }
    const best = new TopK(n);
    const scores = new Float32Array(this.#order.array.length);
    this.similarity(item, metric, scores);
    for (let i = 0; i < scores.length; i++) if (!skip || skip[i] === 0) best.offer(i, scores[i]);
    return best.take();
  }

  /** Similarity of every item to one, by item index. */
  similarity(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    this.#itemVector(item);
    const { engine, source, width } = this.#solver;
    const order = this.#order.array;
    const norms = this.#factorNorms.array;
    engine.kernels.scoreRows(0, order.length, this.#solver.vector.at, source.at, width, this.#out.at);
    const norm = norms[this.#position[item]];
    for (let k = 0; k < order.length; k++) {
      scores[order[k]] = metric === 'dot' ? this.#out.array[k] : cosine(this.#out.array[k], norm, norms[k]);
    }
  }

  /** Ends the threads of {@link rankMany}. */
  close(): void {
    this.#lists.close();
  }

  /** Scores what the prefilter found and offers it. */
  #offerCosines(found: number, norm: number, skip: Uint8Array | undefined, best: TopK): void {
    const { engine, source, width, vector } = this.#solver;
    const positions = (this.#prefilter as Prefilter).found;
    engine.kernels.scoreSome(found, positions.at, vector.at, source.at, width, this.#out.at);
    for (let k = 0; k < found; k++) {
      const position = positions.array[k];
      const item = this.#order.array[position];
      if (!skip || skip[item] === 0) best.offer(item, cosine(this.#out.array[k], norm, this.#factorNorms.array[position]));
    }
  }

  /** The row of an item, without its bias, as the vector that is scored with. */
  #itemVector(item: number): Float32Array {
    const { source, width, vector } = this.#solver;
    const at = this.#position[item] * width;
    vector.array.set(source.array.subarray(at, at + width));
    if (this.#side.itemBiases) vector.array[this.#side.settings.factors] = 0;
    return vector.array;
  }

  /** How far the rounding of sums may be off, as a share of the product of the norms. */
  get #slack(): number {
    return this.#solver.width * 2e-7 + 1e-6;
  }

  #prefilterOf(): Prefilter | undefined {
    const { engine, source, width } = this.#solver;
    const f = this.#side.settings.factors;
    const count = this.#order.array.length;
    if (this.#side.itemBiases || !Prefilter.helps(count, f)) return undefined;
    if (!this.#prefilter) {
      this.#prefilter = new Prefilter(engine, count, f);
      this.#prefilter.encode(0, count, source.at, width, this.#factorNorms.at);
    }
    return this.#prefilter;
  }
}

/** Ends the threads of models that nobody holds any more; they would keep the memory. */
const unused = new FinalizationRegistry<Lists>((lists) => lists.close());

/** Below this, products of single-precision numbers lose their digits and bounds their meaning. */
const tiny = 1e-18;

/** 0 where one of the two has no direction. */
function cosine(product: number, a: number, b: number): number {
  return a * b > 0 ? Math.max(-1, Math.min(1, product / (a * b))) : 0;
}

function normOf(rows: Float32Array, from: number, length: number): number {
  let sum = 0;
  for (let q = from; q < from + length; q++) sum += rows[q] * rows[q];
  return Math.sqrt(sum);
}
