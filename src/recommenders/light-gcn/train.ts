import type { Csr } from '../../data/csr.ts';
import { Engine } from '../../engine/engine.ts';
import {
  adamDense,
  addRows,
  drawNegatives,
  gatherRows,
  groupLinks,
  historyBpr,
  historyGradients,
  historySoftmax,
  historySums,
  sumParts,
} from '../../engine/generated/jobs.ts';
import { part } from '../../engine/memory/block.ts';
import { type Blocks, f32, f64, i32, layout } from '../../engine/memory/layout.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { Adam } from '../../engine/training/adam.ts';
import { blocksPerStep, cutOf } from '../../engine/training/cut.ts';
import { randomNumbers, type SeededNumbers, shuffle, uniform } from '../../numeric/random.ts';
import type { Trainer } from '../shared/training.ts';
import { type GraphShape, graphLayout, ItemGraph, onAll } from './graph.ts';
import { hopsOf, type LightGcnSettings, widthOf } from './options.ts';

/** What has been learned. */
export interface LightGcnVectors {
  /** items x factors, the layer 0 that is learned. */
  vectors: Float32Array;
  /** items x factors, smoothed: what scores come from. */
  smoothed: Float32Array;
}

/** Rows of users that a softmax takes at a time, as in the kernel. */
const tile = 32;
/** Size of the vectors that training begins with. */
const startScale = 0.1;

/**
 * Learns the vectors of items. A step takes some users: each is the sum of the smoothed vectors of their items, and what is learned is how
 * well the others of these items predict each one. Only items have vectors of their own, which all are smoothed anew after each step.
 */
export class LightGcnTrainer implements Trainer<LightGcnVectors> {
  readonly #settings: LightGcnSettings;
  readonly #liked: Csr;
  readonly #engine: Engine;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #graph: ItemGraph;
  readonly #random: SeededNumbers;
  readonly #adam: Adam;
  readonly #sizes: StepSizes;
  readonly #users: Int32Array;
  #signal: AbortSignal | undefined;
  #steps = 0;
  #fresh = false;

