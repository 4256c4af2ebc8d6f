import type { IdMap } from '../../data/id-map.ts';
import { AttuneError, shown } from '../../errors.ts';

/** The options of a list in dense indices, before it is known who asks. */
export interface Filter {
  /** How many at most; never more than there are ids. */
  n: number;
  /** Ascending and distinct. */
  exclude: Int32Array | undefined;
  /** Ascending and distinct; undefined = all. */
  only: Int32Array | undefined;
}

/** The filter of options that were read; everything else of them stays. */
export function filterOf<O extends { n: number; exclude: Iterable<string> | undefined; only: Iterable<string> | undefined }>(
  ids: IdMap,
  o: O,
) {
  return { ...o, n: Math.min(o.n, ids.size), exclude: indicesOf(ids, o.exclude, 'exclude'), only: indicesOf(ids, o.only, 'only') };
}

/** Ids to dense indices, ascending and distinct. Unknown ids do not matter. */
export function indicesOf(ids: IdMap, given: Iterable<string> | undefined, what: string): Int32Array | undefined {
  if (given === undefined) return undefined;
  const indices = new Set<number>();
  for (const id of iterable(given, what)) indices.add(ids.indexOf(id));
  indices.delete(-1);
  return Int32Array.from(indices).sort();
}

/** What is in one of two arrays of distinct numbers, or in both, once. */
export function union(a: Int32Array | undefined, b: Int32Array | undefined): Int32Array {
  if (!a?.length) return b ?? new Int32Array(0);
  return b?.length ? Int32Array.from(new Set([...a, ...b])) : a;
}

/** An option that is the same for all is read once, since an iterator cannot be read again; a function is asked for each user. */
export function perUser<V, T>(option: V | ((user: string) => V), read: (value: V) => T): (user: string) => T {
  if (typeof option === 'function') return (user) => read((option as (user: string) => V)(user));
  const fixed = read(option);
  return () => fixed;
}

/** Checks that something can be iterated; a lone string is a mistake here, because it would count as its letters. */
export function iterable<T>(value: Iterable<T>, what: string): Iterable<T> {
  if (typeof value !== 'string' && value !== null && typeof value === 'object' && Symbol.iterator in value) return value;
  throw new AttuneError('ERR_BAD_ARGUMENT', `Expected an array or another iterable as ${what}, got ${shown(value)}.`);
}
