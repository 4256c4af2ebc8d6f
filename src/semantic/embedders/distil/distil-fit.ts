import { Engine } from '../../../engine/engine.ts';
import { distilKernels } from '../../../engine/generated/families/distil.ts';
import { neighbourhoods, textGradients, tokenMeans, tokenUpdates } from '../../../engine/generated/jobs.ts';
import { type Blocks, f32, i32, layout } from '../../../engine/memory/layout.ts';
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
 * representation distillation" and SimCSE's in-batch softmax), by Adam on the rows that a batch touches. The learning rate decays to 0.
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
    for (let row = 0; row < rows; row++) fit.table.set(initial.subarray(row * dimensions, (row + 1) * dimensions), row * width);
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
    for (let row = 0; row < rows; row++) table.set(fit.table.subarray(row * width, row * width + dimensions), row * dimensions);
    return table;
  } finally {
    fit.close();
  }
}

/** Rows of a batch that one thread takes at a time. */
const blockRows = 16;

type Memory = Blocks<ReturnType<typeof memoryOf>['fields']>;

/** Table and moments of `rows` tokens, and the arrays of a batch of texts, a multiple of 4, with at most `most` tokens. */
function memoryOf(rows: number, width: number, texts: number, most: number) {
  return layout({
    table: f32(rows * width),
    first: f32(rows * width),
    second: f32(rows),
    powers: f32(2 * rows),
    h: f32(texts * width),
    y: f32(texts * width),
    g: f32(texts * width),
    inverse: f32(texts),
    differences: f32(texts * texts),
    starts: i32(texts + 1),
    tokens: i32(most),
    touched: i32(most),
    touchedStarts: i32(most + 1),
    texts: i32(most),
    shares: f32(most),
  });
}

/** The state of a fit: table, moments, and the arrays of one batch. */
class Fit {
  readonly batchSize: number;
  readonly #sample: DistilSample;
  readonly #settings: FitSettings;
  readonly #width: number;
  readonly #engine: Engine<'distil'>;
  readonly #memory: Memory;
  /** Place of each token among those of the batch, -1: not in it. */
  readonly #places: Int32Array;

  constructor(rows: number, width: number, sample: DistilSample, settings: FitSettings) {
    const count = sample.starts.length - 1;
    this.batchSize = Math.min(settings.batchSize, count);
    const padded = Math.ceil(this.batchSize / 4) * 4;
    let longest = 0;
    for (let r = 0; r < count; r++) longest = Math.max(longest, sample.starts[r + 1] - sample.starts[r]);
    const memory = memoryOf(rows, width, padded, this.batchSize * longest);
    this.#engine = new Engine(memory, {
      families: [distilKernels],
      threads: settings.threads,
      scratchBytes: 4 * Math.max(4 * padded, width),
      plain: settings.plain,
    });
    this.#sample = sample;
    this.#settings = settings;
    this.#width = width;
    this.#memory = this.#engine.place(memory);
    this.#memory.powers.array.fill(1);
    this.#places = new Int32Array(rows).fill(-1);
  }

  /** vocabulary x width. */
  get table(): Float32Array {
    return this.#memory.table.array;
  }

  close(): void {
    this.#engine.close();
  }

  /** @returns the mean cosine between the batch and its targets, before the step. */
  async step(batch: Int32Array, rate: number, signal: AbortSignal | undefined): Promise<number> {
    const { temperature, neighbours, against } = this.#settings;
    const { table: e, first, second, powers, h, y, g, inverse, differences, starts, tokens, touchedStarts, texts, shares } = this.#memory;
    const engine = this.#engine;
    const f = this.#width;
    const n = batch.length;
    const width = Math.ceil(n / 4) * 4;
    const touched = this.#lay(batch);
    const itself = against === 'itself';
    const b = itself ? h : y;
    await engine.run(tokenMeans, { rows: n, blockSize: blockRows }, { e, f, starts, tokens, h, inverse }, signal);
    const cut = { rows: width, blockSize: blockRows };
    await engine.run(neighbourhoods, cut, { h, b, y, f, n, width, sharpness: 1 / temperature, differences }, signal);
    const loss = { weight: neighbours, mutual: Number(itself) };
    await engine.run(textGradients, cut, { h, y, b, inverse, f, width, ...loss, differences, g }, signal);
    const where = { touched: this.#memory.touched, starts: touchedStarts, texts, shares };
    // By the root of the dimensions, so that the rate is the length of a step beside rows of length about 1.
    const adam = { e, first, second, powers, rate: rate / Math.sqrt(f) };
    await engine.run(tokenUpdates, { rows: touched, blockSize: 64 }, { ...where, g, ...adam, f }, signal);
    let cosine = 0;
    for (let k = 0; k < n * f; k++) cosine += h.array[k] * y.array[k];
    return cosine / n;
  }

  /** Lays out the tokens and targets of a batch, and which texts each token stands in. @returns how many tokens there are. */
  #lay(batch: Int32Array): number {
    const { starts, tokens, targets, dimensions } = this.#sample;
    const f = this.#width;
    const places = this.#places;
    const memory = this.#memory;
    const touched = memory.touched.array;
    const ends = memory.touchedStarts.array;
    let at = 0;
    let count = 0;
    batch.forEach((text, r) => {
      memory.starts.array[r] = at;
      for (let t = starts[text]; t < starts[text + 1]; t++) {
        const token = tokens[t];
        memory.tokens.array[at++] = token;
        if (places[token] < 0) {
          places[token] = count;
          touched[count] = token;
          ends[++count] = 0;
        }
        ends[places[token] + 1]++;
      }
      memory.y.array.set(targets.subarray(text * dimensions, (text + 1) * dimensions), r * f);
    });
    memory.starts.array[batch.length] = at;
    ends[0] = 0;
    for (let k = 0; k < count; k++) ends[k + 1] += ends[k];
    const next = ends.slice(0, count);
    batch.forEach((text, r) => {
      const share = 1 / (starts[text + 1] - starts[text]);
      for (let t = starts[text]; t < starts[text + 1]; t++) {
        const to = next[places[tokens[t]]]++;
        memory.texts.array[to] = r;
        memory.shares.array[to] = share;
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

  /** The next n; a final partial batch is dropped. */
  take(n: number): Int32Array {
    if (this.#at + n > this.#texts.length) {
      shuffle(this.#texts, this.#random);
      this.#at = 0;
    }
    this.#at += n;
    return this.#texts.slice(this.#at - n, this.#at);
  }
}