  /** @param start vectors to begin with, items x factors; rows beyond them, and all without it, are drawn */
  constructor(liked: Csr, settings: LightGcnSettings, start?: Float32Array) {
    this.#settings = settings;
    this.#liked = liked;
    const { regularization, seed, threads } = settings;
    const shape = { liked, width: widthOf(settings), hops: hopsOf(settings) };
    this.#sizes = sizesOf(liked, settings);
    const { negatives } = this.#sizes;
    const memory = memoryOf(shape, this.#sizes);
    const scratch = 4 * (tile * negatives + 8 * Math.max(negatives, shape.width, tile)) + 256;
    const most = Math.min(blocksPerStep, Math.max(1, Math.floor((liked.indices.length * shape.width) / 2 ** 16)));
    this.#engine = new Engine(memory, {
      threads: Math.min(threads === 'auto' ? availableThreads() : threads, most),
      scratchBytes: scratch,
    });
    this.#memory = this.#engine.place(memory);
    this.#memory.head.array.fill(-1);
    this.#memory.placeOf.array.fill(-1);
    this.#graph = new ItemGraph(
      this.#memory.graph,
      shape,
      onAll(this.#engine, () => this.#signal),
    );
    this.#random = randomNumbers(`${seed} light-gcn`);
    this.#adam = new Adam({ regularization });
    this.#users = Int32Array.from({ length: liked.rows }, (_, user) => user).filter(
      (user) => liked.offsets[user] < liked.offsets[user + 1],
    );
    this.#begin(start);
  }

  async epoch(_: number, signal: AbortSignal | undefined): Promise<number> {
    this.#signal = signal;
    await this.#refresh();
    const order = shuffle(this.#users, this.#random);
    let loss = 0;
    let edges = 0;
    for (let from = 0; from < order.length; ) {
      const { users, size } = this.#take(order, from);
      loss += size * (await this.#step(users, size));
      edges += size;
      from += users;
    }
    return edges > 0 ? loss / edges : 0;
  }

  async state(): Promise<LightGcnVectors> {
    await this.#refresh();
    const { factors } = this.#settings;
    const { x, z } = this.#memory;
    const items = this.#liked.columns;
    const width = widthOf(this.#settings);
    const vectors = new Float32Array(items * factors);
    const smoothed = new Float32Array(items * factors);
    for (let item = 0; item < items; item++) {
      smoothed.set(z.array.subarray(item * width, item * width + factors), item * factors);
      for (let e = 0; e < factors; e++) vectors[item * factors + e] = x.array[placeOf(item, e, items)];
    }
    return { vectors, smoothed };
  }

  close(): void {
    this.#engine.close();
  }

  #begin(start: Float32Array | undefined): void {
    const { factors, seed } = this.#settings;
    const items = this.#liked.columns;
    const drawn = uniform(`${seed} items`, items * factors, startScale * Math.sqrt(3));
    if (start) drawn.set(start);
    const { x } = this.#memory;
    for (let item = 0; item < items; item++) {
      for (let e = 0; e < factors; e++) x.array[placeOf(item, e, items)] = drawn[item * factors + e];
    }
  }

  async #refresh(): Promise<void> {
    if (!this.#fresh) await this.#graph.forward(this.#memory.x, this.#memory.z);
    this.#fresh = true;
  }

  /** Writes the histories of the next users. */
  #take(order: Int32Array, from: number): { users: number; size: number } {
    const { offsets, indices } = this.#liked;
    const { ends, links, shares, slots, graph } = this.#memory;
    let size = 0;
    let users = 0;
    while (from + users < order.length && size < this.#settings.batchSize && users < this.#sizes.users) {
      const user = order[from + users];
      const [first, last] = [offsets[user], offsets[user + 1]];
      const own = 1 / Math.sqrt(last - first);
      for (let e = first; e < last; e++, size++) {
        const item = indices[e];
        links.array[size] = item;
        shares.array[size] = own * graph.down.array[item];
        slots.array[size] = users;
      }
      ends.array[++users] = size;
    }
    return { users, size };
  }

  async #step(users: number, size: number): Promise<number> {
    const signal = this.#signal;
    const width = widthOf(this.#settings);
    const { x, means, squares, z, dz, user, links, shares, ends, stats, head, next, touched, slots, pulls, duser } = this.#memory;
    const history = { ends, items: links, shares, table: z, width, x: user };
    await this.#engine.run(historySums, cutOf(users), history, signal);
    stats.array.fill(0);
    const count = await (this.#settings.loss === 'bpr' ? this.#bpr(users, size) : this.#softmax(users, size));
    const distinct = this.#engine.call(groupLinks, { count, rows: links, head, next, touched });
    const gradients = { touched, head, next, slots, pulls, shares, x: user, dx: duser, table: z, width, out: dz };
    await this.#engine.run(historyGradients, cutOf(distinct, 64), gradients, signal);
    const slope = await this.#graph.backward(dz);
    const learned = { gradients: slope, parts: 1, stride: 0, values: x, means, squares, ...this.#adam.step(this.#settings.learningRate) };
    await this.#engine.run(adamDense, cutOf(x.array.length, 64, 16), learned, signal);
    await this.#graph.forward(x, z);
    return stats.array.reduce((sum, value) => sum + value, 0);
  }

  /** Each item against one other, which becomes a link of its own. @returns links */
  async #bpr(users: number, size: number): Promise<number> {
    const { z, user, links, shares, ends, stats, slots, pulls, duser } = this.#memory;
    const others = part(links, size, 2 * size);
    const drawn = { users: slots, offsets: ends, indices: links, items: this.#liked.columns, count: 1, seed: this.#seed(), out: others };
    await this.#engine.run(drawNegatives, cutOf(size, 64), drawn, this.#signal);
    const history = { ends, items: links, shares, others, table: z, width: widthOf(this.#settings), x: user };
    await this.#engine.run(historyBpr, cutOf(users), { ...history, weight: 1 / size, pulls, dx: duser, stats }, this.#signal);
    for (let e = 0; e < size; e++) {
      pulls.array[size + e] = -pulls.array[e];
      shares.array[size + e] = 0;
      slots.array[size + e] = slots.array[e];
    }
    return 2 * size;
  }

  /** Each item against drawn ones that all users share. @returns links */
  async #softmax(users: number, size: number): Promise<number> {
    const { z, dz, user, links, shares, ends, stats, pulls, duser, negativeItems, negatives, dnegatives, placeOf } = this.#memory;
    const items = this.#liked.columns;
    const width = widthOf(this.#settings);
    const count = this.#sizes.negatives;
    const real = this.#drawShared();
    await this.#engine.run(gatherRows, cutOf(count), { table: z, width, indices: negativeItems, scale: 1, add: 0, out: negatives }, this.#signal);
    const stride = count * width;
    const history = { ends, items: links, shares, table: z, width, x: user };
    const against = { negatives, count, real, placeOf, each: items / real, dnegatives, stride };
    await this.#engine.run(
      historySoftmax,
      cutOf(users, blocksPerStep, 8),
      { ...history, ...against, weight: 1 / size, pulls, dx: duser, stats },
      this.#signal,
    );
    for (let k = 0; k < real; k++) placeOf.array[negativeItems.array[k]] = -1;
    await this.#engine.run(sumParts, cutOf(count), { values: dnegatives, width, parts: blocksPerStep, stride }, this.#signal);
    this.#engine.call(addRows, { count: real, indices: negativeItems, from: dnegatives, width, out: dz });
    dnegatives.array.fill(0, 0, stride);
    return size;
  }

  /** Draws distinct items. @returns how many; the rest of their array, up to a multiple of 8, is -1 */
  #drawShared(): number {
    const { negativeItems, placeOf } = this.#memory;
    const items = this.#liked.columns;
    const wanted = Math.min(this.#settings.negatives, items);
    negativeItems.array.fill(-1);
    for (let k = 0; k < wanted; ) {
      const item = wanted === items ? k : Math.floor(this.#random() * items);
      if (placeOf.array[item] >= 0) continue;
      placeOf.array[item] = k;
      negativeItems.array[k++] = item;
    }
    return wanted;
  }

  #seed(): number {
    return Math.imul(++this.#steps, 0x85ebca6b) ^ this.#random.int32();
  }
}

/** Where column e of an item lies in slices of 16 columns. */
const placeOf = (item: number, e: number, items: number) => ((e >> 4) * items + item) * 16 + (e & 15);

/** What a step may take. */
interface StepSizes {
  users: number;
  /** Interactions: the last user may exceed the batch. */
  edges: number;
  /** Rows of negatives, a multiple of 8. */
  negatives: number;
}

function sizesOf({ offsets, rows, columns }: Csr, { batchSize, loss, negatives }: LightGcnSettings): StepSizes {
  let longest = 0;
  for (let user = 0; user < rows; user++) longest = Math.max(longest, offsets[user + 1] - offsets[user]);
  const edges = Math.min(offsets[rows], batchSize + longest);
  return {
    users: Math.min(rows, batchSize),
    edges: loss === 'bpr' ? 2 * edges : edges,
    negatives: loss === 'bpr' ? 0 : 8 * Math.ceil(Math.min(negatives, columns) / 8),
  };
}

function memoryOf(shape: GraphShape, { users, edges, negatives }: StepSizes) {
  const { width } = shape;
  const items = shape.liked.columns;
  return layout({
    graph: graphLayout(shape),
    x: f32(items * width),
    means: f32(items * width),
    squares: f32(items * width),
    z: f32(items * width),
    dz: f32(items * width),
    ends: i32(users + 1),
    user: f32(users * width),
    duser: f32(users * width),
    links: i32(edges),
    shares: f32(edges),
    slots: i32(edges),
    pulls: f32(edges),
    next: i32(edges),
    head: i32(items),
    touched: i32(Math.min(items, edges)),
    placeOf: i32(items),
    negativeItems: i32(negatives),
    negatives: f32(negatives * width),
    dnegatives: f32(negatives * width * blocksPerStep),
    stats: f64(blocksPerStep),
  });
}
