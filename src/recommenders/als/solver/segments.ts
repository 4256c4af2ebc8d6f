import type { Block } from '../../../engine/engine.ts';
import { part } from '../../../engine/memory/block.ts';
import { isStored, type SingleEntries, type SparseRows, type StoredRows } from './equations.ts';

/** The arrays of one side in memory. */
interface Side {
  offsets: Block<Int32Array>;
  indices: Block<Int32Array>;
  d: Block<Float32Array>;
  r: Block<Float32Array>;
  cut: Block<Int32Array>;
}

/** Consecutive rows that are in memory at a time. */
export interface Segment {
  /** The first of the rows. */
  first: number;
  /** Where the first row begins, counted in entries of all rows. */
  firstEntry: number;
  /** Bounds of its blocks, counted from the first row. */
  bounds: Block<Int32Array>;
}

/** Gives the segments of one side in order; while one is handed out, the arrays of the side hold its rows. */
export async function* segmentsOf(
  rows: SparseRows | StoredRows,
  side: Side,
  allBounds: Int32Array,
  singles: SingleEntries | undefined,
): AsyncGenerator<Segment> {
  if (!isStored(rows)) {
    yield { first: 0, firstEntry: 0, bounds: side.cut };
    return;
  }
  const { offsets } = rows;
  for (const [from, to] of segmentBounds(rows, allBounds)) {
    const [first, end] = [allBounds[from], allBounds[to]];
    const firstEntry = offsets[first];
    for (let row = first; row <= end; row++) side.offsets.array[row - first] = offsets[row] - firstEntry;
    for (let block = from; block <= to; block++) side.cut.array[block - from] = allBounds[block] - first;
    const arrays = { indices: side.indices.array, d: side.d.array, r: side.r.array };
    await rows.read(first, end, arrays, singles ?? { d: new Float32Array(0), r: new Float32Array(0) });
    yield { first, firstEntry, bounds: part(side.cut, 0, to - from + 1) };
  }
}

/** How large the largest segment is. */
export function largestSegment(rows: StoredRows, bounds: Int32Array): { rows: number; entries: number; blocks: number } {
  const largest = { rows: 0, entries: 0, blocks: 0 };
  const { offsets } = rows;
  for (const [from, to] of segmentBounds(rows, bounds)) {
    largest.rows = Math.max(largest.rows, bounds[to] - bounds[from]);
    largest.entries = Math.max(largest.entries, offsets[bounds[to]] - offsets[bounds[from]]);
    largest.blocks = Math.max(largest.blocks, to - from);
  }
  return largest;
}

/** Segments as ranges of blocks. */
function* segmentBounds({ offsets, segmentEntries }: StoredRows, bounds: Int32Array): Generator<[from: number, to: number]> {
  let from = 0;
  for (let block = 1; block < bounds.length; block++) {
    const last = block === bounds.length - 1;
    if (!last && offsets[bounds[block + 1]] - offsets[bounds[from]] <= segmentEntries) continue;
    yield [from, block];
    from = block;
  }
}
