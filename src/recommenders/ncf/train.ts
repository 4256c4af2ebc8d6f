import { Engine } from '../../engine/engine.ts';
import { ncfKernels } from '../../engine/generated/families/ncf.ts';
import { trainingKernels } from '../../engine/generated/families/training.ts';
import { ncfStep } from '../../engine/generated/jobs.ts';
import { type Blocks, f32, f64, i32, layout } from '../../engine/memory/layout.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { Adam } from '../../engine/training/adam.ts';
import { blocksPerStep, cutOf } from '../../engine/training/cut.ts';
import { DenseParameters, denseLayout } from '../../engine/training/dense-parameters.ts';
import { EmbeddingTable, tableLayout } from '../../engine/training/embedding-table.ts';
import { falling } from '../../engine/training/schedule.ts';
import { fnvOfText } from '../../numeric/hash.ts';
import { logarithmsTo } from '../../numeric/logarithms.ts';
import { randomNumbers, uniform } from '../../numeric/random.ts';
import type { Trainer } from '../shared/training.ts';
import { Chunks } from './chunks.ts';
import type { NcfData } from './data.ts';
import type { NcfSettings } from './options.ts';
import { kernelShape, type NcfShape, scratchOf, shapeOf } from './shape.ts';

/** What is learned; rows are as `shapeOf` says. */
export interface NcfState {
  /** items x width: what an item in a history says about its user. */
  history: Float32Array;
  /** items x itemWidth: the item as a candidate, with its bias. */
  items: Float32Array;
  /** Layers and last weights. */
  dense: Float32Array;
}

/** How training goes on from an earlier state. */
export interface NcfStart {
  state: NcfState;
  /** Which interactions are learned. */
  chosen: Uint8Array;
}

/** Links of histories in a step, unless a single history has more. */
const linksPerStep = 1 << 16;
/** Less data is not worth other threads. */
const worthThreads = 20_000;
const leastSteps = 100;
/** A chunk must fit. */
const leastBatch = 8;

/** Log odds of a label 1 before anything is known: one of 1 + negatives. */
export const offsetOf = ({ feedback, loss, negatives }: NcfSettings) =>
  feedback === 'explicit' || loss === 'softmax' ? 0 : -logarithmsTo(negatives)[negatives];

/** Stochastic gradient descent by Adam over chunks of interactions (see chunks.ts). */
export class NcfTrainer implements Trainer<NcfState> {
  readonly #settings: NcfSettings;
  readonly #shape: NcfShape;
  readonly #chunks: Chunks;
  readonly #batch: number;
  readonly #offsets: Int32Array;
  readonly #engine: Engine<'ncf' | 'training'>;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #history: EmbeddingTable;
  readonly #items: EmbeddingTable;
  readonly #dense: DenseParameters<string>;
  readonly #adam: Adam;
  readonly #fixedLayers: boolean;
  readonly #itemCount: number;

