import type { Engine } from '../engine.ts';
import { adamRows, gatherRows, groupLinks } from '../generated/jobs.ts';
import type { Block, F32s } from '../memory/block.ts';
import { type Blocks, f32, i32, layout } from '../memory/layout.ts';
import type { AdamStep } from './adam.ts';
import { cutOf } from './cut.ts';

/**
 * Memory of an {@link EmbeddingTable}.
 * @param rows number of rows
 * @param width floats per row, a multiple of 8
 * @param links maximum number of links in a step
 */
export function tableLayout(rows: number, width: number, links: number) {
  return layout({
    rows: f32(rows * width),
    means: f32(rows * width),
    squares: f32(rows * width),
    head: i32(rows),
    touched: i32(Math.min(rows, links)),
    next: i32(links),
    linkRows: i32(links),
    slots: i32(links),
    weights: f32(links),
  });
}

/** What {@link tableLayout} becomes in memory. */
export type TableBlocks = Blocks<ReturnType<typeof tableLayout>['fields']>;

/** How rows are copied. */
export interface GatherOptions {
  /** Factor, default 1. */
  scale?: number;
  /** Whether they are added. */
  add?: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Rows that are learned: users, items or positions. Each step names its gradients by links: link k says that row `linkRows[k]` receives
 * `weights[k]` times row `slots[k]` of an array of gradients, so one gradient can go to many rows, as that of a mean does. Only rows with
 * links take a step of Adam ("lazy Adam"), which makes a step as long as its batch and not as the table.
 */
export class EmbeddingTable {
  /** The rows themselves; set them before training. */
  readonly rows: Block<Float32Array>;
  /** Row of each link; -1 = does not count. */
  readonly linkRows: Block<Int32Array>;
  /** Gradient of each link. */
  readonly slots: Block<Int32Array>;
  /** Factor of each link. */
  readonly weights: Block<Float32Array>;
  /** Floats per row. */
  readonly width: number;
  readonly #engine: Engine<'training'>;
  readonly #blocks: TableBlocks;

  /** Takes memory that `engine.place(tableLayout(...))` gave. The engine needs scratch for one row per thread. */
  constructor(engine: Engine<'training'>, blocks: TableBlocks, width: number) {
    this.#engine = engine;
    this.#blocks = blocks;
    this.width = width;
    this.rows = blocks.rows;
    this.linkRows = blocks.linkRows;
    this.slots = blocks.slots;
    this.weights = blocks.weights;
    blocks.head.array.fill(-1);
  }

  /** Copies rows, times `scale`, beside each other, or adds them to what stands there; an index of -1 gives zeros. */
  async gather(indices: Block<Int32Array>, count: number, out: F32s, { scale = 1, add = false, signal }: GatherOptions = {}) {
    const { rows: table, width } = this;
    await this.#engine.run(gatherRows, cutOf(count), { table, width, indices, scale, add: Number(add), out }, signal);
  }

  /**
   * A step of Adam for the rows that links 0..count name.
   * @param sources the gradients, rows of the table's width
   * @param weighted whether `weights` count; else all are 1
   */
  async learn(
    count: number,
    sources: F32s,
    step: AdamStep,
    { weighted = true, signal }: { weighted?: boolean; signal?: AbortSignal | undefined } = {},
  ) {
    const { head, touched, next, means, squares } = this.#blocks;
    const { linkRows, slots, weights, rows: table, width } = this;
    const distinct = this.#engine.call(groupLinks, { count, rows: linkRows, head, next, touched });
    const links = { touched, head, next, slots, weights: weighted ? weights : undefined, sources };
    await this.#engine.run(adamRows, cutOf(distinct, 64), { ...links, table, means, squares, width, ...step }, signal);
  }
}
