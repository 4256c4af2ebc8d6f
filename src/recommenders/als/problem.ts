import type { Csr } from '../../data/csr.ts';
import type { AlsSettings } from './options.ts';

/**
 * The interactions as ALS wants them. Users with the same history get the same factors, so each distinct row is there once
 * with its multiplicity; users with one item only are not there at all: all of them together are one "single" row an item.
 * Items stand by falling popularity, rows by falling length and then by their rarest item, so that what is read together
 * lies together.
 */
export interface AlsProblem {
  /** Distinct rows of two and more items. */
  rows: SparseRows;
  /** Users that have row k. */
  multiplicity: Float32Array;
  /** Regularization of row k. */
  rowLambda: Float32Array;
  /** Items that somebody has as the only one. Their rows on the user side follow the distinct ones. */
  singles: Singles;
  /** Per item the rows of the user side, d and r times multiplicity; a single's entry is the last of its item. */
  items: SparseRows;
  /** Regularization of item i. */
  itemLambda: Float32Array;
  /** Item id index of internal item i, and back. */
  itemOrder: Int32Array;
  itemRank: Int32Array;
  /** Row of the user side of each user. */
  userRow: Int32Array;
  /** Variant of each single user, -1 for the others: their factors are the row times w of the variant. */
  userVariant: Int32Array;
  /** Sum of confidence * preference^2 over everything observed: the loss of factors that are all zero. */
  constant: number;
}

/** Rows of weighted entries: (diag + sum d y y^T) x = sum r y. */
export interface SparseRows {
  offsets: Int32Array;
  indices: Int32Array;
  d: Float32Array;
  r: Float32Array;
}

/** Users with one item: by item, the distinct (d, r) and how many users have them. */
export interface Singles {
  /** Internal item of each single. */
  items: Int32Array;
  /** Variants of single k: `variants[k]` to `variants[k + 1]`. */
  variants: Int32Array;
  multiplicity: Float32Array;
  d: Float32Array;
  r: Float32Array;
  lambda: number;
  /** Where in `items` of the problem the entry of single k stands. */
  entries: Int32Array;
}

/** d = confidence - 1 and r = confidence * preference of one value. Tiny positive d keep 1 / sqrt(d) finite. */
export function weigh(value: number, settings: Pick<AlsSettings, 'feedback' | 'alpha'>): { d: number; r: number } {
  if (settings.feedback === 'explicit') return { d: 1, r: value };
  if (value > 0) {
    const d = Math.max(settings.alpha * value, 1e-30);
    return { d, r: 1 + d };
  }
  return { d: -settings.alpha * value, r: 0 };
}

/** Regularization of a row with n entries when the other side has `others` rows. */
export function lambdaOf(n: number, others: number, s: AlsSettings): number {
  if (s.regularizationScaling === 'none') return s.regularization;
  if (s.regularizationScaling === 'count') return s.regularization * n;
  const base = n + others / s.alpha;
  return s.regularization * (s.regularizationExponent === 1 ? base : base ** s.regularizationExponent);
}

