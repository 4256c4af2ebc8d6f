import { Engine } from '../../engine/engine.ts';
import { trainingKernels } from '../../engine/generated/families/training.ts';
import { dropoutRows, sampledLoss, sumParts, unitBackward, unitForward } from '../../engine/generated/jobs.ts';
import { part } from '../../engine/memory/block.ts';
import { type Blocks, f32, f64, i32, layout } from '../../engine/memory/layout.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { Adam } from '../../engine/training/adam.ts';
import { call, runCalls } from '../../engine/training/calls.ts';
import { blocksPerStep, cutOf } from '../../engine/training/cut.ts';
import { DenseParameters, denseLayout } from '../../engine/training/dense-parameters.ts';
import { EmbeddingTable, tableLayout } from '../../engine/training/embedding-table.ts';
import { fnvOfText } from '../../numeric/hash.ts';
import { randomBelow, randomNumbers, uniform } from '../../numeric/random.ts';
import { popularityOf } from '../shared/item-popularity.ts';
import type { Trainer } from '../shared/training.ts';
import { denseSizes, networkLayout, networkScratch, type Pass, SasRecNetwork } from './network.ts';
import type { SasRecSettings } from './options.ts';
import { Windows } from './windows.ts';

/** What is learned. */
export interface SasRecState {
  /** items x factors: the vectors of items, as inputs and as candidates. */
  items: Float32Array;
  /** maxLength x factors: the vectors of positions, the last one that of the newest item. */
  positions: Float32Array;
  /** Weights of the network. */
  dense: Float32Array;
}

/** Histories in time order. */
export interface SasRecData {
  offsets: Int32Array;
  /** Dense item indices, oldest first. */
  order: Int32Array;
  /** Number of items. */
  items: number;
}

/** How training goes on from an earlier state. */
export interface SasRecStart {
  state: SasRecState;
  /** Users whose last window is learned. */
  chosen: Uint8Array;
}

const mostRows = 4096;
/** Less data is not worth other threads. */
const worthThreads = 5000;
const leastSteps = 100;
const leastBatch = 16;

/** Stochastic gradient descent by Adam over batches of windows, whose rows lie one behind the other without padding. */
export class SasRecTrainer implements Trainer<SasRecState> {
  readonly #settings: SasRecSettings;
  readonly #data: SasRecData;
  readonly #windows: Windows;
  readonly #batch: number;
  readonly #rows: number;
  readonly #negatives: number;
  readonly #engine: Engine<'training'>;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #items: EmbeddingTable;
  readonly #positions: EmbeddingTable;
  readonly #dense: DenseParameters<string>;
  readonly #network: SasRecNetwork;
  readonly #adam: Adam;
  readonly #fixedNetwork: boolean;

