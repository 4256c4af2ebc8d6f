import { type Id, textOf } from '../data/ids.ts';
import { readOneTime } from '../data/time-column.ts';
import { AttuneError, shown } from '../errors.ts';
import { checkIterable } from '../options.ts';

/** One thing that a visitor did: an item id, which counts as value 1, or an item with what is known about it. */
export type HistoryItem =
  | Id
  | {
      /** Item id. */
      item: Id;
      /** Rating, count or weight. Default 1. */
      value?: number | null | undefined;
      /** When: milliseconds since 1970, a Date, or an ISO 8601 text. Default: after everything that has a time. */
      timestamp?: number | string | Date | null | undefined;
    };

/**
 * What a visitor did. Entries count in the order of their timestamps; those without one come after those with one, in the order given.
 * Models that ignore order use the last value of a repeated item.
 */
export type History = Iterable<HistoryItem>;

/** A validated entry of a history. */
export interface HistoryEntry {
  /** Item id. */
  item: string;
  /** Rating, count or weight. */
  value: number;
  /** Milliseconds since 1970; absent when the entry had none. */
  timestamp?: number | undefined;
}

/** A history in dense indices, for models that ignore order: ascending and distinct items, one value each. */
export interface HistoryRow {
  /** Dense item indices, ascending, distinct. */
  items: Int32Array;
  /** Their values. */
  values: Float32Array;
  /** The same history in time order, for models that use it. Absent from the rows of users a model was fitted on. */
  sequence?: HistorySequence | undefined;
}

/** A history in dense indices, for models that read its order: oldest first, repeated items included. */
export interface HistorySequence {
  /** Dense item indices in time order. */
  items: Int32Array;
  /** Their values. */
  values: Float32Array;
  /** Their times in milliseconds since 1970, NaN where an entry has none; undefined when no entry has one. */
  timestamps: Float64Array | undefined;
}

/**
 * Reads a history, the same way for every model, index and ranker.
 * @param owner the function that received it, for messages, such as `als.recommendFor`
 * @returns all entries in time order; see {@link History}.
 * @throws ERR_BAD_ARGUMENT if it is not a list of entries; ERR_BAD_ID; ERR_BAD_VALUE for an invalid value or timestamp
 */
export function readHistory(owner: string, history: History): HistoryEntry[] {
  checkIterable(owner, 'item ids or { item, value, timestamp } as history', history);
  const entries: HistoryEntry[] = [];
  let timed = 0;
  for (const given of history) {
    const entry = readEntry(owner, given);
    if (entry.timestamp !== undefined) timed++;
    entries.push(entry);
  }
  const timeOf = ({ timestamp }: HistoryEntry) => timestamp ?? Number.MAX_VALUE;
  return timed === 0 ? entries : entries.sort((a, b) => timeOf(a) - timeOf(b)); // stable: equal times keep their order
}

/** The entries with the last one of each item only, which keeps its place. */
export function lastOfEach(entries: readonly HistoryEntry[]): HistoryEntry[] {
  const last = new Map(entries.map((entry, at) => [entry.item, at]));
  return last.size === entries.length ? [...entries] : entries.filter(({ item }, at) => last.get(item) === at);
}

/** Entries in the dense indices of a model, with their order. Unknown items are left out. */
export function sequenceOf(entries: readonly HistoryEntry[], indexOf: (item: string) => number): HistorySequence {
  const items = new Int32Array(entries.length);
  const values = new Float32Array(entries.length);
  const timestamps = new Float64Array(entries.length);
  let size = 0;
  let timed = false;
  for (const { item, value, timestamp } of entries) {
    const index = indexOf(item);
    if (index < 0) continue;
    timed ||= timestamp !== undefined;
    items[size] = index;
    values[size] = value;
    timestamps[size++] = timestamp ?? Number.NaN;
  }
  return { items: items.slice(0, size), values: values.slice(0, size), timestamps: timed ? timestamps.slice(0, size) : undefined };
}

/** The row of a sequence. */
export function rowOf(sequence: HistorySequence): HistoryRow {
  const { items, values } = sequence;
  const byItem = new Map<number, number>();
  for (let k = 0; k < items.length; k++) byItem.set(items[k], values[k]);
  const distinct = Int32Array.from(byItem.keys()).sort();
  return { items: distinct, values: Float32Array.from(distinct, (item) => byItem.get(item) as number), sequence };
}

function readEntry(owner: string, given: HistoryItem): HistoryEntry {
  if (typeof given !== 'object') return { item: textOf(given, `${owner}: item of the history`), value: 1 };
  if (given === null || given.item === undefined) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `${owner}: expected a history of item ids or { item, value, timestamp }, got ${shown(given)} in it.`,
    );
  }
  const item = textOf(given.item, `${owner}: item of the history`);
  const value = given.value ?? 1;
  if (typeof value !== 'number' || !Number.isFinite(Math.fround(value))) {
    throw new AttuneError(
      'ERR_BAD_VALUE',
      `${owner}: expected a finite value for item ${shown(item)} of the history, got ${shown(value)}.`,
    );
  }
  if (given.timestamp === undefined || given.timestamp === null) return { item, value };
  const timestamp = readOneTime(given.timestamp);
  if (timestamp !== undefined) return { item, value, timestamp };
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `${owner}: expected a timestamp in milliseconds since 1970 for item ${shown(item)} of the history, got ${shown(given.timestamp)}.`,
  );
}
