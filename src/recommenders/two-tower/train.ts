import { type Csr, transpose } from '../../data/csr.ts';
import type { Engine } from '../../engine/engine.ts';
import { adamDense, gatherRows, historySums, linearBackward, linearForward } from '../../engine/generated/jobs.ts';
import type { Block } from '../../engine/memory/block.ts';
import { type Blocks, f32, i32, layout } from '../../engine/memory/layout.ts';
import type { AdamStep } from '../../engine/training/adam.ts';
import { blocksPerStep, cutOf } from '../../engine/training/cut.ts';
import { DenseParameters, denseLayout } from '../../engine/training/dense-parameters.ts';
import { uniform } from '../../numeric/random.ts';
import { HistoryTrainer, type ItemEncoder } from '../shared/history-trainer.ts';
import type { Features } from '../shared/item-features.ts';
import type { Trainer } from '../shared/training.ts';
import type { StoredSettings } from './options.ts';

/** Size of what training begins with. */
const startScale = 0.1;

const widthOf = (factors: number) => 16 * Math.ceil(factors / 16);
const csrLayout = ({ offsets, indices, values }: Csr) => layout({ ends: i32(offsets), items: i32(indices), shares: f32(values) });

function layoutOf({ items, texts, dimensions, attributes }: Features, width: number) {
  const size = items.size * width;
  const words = attributes.columns * width;
  return layout({
    ids: f32(size),
    means: f32(size),
    squares: f32(size),
    every: i32(Int32Array.from({ length: items.size }, (_, item) => item)),
    texts: f32(texts),
    dense: denseLayout({ w: dimensions * width }),
    words: layout({ rows: f32(words), gradients: f32(words), means: f32(words), squares: f32(words) }),
    byItem: csrLayout(attributes),
    byWord: csrLayout(transpose(attributes)),
    sums: f32(words > 0 ? size : 0),
  });
}

type Memory = Blocks<ReturnType<typeof layoutOf>['fields']>;

/** The tower of items: a vector of its own, plus text vector x W, plus the mean of the vectors of its attributes. */
class TowerEncoder implements ItemEncoder {
  readonly width: number;
  readonly #engine: Engine<'light-gcn' | 'training'>;
  readonly #memory: Memory;
  readonly #features: Features;
  readonly #dense: DenseParameters<'w'>;
  readonly #signal: () => AbortSignal | undefined;

  constructor(
    engine: Engine<'light-gcn' | 'training'>,
    memory: Memory,
    features: Features,
    width: number,
    signal: () => AbortSignal | undefined,
  ) {
    this.width = width;
    this.#engine = engine;
    this.#memory = memory;
    this.#features = features;
    this.#signal = signal;
    this.#dense = new DenseParameters(engine, memory.dense, { w: features.dimensions * width });
  }

  /** Goes on from vectors of items, items x factors. */
  resume(factors: number, rows: Float32Array): void {
    const { ids } = this.#memory;
    for (let item = 0; item * factors < rows.length; item++) {
      ids.array.set(rows.subarray(item * factors, (item + 1) * factors), item * this.width);
    }
  }

  /** Draws where training begins: items without interactions have no vector of their own. */
  begin(factors: number, interacted: number, seed: number | string): void {
    const { ids, words } = this.#memory;
    const { width } = this;
    const draw = (name: string, rows: number, scale: number, into: Float32Array) => {
      const drawn = uniform(`${seed} ${name}`, rows * factors, scale * Math.sqrt(3));
      for (let row = 0; row < rows; row++) into.set(drawn.subarray(row * factors, (row + 1) * factors), row * width);
    };
    draw('items', interacted, startScale, ids.array);
    draw('texts', this.#features.dimensions, startScale, this.#dense.value('w').array);
    draw('attributes', this.#features.attributes.columns, startScale, words.rows.array);
  }

  async forward(z: Block<Float32Array>): Promise<void> {
    const { texts, ids, every, words, byItem, sums } = this.#memory;
    const { width } = this;
    const { items, dimensions, attributes } = this.#features;
    const signal = this.#signal();
    const cut = cutOf(items.size);
    const add = dimensions > 0 ? 1 : 0;
    if (add)
      await this.#engine.run(linearForward, cut, { x: texts, inputs: dimensions, w: this.#dense.value('w'), outputs: width, y: z }, signal);
    await this.#engine.run(gatherRows, cut, { table: ids, width, indices: every, scale: 1, add, out: z }, signal);
    if (attributes.columns === 0) return;
    await this.#engine.run(historySums, cut, { ...byItem, table: words.rows, width, x: sums }, signal);
    await this.#engine.run(gatherRows, cut, { table: sums, width, indices: every, scale: 1, add: 1, out: z }, signal);
  }

  async learn(dz: Block<Float32Array>, step: AdamStep): Promise<void> {
    const { texts, ids, means, squares, words, byWord } = this.#memory;
    const { width } = this;
    const { items, dimensions, attributes } = this.#features;
    const signal = this.#signal();
    if (dimensions > 0) {
      const { stride } = this.#dense;
      const gradients = { dw: this.#dense.gradient('w'), stride };
      const through = { x: texts, inputs: dimensions, w: this.#dense.value('w'), outputs: width, dy: dz };
      await this.#engine.run(linearBackward, cutOf(items.size), { ...through, ...gradients }, signal);
      await this.#dense.learn(step, signal);
    }
    if (attributes.columns > 0) {
      await this.#engine.run(historySums, cutOf(attributes.columns), { ...byWord, table: dz, width, x: words.gradients }, signal);
      const { rows: values, ...own } = words;
      await this.#engine.run(
        adamDense,
        cutOf(values.array.length, blocksPerStep, 16),
        { ...own, values, parts: 1, stride: 0, ...step },
        signal,
      );
    }
    const own = { gradients: dz, parts: 1, stride: 0, values: ids, means, squares, ...step };
    await this.#engine.run(adamDense, cutOf(ids.array.length, 64, 16), own, signal);
  }
}

/** Learns the tower of items; that of users is the sum over a history. */
export class TwoTowerTrainer implements Trainer<Float32Array> {
  readonly #trainer: HistoryTrainer<TowerEncoder, ReturnType<typeof layoutOf>['fields']>;
  readonly #factors: number;

  /**
   * @param liked users x all items, of which the first `interacted` have interactions
   * @param start vectors of items to go on from; rows beyond them, and all without it, are drawn
   */
  constructor(liked: Csr, features: Features, interacted: number, settings: StoredSettings, start?: Float32Array) {
    const { factors, seed } = settings;
    const width = widthOf(factors);
    this.#factors = factors;
    const plan = {
      width,
      memory: layoutOf(features, width),
      scratch: 16 * Math.max(features.dimensions, width, Math.ceil(features.items.size / blocksPerStep) + 8),
      start: (engine: Engine<'light-gcn' | 'training'>, memory: Memory, signal: () => AbortSignal | undefined) =>
        new TowerEncoder(engine, memory, features, width, signal),
    };
    this.#trainer = new HistoryTrainer(liked, plan, settings, interacted);
    this.#trainer.encoder.begin(factors, interacted, seed);
    if (start) this.#trainer.encoder.resume(factors, start);
  }

  epoch(epoch: number, signal: AbortSignal | undefined): Promise<number> {
    return this.#trainer.epoch(epoch, signal);
  }

  state(): Promise<Float32Array> {
    return this.#trainer.rows(this.#factors);
  }

  close(): void {
    this.#trainer.close();
  }
}
