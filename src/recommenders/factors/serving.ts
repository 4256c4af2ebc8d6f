import { rankingKernels } from '../../engine/generated/families/ranking.ts';
import { scoreRows, scoreSome } from '../../engine/generated/jobs.ts';
import { type Block, LocalEngine } from '../../engine/local-engine.ts';
import { part } from '../../engine/memory/block.ts';
import { type Blocks, f32, f64, i32, layout } from '../../engine/memory/layout.ts';
import { closeWhenUnused } from '../../engine/threads/close-when-unused.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { fallingOrder } from '../../numeric/falling-order.ts';
import { type Ranked, TopK } from '../../numeric/top-k.ts';
import { atOnce } from '../../work/steps.ts';
import type { RankRequest } from '../shared/base.ts';
import { type ListOrder, Lists } from './lists.ts';
import type { Prefilter } from './prefilter.ts';
import { type Prefilters, prefiltersFor } from './prefilters.ts';

/** What a user's scores come from. */
export interface FactorProfile {
  /** Factors, in the basis that the model shows to callers. Scores are inner products with the items' factors and biases. */
  vector: Float32Array;
  /** What is added to every score, the item's own bias aside. */
  add: number;
}

/** A list that a user is to get. */
export interface FactorOrder extends FactorProfile, Pick<ListOrder, 'n' | 'skipped'> {}

/** Items in the memory of an engine, as a {@link FactorServing} reads them. */
export interface FactorSource {
  engine: LocalEngine<'ranking'>;
  /** count x width: factors, the bias when there is one, zeros up to a multiple of 8. Row k belongs to item order[k]. */
  rows: Block<Float32Array>;
  /** Number of factors. */
  f: number;
  /** Floats per row. */
  width: number;
  /** Whether column f is the bias of the item. */
  hasBias: boolean;
  /** Row -> item, by descending norm of factors and bias. */
  order: Int32Array;
  /** The vector that is scored with, `width` floats. */
  vector: Block<Float32Array>;
  /** Writes a vector of the caller's basis into `vector`, with a 1 for the bias. */
  toInner(vector: Float32Array): Float32Array;
  /** Threads of lists of many. */
  threads: number | 'auto';
  /** What {@link FactorServing.prefilters} gave, with whose kernels the engine was made. */
  prefilters: Prefilters | undefined;
  /** Whether lists may be prefiltered; of no use where something is added to every score. */
  prefiltersLists: boolean;
}

/** Items as a model keeps them. */
export interface ItemRows {
  /** count x stride; the first f columns are factors. */
  rows: Float32Array;
  /** Floats per row. */
  stride: number;
  /** Number of factors. */
  f: number;
  /** The bias of an item, in models that have biases. */
  biasOf?: (item: number) => number;
}

/**
 * Answers of any model whose scores are inner products of factors, plus a bias per item if it has one. Holds the items a second time in
 * WebAssembly memory, by descending norm. Lists and similar items are prefiltered by codes of one byte per factor, made when they are first
 * needed, and what survives is scored exactly: the answer is that of a full scan, ties included.
 */
export class FactorServing {
  readonly #source: FactorSource;
  readonly #position: Int32Array;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #lists: Lists;
  /** Over factors alone, for the likeness of items. */
  #itemPrefilter: Prefilter | undefined;
  /** Over factors and bias, for lists; the same as the other one where there are no biases. */
  #listPrefilter: Prefilter | undefined;

  /** Bytes that it takes from an engine, besides rows and vector. @internal */
  static bytes({ count, f, width, hasBias, threads, prefilters }: Sizes): number {
    const prefilter = (columns: number) => prefilters?.Prefilter.layout(count, columns).bytes ?? 0;
    const ofBias = hasBias ? layout({ norms: f64(count) }).bytes + prefilter(f + 1) : 0;
    return memoryOf(count).bytes + prefilter(f) + ofBias + Lists.bytes(count, width, threadsOf(threads));
  }

  /** What prefilters that many items, if anything does. @internal */
  static prefilters(count: number, f: number, hasBias: boolean): Prefilters | undefined {
    return prefiltersFor(count, f + Number(hasBias));
  }

