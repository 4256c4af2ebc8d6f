import type { Engine } from '../engine.ts';
import { adamDense } from '../generated/jobs.ts';
import { type Block, part } from '../memory/block.ts';
import { type Blocks, f32, layout } from '../memory/layout.ts';
import type { AdamStep } from './adam.ts';
import { blocksPerStep, cutOf } from './cut.ts';

/** Sizes of weights and biases by name, in numbers. */
export type Sizes<Name extends string> = Readonly<Record<Name, number>>;

/** Memory of {@link DenseParameters}: values, moments, and one gradient per block of a step. */
export function denseLayout(sizes: Sizes<string>) {
  const size = sizeOf(sizes);
  return layout({ values: f32(size), means: f32(size), squares: f32(size), gradients: f32(size * blocksPerStep) });
}

/** The same of numbers that are only read. */
export function denseLayoutOf(values: Float32Array) {
  return layout({ values: f32(values), means: f32(0), squares: f32(0), gradients: f32(0) });
}

/** What {@link denseLayout} becomes in memory. */
export type DenseBlocks = Blocks<ReturnType<typeof denseLayout>['fields']>;

/**
 * The weights and biases of all layers, one after the other. The kernels of layers add their gradients to `gradient(name)`, where block k of
 * a job finds its own `stride` * k numbers behind; {@link learn} adds the blocks in order, takes a step of Adam, and clears them.
 */
export class DenseParameters<Name extends string> {
  /** Numbers from the gradient of one block to that of the next. */
  readonly stride: number;
  /** All values in the order of the names, each padded to a multiple of 16. */
  readonly all: Block<Float32Array>;
  readonly #engine: Engine<'training'>;
  readonly #blocks: DenseBlocks;
  readonly #places = new Map<Name, [from: number, to: number]>();

  /** Takes memory that `engine.place(denseLayout(sizes))` gave. */
  constructor(engine: Engine<'training'>, blocks: DenseBlocks, sizes: Sizes<Name>) {
    this.#engine = engine;
    this.#blocks = blocks;
    this.stride = sizeOf(sizes);
    this.all = blocks.values;
    let at = 0;
    for (const [name, size] of Object.entries(sizes) as [Name, number][]) {
      this.#places.set(name, [at, at + size]);
      at += aligned(size);
    }
  }

  /** The values of a name. */
  value(name: Name): Block<Float32Array> {
    return part(this.#blocks.values, ...this.#place(name));
  }

  /** Where block 0 of a job adds to the gradient of a name. */
  gradient(name: Name): Block<Float32Array> {
    return part(this.#blocks.gradients, ...this.#place(name));
  }

  /** A step of Adam for all of them. */
  async learn(step: AdamStep, signal?: AbortSignal): Promise<void> {
    const { gradients, values, means, squares } = this.#blocks;
    const sum = { gradients, parts: blocksPerStep, stride: this.stride };
    await this.#engine.run(adamDense, cutOf(this.stride, blocksPerStep, 16), { ...sum, values, means, squares, ...step }, signal);
  }

  #place(name: Name) {
    return this.#places.get(name) as [number, number];
  }
}

/** How many numbers a file with all of them holds. */
export const denseSize = (sizes: Sizes<string>) => sizeOf(sizes);

const aligned = (size: number) => Math.ceil(size / 16) * 16;
const sizeOf = (sizes: Sizes<string>) => Object.values(sizes).reduce((sum, size) => sum + aligned(size), 0);
