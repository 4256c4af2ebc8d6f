import type { AlsSettings } from '../options.ts';

// How values and rows of values become equations of ALS.

/** d = confidence - 1 and r = confidence * preference of one value. */
export function weigh(value: number, settings: Pick<AlsSettings, 'feedback' | 'alpha'>): { d: number; r: number } {
  const d = extraConfidence(value, settings);
  return { d, r: weighedPreference(value, d, settings) };
}

/** d of a value. Tiny positive d keep 1 / sqrt(d) finite. */
export function extraConfidence(value: number, { feedback, alpha }: Pick<AlsSettings, 'feedback' | 'alpha'>): number {
  if (feedback === 'explicit') return 1;
  return value > 0 ? Math.max(alpha * value, 1e-30) : -alpha * value;
}

/** r of a value with its d. */
export function weighedPreference(value: number, d: number, { feedback }: Pick<AlsSettings, 'feedback'>): number {
  if (feedback === 'explicit') return value;
  return value > 0 ? 1 + d : 0;
}

/** Regularization of a row with n observations when the other side has `others` rows. */
export function lambdaOf(n: number, others: number, s: AlsSettings): number {
  if (s.regularizationScaling === 'none') return s.regularization;
  if (s.regularizationScaling === 'count') return s.regularization * n;
  const base = n + others / s.alpha;
  return s.regularization * (s.regularizationExponent === 1 ? base : base ** s.regularizationExponent);
}

/** What decides which values count as observations. */
export interface Counting extends Pick<AlsSettings, 'feedback'> {
  /** Whether all values of implicit feedback count, as in models that were stored by versions that counted so. Default false. */
  countsAll?: boolean | undefined;
}

/**
 * How many of some values count where regularization scales with the number of observations: all ratings, and of implicit feedback the
 * positive ones, as in Spark and the papers. A value of 0 or below says that something is not wanted and is no observation of a preference.
 */
export function observations(values: ArrayLike<number>, from: number, to: number, { feedback, countsAll }: Counting): number {
  if (feedback === 'explicit' || countsAll) return to - from;
  let count = 0;
  for (let e = from; e < to; e++) if (values[e] > 0) count++;
  return count;
}

/** Users of an item, each as often as it counts; if no user counts, their number, since equations need some regularization. */
export const weighedCount = (sum: number, count: number): number => (sum > 0 ? sum : count);

/** Rows of weighted entries: (diag + sum d y y^T) x = sum r y. */
export interface SparseRows {
  offsets: Int32Array;
  indices: Int32Array;
  d: Float32Array;
  r: Float32Array;
}

/** Rows that are too many for memory: they are read a few at a time. */
export interface StoredRows {
  /** Where each row begins, counted in entries. */
  offsets: Int32Array;
  /** How many entries are to be in memory at a time; more where a single block has more. */
  segmentEntries: number;
  /** Puts the entries of the rows `from` to `to` at the begin of arrays. Singles have no entries of their own: theirs come from the solver. */
  read(from: number, to: number, into: Omit<SparseRows, 'offsets'>, singles: SingleEntries): Promise<void>;
}

/** d and r that users with one item add to it, by single. */
export interface SingleEntries {
  d: Float32Array;
  r: Float32Array;
}

/** Whether rows are read a few at a time. */
export const isStored = (rows: SparseRows | StoredRows): rows is StoredRows => 'read' in rows;

/** Number of entries. */
export const entriesOf = ({ offsets }: Pick<SparseRows, 'offsets'>): number => offsets[offsets.length - 1];

/** Rows to be filled. */
export function emptyRows(rows: number, entries: number): SparseRows {
  return {
    offsets: new Int32Array(rows + 1),
    indices: new Int32Array(entries),
    d: new Float32Array(entries),
    r: new Float32Array(entries),
  };
}

/** d and r of each value, and its part of the loss of zero factors. */
export type Weights = ReturnType<typeof weighed>;

/** d and r of many values. */
export function weighed(values: Float32Array, settings: AlsSettings) {
  const d = new Float32Array(values.length);
  const r = new Float32Array(values.length);
  for (let e = 0; e < values.length; e++) {
    const w = weigh(values[e], settings);
    d[e] = w.d;
    r[e] = w.r;
  }
  const explicit = settings.feedback === 'explicit';
  return { d, r, constantOf: (e: number) => (explicit ? r[e] * r[e] : r[e]) };
}
