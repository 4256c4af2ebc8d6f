import type { Engine } from '../../../engine/engine.ts';
import { dot64, encodeRows } from '../../../engine/generated/jobs.ts';
import { type Block, within } from '../../../engine/memory/block.ts';
import { type Blocks, f32, i16, layout, u8 } from '../../../engine/memory/layout.ts';
import { closeWhenUnused } from '../../../engine/threads/close-when-unused.ts';
import { dot } from '../../../numeric/dot.ts';

/** Bounds are kept for so many rows together. */
export const strip = 32;

/** What {@link CodedMemory} takes of an engine. */
export function codedLayout(capacity: number, dimensions: number) {
  const padded = Math.ceil(capacity / strip) * strip;
  return layout({
    rows: f32(capacity * dimensions),
    /** Both halves of codes, and what kernels/codes/codes.ts knows of each row. */
    high: i16((padded * widthOf(dimensions)) / 4),
    low: i16((padded * widthOf(dimensions)) / 4),
    scales: f32(padded),
    errors: f32(padded),
    coarseErrors: f32(padded),
    lengths: f32(padded),
  });
}

/** Rows in the memory of an engine with a code of one byte per dimension beside each, in halves, and bounds of its rounding errors. */
export class CodedMemory {
  readonly capacity: number;
  readonly dimensions: number;
  /** Length of a code. */
  readonly width: number;
  readonly engine: Engine<'codes'>;
  readonly blocks: Blocks<ReturnType<typeof codedLayout>['fields']>;
  /** No row is longer. */
  longest = 0;

  /** @param blocks placed for {@link codedLayout} */
  constructor(engine: Engine<'codes'>, blocks: CodedMemory['blocks'], capacity: number, dimensions: number) {
    this.capacity = capacity;
    this.dimensions = dimensions;
    this.width = widthOf(dimensions);
    this.engine = engine;
    this.blocks = blocks;
    closeWhenUnused(this, engine);
  }

  set(row: number, vector: Float32Array): void {
    const { engine, dimensions: f, width } = this;
    const { rows, ...coded } = this.blocks;
    rows.array.set(vector, row * f);
    engine.call(encodeRows, { lo: row, hi: row + 1, rows, f, width, ...coded });
    this.longest = Math.max(this.longest, Math.sqrt(dot(vector, 0, vector)));
  }

  get(row: number): Float32Array {
    return this.blocks.rows.array.subarray(row * this.dimensions, (row + 1) * this.dimensions);
  }

  /** The inner product of a row with a vector in the same memory. */
  score(row: number, vector: Block<Float32Array>): number {
    return this.engine.call(dot64, { a: within(this.blocks.rows, row * this.dimensions), b: vector, f: this.dimensions });
  }
}

/** Length of a code. */
export function widthOf(dimensions: number): number {
  return Math.ceil(dimensions / 32) * 32;
}

/** One flag per row: whether it is allowed. */
export type Marks = Block<Uint8Array>;

/** Room for a flag per row. */
export const marksLayout = (capacity: number) => u8(Math.ceil(capacity / strip) * strip);

/** Flags the rows whose keys are allowed. @returns the flags; undefined when all are allowed. */
export function mark(marks: Marks, keys: Int32Array, allowed: Uint8Array | undefined): Marks | undefined {
  if (!allowed) return undefined;
  const { array } = marks;
  const { length } = allowed;
  for (let row = 0; row < keys.length; row++) array[row] = keys[row] < length ? allowed[keys[row]] : 0;
  array.fill(0, keys.length);
  return marks;
}
