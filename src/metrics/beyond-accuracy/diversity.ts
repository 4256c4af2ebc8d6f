import { AttuneError, shown } from '../../errors.ts';
import { isVector } from '../../numeric/is-vector.ts';
import { anything, checkIterable, choice, readOptions } from '../../options.ts';
import { lookup, type PerItem, type Recommended, readCutList } from '../arguments.ts';

/** How far apart two items are; exactly one of these. Functions get ids as text. */
export type ItemDistance =
  | {
      /** Any distance; larger = further apart. */
      distance: (a: string, b: string) => number;
    }
  | {
      /** A similarity up to 1; the distance is 1 minus it. */
      similarity: (a: string, b: string) => number;
    }
  | {
      /** One vector per item, all of the same length. */
      vectors: PerItem<ArrayLike<number>>;
      /** `'cosine'` (default): 1 - cosine, 1 to a missing or zero vector. `'hamming'`: the number of differing entries. */
      measure?: 'cosine' | 'hamming' | undefined;
    }
  | {
      /** Labels of each item, such as genres or brands; the distance is 1 - shared / all labels of the two (Jaccard). */
      features: PerItem<Iterable<unknown>>;
    };

/**
 * Intra-list diversity: the mean distance over the pairs of the first k. From 0 to 1 with features and with vectors whose cosines are
 * not negative. Smyth & McClave, ICCBR 2001; Ziegler et al., WWW 2005; RecTools' IntraListDiversity.
 *
 * @param by how far two items are apart: `{ vectors }`, `{ features }`, `{ similarity }` or `{ distance }`.
 * @returns NaN for a list of fewer than two items.
 * @throws ERR_DUPLICATE, ERR_BAD_ARGUMENT; ERR_BAD_VALUE when a distance is not a finite number; ERR_BAD_OPTION.
 */
export function diversity(recommended: Recommended, by: ItemDistance, k?: number): number {
  const list = readCutList('diversity', recommended, k);
  return meanPairDistance(list, itemDistance(by));
}

/** Mean of a distance over all pairs. */
export function meanPairDistance(list: ArrayLike<string>, distance: (a: string, b: string) => number): number {
  let sum = 0;
  for (let b = 1; b < list.length; b++) {
    for (let a = 0; a < b; a++) {
      const apart: unknown = distance(list[a], list[b]);
      if (typeof apart === 'number' && Number.isFinite((sum += apart))) continue;
      throw new AttuneError(
        'ERR_BAD_VALUE',
        `diversity: expected finite distances, got ${shown(apart)}. Repair the vectors or the function.`,
      );
    }
  }
  return sum / ((list.length * (list.length - 1)) / 2);
}

/** The distance function that was asked for. @throws ERR_BAD_OPTION */
export function itemDistance(by: ItemDistance): (a: string, b: string) => number {
  const o = readOptions('diversity', by, {
    distance: anything<((a: string, b: string) => number) | undefined>(),
    similarity: anything<((a: string, b: string) => number) | undefined>(),
    vectors: anything<PerItem<ArrayLike<number>> | undefined>(),
    features: anything<PerItem<Iterable<unknown>> | undefined>(),
    measure: choice(['cosine', 'hamming'], 'cosine'),
  });
  const given = (['distance', 'similarity', 'vectors', 'features'] as const).filter((name) => o[name] !== undefined);
  const { distance, similarity, vectors, features } = o;
  if (given.length === 1) {
    if (typeof distance === 'function') return distance;
    if (typeof similarity === 'function') return (a, b) => 1 - similarity(a, b);
    const readable = (value: unknown) => value instanceof Map || typeof value === 'function';
    if (vectors && readable(vectors))
      return vectorDistance(lookup('diversity', vectors, 'vectors'), o.measure === 'cosine' ? cosineDistance : hammingDistance);
    if (features && readable(features)) return jaccard(lookup('diversity', features, 'features'));
  }
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `diversity: expected one of 'vectors' or 'features' (a Map or a function), 'similarity' or 'distance' (a function), got ${given.length === 0 ? 'none' : given.map((name) => `'${name}'`).join(' and ')}.`,
  );
}

/** 1 - cosine of two vectors; 1 when one of them is zero. */
export function cosineDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let at = 0; at < a.length; at++) {
    dot += a[at] * b[at];
    aa += a[at] * a[at];
    bb += b[at] * b[at];
  }
  return aa === 0 || bb === 0 ? 1 : 1 - dot / Math.sqrt(aa * bb);
}

function hammingDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let differing = 0;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) differing++;
  return differing;
}

function vectorDistance(vectorOf: (item: string) => ArrayLike<number> | undefined, distance: typeof cosineDistance) {
  const checked = new Set<string>();
  const read = (item: string) => {
    const vector = vectorOf(item);
    if (vector === undefined || checked.has(item)) return vector;
    if (!isVector(vector))
      throw new AttuneError('ERR_BAD_VALUE', `diversity: expected finite numbers as the vector of ${shown(item)}, got ${shown(vector)}.`);
    checked.add(item);
    return vector;
  };
  return (a: string, b: string) => {
    const x = read(a);
    const y = read(b);
    if (!x || !y) return distance === cosineDistance ? 1 : (x ?? y ?? []).length;
    if (x.length === y.length) return distance(x, y);
    throw new AttuneError(
      'ERR_COLUMN_LENGTH',
      `diversity: expected vectors of one length, got ${x.length} for item ${shown(a)} and ${y.length} for ${shown(b)}.`,
    );
  };
}

function jaccard(featuresOf: (item: string) => Iterable<unknown> | undefined) {
  const sets = new Map<string, Set<unknown>>();
  const setOf = (item: string) => {
    let set = sets.get(item);
    if (!set) {
      set = new Set(checkIterable('diversity', `features of ${shown(item)}`, featuresOf(item) ?? []));
      sets.set(item, set);
    }
    return set;
  };
  return (a: string, b: string) => {
    const x = setOf(a);
    const y = setOf(b);
    let shared = 0;
    for (const feature of x) if (y.has(feature)) shared++;
    const all = x.size + y.size - shared;
    return all === 0 ? 1 : 1 - shared / all;
  };
}
