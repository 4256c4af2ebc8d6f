import type { Csr } from '../../data/csr.ts';
import { Engine } from '../../engine/engine.ts';
import { lightGcnKernels } from '../../engine/generated/families/light-gcn.ts';
import { trainingKernels } from '../../engine/generated/families/training.ts';
import {
  addRows,
  drawNegatives,
  gatherRows,
  groupLinks,
  historyBpr,
  historyGradients,
  historySoftmax,
  historySums,
  sumParts,
  unitBackward,
  unitForward,
} from '../../engine/generated/jobs.ts';
import { type Block, part } from '../../engine/memory/block.ts';
import { type Blocks, type Fields, f32, f64, i32, type Layout, layout } from '../../engine/memory/layout.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { Adam, type AdamStep } from '../../engine/training/adam.ts';
import { blocksPerStep, cutOf } from '../../engine/training/cut.ts';
import { falling } from '../../engine/training/schedule.ts';
import { columnsOf } from '../../numeric/columns.ts';
import { randomNumbers, type SeededNumbers, shuffle } from '../../numeric/random.ts';
import { itemSharesOf, popularityOf } from './item-popularity.ts';

/** What makes the vectors of items, and learns from their gradients. */
export interface ItemEncoder {
  /** Columns of a row, a multiple of 16. */
  readonly width: number;
  /** Writes the vectors of all items, items x width. */
  forward(z: Block<Float32Array>): Promise<void>;
  /** Takes a step by their gradient, which it clears. */
  learn(dz: Block<Float32Array>, step: AdamStep): Promise<void>;
}

/** An encoder before there is memory for it. */
export interface EncoderPlan<Encoder extends ItemEncoder, F extends Fields> {
  /** Columns of a row, a multiple of 16. */
  width: number;
  /** Memory it takes. */
  memory: Layout<F>;
  /** Floats of scratch per thread. */
  scratch: number;
  /** Makes it. @param signal that of the epoch */
  start(engine: Engine<'light-gcn' | 'training'>, blocks: Blocks<F>, signal: () => AbortSignal | undefined): Encoder;
}

/** How is learned. */
export interface HistorySettings {
  loss: 'softmax' | 'bpr';
  /** Drawn per step. */
  negatives: number;
  /** Interactions per step, at least. */
  batchSize: number;
  /** Times through the data. */
  epochs: number;
  /** Length of the first step; it falls to 0 with the last. */
  learningRate: number;
  regularization: number;
  /** Vectors of items have length 1, and scores are divided by this; 0: vectors of any length. */
  temperature: number;
  /** An item of a history counts 1 / its number of users to this power. */
  historyExponent: number;
  /** What is added to every score: this times the logarithm of the number of users of the item. */
  popularity: number;
  seed: number | string;
  threads: number | 'auto';
}

/** Rows of users that a softmax takes at a time, as in the kernel. */
const tile = 32;
/**
 * Learns vectors of items. A step takes some users: each is the sum of the vectors of their items, every one over a power of its number of
 * users and a constant of the user, and what is learned is how well the others of these items predict each one. Vectors of all items are made anew
 * after each step.
 */
export class HistoryTrainer<Encoder extends ItemEncoder, F extends Fields> {
  /** What is learned. */
  readonly encoder: Encoder;
  readonly #settings: HistorySettings;
  readonly #liked: Csr;
  /** Items that may be drawn: the first so many. */
  readonly #drawable: number;
  readonly #engine: Engine<'light-gcn' | 'training'>;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #random: SeededNumbers;
  readonly #adam: Adam;
  readonly #sizes: StepSizes;
  readonly #users: Int32Array;
  readonly #itemShares: Float32Array;
  readonly #sharpness: number;
  #signal: AbortSignal | undefined;
  #steps = 0;
  /** The share of the training that is done. */
  #done = 0;
  #fresh = false;