/** @param byUser values are what the model is to explain (ratings less their biases for explicit feedback). */
export function alsProblem(byUser: Csr, settings: AlsSettings): AlsProblem {
  const userCount = byUser.rows;
  const itemCount = byUser.columns;
  const { itemOrder, itemRank, itemCounts } = popularityOrder(byUser);
  const ranked = rankedRows(byUser, itemRank);
  const { groupOf, firstUser, counts } = distinctRows(ranked);

  // Groups of one item become variants of a single; the others are ordered by length, then by their rarest item.
  const length = (g: number) => ranked.offsets[firstUser[g] + 1] - ranked.offsets[firstUser[g]];
  const rarest = (g: number) => ranked.indices[ranked.offsets[firstUser[g] + 1] - 1];
  const one: number[] = [];
  let many: number[] = [];
  let longest = 0;
  for (let g = 0; g < firstUser.length; g++) {
    const n = length(g);
    longest = Math.max(longest, n);
    if (n === 1) one.push(g);
    else if (n > 1) many.push(g);
  }
  many = countingSort(countingSort(many, rarest, itemCount), (g) => longest - length(g), longest + 1);
  const variantOrder = countingSort(one, rarest, itemCount);

  const userRow = new Int32Array(userCount);
  const userVariant = new Int32Array(userCount).fill(-1);
  const rowOfGroup = new Int32Array(firstUser.length).fill(-1);
  const variantOfGroup = new Int32Array(firstUser.length).fill(-1);

  // Distinct rows.
  const multiplicity = Float32Array.from(many, (g) => counts[g]);
  const rowLambda = Float32Array.from(many, (g) => lambdaOf(length(g), itemCount, settings));
  const entryCount = many.reduce((sum, g) => sum + length(g), 0);
  const rows: SparseRows = {
    offsets: new Int32Array(many.length + 1),
    indices: new Int32Array(entryCount),
    d: new Float32Array(entryCount),
    r: new Float32Array(entryCount),
  };
  const perItem = new Int32Array(itemCount);
  let at = 0;
  let constant = 0;
  many.forEach((g, row) => {
    rowOfGroup[g] = row;
    const from = ranked.offsets[firstUser[g]];
    for (let e = from; e < from + length(g); e++, at++) {
      const { d, r } = weigh(ranked.values[e], settings);
      rows.indices[at] = ranked.indices[e];
      rows.d[at] = d;
      rows.r[at] = r;
      constant += (counts[g] * r * r) / (settings.feedback === 'explicit' ? 1 : 1 + d);
      perItem[ranked.indices[e]]++;
    }
    rows.offsets[row + 1] = at;
  });

  // Singles.
  const singleItems: number[] = [];
  const variants: number[] = [];
  const singles: Singles = {
    items: new Int32Array(0),
    variants: new Int32Array(0),
    multiplicity: Float32Array.from(variantOrder, (g) => counts[g]),
    d: new Float32Array(variantOrder.length),
    r: new Float32Array(variantOrder.length),
    lambda: lambdaOf(1, itemCount, settings),
    entries: new Int32Array(0),
  };
  variantOrder.forEach((g, v) => {
    const item = rarest(g);
    if (singleItems.at(-1) !== item) {
      singleItems.push(item);
      variants.push(v);
      perItem[item]++;
    }
    const { d, r } = weigh(ranked.values[ranked.offsets[firstUser[g]]], settings);
    singles.d[v] = d;
    singles.r[v] = r;
    constant += (counts[g] * r * r) / (settings.feedback === 'explicit' ? 1 : 1 + d);
    variantOfGroup[g] = v;
    rowOfGroup[g] = many.length + singleItems.length - 1;
  });
  singles.items = Int32Array.from(singleItems);
  singles.variants = Int32Array.from([...variants, variantOrder.length]);
  for (let u = 0; u < userCount; u++) {
    userRow[u] = rowOfGroup[groupOf[u]];
    userVariant[u] = variantOfGroup[groupOf[u]];
  }

  const { items, entries } = itemRows(rows, multiplicity, perItem, singles.items, itemCount);
  singles.entries = entries;
  const itemLambda = Float32Array.from(itemOrder, (_, i) => lambdaOf(itemCounts[i], userCount, settings));
  return { rows, multiplicity, rowLambda, singles, items, itemLambda, itemOrder, itemRank, userRow, userVariant, constant };
}

/** Items by falling number of users; equal ones by index. */
function popularityOrder(byUser: Csr) {
  const counts = new Int32Array(byUser.columns);
  for (const item of byUser.indices) counts[item]++;
  let most = 0;
  for (const c of counts) most = Math.max(most, c);
  const itemOrder = Int32Array.from(
    countingSort(
      Array.from(counts, (_, i) => i),
      (i) => most - counts[i],
      most + 1,
    ),
  );
  const itemRank = new Int32Array(byUser.columns);
  itemOrder.forEach((item, rank) => {
    itemRank[item] = rank;
  });
  return { itemOrder, itemRank, itemCounts: itemOrder.map((item) => counts[item]) };
}

