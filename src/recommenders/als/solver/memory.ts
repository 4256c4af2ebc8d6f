import { type Blocks, f32, f64, i32, layout } from '../../../engine/memory/layout.ts';
import { smallMatricesLayout } from '../../../engine/small-matrices.ts';
import type { AlsSettings } from '../options.ts';
import { entriesOf, isStored, type SparseRows, type StoredRows } from './equations.ts';
import { costCut, longestOf, paysToCombine, type Routes } from './plan.ts';
import type { AlsProblem } from './problem.ts';
import { largestSegment } from './segments.ts';

/** Rows per block of a job: for users with one item, and for other rows. */
export const singleBlock = 1024;
export const rowBlock = 512;

/** How many rows a fit has of each kind, and how its jobs are cut into blocks. */
export type AlsShape = ReturnType<typeof shapeOf>;

/** The shape of a problem. */
export function shapeOf({ rows, items, singles }: AlsProblem, s: AlsSettings, { route }: Routes) {
  const width = Math.ceil(s.factors / 8) * 8;
  const itemCount = items.offsets.length - 1;
  const manyCount = rows.offsets.length - 1;
  const singleCount = singles.items.length;
  const oneLambda = s.feedback === 'implicit' && s.regularizationScaling === 'none';
  return {
    /** Floats per row: factors, and zeros up to a multiple of 8. */
    width,
    itemCount,
    /** Rows of two and more items. */
    manyCount,
    singleCount,
    userCount: manyCount + singleCount,
    longest: Math.max(longestOf(rows), longestOf(items)),
    /** Whether rows of X are put together from rows of V. */
    combined: oneLambda && paysToCombine(rows, singleCount, itemCount, route, width),
    userCut: costCut(rows.offsets, width, route.dualMax),
    itemCut: costCut(items.offsets, width, route.dualMax),
    gramBlocks: Math.max(1, Math.min(64, Math.ceil(Math.max(itemCount, manyCount + singleCount) / 512))),
  };
}

/** The arrays in the memory of a fit. */
export type AlsMemory = Blocks<ReturnType<typeof memoryOf>['fields']>;

/** The memory of a fit. */
export function memoryOf({ rows, items, singles, rowLambda, itemLambda }: AlsProblem, s: AlsSettings, shape: AlsShape) {
  const { width, itemCount, userCount, combined, userCut, itemCut, gramBlocks } = shape;
  const matrix = (count: number) => f32(count * width);
  const statBlocks = Math.max(
    userCut.length,
    itemCut.length,
    Math.ceil(shape.singleCount / singleBlock),
    2 * Math.ceil(itemCount / rowBlock), // the acceleration writes four numbers per block
  );
  return layout({
    /** User side: the distinct rows, then one row per single. */
    X: matrix(userCount),
    /** Items by popularity. */
    Y: matrix(itemCount),
    /** Items times a matrix, from which rows of X are put together. */
    V: combined ? matrix(itemCount) : undefined,
    combination: combined ? f32(entriesOf(rows)) : undefined,
    /** What the acceleration remembers, in the caller's basis. */
    remembered: s.acceleration ? layout({ input: matrix(itemCount), before: matrix(itemCount) }) : undefined,
    users: sideLayout(rows, rowLambda, userCut),
    items: sideLayout(items, itemLambda, itemCut),
    /** Multiplicity of each row of X, then the weights of the singles. */
    weights: f32(userCount),
    singles: layout({
      items: i32(singles.items),
      variants: i32(singles.variants),
      entries: i32(singles.entries),
      m: f32(singles.multiplicity),
      d: f32(singles.d),
      r: f32(singles.r),
      /** What the singles add to their items, where those are stored: otherwise it stands with the other entries of an item. */
      itemD: isStored(items) ? f32(singles.items.length) : undefined,
      itemR: isStored(items) ? f32(singles.items.length) : undefined,
      /** What the row of a single is multiplied by for each variant. */
      w: f32(singles.multiplicity.length),
    }),
    partials: matrix(gramBlocks * width),
    sums: f64(width * width),
    matrix: matrix(width),
    small: smallMatricesLayout(s.factors),
    eigenvalues: f32(width),
    stats: f64(2 * statBlocks),
    failed: i32(1),
  });
}

/** One side of the problem in memory; of stored rows the segment at hand. */
export type Side = AlsMemory['users'];

function sideLayout(rows: SparseRows | StoredRows, lambda: Float32Array, cut: Int32Array) {
  const stored = isStored(rows) ? largestSegment(rows, cut) : undefined;
  const { indices, d, r } = isStored(rows) ? { indices: undefined, d: undefined, r: undefined } : rows;
  const entries = stored?.entries ?? 0;
  return layout({
    offsets: i32(stored ? stored.rows + 1 : rows.offsets),
    indices: i32(indices ?? entries),
    d: f32(d ?? entries),
    r: f32(r ?? entries),
    lambda: f32(lambda),
    cut: i32(stored ? stored.blocks + 1 : cut),
  });
}
