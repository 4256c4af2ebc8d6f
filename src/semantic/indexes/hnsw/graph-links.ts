import { hnswEnter, hnswLink, hnswLinkBack, hnswMend } from '../../../engine/generated/jobs.ts';
import { positionOf } from '../../../engine/memory/block.ts';
import type { ThreadPool } from '../../../engine/threads/thread-pool.ts';
import type { GraphMemory } from './graph-memory.ts';

/**
 * A batch is at most this share of the slots that are linked already, and so large: its slots do not find each other, which costs a slot that share of
 * its neighbours, and all threads wait for each other twice per batch.
 */
const batchShare = 1 / 50;
const largestBatch = 2048;
/** Fewer slots than this are not worth starting threads for. */
const fewestShared = 2048;
/** Slots and targets of a block of a job. */
const slotsPerBlock = 2;
/** Slots that choose between two chances for others to work. */
const slotsAtOnce = 256;
const targetsPerBlock = 32;
const mendedPerBlock = 256;

/** What linking needs of a graph. */
interface Linked {
  /** The slot that searches start from; -1 in an empty graph. */
  readonly entry: number;
  /** Whether slots have fine codes. */
  readonly isRefined: boolean;
  /** Whether they could. */
  readonly canBeFine: boolean;
  /** The highest level of a slot. */
  levelOf(slot: number): number;
  /** The links of a slot, ended by -1 unless all are in use; valid until the next call. */
  links(slot: number, level: number): Int32Array;
  /** Lets searches start from a slot. */
  enterAt(slot: number): void;
}

/**
 * Links slots into a graph and repairs their links, on all threads. Order and batches follow from the number of slots alone, so the graph is the
 * same whatever their number.
 */
export class GraphLinks {
  readonly #graph: Linked;
  readonly #memory: GraphMemory;
  readonly #threads: number;
  /** For a list of links, by its number: how many chose it, then where the next of them goes. Zeros between batches. */
  #ends = new Int32Array(0);

  constructor(graph: Linked, memory: GraphMemory, threads: number) {
    this.#graph = graph;
    this.#memory = memory;
    this.#threads = threads;
  }