/** The same rows with items by rank, ascending within a row. */
function rankedRows(byUser: Csr, itemRank: Int32Array): Csr {
  const count = byUser.indices.length;
  const byItem = new Int32Array(byUser.columns + 1);
  for (let e = 0; e < count; e++) byItem[itemRank[byUser.indices[e]] + 1]++;
  for (let i = 0; i < byUser.columns; i++) byItem[i + 1] += byItem[i];
  const usersBy = new Int32Array(count);
  const valuesBy = new Float32Array(count);
  const next = byItem.slice();
  for (let u = 0; u < byUser.rows; u++) {
    for (let e = byUser.offsets[u]; e < byUser.offsets[u + 1]; e++) {
      const to = next[itemRank[byUser.indices[e]]]++;
      usersBy[to] = u;
      valuesBy[to] = byUser.values[e];
    }
  }
  const indices = new Int32Array(count);
  const values = new Float32Array(count);
  const place = byUser.offsets.slice(0, byUser.rows);
  for (let i = 0; i < byUser.columns; i++) {
    for (let k = byItem[i]; k < byItem[i + 1]; k++) {
      const to = place[usersBy[k]]++;
      indices[to] = i;
      values[to] = valuesBy[k];
    }
  }
  return { ...byUser, indices, values };
}

/** Which users have exactly the same row. Groups are numbered by their first user. */
function distinctRows({ rows, offsets, indices, values }: Csr) {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let capacity = 64;
  while (capacity < rows * 2) capacity *= 2;
  const table = new Int32Array(capacity);
  const groupOf = new Int32Array(rows);
  const firstUser = new Int32Array(rows);
  const counts = new Int32Array(rows);
  let groups = 0;
  for (let u = 0; u < rows; u++) {
    const from = offsets[u];
    const n = offsets[u + 1] - from;
    let h = n;
    for (let e = from; e < from + n; e++) h = Math.imul(Math.imul(h ^ indices[e], 0x9e3779b1) ^ bits[e], 0x85ebca6b) ^ (h >>> 15);
    h ^= h >>> 13;
    let slot = h & (capacity - 1);
    search: for (; table[slot] > 0; slot = (slot + 1) & (capacity - 1)) {
      const other = firstUser[table[slot] - 1];
      const start = offsets[other];
      if (offsets[other + 1] - start !== n) continue;
      for (let e = 0; e < n; e++) {
        if (indices[start + e] !== indices[from + e] || bits[start + e] !== bits[from + e]) continue search;
      }
      break;
    }
    if (table[slot] === 0) {
      firstUser[groups] = u;
      table[slot] = ++groups;
    }
    groupOf[u] = table[slot] - 1;
    counts[groupOf[u]]++;
  }
  return { groupOf, firstUser: firstUser.slice(0, groups), counts: counts.slice(0, groups) };
}

/** The user side by item, with a last entry for the single of an item. */
function itemRows(rows: SparseRows, multiplicity: Float32Array, perItem: Int32Array, singleItems: Int32Array, itemCount: number) {
  const offsets = new Int32Array(itemCount + 1);
  for (let i = 0; i < itemCount; i++) offsets[i + 1] = offsets[i] + perItem[i];
  const total = offsets[itemCount];
  const items: SparseRows = { offsets, indices: new Int32Array(total), d: new Float32Array(total), r: new Float32Array(total) };
  const next = offsets.slice(0, itemCount);
  const count = multiplicity.length;
  for (let row = 0; row < count; row++) {
    for (let e = rows.offsets[row]; e < rows.offsets[row + 1]; e++) {
      const to = next[rows.indices[e]]++;
      items.indices[to] = row;
      items.d[to] = multiplicity[row] * rows.d[e];
      items.r[to] = multiplicity[row] * rows.r[e];
    }
  }
  const entries = new Int32Array(singleItems.length);
  singleItems.forEach((item, k) => {
    entries[k] = next[item]++;
    items.indices[entries[k]] = count + k;
  });
  return { items, entries };
}

/** Stable sort by a small whole key; O(n + keys). */
function countingSort(list: number[], key: (element: number) => number, keys: number): number[] {
  const starts = new Int32Array(keys + 1);
  for (const element of list) starts[key(element) + 1]++;
  for (let k = 0; k < keys; k++) starts[k + 1] += starts[k];
  const sorted = new Array<number>(list.length);
  for (const element of list) sorted[starts[key(element)]++] = element;
  return sorted;
}
