import type { HistoryRow } from '../../contracts/history.ts';
import { Engine } from '../../engine/engine.ts';
import { graphFilterKernels } from '../../engine/generated/families/graph-filter.ts';
import { type FilterScoresArguments, filterLists, filterScores, filterSparse } from '../../engine/generated/jobs.ts';
import { type Blocks, f32, i16, i32, layout } from '../../engine/memory/layout.ts';
import { closeWhenUnused } from '../../engine/threads/close-when-unused.ts';
import { ThreadPool } from '../../engine/threads/thread-pool.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import type { Graph } from './graph.ts';
import type { QuantizedRows } from './quantized.ts';
import type { SplitFilter } from './transfer.ts';

/** What scores come from. */
export interface FilterSource {
  graph: Graph;
  filter: SplitFilter;
  /** The leading eigenvectors, one per gain; undefined: none. */
  rows: QuantizedRows | undefined;
  /** degree^-exponent of each item. */
  damping: Float32Array;
}

/** A list somebody asks for. */
export interface FilterOrder {
  history: HistoryRow;
  /** Maximum length. */
  n: number;
  /** Distinct items that must not be in it. */
  skipped: Int32Array;
}

/** Histories of a block of a job, as in the kernel. */
const blockSize = 32;

/** Scores and lists, one or many on all threads: see kernels/graph-filter/scores.ts. */
export class FilterServing {
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #pool: ThreadPool<'graph-filter'>;
  readonly #source: FilterSource;
  readonly #sizes: Sizes;

  constructor(source: FilterSource, threads: number) {
    const { byUser, byItem } = source.graph;
    const items = byItem.rows;
    const blocks = Math.min(Math.max(4, 2 * threads), Math.max(1, Math.floor(mostBytes / (4 * blockSize * items))));
    this.#sizes = { together: blockSize * blocks, room: Math.max(items, 2 ** 16) };
    this.#source = source;
    const memory = memoryOf(source, this.#sizes);
    const rank = source.rows ? source.rows.vectors.length / items : 0;
    const longRecurrence = source.filter.series.length > 1;
    const scratch = 132 * rank + byUser.rows * (longRecurrence ? 192 : 64) + (longRecurrence ? 64 * items : 0) + 1024;
    const engine = new Engine(memory.bytes + ThreadPool.layout(threads, scratch).bytes, {
      families: [graphFilterKernels],
      threads: 1,
      scratchBytes: 64,
    });
    this.#memory = engine.place(memory);
    this.#pool = new ThreadPool(engine, threads, scratch);
    closeWhenUnused(this, this.#pool);
  }

  /** Scores of all items for a history. */
  scoreAll(history: HistoryRow, scores: Float32Array): void {
    this.#score(history, scores, this.#arguments());
  }

  /** The same without what the eigenvectors add. */
  scoreByGraph(history: HistoryRow, scores: Float32Array): void {
    this.#score(history, scores, { ...this.#arguments(), rank: 0 });
  }

  #score(history: HistoryRow, scores: Float32Array, args: FilterScoresArguments): void {
    this.#put(0, history);
    this.#pool.runHere(filterScores, { hi: 1 }, args);
    scores.set(this.#memory.out.array.subarray(0, scores.length));
  }

  /** Many lists. @param orderOf is asked for each in turn */
  rankMany(count: number, orderOf: (k: number) => FilterOrder): Ranked[] {
    const lists: Ranked[] = [];
    let next = count > 0 ? orderOf(0) : undefined;
    while (next) {
      let size = 0;
      while (next && size < this.#sizes.together && this.#fits(size, next)) {
        this.#put(size, next.history);
        this.#want(size++, next);
        const k: number = lists.length + size;
        next = k < count ? orderOf(k) : undefined;
      }
      this.#run(size);
      for (let k = 0; k < size; k++) lists.push(this.#listOf(k));
    }
    return lists;
  }

  /** Scores of all items for many histories. */
  scoreMany(histories: readonly HistoryRow[]): Float32Array[] {
    const items = this.#source.graph.byItem.rows;
    const scores: Float32Array[] = [];
    while (scores.length < histories.length) {
      const from = scores.length;
      let size = 0;
      while (from + size < histories.length && size < this.#sizes.together) {
        const { length } = histories[from + size].items;
        if (this.#memory.queryOffsets.array[size] + length > this.#sizes.room) break;
        this.#put(size, histories[from + size]);
        size++;
      }
      this.#pool.run(filterScores, size, blockSize, this.#arguments());
      for (let k = 0; k < size; k++) scores.push(this.#memory.out.array.slice(k * items, (k + 1) * items));
    }
    return scores;
  }

  /** Ends the threads. */
  close(): void {
    this.#pool.close();
  }

  #run(size: number): void {
    const { out: dense, wants, skipEnds, skips, ends, found, best, tails } = this.#memory;
    const args = { ...this.#arguments(), dense };
    this.#pool.run(filterSparse, size, blockSize, args);
    const head = Math.min(headNumbers, args.rank);
    this.#pool.run(filterLists, size, blockSize, { ...args, head, tails, wants, skipEnds, skips, ends, found, ...best });
  }

  /** A first order always fits: nothing of it is longer than there are items. */
  #fits(k: number, { history, n, skipped }: FilterOrder): boolean {
    const { queryOffsets, ends, skipEnds } = this.#memory;
    const longest = Math.max(queryOffsets.array[k] + history.items.length, ends.array[k] + n, skipEnds.array[k] + skipped.length);
    return longest <= this.#sizes.room;
  }

  #put(k: number, { items, values }: HistoryRow): void {
    const { queryOffsets, queryItems, queryValues } = this.#memory;
    const from = queryOffsets.array[k];
    queryItems.array.set(items, from);
    queryValues.array.set(values, from);
    queryOffsets.array[k + 1] = from + items.length;
  }

  #want(k: number, { n, skipped }: FilterOrder): void {
    const { wants, ends, skipEnds, skips } = this.#memory;
    wants.array[k] = n;
    ends.array[k + 1] = ends.array[k] + n;
    skips.array.set(skipped, skipEnds.array[k]);
    skipEnds.array[k + 1] = skipEnds.array[k] + skipped.length;
  }

  #listOf(k: number): Ranked {
    const { ends, found, best } = this.#memory;
    const from = ends.array[k];
    const to = from + found.array[k];
    return { indices: best.listItems.array.slice(from, to), scores: best.listScores.array.slice(from, to) };
  }

  #arguments(): FilterScoresArguments {
    const { graph, filter } = this.#source;
    const { byRow, vectors, ...rest } = this.#memory;
    return {
      items: graph.byItem.rows,
      users: graph.byUser.rows,
      ...rest,
      rowOffsets: byRow?.offsets,
      rowIndices: byRow?.indices,
      rowValues: byRow?.values,
      constant: filter.constant,
      terms: filter.series.length,
      ratio: filter.ratio,
      rank: vectors ? vectors.vectors.array.length / graph.byItem.rows : 0,
      vectors: vectors?.vectors,
      scales: vectors?.scales,
      gains: vectors?.gains,
      parts: vectors && vectors.vectors.array.length > mostFine ? 1 : 2,
    };
  }
}

