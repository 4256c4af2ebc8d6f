import { Interactions } from '../../data/interactions.ts';
import { randomOf } from './random-data.ts';

export { randomOf };

/**
 * Two camps: users and items of the same parity belong together, and user k has not yet met item k. So `i3` is the one
 * thing a sensible model shows `u3` first. In time order each user goes round from the item after their own, so that their own comes next.
 * `size` users and items, all values 1.
 */
export function checkerboard(size = 20): Interactions {
  const rows: Row[] = [];
  const times: number[] = [];
  for (let u = 0; u < size; u++) {
    for (let i = u % 2; i < size; i += 2) {
      if (i === u) continue;
      rows.push([`u${u}`, `i${i}`, 1]);
      times.push(u * size + ((i - u + size) % size));
    }
  }
  return fromRows(rows, times);
}

/**
 * A long tail: item k is drawn with a chance that falls as 1 / (k + 1), values are 1 to 5, times grow by a minute a row.
 * About `rows` draws, of which some meet the same pair; every user has at least one item; the same seed gives the same rows.
 */
export function zipf(options: { users?: number; items?: number; rows?: number; seed?: number } = {}): Interactions {
  const { users = 60, items = 40, rows = users * 8, seed = 1 } = options;
  const random = randomOf(seed);
  const cumulative = new Float64Array(items);
  let total = 0;
  for (let i = 0; i < items; i++) cumulative[i] = total += 1 / (i + 1);
  const drawn: Row[] = [];
  for (let u = 0; u < users; u++) {
    const count = 1 + Math.floor(random() * ((2 * rows) / users - 1));
    for (let k = 0; k < count; k++) {
      const at = random() * total;
      const item = cumulative.findIndex((c) => at < c);
      drawn.push([`u${u}`, `i${item}`, 1 + Math.floor(random() * 5)]);
    }
  }
  return fromRows(drawn);
}

/** Ids that break naive programs: names of object properties, letters outside the first plane, two spellings of one letter. */
export const hostileIds = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '0',
  ' ',
  '\u0000',
  'é',
  'e\u0301',
  '😀',
  '中文',
  'a\nb',
  '"',
];

/** Every hostile id as a user and as an item; user k has all items but item k, and item k + 1. */
export function hostile(): Interactions {
  const rows: Row[] = [];
  const count = hostileIds.length;
  for (let u = 0; u < count; u++) {
    for (let i = 0; i < count; i++) if (i !== u && i !== (u + 1) % count) rows.push([hostileIds[u], hostileIds[i], 1]);
  }
  return fromRows(rows);
}

/** A user, an item, a value. */
export type Row = [user: string, item: string, value: number];

/** Interactions from short rows, a minute apart, at the minutes given, or without times. */
export function fromRows(rows: Row[], timed: boolean | number[] = true): Interactions {
  return Interactions.fromColumns({
    users: rows.map((row) => row[0]),
    items: rows.map((row) => row[1]),
    values: rows.map((row) => row[2]),
    ...(timed ? { timestamps: rows.map((_, k) => 1.6e12 + (timed === true ? k : timed[k]) * 60_000) } : {}),
  });
}

/** What a user did, as a history for `recommendFor`. */
export function historyOf(interactions: Interactions, user: string): { item: string; value: number; timestamp?: number }[] {
  return [...interactions].filter((row) => row.user === user).map(({ user: _, ...entry }) => entry);
}