  /** Copies items into an engine of their own, by steps between which others may work. */
  static *copying(items: ItemRows, threads: number | 'auto'): Generator<void, FactorServing> {
    const { rows: given, stride, f, biasOf } = items;
    const count = given.length / stride;
    const hasBias = biasOf !== undefined;
    const width = widthOf(f, hasBias);
    const memory = layout({ rows: f32(count * width), vector: f32(width) });
    const prefilters = FactorServing.prefilters(count, f, hasBias);
    const engine: LocalEngine<'ranking'> = new LocalEngine(
      memory.bytes + FactorServing.bytes({ count, f, width, hasBias, threads, prefilters }),
      {
        families: prefilters ? [rankingKernels, prefilters.prefilterKernels] : [rankingKernels],
        threads: 1,
        scratchBytes: 64,
      },
    );
    const { rows, vector } = engine.place(memory);
    const order = yield* fallingOrder(normsOf(items));
    for (let k = 0; k < count; k++) {
      if (k % atOneStep === 0) yield;
      const from = order[k] * stride;
      rows.array.set(given.subarray(from, from + f), k * width);
      if (biasOf) rows.array[k * width + f] = biasOf(order[k]);
    }
    const toInner = (given: Float32Array) => {
      vector.array.set(given.subarray(0, f));
      if (hasBias) vector.array[f] = 1;
      return vector.array;
    };
    const source = { engine, rows, f, width, hasBias, order, vector, toInner, threads, prefilters, prefiltersLists: true };
    return yield* FactorServing.making(source);
  }

  /** Serves items where they are, prefilters included, by steps between which others may work. @internal */
  static *making(source: FactorSource): Generator<void, FactorServing> {
    const serving = new FactorServing(source);
    yield* serving.#measuring();
    return serving;
  }

