import type { Csr } from '../../data/csr.ts';
import type { Engine } from '../../engine/engine.ts';
import { adamDense } from '../../engine/generated/jobs.ts';
import type { Block } from '../../engine/memory/block.ts';
import { type Blocks, f32, layout } from '../../engine/memory/layout.ts';
import type { AdamStep } from '../../engine/training/adam.ts';
import { cutOf } from '../../engine/training/cut.ts';
import { uniform } from '../../numeric/random.ts';
import { HistoryTrainer, type ItemEncoder } from '../shared/history-trainer.ts';
import type { Trainer } from '../shared/training.ts';
import { type GraphShape, graphLayout, ItemGraph, onAll } from './graph.ts';
import { hopsOf, type LightGcnSettings, widthOf } from './options.ts';

/** What has been learned. */
export interface LightGcnVectors {
  /** items x factors, the layer 0 that is learned. */
  vectors: Float32Array;
  /** items x factors, smoothed: what scores come from. */
  itemRows: Float32Array;
}

/** Size of the vectors that training begins with. */
const startScale = 0.1;

const layoutOf = (shape: GraphShape) => {
  const size = shape.liked.columns * shape.width;
  return layout({ graph: graphLayout(shape), x: f32(size), means: f32(size), squares: f32(size) });
};

/** Smooths the vectors of items, which lie in slices, over the graph. */
class GraphEncoder implements ItemEncoder {
  readonly width: number;
  readonly x: Block<Float32Array>;
  readonly #engine: Engine<'light-gcn' | 'training'>;
  readonly #blocks: Blocks<ReturnType<typeof layoutOf>['fields']>;
  readonly #graph: ItemGraph;
  readonly #signal: () => AbortSignal | undefined;

  constructor(
    engine: Engine<'light-gcn' | 'training'>,
    blocks: Blocks<ReturnType<typeof layoutOf>['fields']>,
    shape: GraphShape,
    signal: () => AbortSignal | undefined,
  ) {
    this.width = shape.width;
    this.x = blocks.x;
    this.#engine = engine;
    this.#blocks = blocks;
    this.#signal = signal;
    this.#graph = new ItemGraph(blocks.graph, shape, onAll(engine, signal));
  }

  forward(z: Block<Float32Array>): Promise<void> {
    return this.#graph.forward(this.x, z);
  }

  async learn(dz: Block<Float32Array>, step: AdamStep): Promise<void> {
    const { x, means, squares } = this.#blocks;
    const gradients = await this.#graph.backward(dz);
    const learned = { gradients, parts: 1, stride: 0, values: x, means, squares, ...step };
    await this.#engine.run(adamDense, cutOf(x.array.length, 64, 16), learned, this.#signal());
  }
}

/** Learns the vectors of items. */
export class LightGcnTrainer implements Trainer<LightGcnVectors> {
  readonly #trainer: HistoryTrainer<GraphEncoder, ReturnType<typeof layoutOf>['fields']>;
  readonly #items: number;
  readonly #factors: number;

  /** @param start vectors to begin with, items x factors; rows beyond them, and all without it, are drawn */
  constructor(liked: Csr, settings: LightGcnSettings, start?: Float32Array) {
    const shape = { liked, width: widthOf(settings), hops: hopsOf(settings) };
    const { factors, seed } = settings;
    this.#items = liked.columns;
    this.#factors = factors;
    this.#trainer = new HistoryTrainer(
      liked,
      {
        width: shape.width,
        memory: layoutOf(shape),
        scratch: 0,
        start: (engine, blocks, signal) => new GraphEncoder(engine, blocks, shape, signal),
      },
      settings,
    );
    const drawn = uniform(`${seed} items`, this.#items * factors, startScale * Math.sqrt(3));
    if (start) drawn.set(start);
    const { array } = this.#trainer.encoder.x;
    this.#eachNumber((from, to) => {
      array[to] = drawn[from];
    });
  }

  epoch(epoch: number, signal: AbortSignal | undefined): Promise<number> {
    return this.#trainer.epoch(epoch, signal);
  }

  async state(): Promise<LightGcnVectors> {
    const itemRows = await this.#trainer.rows(this.#factors);
    const vectors = new Float32Array(this.#items * this.#factors);
    const { array } = this.#trainer.encoder.x;
    this.#eachNumber((to, from) => {
      vectors[to] = array[from];
    });
    return { vectors, itemRows };
  }

  close(): void {
    this.#trainer.close();
  }

  /** Places of each number in rows of factors and in slices of 16 columns. */
  #eachNumber(take: (inRows: number, inSlices: number) => void): void {
    for (let item = 0; item < this.#items; item++) {
      for (let e = 0; e < this.#factors; e++) take(item * this.#factors + e, ((e >> 4) * this.#items + item) * 16 + (e & 15));
    }
  }
}
