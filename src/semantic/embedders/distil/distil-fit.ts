import { type Block, Engine } from '../../../engine/engine.ts';
import { randomNumbers, shuffle } from '../../../numeric/random.ts';
import type { Progress } from '../../../options.ts';

/** What a table is fitted on. */
export interface DistilSample {
  /** Tokens of text r: `tokens[starts[r]] .. tokens[starts[r + 1]]`; none is empty. */
  starts: Int32Array;
  tokens: Int32Array;
  /** The teacher's vector of each text, of length 1. */
  targets: Float32Array;
  dimensions: number;
}

/** How it is fitted. */
export interface FitSettings {
  steps: number;
  batchSize: number;
  learningRate: number;
  temperature: number;
  /** Of the neighbourhoods, beside the cosine. */
  neighbours: number;
  /** Compare the texts of a batch with the teacher's vectors (queries against documents), or with each other. */
  against: 'teacher' | 'itself';
  seed: number;
  threads: number;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Runs the TypeScript twins of the kernels; for tests. */
  plain?: boolean;
}

/**
 * Moves the rows of a table, vocabulary x dimensions, so that the mean over a text points where the teacher's vector does: cosine
 * loss, and the Kullback-Leibler divergence between the neighbourhoods that a text has within its batch (as in "contrastive
 * representation distillation" and SimCSE's in-batch softmax), by Adam on the rows that a batch touches. The rate falls to 0.
 *
 * @returns the table; the one given stays. The same for every number of threads.
 * @throws the signal's reason.
 */
export async function fitTable(initial: Float32Array, sample: DistilSample, settings: FitSettings): Promise<Float32Array> {
  const { dimensions } = sample;
  const { steps, signal, onProgress } = settings;
  const width = Math.ceil(dimensions / 8) * 8;
  const rows = initial.length / dimensions;
  const fit = new Fit(rows, width, sample, settings);
  try {
    for (let row = 0; row < rows; row++) fit.table.array.set(initial.subarray(row * dimensions, (row + 1) * dimensions), row * width);
    const order = new Order(sample.starts.length - 1, settings.seed);
    let cosine = 0;
    for (let step = 0; step < steps; step++) {
      if (step % 10 === 0) onProgress?.({ phase: 'fitting', done: step, total: steps, ...(step > 0 && { cosine }) });
      const now = await fit.step(order.take(fit.batchSize), settings.learningRate * (1 - step / steps), signal);
      cosine = step === 0 ? now : 0.9 * cosine + 0.1 * now;
    }
    signal?.throwIfAborted();
    onProgress?.({ phase: 'fitting', done: steps, total: steps, cosine });
    const table = new Float32Array(initial.length);
    for (let row = 0; row < rows; row++) table.set(fit.table.array.subarray(row * width, row * width + dimensions), row * dimensions);
    return table;
  } finally {
    fit.close();
  }
}

/** Rows of a batch that one thread takes at a time. */
const blockRows = 16;

/** The state of a fit: table, moments, and the arrays of one batch. */
class Fit {
  readonly table: Block<Float32Array>;
  readonly batchSize: number;
  readonly #sample: DistilSample;
  readonly #settings: FitSettings;
  readonly #width: number;
  readonly #engine: Engine;
  readonly #first: Block<Float32Array>;
  readonly #second: Block<Float32Array>;
  readonly #powers: Block<Float32Array>;
  readonly #h: Block<Float32Array>;
  readonly #y: Block<Float32Array>;
  readonly #g: Block<Float32Array>;
  readonly #inverse: Block<Float32Array>;
  readonly #differences: Block<Float32Array>;
  readonly #starts: Block<Int32Array>;
  readonly #tokens: Block<Int32Array>;
  readonly #touched: Block<Int32Array>;
  readonly #touchedStarts: Block<Int32Array>;
  readonly #texts: Block<Int32Array>;
  readonly #shares: Block<Float32Array>;
  /** Place of each token among those of the batch, -1: not in it. */
  readonly #places: Int32Array;

