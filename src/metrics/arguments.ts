import { type Id, idText } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';
import { checkIterable } from '../options.ts';

/** What names an item. A number stands for its decimal digits: `1` and `'1'` are one item. */
export type ItemId = Id;

/** A list, best first: ids, or what a recommender returns. */
export type Recommended = Iterable<
  | ItemId
  | {
      /** Id of the item. */
      readonly item: ItemId;
    }
>;

/** A value per item: a map, whose keys may be numbers, or a function of the id as text. */
export type PerItem<T> = ReadonlyMap<ItemId, T> | ((item: string) => T | undefined);

/** What is relevant to the user: a set or any iterable of ids (gain 1 each), or a map from id to gain. Gains <= 0 are not relevant. */
export type Relevant = ReadonlySet<ItemId> | ReadonlyMap<ItemId, number> | Iterable<ItemId>;

/** Arguments of a ranking metric once checked. */
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
 * @throws ERR_DUPLICATE when an item occurs twice anywhere in the list; ERR_BAD_ARGUMENT; ERR_BAD_VALUE for a gain that is not finite.
 */
export function judge(metric: string, recommended: Recommended, relevant: Relevant, k: number | undefined): Judged {
  const list = readList(metric, recommended);
  const gains = readRelevant(metric, relevant);
  const cut = readCut(metric, k, list.length);
  return { gains: list.slice(0, cut).map((item) => gains.get(item) ?? 0), k: cut, relevant: [...gains.values()] };
}

/** The ids of a list as text, checked. */
export function readList(metric: string, recommended: Recommended): string[] {
  const list: string[] = [];
  for (const entry of checkIterable(metric, 'ids as list', recommended)) {
    const item = entry !== null && typeof entry === 'object' ? entry.item : entry;
    list.push(readItem(metric, item, 'list'));
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
export function readCutList(metric: string, recommended: Recommended, k: number | undefined): string[] {
  const list = readList(metric, recommended);
  return list.slice(0, readCut(metric, k, list.length));
}

/** Relevant items with their gains, only those above 0. */
export function readRelevant(metric: string, relevant: Relevant): Map<string, number> {
  const gains = new Map<string, number>();
  if (relevant instanceof Map) {
    for (const [item, gain] of byText(metric, relevant as ReadonlyMap<ItemId, number>, 'relevant')) {
      if (typeof gain !== 'number' || !Number.isFinite(gain)) {
        throw new AttuneError(
          'ERR_BAD_VALUE',
          `${metric}: expected a finite gain for item ${shown(item)}, got ${shown(gain)}. Use 0 for "not relevant".`,
        );
      }
      if (gain > 0) gains.set(item, gain);
    }
  } else {
    for (const item of checkIterable(metric, 'ids as relevant', relevant as Iterable<ItemId>))
      gains.set(readItem(metric, item, 'relevant'), 1);
  }
  return gains;
}

/** @throws ERR_BAD_ARGUMENT for what is no Map. */
export function checkMap(metric: string, map: unknown, what: string): void {
  if (map instanceof Map || (isObject(map) && typeof map.get === 'function' && typeof map.values === 'function')) return;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${metric}: expected a Map by item id as ${what}, got ${shown(map)}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A map with its keys as text. @throws ERR_DUPLICATE when a number and its digits are both keys; ERR_BAD_ARGUMENT for a key that is not an id. */
export function byText<T>(metric: string, map: ReadonlyMap<ItemId, T>, what: string): Map<string, T> {
  checkMap(metric, map, what);
  const result = new Map<string, T>();
  for (const [key, value] of map) result.set(readItem(metric, key, what), value);
  if (result.size < map.size) {
    const twice = [...map.keys()].find((key) => typeof key !== 'string' && map.has(String(key)));
    throw twoKeys(metric, String(twice));
  }
  return result;
}

/**
 * A lookup of one item. Maps are tried by string, then by number, which avoids converting the keys of a whole catalogue to look up ten items.
 * @throws the lookup: ERR_DUPLICATE when a number and its digits are both keys.
 */
export function lookup<T>(metric: string, values: PerItem<T>, what: string): (item: string) => T | undefined {
  if (typeof values === 'function') return values;
  checkMap(metric, values, what);
  return (item) => {
    const value = values.get(item);
    if (!digits.test(item)) return value;
    const number = Number(item);
    const other = Number.isSafeInteger(number) ? values.get(number) : undefined;
    if (value !== undefined && other !== undefined) throw twoKeys(metric, item);
    return value ?? other ?? values.get(BigInt(item));
  };
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
  if (Number.isInteger(value) && value >= 1 && value <= 2 ** 31) return value;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${metric}: expected ${what} as a whole number from 1 to 2^31, got ${shown(value)}.`);
}

/** Decimal digits as JavaScript prints an integer. */
const digits = /^(?:0|-?[1-9]\d*)$/;

function readItem(metric: string, item: unknown, what: string): string {
  if (typeof item === 'string' && item !== '') return item;
  const text = idText(item);
  if (text !== undefined) return text;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${metric}: expected item ids (text or whole numbers) in ${what}, got ${shown(item)}.`);
}

function twoKeys(metric: string, item: string): AttuneError {
  return new AttuneError(
    'ERR_DUPLICATE',
    `${metric}: expected one value per item, got one for ${item} and one for '${item}', which are the same id. Write ids in one way.`,
  );
}