  /**
   * Links slots whose codes are set, and gives now and then how many have got their links.
   * @param linked number of slots that are linked already
   * @param makeFine gives all slots fine codes, and is called when vectors come that need them
   */
  *link(slots: Int32Array, linked: number, ef: number, makeFine: () => void): Generator<number> {
    if (slots.length === 0) return;
    const batches = this.#batches(slots, linked);
    const memory = this.#memory;
    memory.grow({ batch: 4 * Math.max(0, ...batches.map((batch) => 3 * batch.length + 4 * this.#mostLinks(batch) + 1)) });
    let done = 0;
    let pool = this.#open(slots.length, ef);
    try {
      for (const batch of batches) {
        this.#enter(pool, batch, ef);
        for (const part of this.#choose(pool, batch, ef)) yield done + part;
        if (this.#graph.canBeFine && !this.#graph.isRefined && memory.isCrowded(pool, ef)) {
          pool.close();
          makeFine();
          pool = this.#open(slots.length, ef);
          for (const part of this.#choose(pool, batch, ef)) yield done + part;
        }
        this.#linkBack(pool, batch);
        if (this.#isHigher(batch[0])) this.#graph.enterAt(batch[0]);
        done += batch.length;
        yield done;
      }
    } finally {
      pool.close();
    }
  }

  /** Replaces links to removed slots, of all slots below `slots`. */
  mend(slots: number, ef: number): void {
    const pool = this.#open(slots, ef);
    try {
      this.#memory.setHeaders(pool, ef);
      pool.run(hnswMend, slots, mendedPerBlock, { levels: positionOf<Uint8Array>(this.#memory.at.levels), ef });
    } finally {
      pool.close();
    }
  }

  #open(slots: number, ef: number): ThreadPool<'hnsw'> {
    return this.#memory.poolOf(slots < fewestShared ? 1 : this.#threads, ef);
  }

  /**
   * The highest first, which becomes the entry point before others come. Then steps of the golden ratio, so that every batch has some of each part of
   * what came, however it was sorted.
   */
  #batches(slots: Int32Array, linked: number): Int32Array[] {
    const count = slots.length;
    let step = Math.max(1, Math.round(count * 0.618034));
    while (count > 1 && divisor(step, count) > 1) step++;
    const order = Int32Array.from(slots, (_, k) => slots[(k * step) % count]);
    let highest = 0;
    for (let k = 1; k < count; k++) if (this.#graph.levelOf(order[k]) > this.#graph.levelOf(order[highest])) highest = k;
    [order[0], order[highest]] = [order[highest], order[0]];
    const batches: Int32Array[] = [];
    for (let from = 0, size: number; from < count; from += size) {
      const isAlone = from === 0 && this.#isHigher(order[0]);
      size = isAlone ? 1 : Math.min(largestBatch, Math.max(1, Math.floor((linked + from) * batchShare)));
      batches.push(order.subarray(from, from + size));
    }
    return batches;
  }

  /** Whether a slot reaches a level that no other does. */
  #isHigher(slot: number): boolean {
    return this.#graph.entry < 0 || this.#graph.levelOf(slot) > this.#memory.word('top');
  }

  #mostLinks(batch: Int32Array): number {
    return batch.reduce((sum, slot) => sum + this.#memory.m * (this.#graph.levelOf(slot) + 1), 0);
  }

  /** Finds where searches begin, and orders the batch by that: slots that lie close together then meet the same ones while those are in the cache. */
  #enter(pool: ThreadPool<'hnsw'>, batch: Int32Array, ef: number): void {
    const { i32, at } = this.#memory;
    const rows = i32.subarray(at.batch / 4, at.batch / 4 + 3 * batch.length);
    batch.forEach((slot, k) => {
      rows[3 * k] = slot;
    });
    if (this.#graph.entry < 0) return;
    this.#memory.setHeaders(pool, ef);
    const places = { batch: positionOf<Int32Array>(at.batch), levels: positionOf<Uint8Array>(at.levels) };
    pool.run(hnswEnter, batch.length, slotsPerBlock, places);
    const found = rows.slice();
    const order = Array.from(batch, (_, k) => 3 * k);
    order.sort((a, b) => found[a + 1] - found[b + 1] || found[a + 2] - found[b + 2] || found[a] - found[b]);
    order.forEach((from, k) => {
      for (let word = 0; word < 3; word++) rows[3 * k + word] = found[from + word];
      batch[k] = found[from];
    });
  }

  /** Gives after each part of the batch how many of it have chosen. */
  *#choose(pool: ThreadPool<'hnsw'>, batch: Int32Array, ef: number): Generator<number> {
    const { at } = this.#memory;
    this.#memory.setHeaders(pool, ef);
    for (let from = 0; from < batch.length; from += slotsAtOnce) {
      if (from > 0) yield from;
      const places = { batch: positionOf<Int32Array>(at.batch + 12 * from), levels: positionOf<Uint8Array>(at.levels) };
      pool.run(hnswLink, Math.min(slotsAtOnce, batch.length - from), slotsPerBlock, { ...places, ef });
    }
  }

  /** Gathers by target what a batch chose, in the order of the batch, and has the targets take it. */
  #linkBack(pool: ThreadPool<'hnsw'>, batch: Int32Array): void {
    const memory = this.#memory;
    const { i32 } = memory;
    const edges = this.#mostLinks(batch);
    const targetsAt = memory.at.batch / 4 + 3 * batch.length;
    const offsetsAt = targetsAt + 2 * edges;
    const sourcesAt = offsetsAt + edges + 1;
    const ends = this.#endsOf(memory);
    const listed: number[] = [];
    let targets = 0;
    // How many chose each target, then where theirs begin, then they themselves.
    this.#each(batch, (list, slot, level) => {
      if (ends[list]++ > 0) return;
      i32[targetsAt + 2 * targets] = slot;
      i32[targetsAt + 2 * targets + 1] = level;
      listed.push(list);
      targets++;
    });
    let sum = 0;
    for (let k = 0; k < targets; k++) {
      i32[offsetsAt + k] = sum;
      const count = ends[listed[k]];
      ends[listed[k]] = sum;
      sum += count;
    }
    i32[offsetsAt + targets] = sum;
    this.#each(batch, (list, _slot, _level, source) => {
      i32[sourcesAt + ends[list]++] = source;
    });
    for (const list of listed) ends[list] = 0;
    pool.run(hnswLinkBack, targets, targetsPerBlock, {
      targets: positionOf<Int32Array>(4 * targetsAt),
      offsets: positionOf<Int32Array>(4 * offsetsAt),
      sources: positionOf<Int32Array>(4 * sourcesAt),
    });
  }

  /** Calls `take` with each link that a batch chose: the number of the list of its target, target, level and source. */
  #each(batch: Int32Array, take: (list: number, slot: number, level: number, source: number) => void): void {
    const { i32, at, bytes } = this.#memory;
    const lists = bytes.scales / 4; // of the lowest level
    for (let k = 0; k < batch.length; k++) {
      for (let level = this.#graph.levelOf(batch[k]); level >= 0; level--) {
        for (const slot of this.#graph.links(batch[k], level)) {
          if (slot < 0) break;
          take(level === 0 ? slot : lists + i32[at.upperOf / 4 + slot] + level - 1, slot, level, batch[k]);
        }
      }
    }
  }

  /** Zeros for all lists of links. */
  #endsOf({ bytes, m }: GraphMemory): Int32Array {
    const lists = bytes.scales / 4 + bytes.upper / (4 * m);
    if (this.#ends.length < lists) this.#ends = new Int32Array(lists);
    return this.#ends;
  }
}

/** The greatest common divisor. */
function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