  constructor(rows: number, width: number, sample: DistilSample, settings: FitSettings) {
    const count = sample.starts.length - 1;
    this.batchSize = Math.min(settings.batchSize, count);
    const padded = Math.ceil(this.batchSize / 4) * 4;
    let longest = 0;
    for (let r = 0; r < count; r++) longest = Math.max(longest, sample.starts[r + 1] - sample.starts[r]);
    const most = this.batchSize * longest;
    const numbers = 2 * rows * width + 3 * rows + 3 * padded * width + padded * padded + 4 * padded + 6 * most + 64 * 16;
    this.#engine = new Engine(4 * numbers, {
      threads: settings.threads,
      scratchBytes: 4 * Math.max(4 * padded, width),
      plain: settings.plain,
    });
    const engine = this.#engine;
    this.#sample = sample;
    this.#settings = settings;
    this.#width = width;
    this.table = engine.f32(rows * width);
    this.#first = engine.f32(rows * width);
    this.#second = engine.f32(rows);
    this.#powers = engine.f32(2 * rows);
    this.#powers.array.fill(1);
    this.#h = engine.f32(padded * width);
    this.#y = engine.f32(padded * width);
    this.#g = engine.f32(padded * width);
    this.#inverse = engine.f32(padded);
    this.#differences = engine.f32(padded * padded);
    this.#starts = engine.i32(padded + 1);
    this.#tokens = engine.i32(most);
    this.#touched = engine.i32(most);
    this.#touchedStarts = engine.i32(most + 1);
    this.#texts = engine.i32(most);
    this.#shares = engine.f32(most);
    this.#places = new Int32Array(rows).fill(-1);
  }

  close(): void {
    this.#engine.close();
  }

  /** @returns the mean cosine between the batch and its targets, before the step. */
  async step(batch: Int32Array, rate: number, signal: AbortSignal | undefined): Promise<number> {
    const { temperature, neighbours, against } = this.#settings;
    const engine = this.#engine;
    const f = this.#width;
    const n = batch.length;
    const padded = Math.ceil(n / 4) * 4;
    const touched = this.#lay(batch);
    const [h, y, g, inverse, differences] = [this.#h.at, this.#y.at, this.#g.at, this.#inverse.at, this.#differences.at];
    const b = against === 'itself' ? h : y;
    await engine.run(
      'tokenMeans',
      { rows: n, blockSize: blockRows },
      [this.table.at, f, this.#starts.at, this.#tokens.at, h, inverse],
      signal,
    );
    const cut = { rows: padded, blockSize: blockRows };
    await engine.run('neighbourhoods', cut, [h, b, y, f, n, padded, 1 / temperature, differences], signal);
    await engine.run('textGradients', cut, [h, y, b, inverse, f, padded, neighbours, Number(b === h), differences, g], signal);
    const moments = [this.table.at, this.#first.at, this.#second.at, this.#powers.at];
    const where = [this.#touched.at, this.#touchedStarts.at, this.#texts.at, this.#shares.at];
    // By the root of the dimensions, so that the rate is the length of a step beside rows of length about 1.
    await engine.run('tokenUpdates', { rows: touched, blockSize: 64 }, [...where, g, ...moments, f, rate / Math.sqrt(f)], signal);
    let cosine = 0;
    for (let k = 0; k < n * f; k++) cosine += this.#h.array[k] * this.#y.array[k];
    return cosine / n;
  }

  /** Lays out the tokens and targets of a batch, and which texts each token stands in. @returns how many tokens there are. */
  #lay(batch: Int32Array): number {
    const { starts, tokens, targets, dimensions } = this.#sample;
    const f = this.#width;
    const places = this.#places;
    const touched = this.#touched.array;
    const ends = this.#touchedStarts.array;
    let at = 0;
    let count = 0;
    batch.forEach((text, r) => {
      this.#starts.array[r] = at;
      for (let t = starts[text]; t < starts[text + 1]; t++) {
        const token = tokens[t];
        this.#tokens.array[at++] = token;
        if (places[token] < 0) {
          places[token] = count;
          touched[count] = token;
          ends[++count] = 0;
        }
        ends[places[token] + 1]++;
      }
      this.#y.array.set(targets.subarray(text * dimensions, (text + 1) * dimensions), r * f);
    });
    this.#starts.array[batch.length] = at;
    ends[0] = 0;
    for (let k = 0; k < count; k++) ends[k + 1] += ends[k];
    const next = ends.slice(0, count);
    batch.forEach((text, r) => {
      const share = 1 / (starts[text + 1] - starts[text]);
      for (let t = starts[text]; t < starts[text + 1]; t++) {
        const to = next[places[tokens[t]]]++;
        this.#texts.array[to] = r;
        this.#shares.array[to] = share;
      }
    });
    for (let k = 0; k < count; k++) places[touched[k]] = -1;
    return count;
  }
}

/** Texts in random order, again and again. */
class Order {
  readonly #texts: Int32Array;
  readonly #random: () => number;
  #at: number;

  constructor(count: number, seed: number) {
    this.#texts = Int32Array.from({ length: count }, (_, k) => k);
    this.#random = randomNumbers(seed);
    this.#at = count;
  }

  /** The next n; what is left of an order that has fewer is left out. */
  take(n: number): Int32Array {
    if (this.#at + n > this.#texts.length) {
      shuffle(this.#texts, this.#random);
      this.#at = 0;
    }
    this.#at += n;
    return this.#texts.slice(this.#at - n, this.#at);
  }
}
