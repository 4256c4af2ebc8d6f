import { type Csr, transpose } from '../../data/csr.ts';
import type { Engine } from '../../engine/engine.ts';
import { fromSlices, scaleSlices, spreadSlices, toSlices } from '../../engine/generated/jobs.ts';
import type { Block } from '../../engine/memory/block.ts';
import { type Blocks, f32, i32, layout } from '../../engine/memory/layout.ts';

/** Rows of a block of a job. */
const blockSize = 1024;

/** What is smoothed, and how. */
export interface GraphShape {
  /** users x items, what each user likes. */
  liked: Csr;
  /** Columns, a multiple of 16. */
  width: number;
  /** How often: each time over users and back. */
  hops: number;
}

/** The memory of an {@link ItemGraph}. */
export function graphLayout({ liked, width, hops }: GraphShape) {
  const byItem = transpose(liked);
  const items = degreesOf(byItem);
  const means = items.map((degree) => 1 / ((hops + 1) * Math.sqrt(degree)));
  return layout({
    users: layout({ offsets: i32(liked.offsets), indices: i32(liked.indices), inverse: f32(degreesOf(liked).map((d) => 1 / d)) }),
    items: layout({ offsets: i32(byItem.offsets), indices: i32(byItem.indices), inverse: f32(items.map((d) => 1 / d)) }),
    down: f32(items.map((degree) => 1 / Math.sqrt(degree))),
    downMean: f32(means),
    up: f32(items.map((degree) => Math.sqrt(degree))),
    upMean: f32(items.map((degree) => Math.sqrt(degree) / (hops + 1))),
    sum: f32(liked.columns * width),
    next: f32(hops > 0 ? liked.columns * width : 0),
    between: f32(hops > 0 ? liked.rows * width : 0),
  });
}

/** What {@link graphLayout} becomes in memory. */
export type GraphBlocks = Blocks<ReturnType<typeof graphLayout>['fields']>;

/**
 * Smooths the vectors of items over the graph: with N = Du^-1/2 R Di^-1/2 and h hops, z = (I + NᵀN + ... + (NᵀN)^h) x / (h + 1), the mean of
 * the layers of LightGCN that items have when users have no vectors of their own. The matrix is symmetric, so the gradient takes the same
 * way. Between the two ends everything is divided by the roots of the degrees, so that sums need no factors along the edges.
 */
export class ItemGraph {
  readonly #blocks: GraphBlocks;
  readonly #shape: GraphShape;
  readonly #run: RunJob;

  /** @param run runs a job on all threads, or on this one */
  constructor(blocks: GraphBlocks, shape: GraphShape, run: RunJob) {
    this.#blocks = blocks;
    this.#shape = shape;
    this.#run = run;
  }

  /** z of the vectors x, which lie in slices. */
  async forward(x: Block<Float32Array>, z: Block<Float32Array>): Promise<void> {
    const { down, upMean, sum } = this.#blocks;
    const { width, liked } = this.#shape;
    await this.#run(scaleSlices, this.#sliced, { rows: liked.columns, scales: down, from: x, out: sum });
    await this.#smooth();
    await this.#run(fromSlices, liked.columns, { rows: liked.columns, width, scales: upMean, from: sum, out: z });
  }

  /** The gradient by x, in slices, of that by z, which is cleared. */
  async backward(dz: Block<Float32Array>): Promise<Block<Float32Array>> {
    const { downMean, up, sum } = this.#blocks;
    const { width, liked } = this.#shape;
    await this.#run(toSlices, liked.columns, { rows: liked.columns, width, scales: downMean, from: dz, out: sum });
    await this.#smooth();
    await this.#run(scaleSlices, this.#sliced, { rows: liked.columns, scales: up, from: sum, out: sum });
    return sum;
  }

  get #sliced(): number {
    return (this.#shape.width / 16) * this.#shape.liked.columns;
  }

  async #smooth(): Promise<void> {
    const { users, items, sum, next, between } = this.#blocks;
    const { liked, hops, width } = this.#shape;
    const [userCount, itemCount, slices] = [liked.rows, liked.columns, width / 16];
    for (let hop = 0; hop < hops; hop++) {
      const from = hop === 0 ? sum : next;
      await this.#run(spreadSlices, slices * userCount, { rows: userCount, sources: itemCount, ...users, from, out: between });
      await this.#run(spreadSlices, slices * itemCount, { rows: itemCount, sources: userCount, ...items, from: between, sum, out: next });
    }
  }
}

/** Runs a block job over rows. */
export type RunJob = <A>(job: Parameters<typeof Engine.prototype.run<A>>[0], rows: number, args: NoInfer<A>) => Promise<void> | void;

/** On all threads of an engine. */
export const onAll =
  (engine: Engine<'light-gcn' | 'training'>, signal?: () => AbortSignal | undefined): RunJob =>
  (job, rows, args) =>
    engine.run(job, { rows, blockSize }, args, signal?.());

/** The number of entries of each row; 1 where there are none. */
function degreesOf({ offsets, rows }: Csr): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => Math.max(1, offsets[row + 1] - offsets[row]));
}