  /** @param start goes on from there, for some interactions, with the layers fixed */
  constructor({ rows }: NcfData, settings: NcfSettings, start?: NcfStart) {
    const shape = shapeOf(settings);
    this.#settings = settings;
    this.#shape = shape;
    this.#offsets = rows.offsets;
    this.#itemCount = rows.columns;
    this.#chunks = new Chunks(rows.offsets, start?.chosen);
    this.#batch = Math.max(leastBatch, Math.min(settings.batch, Math.ceil(this.#chunks.entries.length / leastSteps)));
    const each = settings.feedback === 'explicit' ? 1 : 1 + settings.negatives;
    const plan = memoryOf(rows, shape, this.#batch, each, this.#mostLinks());
    const threads = settings.threads === 'auto' ? (rows.indices.length > worthThreads ? availableThreads() : 1) : settings.threads;
    this.#engine = new Engine(plan, {
      families: [ncfKernels, trainingKernels],
      threads: Math.min(threads, blocksPerStep),
      scratchBytes: 4 * scratchOf(shape, 8 * each),
    });
    this.#memory = this.#engine.place(plan);
    this.#history = new EmbeddingTable(this.#engine, this.#memory.history, shape.width);
    this.#items = new EmbeddingTable(this.#engine, this.#memory.items, shape.itemWidth);
    this.#dense = new DenseParameters(this.#engine, this.#memory.dense, shape.dense);
    this.#adam = new Adam({ regularization: settings.regularization });
    this.#fixedLayers = start !== undefined;
    const { array: slots } = this.#items.slots;
    for (let k = 0; k < slots.length; k++) slots[k] = k;
    if (start) this.#set(start.state);
    else this.#begin();
  }

  async epoch(epoch: number, signal: AbortSignal | undefined): Promise<number> {
    const { seed, epochs, learningRate, pretrain, variant, feedback } = this.#settings;
    const all = epochs + (variant === 'neumf' ? pretrain : 0);
    const apart = variant === 'neumf' && epoch <= pretrain && feedback === 'implicit';
    if (variant === 'neumf' && epoch === pretrain + 1 && pretrain > 0 && feedback === 'implicit') this.#join();
    this.#memory.shape.array.set(kernelShape(this.#shape, this.#itemCount, this.#settings, apart));
    this.#chunks.shuffle(randomNumbers(`${seed} epoch ${epoch}`));
    let loss = 0;
    let entries = 0;
    const chunks = this.#chunks.order.length;
    for (let chunk = 0, step = 0; chunk < chunks; step++) {
      const rate = falling(learningRate, (epoch - 1 + chunk / chunks) / all);
      const taken = this.#take(chunk);
      chunk += taken.chunks;
      loss += await this.#step(taken, fnvOfText(`${seed} ${epoch} ${step}`), rate, signal);
      entries += taken.entries;
    }
    return entries > 0 ? loss / entries : 0;
  }

  state(): NcfState {
    return { history: this.#history.rows.array.slice(), items: this.#items.rows.array.slice(), dense: this.#dense.all.array.slice() };
  }

  close(): void {
    this.#engine.close();
  }

  /** The chunks of a step, from one on. */
  #take(from: number): Taken {
    const { users, chunkStarts, picks, linkStarts } = this.#memory;
    const { slots } = this.#history;
    const { order, starts, entries: all } = this.#chunks;
    let chunks = 0;
    let entries = 0;
    let links = 0;
    for (; from + chunks < order.length; chunks++) {
      const chunk = order[from + chunks];
      const size = starts[chunk + 1] - starts[chunk];
      const rest = this.#chunks.rest(chunk);
      if (chunks > 0 && (entries + size > this.#batch || links + rest > slots.array.length)) break;
      users.array[chunks] = this.#chunks.users[chunk];
      chunkStarts.array[chunks] = entries;
      linkStarts.array[chunks] = links;
      for (let k = 0; k < size; k++) picks.array[entries + k] = all[starts[chunk] + k];
      slots.array.fill(chunks, links, links + rest);
      entries += size;
      links += rest;
    }
    chunkStarts.array[chunks] = entries;
    return { chunks, entries, links };
  }

  /** @returns the sum of the loss */
  async #step({ chunks, entries, links: linkCount }: Taken, seed: number, rate: number, signal?: AbortSignal) {
    const { shape, users, chunkStarts, picks, linkStarts, offsets, indices, values, dprofiles, ditems, stats, dense } = this.#memory;
    const history = this.#history;
    const items = this.#items;
    const cut = cutOf(chunks, blocksPerStep, 1);
    const each = ditems.array.length / this.#shape.itemWidth / this.#memory.picks.array.length;
    const data = { shape, users, chunkStarts, picks, offsets, indices, values, seed, dropout: this.#settings.dropout };
    const learned = {
      history: history.rows,
      items: items.rows,
      dense: this.#dense.all,
      gradients: dense.gradients,
      stride: this.#dense.stride,
    };
    const links = { linkStarts, linkRows: history.linkRows, linkWeights: history.weights };
    const out = { dprofiles, candidates: items.linkRows, ditems, ...links, stats };
    const scales = { offset: offsetOf(this.#settings), weight: 1 / (this.#settings.loss === 'softmax' ? entries : entries * each) };
    await this.#engine.run(ncfStep, cut, { ...data, ...learned, ...scales, ...out }, signal);
    const step = this.#adam.step(rate);
    await items.learn(entries * each, ditems, step, { weighted: false, signal });
    await history.learn(linkCount, dprofiles, step, { signal });
    if (this.#fixedLayers) dense.gradients.array.fill(0);
    else await this.#dense.learn({ ...step, regularization: 0 }, signal);
    let loss = 0;
    for (let block = 0; block * cut.blockSize < chunks; block++) loss += stats.array[block];
    return loss * entries;
  }

  /** Random embeddings and layers; GMF begins as an inner product. */
  #begin(): void {
    const { seed, factors, layers } = this.#settings;
    const { gmf, mlp, width, itemWidth, layers: hidden } = this.#shape;
    const fill = (rows: Float32Array, wide: number, name: string) => {
      const random = uniform(`${seed} ${name}`, this.#itemCount * wide, 0.1);
      for (let item = 0; item < this.#itemCount; item++) {
        for (let k = 0; k < (gmf > 0 ? factors : 0); k++) rows[item * wide + k] = random[item * wide + k];
        for (let k = gmf; k < gmf + (mlp > 0 ? layers[0] / 2 : 0); k++) rows[item * wide + k] = random[item * wide + k];
      }
    };
    fill(this.#history.rows.array, width, 'history');
    fill(this.#items.rows.array, itemWidth, 'items');
    if (gmf > 0) this.#dense.value('gmf').array.fill(1);
    if (mlp === 0) return;
    let from = 2 * mlp;
    hidden.forEach((to, l) => {
      const real = layers[l + 1];
      const random = uniform(`${seed} layer ${l}`, from * to, Math.sqrt(6 / (from + to)));
      const weights = this.#dense.value(`w${l}`).array;
      for (let k = 0; k < from * to; k++) weights[k] = k % to < real ? random[k] : 0;
      from = to;
    });
    const last = uniform(`${seed} last`, from, Math.sqrt(6 / (from + 1)));
    this.#dense.value('last').array.set(last.map((value, k) => (k < layers[layers.length - 1] ? value : 0)));
  }

  /** After learning apart, each half counts half (He et al. 2017). */
  #join(): void {
    for (const name of ['last', 'gmf']) {
      const { array } = this.#dense.value(name);
      for (let k = 0; k < array.length; k++) array[k] /= 2;
    }
  }

  #set({ history, items, dense }: NcfState): void {
    this.#history.rows.array.set(history);
    this.#items.rows.array.set(items);
    this.#dense.all.array.set(dense);
  }

  #mostLinks(): number {
    let most = linksPerStep;
    for (let user = 0; user + 1 < this.#offsets.length; user++) most = Math.max(most, this.#offsets[user + 1] - this.#offsets[user]);
    return most;
  }
}

/** What a step learns from. */
interface Taken {
  chunks: number;
  /** Interactions. */
  entries: number;
  /** Links from histories to the gradients of profiles. */
  links: number;
}

/** What training keeps in the memory of an engine. */
function memoryOf({ columns, offsets, indices, values }: NcfData['rows'], shape: NcfShape, batch: number, each: number, links: number) {
  return layout({
    history: tableLayout(columns, shape.width, links),
    items: tableLayout(columns, shape.itemWidth, batch * each),
    dense: denseLayout(shape.dense),
    shape: i32(7 + shape.layers.length),
    offsets: i32(offsets),
    indices: i32(indices),
    values: each === 1 ? f32(values) : undefined,
    users: i32(batch),
    chunkStarts: i32(batch + 1),
    linkStarts: i32(batch),
    picks: i32(batch),
    dprofiles: f32(batch * shape.width),
    ditems: f32(batch * each * shape.itemWidth),
    stats: f64(blocksPerStep),
  });
}
