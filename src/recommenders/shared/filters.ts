import type { IdMap } from '../../data/id-map.ts';
import { type Id, indexOfId } from '../../data/ids.ts';
import { checkIterable } from '../../options.ts';

/** The options of a list in dense indices, before the user is known. */
export interface Filter {
  /** Maximum length of the list; never more than there are ids. */
  n: number;
  /** Ascending and distinct. */
  exclude: Int32Array | undefined;
  /** Ascending and distinct; undefined = all. */
  only: Int32Array | undefined;
}

/** The filter of options that were read; everything else of them stays. @param owner the function that received them, for messages */
export function filterOf<O extends { n: number; exclude: Iterable<Id> | undefined; only: Iterable<Id> | undefined }>(
  owner: string,
  ids: IdMap,
  o: O,
) {
  const exclude = indicesOf(owner, ids, o.exclude, 'exclude');
  return { ...o, n: Math.min(o.n, ids.size), exclude, only: indicesOf(owner, ids, o.only, 'only') };
}

/** Ids to dense indices, ascending and distinct. Unknown ids are ignored. @throws ERR_BAD_ARGUMENT, ERR_BAD_ID */
export function indicesOf(owner: string, ids: IdMap, given: Iterable<Id> | undefined, option: string): Int32Array | undefined {
  if (given === undefined) return undefined;
  const what = `${owner}: option '${option}'`;
  const list = Array.isArray(given) ? given : Array.from(checkIterable(what, 'ids', given));
  const indices = new Int32Array(list.length);
  for (let k = 0; k < list.length; k++) indices[k] = indexOfId(ids, list[k], what);
  indices.sort();
  let count = 0;
  for (let k = 0; k < indices.length; k++) {
    if (indices[k] >= 0 && (k === 0 || indices[k] !== indices[k - 1])) indices[count++] = indices[k];
  }
  return indices.slice(0, count);
}

/** The union of two arrays of distinct numbers. */
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