  /** @param start goes on from there, for some users, with the network fixed */
  constructor(data: SasRecData, settings: SasRecSettings, start?: SasRecStart) {
    const { factors: d, maxLength } = settings;
    this.#settings = settings;
    this.#data = data;
    this.#windows = new Windows(data.offsets, maxLength, start?.chosen);
    const count = this.#windows.starts.length;
    this.#batch = Math.min(settings.batch, Math.max(leastBatch, Math.ceil(count / leastSteps)));
    this.#rows = Math.max(maxLength, Math.min(mostRows, this.#batch * maxLength));
    this.#negatives = 8 * Math.ceil(settings.negatives / 8);
    const plan = memoryOf(data, settings, { rows: this.#rows, batch: this.#batch, negatives: this.#negatives });
    const threads = settings.threads === 'auto' ? (data.order.length > worthThreads ? availableThreads() : 1) : settings.threads;
    const scratch = Math.max(networkScratch(settings, this.#rows), 65 * this.#negatives + 8 * Math.max(this.#negatives, d, 64) + 64);
    this.#engine = new Engine(plan, { families: [trainingKernels], threads: Math.min(threads, blocksPerStep), scratchBytes: 4 * scratch });
    this.#memory = this.#engine.place(plan);
    this.#items = new EmbeddingTable(this.#engine, this.#memory.items, d);
    this.#positions = new EmbeddingTable(this.#engine, this.#memory.positions, d);
    this.#dense = new DenseParameters(this.#engine, this.#memory.dense, denseSizes(settings));
    this.#network = new SasRecNetwork(this.#engine, this.#memory.network, this.#dense, settings);
    this.#adam = new Adam({ beta2: 0.98, regularization: settings.regularization });
    this.#fixedNetwork = start !== undefined;
    if (start) this.#set(start.state);
    else this.#begin();
    const popularity = popularityOf({ columns: data.items, indices: data.order }, settings.popularity);
    this.#memory.corrections?.array.set(popularity.map((value) => -value));
  }

  async epoch(epoch: number, signal: AbortSignal | undefined): Promise<number> {
    const { seed, epochs, learningRate } = this.#settings;
    const random = randomNumbers(`${seed} epoch ${epoch}`);
    this.#windows.shuffle(random);
    const rate = learningRate * (1 - (0.9 * (epoch - 1)) / Math.max(1, epochs - 1));
    let loss = 0;
    let rows = 0;
    for (let window = 0, step = 0; window < this.#windows.order.length; step++) {
      const taken = this.#take(window);
      window += taken.sequences;
      for (let k = 0; k < this.#negatives; k++) this.#memory.negatives.array[k] = randomBelow(random, this.#data.items);
      const pass = { ...taken, seed: fnvOfText(`${seed} ${epoch} ${step}`) };
      loss += await this.#step(pass, rate, signal);
      rows += taken.rows;
    }
    return rows > 0 ? loss / rows : 0;
  }

  state(): SasRecState {
    return { items: this.#items.rows.array.slice(), positions: this.#positions.rows.array.slice(), dense: this.#dense.all.array.slice() };
  }

  close(): void {
    this.#engine.close();
  }

  /** The windows of a step, from one on. */
  #take(from: number): { rows: number; sequences: number } {
    const { inputs, targets, places } = this.#memory;
    const { starts, squares } = this.#network.sequences;
    const { order, starts: firsts, lengths } = this.#windows;
    const { maxLength } = this.#settings;
    let rows = 0;
    let sequences = 0;
    for (let square = 0; from + sequences < order.length && sequences < this.#batch; sequences++) {
      const window = order[from + sequences];
      const length = lengths[window];
      if (rows + length > this.#rows) break;
      starts.array[sequences] = rows;
      squares.array[sequences] = square;
      for (let k = 0; k < length; k++) {
        inputs.array[rows + k] = this.#data.order[firsts[window] + k];
        targets.array[rows + k] = this.#data.order[firsts[window] + k + 1];
        places.array[rows + k] = maxLength - length + k;
      }
      rows += length;
      square += length * length;
    }
    starts.array[sequences] = rows;
    return { rows, sequences };
  }

  /** @returns the sum of the loss */
  async #step(pass: Pass, rate: number, signal: AbortSignal | undefined): Promise<number> {
    const { factors: d, dropout, temperature } = this.#settings;
    const { inputs, targets, places, negatives, likes, others, gradients, pulls, lengths, corrections, dh, stats } = this.#memory;
    const { rows } = pass;
    const count = this.#negatives;
    const x = this.#network.input;
    const [dx, h, dothers] = [0, this.#rows, 2 * this.#rows].map((row) => part(gradients, row * d, gradients.array.length));
    const drop = { width: d, probability: dropout, seed: (pass.seed ?? 0) >>> 0 };
    await this.#items.gather(inputs, rows, x, { scale: Math.sqrt(d), signal });
    await this.#positions.gather(places, rows, x, { add: true, signal });
    await this.#items.gather(targets, rows, likes, { signal });
    await this.#items.gather(negatives, count, others, { signal });
    dx.array.fill(0, 0, rows * d);
    dothers.array.fill(0, 0, count * d);
    const items = { positives: likes, targets, negatives: others, negativeItems: negatives, count, width: d };
    const how = {
      kind: this.#settings.loss === 'softmax' ? 0 : 1,
      scale: temperature > 0 ? 1 / temperature : 1,
      corrections,
      weight: 1 / rows,
    };
    const losses = { rows: h, ...items, ...how, drows: dh, pulls, dnegatives: dothers, stride: count * d, stats };
    // The gradient of the next items is `pulls` times h, whose place it takes.
    const cosines = [
      { count: rows, y: h, stats: lengths.h, dy: dh, dx: dh },
      { count: rows, y: likes, stats: lengths.likes, dy: h, dx: h },
      { count, y: others, stats: lengths.others, dy: dothers, dx: dothers },
    ].filter(() => temperature > 0);
    await runCalls(
      [
        call(this.#engine, dropoutRows, rows, { x, ...drop, out: x }),
        ...this.#network.forward(pass, h),
        ...cosines.map(({ count, y, stats }) => call(this.#engine, unitForward, count, { x: y, width: d, y, stats })),
        call(this.#engine, sampledLoss, rows, losses),
        call(this.#engine, sumParts, count, { values: dothers, width: d, parts: blocksPerStep, stride: count * d }),
        ...cosines.map(({ count, ...of }) => call(this.#engine, unitBackward, count, { ...of, width: d })),
        ...this.#network.backward(pass, dh, dx),
        call(this.#engine, dropoutRows, rows, { x: dx, ...drop, out: dx }),
      ],
      signal,
    );
    await this.#learn(rows, rate, signal);
    let loss = 0;
    for (let block = 0; block * cutOf(rows).blockSize < rows; block++) loss += stats.array[block];
    return loss * rows;
  }

  /** Every position moves the item that was read, the one that came next, and its place; negatives move by what all positions say. */
  async #learn(rows: number, rate: number, signal: AbortSignal | undefined): Promise<void> {
    const { inputs, targets, places, negatives, pulls, gradients } = this.#memory;
    const { linkRows, slots, weights } = this.#items;
    const root = Math.sqrt(this.#settings.factors);
    const count = this.#negatives;
    for (let k = 0; k < rows; k++) {
      slots.array[k] = k;
      slots.array[rows + k] = this.#rows + k;
      this.#positions.slots.array[k] = k;
    }
    for (let k = 0; k < count; k++) slots.array[2 * rows + k] = 2 * this.#rows + k;
    linkRows.array.set(inputs.array.subarray(0, rows));
    linkRows.array.set(targets.array.subarray(0, rows), rows);
    linkRows.array.set(negatives.array, 2 * rows);
    weights.array.fill(root, 0, rows);
    weights.array.set(pulls.array.subarray(0, rows), rows);
    weights.array.fill(1, 2 * rows, 2 * rows + count);
    this.#positions.linkRows.array.set(places.array.subarray(0, rows));
    const step = this.#adam.step(rate);
    await this.#items.learn(2 * rows + count, gradients, step, { signal });
    await this.#positions.learn(rows, gradients, { ...step, regularization: 0 }, { weighted: false, signal });
    if (this.#fixedNetwork) this.#memory.dense.gradients.array.fill(0);
    else await this.#dense.learn({ ...step, regularization: 0 }, signal);
  }

  #begin(): void {
    const { seed, factors: d, blocks, maxLength } = this.#settings;
    this.#items.rows.array.set(uniform(`${seed} items`, this.#data.items * d, itemScale));
    this.#positions.rows.array.set(uniform(`${seed} positions`, maxLength * d, itemScale));
    const glorot = (name: string, from: number, to: number, size: number) =>
      this.#dense.value(name).array.set(uniform(`${seed} ${name}`, size, Math.sqrt(6 / (from + to))));
    this.#dense.value('gain').array.fill(1);
    for (let b = 0; b < blocks; b++) {
      for (const name of ['gainA', 'gainB']) this.#dense.value(`${name}${b}`).array.fill(1);
      glorot(`qkv${b}`, d, d, 3 * d * d);
      glorot(`out${b}`, d, d, d * d);
      glorot(`up${b}`, d, 4 * d, 4 * d * d);
      glorot(`down${b}`, 4 * d, d, 4 * d * d);
    }
  }

  #set({ items, positions, dense }: SasRecState): void {
    this.#items.rows.array.set(items);
    this.#positions.rows.array.set(positions);
    this.#dense.all.array.set(dense);
  }
}

/** Uniform numbers of this size have a standard deviation of .02. */
const itemScale = 0.02 * Math.sqrt(3);

/** What training keeps in the memory of an engine. */
function memoryOf(data: SasRecData, settings: SasRecSettings, { rows, batch, negatives }: Record<'rows' | 'batch' | 'negatives', number>) {
  const { factors: d, maxLength } = settings;
  return layout({
    items: tableLayout(data.items, d, 2 * rows + negatives),
    positions: tableLayout(maxLength, d, rows),
    dense: denseLayout(denseSizes(settings)),
    network: networkLayout(settings, rows, batch, rows * maxLength, true),
    inputs: i32(rows),
    targets: i32(rows),
    places: i32(rows),
    negatives: i32(negatives),
    likes: f32(rows * d),
    others: f32(negatives * d),
    gradients: f32((2 * rows + blocksPerStep * negatives) * d),
    pulls: f32(rows),
    lengths: layout({ h: f32(rows), likes: f32(rows), others: f32(negatives) }),
    corrections: settings.popularity > 0 ? f32(data.items) : undefined,
    dh: f32(rows * d),
    stats: f64(blocksPerStep),
  });
}