  private constructor(source: FactorSource) {
    const { engine, rows, width, order } = source;
    const count = order.length;
    this.#source = source;
    this.#position = new Int32Array(count);
    for (let k = 0; k < count; k++) this.#position[order[k]] = k;
    this.#memory = engine.place(memoryOf(count));
    this.#memory.order.array.set(order);
    const { bounds } = this.#memory;
    const listed = { engine, rows, width, order: this.#memory.order, position: this.#position, norms: bounds, f: this.#listColumns };
    this.#lists = new Lists(listed, threadsOf(source.threads));
    closeWhenUnused(this, this.#lists);
  }

  *#measuring(): Generator<void> {
    const { rows, f, width } = this.#source;
    const { bounds, factorNorms } = this.#memory;
    const count = bounds.array.length;
    // Of the rows as they are stored, since bounds must hold for these; a bias counts as one more factor.
    for (let k = count - 1; k >= 0; k--) {
      factorNorms.array[k] = directed(normOf(rows.array, k * width, f));
      // The rotation rounds, so the order may be slightly off; a bound has to hold for all rows that follow.
      bounds.array[k] = Math.max(normOf(rows.array, k * width, width), k + 1 < count ? bounds.array[k + 1] : 0);
      if (k % atOneStep === 0) yield;
    }
  }

  /** Whether it was made before the code of prefilters was there, which another one would have: see prefilters.page.ts. */
  get isBehind(): boolean {
    return !this.#source.prefilters && prefiltersFor(this.#position.length, this.#listColumns) !== undefined;
  }

  /** Makes by steps what the first list of a model without biases would make at once. */
  *preparing(): Generator<void> {
    const { prefiltersLists, hasBias, f } = this.#source;
    if (prefiltersLists && !hasBias) this.#itemPrefilter ??= yield* this.#prefiltering(f);
  }

  /** The best items of a user. */
  rank(order: FactorOrder): Ranked {
    return this.#lists.one({ ...order, vector: this.#source.toInner(order.vector) }, this.#prefilterOfLists());
  }

  /** The lists of many users, the same as one by one. `orderOf` is called once for each. */
  rankMany(count: number, orderOf: (k: number) => FactorOrder): Ranked[] {
    const inner = (k: number) => {
      const order = orderOf(k);
      return { ...order, vector: this.#source.toInner(order.vector) };
    };
    return this.#lists.many(count, inner, this.#prefilterOfLists());
  }

  /** Scores of some items. */
  scoreSome({ vector, add }: FactorProfile, items: Int32Array): Float32Array {
    const { engine, rows, width, vector: x } = this.#source;
    this.#source.toInner(vector);
    const scores = new Float32Array(items.length);
    // In pieces, since a caller may ask for an item several times.
    for (let from = 0; from < items.length; from += this.#memory.some.array.length) {
      const piece = items.subarray(from, from + this.#memory.some.array.length);
      for (let k = 0; k < piece.length; k++) this.#memory.some.array[k] = this.#position[piece[k]];
      engine.call(scoreSome, { count: piece.length, indices: this.#memory.some, x, y: rows, f: width, out: this.#memory.out });
      for (let k = 0; k < piece.length; k++) scores[from + k] = this.#memory.out.array[k] + add;
    }
    return scores;
  }

  /** Scores of all items, by item index. */
  scoreAll({ vector, add }: FactorProfile, scores: Float32Array): void {
    const { engine, rows, width, vector: x } = this.#source;
    this.#source.toInner(vector);
    const order = this.#memory.order.array;
    engine.call(scoreRows, { lo: 0, hi: order.length, x, y: rows, f: width, out: this.#memory.out });
    for (let k = 0; k < order.length; k++) scores[order[k]] = this.#memory.out.array[k] + add;
  }

  /** The items most similar to one, which the request must leave out itself; `only` is not looked at. */
  rankSimilar(item: number, metric: 'cosine' | 'dot', { n, skip, skipped }: RankRequest): Ranked {
    const vector = this.#itemVector(item);
    if (metric === 'dot') return this.#lists.one({ vector, add: 0, n, skipped }, this.#prefilterOfLists());
    const norm = this.#memory.factorNorms.array[this.#position[item]];
    const prefilter = norm > 0 && n <= 256 ? this.#prefilterOfItems() : undefined;
    if (prefilter) {
      prefilter.aim(this.#source.vector, norm);
      const seed = new TopK(n);
      this.#offerCosines(prefilter, prefilter.look(n + 8 + Math.min(256, skipped.length)), norm, skip, seed);
      const threshold = seed.threshold;
      if (threshold > 0) {
        const best = new TopK(n);
        this.#offerCosines(prefilter, prefilter.survivors(threshold - this.#slack), norm, skip, best);
        return best.take();
      }
    }
    const best = new TopK(n);
    const scores = new Float32Array(this.#memory.order.array.length);
    this.similarity(item, metric, scores);
    for (let i = 0; i < scores.length; i++) if (!skip || skip[i] === 0) best.offer(i, scores[i]);
    return best.take();
  }

  /** Similarity of every item to one by their factors, without biases, by item index. */
  similarity(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    const { engine, rows, width, vector } = this.#source;
    this.#itemVector(item);
    const order = this.#memory.order.array;
    const norms = this.#memory.factorNorms.array;
    engine.call(scoreRows, { lo: 0, hi: order.length, x: vector, y: rows, f: width, out: this.#memory.out });
    const norm = norms[this.#position[item]];
    for (let k = 0; k < order.length; k++) {
      scores[order[k]] = metric === 'dot' ? this.#memory.out.array[k] : cosine(this.#memory.out.array[k], norm, norms[k]);
    }
  }

  /** Ends the threads of {@link rankMany}. */
  close(): void {
    this.#lists.close();
  }

  /** Scores what a prefilter found and offers it. */
  #offerCosines({ found: positions }: Prefilter, count: number, norm: number, skip: Uint8Array | undefined, best: TopK): void {
    const { engine, rows, width, vector } = this.#source;
    engine.call(scoreSome, { count, indices: positions, x: vector, y: rows, f: width, out: this.#memory.out });
    for (let k = 0; k < count; k++) {
      const position = positions.array[k];
      const item = this.#memory.order.array[position];
      if (!skip || skip[item] === 0) best.offer(item, cosine(this.#memory.out.array[k], norm, this.#memory.factorNorms.array[position]));
    }
  }

  /** The row of an item, without its bias, as the vector that is scored with. */
  #itemVector(item: number): Float32Array {
    const { rows, width, vector, hasBias, f } = this.#source;
    const at = this.#position[item] * width;
    vector.array.set(rows.array.subarray(at, at + width));
    if (hasBias) vector.array[f] = 0;
    return vector.array;
  }

  /** How far the rounding of sums may be off, as a share of the product of the norms. */
  get #slack(): number {
    return this.#source.width * 2e-7 + 1e-6;
  }

  /** Columns that count for lists. */
  get #listColumns(): number {
    return this.#source.f + Number(this.#source.hasBias);
  }

  #prefilterOfItems(): Prefilter | undefined {
    this.#itemPrefilter ??= atOnce(this.#prefiltering(this.#source.f));
    return this.#itemPrefilter;
  }

  #prefilterOfLists(): Prefilter | undefined {
    if (!this.#source.prefiltersLists) return undefined;
    if (!this.#source.hasBias) return this.#prefilterOfItems();
    this.#listPrefilter ??= atOnce(this.#prefiltering(this.#listColumns));
    return this.#listPrefilter;
  }

  /** @param columns with the bias or without it */
  *#prefiltering(columns: number): Generator<void, Prefilter | undefined> {
    const { engine, rows, width, prefilters, f } = this.#source;
    const count = this.#memory.order.array.length;
    if (!prefilters || !prefiltersFor(count, columns)) return undefined;
    const norms = columns === f ? this.#memory.factorNorms : engine.f64(count);
    if (columns > f) for (let k = 0; k < count; k++) norms.array[k] = directed(normOf(rows.array, k * width, width));
    const prefilter = new prefilters.Prefilter(engine as LocalEngine<'ranking' | 'prefilter'>, count, columns);
    for (let lo = 0; lo < count; lo += atOneStep) {
      yield;
      const hi = Math.min(count, lo + atOneStep);
      prefilter.encode(lo, hi, part(rows, lo * width, hi * width), width, part(norms, lo, hi));
    }
    return prefilter;
  }
}

/** What is kept beside the rows, by position. */
function memoryOf(count: number) {
  return layout({
    /** Item index. */
    order: i32(count),
    /** An upper bound of the norms from there on. */
    bounds: f64(count),
    /** Without biases; 0 where a row is too small to have a direction. */
    factorNorms: f64(count),
    out: f32(count),
    some: i32(count),
  });
}

/** What the memory of a {@link FactorServing} depends on. */
interface Sizes extends Pick<FactorSource, 'f' | 'width' | 'hasBias' | 'threads' | 'prefilters'> {
  /** Number of items. */
  count: number;
}

/** Floats per row: factors, the bias, zeros up to a multiple of 8. */
export const widthOf = (f: number, hasBias: boolean): number => 8 * Math.ceil((f + Number(hasBias)) / 8);

/** Norms of factors and bias together, by item. */
export function normsOf({ rows, stride, f, biasOf }: ItemRows): Float64Array {
  const norms = new Float64Array(rows.length / stride);
  for (let i = 0; i < norms.length; i++) {
    let sum = biasOf ? biasOf(i) ** 2 : 0;
    for (let q = i * stride; q < i * stride + f; q++) sum += rows[q] * rows[q];
    norms[i] = Math.sqrt(sum);
  }
  return norms;
}

const threadsOf = (threads: number | 'auto') => (threads === 'auto' ? availableThreads() : threads);

/** Rows that are measured or encoded between two steps. */
const atOneStep = 4096;

/** Below this, products of float32 numbers underflow and bounds no longer hold. */
const tiny = 1e-18;

/** A norm, or 0 for that of a row which is too small to have a direction. */
const directed = (norm: number) => (norm > tiny ? norm : 0);

/** 0 where one of the two has no direction. */
function cosine(product: number, a: number, b: number): number {
  return a * b > 0 ? Math.max(-1, Math.min(1, product / (a * b))) : 0;
}

function normOf(rows: Float32Array, from: number, length: number): number {
  let sum = 0;
  for (let q = from; q < from + length; q++) sum += rows[q] * rows[q];
  return Math.sqrt(sum);
}