  /** @param drawable items that may be drawn as negatives, the first so many; the others have no interactions */
  constructor(liked: Csr, plan: EncoderPlan<Encoder, F>, settings: HistorySettings, drawable = liked.columns) {
    this.#settings = settings;
    this.#liked = liked;
    this.#drawable = drawable;
    const { regularization, seed, threads, temperature } = settings;
    this.#sharpness = temperature > 0 ? 1 / temperature : 1;
    this.#sizes = sizesOf(liked, settings, drawable);
    const { negatives } = this.#sizes;
    const memory = memoryOf(liked.columns, plan.width, this.#sizes, temperature > 0);
    const scratch = 4 * Math.max(plan.scratch, tile * negatives + 8 * Math.max(negatives, plan.width, tile)) + 256;
    const most = Math.min(blocksPerStep, Math.max(1, Math.floor((liked.indices.length * plan.width) / 2 ** 16)));
    const all = layout({ memory, encoder: plan.memory });
    this.#engine = new Engine(all, {
      families: [lightGcnKernels, trainingKernels],
      threads: Math.min(threads === 'auto' ? availableThreads() : threads, most),
      scratchBytes: scratch,
    });
    this.#memory = this.#engine.place(memory);
    this.encoder = plan.start(this.#engine, this.#engine.place(plan.memory), () => this.#signal);
    this.#memory.head.array.fill(-1);
    this.#memory.placeOf.array.fill(-1);
    this.#random = randomNumbers(`${seed} histories`);
    this.#adam = new Adam({ regularization });
    this.#users = Int32Array.from({ length: liked.rows }, (_, user) => user).filter(
      (user) => liked.offsets[user] < liked.offsets[user + 1],
    );
    this.#itemShares = itemSharesOf(liked, settings.historyExponent);
    if (settings.popularity > 0) this.#memory.biases.array.set(popularityOf(liked, settings.popularity));
  }

  /** Goes through the data once. @param epoch 1, 2, 3, ... @returns the mean loss */
  async epoch(epoch: number, signal: AbortSignal | undefined): Promise<number> {
    this.#signal = signal;
    await this.#refresh();
    const order = shuffle(this.#users, this.#random);
    let loss = 0;
    let edges = 0;
    for (let from = 0; from < order.length; ) {
      const { users, size } = this.#take(order, from);
      this.#done = (epoch - 1 + from / order.length) / this.#settings.epochs;
      loss += size * (await this.#step(users, size));
      edges += size;
      from += users;
    }
    return edges > 0 ? loss / edges : 0;
  }

  /** The vectors of all items as they are now, items x factors. */
  async rows(factors: number): Promise<Float32Array> {
    await this.#refresh();
    return columnsOf(this.#memory.z.array, this.encoder.width, 0, factors);
  }

  /** Ends the threads. */
  close(): void {
    this.#engine.close();
  }

  async #refresh(): Promise<void> {
    if (!this.#fresh) await this.#encode();
    this.#fresh = true;
  }

  async #encode(): Promise<void> {
    const { z, lengths } = this.#memory;
    await this.encoder.forward(z);
    if (!lengths) return;
    await this.#engine.run(unitForward, this.#allItems, { x: z, width: this.encoder.width, y: z, stats: lengths }, this.#signal);
  }

  async #learn(): Promise<void> {
    const { z, dz, lengths } = this.#memory;
    const back = { y: z, width: this.encoder.width, stats: lengths as Block<Float32Array>, dy: dz, dx: dz };
    if (lengths) await this.#engine.run(unitBackward, this.#allItems, back, this.#signal);
    await this.encoder.learn(dz, this.#adam.step(falling(this.#settings.learningRate, this.#done)));
  }

  get #allItems() {
    return cutOf(this.#liked.columns, 64);
  }

  /** Writes the histories of the next users. */
  #take(order: Int32Array, from: number): { users: number; size: number } {
    const { offsets, indices } = this.#liked;
    const { ends, links, shares, slots } = this.#memory;
    let size = 0;
    let users = 0;
    while (from + users < order.length && size < this.#settings.batchSize && users < this.#sizes.users) {
      const user = order[from + users];
      const [first, last] = [offsets[user], offsets[user + 1]];
      const own = this.#ownShare(first, last);
      for (let e = first; e < last; e++, size++) {
        const item = indices[e];
        links.array[size] = item;
        shares.array[size] = own * this.#itemShares[item];
        slots.array[size] = users;
      }
      ends.array[++users] = size;
    }
    return { users, size };
  }

  /** What the shares of a user's items are multiplied by; where vectors have length 1, {@link #sharpen} does so later. */
  #ownShare(first: number, last: number): number {
    return this.#memory.lengths ? 1 : this.#sharpness / Math.sqrt(last - first);
  }

  /**
   * Gives the sums of users the length of 1 / temperature, so that the temperature means the same for all: a long history of different items has a
   * short mean, and would hardly count. The length is taken as given when gradients are made. Lists do not depend on it.
   */
  #sharpen(users: number): void {
    const { user, shares, ends } = this.#memory;
    const { width } = this.encoder;
    for (let u = 0; u < users; u++) {
      const row = user.array.subarray(u * width, (u + 1) * width);
      let squares = 0;
      for (let k = 0; k < width; k++) squares += row[k] * row[k];
      const scale = squares > 0 ? this.#sharpness / Math.sqrt(squares) : 0;
      for (let k = 0; k < width; k++) row[k] *= scale;
      for (let e = ends.array[u]; e < ends.array[u + 1]; e++) shares.array[e] *= scale;
    }
  }

  async #step(users: number, size: number): Promise<number> {
    const signal = this.#signal;
    const { width } = this.encoder;
    const { z, dz, user, links, shares, ends, stats, head, next, touched, slots, pulls, duser } = this.#memory;
    const history = { ends, items: links, shares, table: z, width, x: user };
    await this.#engine.run(historySums, cutOf(users), history, signal);
    if (this.#memory.lengths) this.#sharpen(users);
    stats.array.fill(0);
    const count = await (this.#settings.loss === 'bpr' ? this.#bpr(users, size) : this.#softmax(users, size));
    const distinct = this.#engine.call(groupLinks, { count, rows: links, head, next, touched });
    const gradients = { touched, head, next, slots, pulls, shares, x: user, dx: duser, table: z, width, out: dz };
    await this.#engine.run(historyGradients, cutOf(distinct, 64), gradients, signal);
    await this.#learn();
    await this.#encode();
    return stats.array.reduce((sum, value) => sum + value, 0);
  }

  /** Each item against one other, which becomes a link of its own. @returns links */
  async #bpr(users: number, size: number): Promise<number> {
    const { z, user, links, shares, ends, stats, slots, pulls, duser, biases } = this.#memory;
    const others = part(links, size, 2 * size);
    const drawn = { users: slots, offsets: ends, indices: links, items: this.#drawable, count: 1, seed: this.#seed(), out: others };
    await this.#engine.run(drawNegatives, cutOf(size, 64), drawn, this.#signal);
    const history = { ends, items: links, shares, others, table: z, width: this.encoder.width, biases, x: user };
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
    const { z, dz, user, links, shares, ends, stats, pulls, duser, placeOf, biases } = this.#memory;
    const { negativeItems, negatives, negativeBiases, dnegatives } = this.#memory;
    const items = this.#drawable;
    const { width } = this.encoder;
    const count = this.#sizes.negatives;
    const real = this.#drawShared();
    await this.#engine.run(
      gatherRows,
      cutOf(count),
      { table: z, width, indices: negativeItems, scale: 1, add: 0, out: negatives },
      this.#signal,
    );
    const stride = count * width;
    const history = { ends, items: links, shares, table: z, width, biases, x: user };
    for (let k = 0; k < real; k++) negativeBiases.array[k] = biases.array[negativeItems.array[k]];
    const against = { negatives, negativeBiases, count, real, placeOf, each: items / real, dnegatives, stride };
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
    const items = this.#drawable;
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

/** What a step may take. */
interface StepSizes {
  users: number;
  /** Interactions: the last user may exceed the batch. */
  edges: number;
  /** Rows of negatives, a multiple of 8. */
  negatives: number;
}

function sizesOf({ offsets, rows }: Csr, { batchSize, loss, negatives }: HistorySettings, drawable: number): StepSizes {
  let longest = 0;
  for (let user = 0; user < rows; user++) longest = Math.max(longest, offsets[user + 1] - offsets[user]);
  const edges = Math.min(offsets[rows], batchSize + longest);
  return {
    users: Math.min(rows, batchSize),
    edges: loss === 'bpr' ? 2 * edges : edges,
    negatives: loss === 'bpr' ? 0 : 8 * Math.ceil(Math.min(negatives, drawable) / 8),
  };
}

function memoryOf(items: number, width: number, { users, edges, negatives }: StepSizes, hasLengths: boolean) {
  return layout({
    lengths: hasLengths ? f32(items) : undefined,
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
    biases: f32(items),
    negativeItems: i32(negatives),
    negativeBiases: f32(negatives),
    negatives: f32(negatives * width),
    dnegatives: f32(negatives * width * blocksPerStep),
    stats: f64(blocksPerStep),
  });
}

// Models import these from here, which keeps the trainer and its kernels in the file of the package where they compress best (`npm run sizes`).
export { itemSharesOf, popularityOf };
