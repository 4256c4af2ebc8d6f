import { type Block, Engine } from '../../../engine/engine.ts';
import { dot } from '../../../numeric/dot.ts';

/** Bounds are kept for so many rows together. */
export const strip = 32;

/** Ends the workers of rows that nobody holds any more; they would keep the memory. */
const unused = new FinalizationRegistry<Engine>((engine) => engine.close());

/** Rows in the memory of an engine with a code of one byte a dimension beside each, and what is known of the errors of its bits. */
export class CodedMemory {
  readonly capacity: number;
  readonly dimensions: number;
  /** Length of a code. */
  readonly width: number;
  readonly engine: Engine;
  readonly rows: Block<Float32Array>;
  /** Byte positions: codes, their scales and errors (kernels/codes.ts), and errors and lengths of their upper halves (kernels/coarse.ts). */
  readonly codes: number;
  readonly scales: number;
  readonly errors: number;
  readonly coarseErrors: number;
  readonly coarseLengths: number;
  /** No row is longer. */
  longest = 0;

  /**
   * @param bytes what others will take of its memory
   * @param scratchBytes what each thread needs for itself
   */
  constructor(
    capacity: number,
    dimensions: number,
    { threads, bytes, scratchBytes }: { threads: number; bytes: number; scratchBytes: number },
  ) {
    const padded = Math.ceil(capacity / strip) * strip;
    const width = widthOf(dimensions);
    const engine = new Engine(4 * capacity * dimensions + padded * (width + 16) + 1024 + bytes, { threads, scratchBytes, lazy: true });
    this.capacity = capacity;
    this.dimensions = dimensions;
    this.width = width;
    this.engine = engine;
    this.rows = engine.f32(capacity * dimensions);
    this.codes = engine.i32((padded * width) / 4).at;
    this.scales = engine.f32(padded).at;
    this.errors = engine.f32(padded).at;
    this.coarseErrors = engine.f32(padded).at;
    this.coarseLengths = engine.f32(padded).at;
    unused.register(this, engine);
  }

  set(row: number, vector: Float32Array): void {
    const { rows, dimensions, width, codes, scales, errors } = this;
    const { kernels } = this.engine;
    rows.array.set(vector, row * dimensions);
    kernels.encodeRows(row, row + 1, rows.at, dimensions, width, codes, scales, errors);
    kernels.coarseErrors(row, row + 1, rows.at, dimensions, width, codes, scales, errors, this.coarseErrors, this.coarseLengths);
    this.longest = Math.max(this.longest, Math.sqrt(dot(vector, 0, vector)));
  }

  get(row: number): Float32Array {
    return this.rows.array.subarray(row * this.dimensions, (row + 1) * this.dimensions);
  }
}

/** Length of a code. */
export function widthOf(dimensions: number): number {
  return Math.ceil(dimensions / 16) * 16;
}

/** Which rows may come, a byte each. */
export interface Marks {
  at: number;
  array: Uint8Array;
}

/** Room for a mark a row. */
export function marksOf(engine: Engine, capacity: number): Marks {
  const { at, array } = engine.i32(Math.ceil(capacity / strip) * (strip / 4));
  return { at, array: new Uint8Array(array.buffer, at, 4 * array.length) };
}

/** Marks the rows whose keys are allowed. @returns where the marks are; 0 when all are allowed. */
export function mark({ at, array }: Marks, keys: Int32Array, allowed: Uint8Array | undefined): number {
  if (!allowed) return 0;
  for (let row = 0; row < keys.length; row++) array[row] = allowed[keys[row]] ?? 0;
  array.fill(0, keys.length);
  return at;
}
