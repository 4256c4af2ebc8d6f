import type { Interactions } from 'attune';
import type { Attune } from './attune.ts';

// Small data of no chance: a change here changes every golden file, so do not tidy it.

/** Whole numbers below `limit` from a linear congruential generator (Numerical Recipes), of its upper bits. */
export function drawing(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * limit);
  };
}

export interface DataOptions {
  users?: number;
  items?: number;
  /** Draws of a user are 1 to this. */
  longest?: number;
  seed?: number;
  /** What a value from 1 to 5 becomes. */
  value?: (stars: number) => number;
  /** Number of the first user. */
  first?: number;
}

/**
 * A long tail: item k is drawn in proportion to 1 / (k + 1). Values are 1 to 5, times an hour apart. Of every ten users the last has a
 * single item and the one before has the history of the one before that. One user's and one item's id are no ASCII.
 */
export function interactionsOf(attune: Attune, options: DataOptions = {}): Interactions {
  const { users = 120, items = 60, longest = 14, seed = 1, value = (stars) => stars, first = 0 } = options;
  const draw = drawing(seed);
  const tail: number[] = [];
  for (let k = 0; k < items; k++) for (let times = Math.ceil(items / (k + 1)); times > 0; times--) tail.push(k);
  const rows: { user: string; item: string; value: number; timestamp: number }[] = [];
  let history: { item: string; value: number }[] = [];
  for (let u = first; u < first + users; u++) {
    if (u % 10 !== 8) {
      const stars = new Map<number, number>();
      for (let count = u % 10 === 9 ? 1 : 1 + draw(longest); count > 0; count--) stars.set(tail[draw(tail.length)], 1 + draw(5));
      history = Array.from(stars, ([item, each]) => ({ item: itemId(item), value: value(each) }));
    }
    for (const each of history) rows.push({ user: userId(u), ...each, timestamp: 1.7e12 + rows.length * 3_600_000 });
  }
  return attune.Interactions.fromColumns({
    users: rows.map(({ user }) => user),
    items: rows.map(({ item }) => item),
    values: rows.map((row) => row.value),
    timestamps: rows.map(({ timestamp }) => timestamp),
  });
}

/** Id of the k-th user. */
export const userId = (k: number) => (k === 5 ? 'Zoë 😀' : `u${k}`);
/** Id of the k-th item; the less the more popular. */
export const itemId = (k: number) => (k === 3 ? '茶/é' : `i${k}`);

/** Vectors of length 1, row-major. */
export function unitVectors(count: number, dimensions: number, seed = 1): Float32Array {
  const draw = drawing(seed);
  const vectors = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const numbers = Array.from({ length: dimensions }, () => draw(2001) + draw(2001) - 2000);
    const length = Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0)) || 1;
    vectors.set(
      numbers.map((x) => x / length),
      row * dimensions,
    );
  }
  return vectors;
}

export interface Product {
  id: string;
  title: string;
  features: string[];
  brand: string;
  price: number;
}

const words =
  'quiet dishwasher steel hose small kitchen refrigerator water filter replacement oven knob black white stainless washer dryer vent belt motor pump door gasket shelf drawer handle light bulb heating element thermostat range hood fan ice maker valve cord seal rack wheel cutlery basket lid glass tray microwave turntable roller kettle lime cleaner café Spülmaschine フィルター'.split(
    ' ',
  );
const brands = ['Bosch', 'GE', 'Whirlpool', 'Миле'];

/** Things with a title of three to six words and a model number; the ids are those of the items first. */
export function productsOf(count: number, first = 0): Product[] {
  const draw = drawing(7 + first);
  const some = (least: number, more: number) => Array.from({ length: least + draw(more) }, () => words[draw(words.length)]).join(' ');
  return Array.from({ length: count }, (_, k) => ({
    id: itemId(first + k),
    title: `${some(3, 4)} WF-${45 + draw(9)}R${6000 + draw(400)}A`,
    features: draw(3) === 0 ? [] : [some(2, 5), some(2, 3)],
    brand: brands[draw(brands.length)],
    price: 5 + draw(40000) / 100,
  }));
}

/** Queries: words, a typing error, a model number, a sentence, another script, nothing known. */
export const queries = ['water filter', 'dishwascher hose', 'wf45r6100a', 'a quiet fan for the small kitchen', 'フィルター', 'Миле', 'zzz'];
