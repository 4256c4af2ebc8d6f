import type { History } from '../../contracts/history.ts';
import type { Recommendation } from '../../contracts/recommender.ts';
import type { VectorIndex } from '../../contracts/vector-index.ts';
import { type Id, readId } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';
import type { IndexParts } from '../index-file.ts';
import { bestOfFew } from './few.ts';
import { allowedKeys, type Filter } from './filter.ts';
import { named, notAtOnce } from './find.ts';
import { keysOf, weightedMean } from './history.ts';

/** The answer of a vector index that is always asynchronous, such as one in a database, is a promise; of any other it is the value itself. */
export type Answer<Vectors, T> = Vectors extends {
  /** Whether answers are always promises. */
  readonly answersLater: true;
}
  ? Promise<T>
  : T;

/** What a question about items has in common, checked. */
interface Question {
  n: number;
  onUnknown: 'throw' | 'empty';
  filter: Filter;
}

type List = Recommendation[];

/** Items close to an item, without it. @throws ERR_UNKNOWN_ITEM, ERR_BAD_ID, ERR_NOT_SUPPORTED */
export function similarToItem(parts: IndexParts, item: Id, { n, onUnknown, filter }: Question): List | Promise<List> {
  const key = parts.catalogue.keyOf(typeof item === 'string' ? item : readId(item, 'SemanticIndex.similarItems: item'));
  if (key >= 0) return withVectors(parts.vectors, [key], ([vector]) => nearest(parts, vector, n, filter, [key]));
  if (onUnknown === 'empty') return [];
  throw new AttuneError(
    'ERR_UNKNOWN_ITEM',
    `Expected an item of this index, got ${shown(item)}. Add it first, or pass onUnknown: 'empty'.`,
  );
}

/** Items close to the mean of a history. @throws ERR_UNKNOWN_HISTORY, ERR_NOT_SUPPORTED, and what reading the history throws */
export function similarToHistory(
  parts: IndexParts,
  history: History,
  { n, onUnknown, filter, includeSeen }: Question & { includeSeen: boolean },
): List | Promise<List> {
  const values = keysOf(history, (id) => parts.catalogue.keyOf(id));
  const keys = [...values.keys()];
  if (keys.length === 0 && onUnknown === 'throw') {
    throw new AttuneError(
      'ERR_UNKNOWN_HISTORY',
      "Expected a history with at least one item of this index, got none. Fall back to popular items, or pass onUnknown: 'empty'.",
    );
  }
  if (keys.length === 0) return [];
  return withVectors(parts.vectors, keys, (vectors) =>
    nearest(parts, weightedMean([...values.values()], vectors), n, filter, includeSeen ? [] : keys),
  );
}

/** Works with the vectors of keys: at once, or when they have been fetched. */
function withVectors<T>(index: VectorIndex, keys: number[], work: (vectors: Float32Array[]) => T | Promise<T>): T | Promise<T> {
  if (index.fetchVectors && index.answersLater) {
    return index
      .fetchVectors(Int32Array.from(keys))
      .then((vectors) => work(vectors.filter((vector, k) => isThere(index, keys[k], vector))));
  }
  return work(
    keys.map((key) => {
      const vector = index.vectorOf?.(key);
      if (vector) return vector;
      throw notAtOnce(index.kind);
    }),
  );
}

function isThere(index: VectorIndex, key: number, vector: Float32Array | undefined): vector is Float32Array {
  if (vector) return true;
  throw new AttuneError(
    'ERR_STORE',
    `Expected a vector of key ${key} in the index of kind '${index.kind}', got none. Something else has removed it: build the index again.`,
  );
}

function nearest(
  { catalogue, vectors }: IndexParts,
  vector: Float32Array,
  n: number,
  filter: Filter,
  leaveOut: readonly number[],
): List | Promise<List> {
  if (n === 0 || vector.every((x) => x === 0)) return [];
  const ranked =
    bestOfFew({ catalogue, vectors }, vector, n, filter, leaveOut) ??
    vectors.search(vector, { n: Math.min(n, catalogue.size), allowed: allowedKeys(catalogue, filter, leaveOut) });
  if (!(ranked instanceof Promise)) return named(catalogue, ranked);
  if (!vectors.answersLater) throw notAtOnce(vectors.kind);
  return ranked.then((found) => named(catalogue, found));
}