interface Sizes {
  /** Number of lists computed together. */
  together: number;
  /** Numbers of histories, of lists, and of what must not be in them. */
  room: number;
}

/** Up to this many numbers in the eigenvectors, the rounding of a query is rounded once more: half the speed where speed does not matter. */
const mostFine = 2 ** 21;
/** Numbers of the eigenvectors that bound a score: on Gowalla one score in forty is then computed from all 512. */
const headNumbers = 64;
/** Bytes that the scores of lists computed together may take. */
const mostBytes = 2 ** 28;

function memoryOf({ graph: { byUser, byItem }, filter, rows, damping }: FilterSource, { together, room }: Sizes) {
  const items = byItem.rows;
  const gains = new Float32Array(rows ? rows.vectors.length / items : 0);
  gains.set(filter.gains);
  return layout({
    offsets: i32(byItem.offsets),
    indices: i32(byItem.indices),
    values: f32(byItem.values),
    byRow:
      filter.series.length > 1
        ? layout({ offsets: i32(byUser.offsets), indices: i32(byUser.indices), values: f32(byUser.values) })
        : undefined,
    series: f32(filter.series),
    vectors: rows ? layout({ vectors: i16(rows.vectors), scales: f32(rows.scales), gains: f32(gains) }) : undefined,
    tails: rows ? f32(tailNorms(rows, items)) : undefined,
    pre: f32(damping),
    queryOffsets: i32(together + 1),
    queryItems: i32(room),
    queryValues: f32(room),
    out: f32(together * items),
    wants: i32(together),
    skipEnds: i32(together + 1),
    skips: i32(room),
    ends: i32(together + 1),
    found: i32(together),
    best: layout({ listItems: i32(room), listScores: f32(room) }),
  });
}

/** What a row has beyond its first numbers. */
function tailNorms({ vectors, scales }: QuantizedRows, items: number): Float32Array {
  const rank = vectors.length / items;
  return Float32Array.from({ length: items }, (_, item) => {
    let square = 0;
    for (let e = item * rank + Math.min(headNumbers, rank), end = (item + 1) * rank; e < end; e++) square += vectors[e] * vectors[e];
    return scales[item] * Math.sqrt(square);
  });
}
