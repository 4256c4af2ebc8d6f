import { AttuneError, shown } from '../errors.ts';

/** What names an item in a list. `1` and `'1'` are two items. */
export type ItemId = string | number;

/** A list, best first: ids, or what a recommender returns. */
export type Recommended = Iterable<
  | ItemId
  | {
      /** What the entry stands for. */
      readonly item: ItemId;
    }
>;

/** What is relevant to the user: a set or any iterable of ids (gain 1 each), or a map from id to gain. Gains <= 0 are not relevant. */
export type Relevant = ReadonlySet<ItemId> | ReadonlyMap<ItemId, number> | Iterable<ItemId>;

/** Arguments of a ranking metric after the check. */
export interface Judged {
  /** Gain of each entry of the list cut at `k`; 0 where it is not relevant. */
  gains: number[];
  /** Where the cut is: `k` as given, or the length of the list. At least 1. */
  k: number;
  /** Gains of all relevant items, in no order. Its length is the number of relevant items. */
  relevant: number[];
}

/**
 * Checks the arguments that all ranking metrics share.
 * @throws ERR_DUPLICATE when an item stands twice anywhere in the list; ERR_BAD_ARGUMENT; ERR_BAD_VALUE for a gain that is not finite.
 */
export function judge(metric: string, recommended: Recommended, relevant: Relevant, k: number | undefined): Judged {
  const list = readList(metric, recommended);
  const gains = readRelevant(metric, relevant);
  const cut = readCut(metric, k, list.length);
  return { gains: list.slice(0, cut).map((item) => gains.get(item) ?? 0), k: cut, relevant: [...gains.values()] };
}

/** The ids of a list, checked. */
export function readList(metric: string, recommended: Recommended): ItemId[] {
  const list: ItemId[] = [];
  for (const entry of iterable(metric, recommended, 'list')) {
    const item = entry !== null && typeof entry === 'object' ? entry.item : entry;
    list.push(readId(metric, item, 'list'));
  }
  if (new Set(list).size < list.length) {
    const twice = list.find((item, at) => list.indexOf(item) < at);
    throw new AttuneError(
      'ERR_DUPLICATE',
      `${metric}: expected a list without duplicates, got ${shown(twice)} twice. Repair the recommender, or remove repeats first.`,
    );
  }
  return list;
}

/** The ids of a list cut at k, checked. */
export function readCutList(metric: string, recommended: Recommended, k: number | undefined): ItemId[] {
  const list = readList(metric, recommended);
  return list.slice(0, readCut(metric, k, list.length));
}

/** Relevant items with their gains, only those above 0. */
export function readRelevant(metric: string, relevant: Relevant): Map<ItemId, number> {
  const gains = new Map<ItemId, number>();
  if (relevant instanceof Map) {
    for (const [item, gain] of relevant as ReadonlyMap<ItemId, number>) {
      if (typeof gain !== 'number' || !Number.isFinite(gain)) {
        throw new AttuneError(
          'ERR_BAD_VALUE',
          `${metric}: expected a finite gain for item ${shown(item)}, got ${shown(gain)}. Use 0 for "not relevant".`,
        );
      }
      if (gain > 0) gains.set(readId(metric, item, 'relevant'), gain);
    }
  } else {
    for (const item of iterable(metric, relevant as Iterable<ItemId>, 'relevant')) gains.set(readId(metric, item, 'relevant'), 1);
  }
  return gains;
}

/** The cut: a whole number from 1, by default the length of the list (1 for an empty one). */
export function readCut(metric: string, k: number | undefined, length: number): number {
  if (k === undefined) return Math.max(1, length);
  if (Number.isInteger(k) && k >= 1) return k;
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `${metric}: expected k to be a whole number from 1, or undefined for the whole list, got ${shown(k)}.`,
  );
}

/** A whole number from 1, such as the size of a catalogue. */
export function readCount(metric: string, value: number, what: string): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${metric}: expected ${what} as a whole number from 1, got ${shown(value)}.`);
}

/** Checks that something can be iterated; a lone string is a mistake here, because it would count as its letters. */
export function iterable<T>(metric: string, value: Iterable<T>, what: string): Iterable<T> {
  if (value !== null && typeof value === 'object' && Symbol.iterator in value) return value;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${metric}: expected an array or another iterable as ${what}, got ${shown(value)}.`);
}

function readId(metric: string, item: unknown, what: string): ItemId {
  if ((typeof item === 'string' && item !== '') || (typeof item === 'number' && Number.isFinite(item))) return item;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${metric}: expected item ids in ${what}, got ${shown(item)}.`);
}
