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
  const { itemOrder, itemRank, itemCounts } = popularityOrder(byUser);
  const ranked = rankedRows(byUser, itemRank);
  const weights = weighed(ranked.values, settings);
  const userRow = new Int32Array(byUser.rows).fill(-1);
  const userVariant = new Int32Array(byUser.rows).fill(-1);
  const perItem = new Int32Array(byUser.columns);

  const distinct = distinctRows(ranked, weights, settings, userRow, perItem);
  const { rows, multiplicity, rowLambda } = distinct;
  const { constant, ...singles } = singlesOf(ranked, weights, multiplicity.length, userRow, userVariant, perItem);
  const { items, entries } = itemRows(rows, multiplicity, perItem, singles.items, byUser.columns);
  return {
    rows,
    multiplicity,
    rowLambda,
    singles: { ...singles, entries, lambda: lambdaOf(1, byUser.columns, settings) },
    items,
    itemLambda: Float32Array.from(itemOrder, (_, i) => lambdaOf(itemCounts[i], byUser.rows, settings)),
    itemOrder,
    itemRank,
    userRow,
    userVariant,
    constant: distinct.constant + constant,
  };
}

/** Users of two and more items: one row for all with the same, by falling length and then by their rarest item. */
function distinctRows(ranked: Csr, weights: Weights, settings: AlsSettings, userRow: Int32Array, perItem: Int32Array) {
  const { groupOf, firstUser, counts, count } = groupsOf(ranked);
  const length = new Int32Array(count);
  const rarest = new Int32Array(count);
  let longest = 0;
  let entries = 0;
  for (let g = 0; g < count; g++) {
    const end = ranked.offsets[firstUser[g] + 1];
    length[g] = end - ranked.offsets[firstUser[g]];
    rarest[g] = ranked.indices[end - 1];
    longest = Math.max(longest, length[g]);
    entries += length[g];
  }
  const all = Int32Array.from({ length: count }, (_, g) => g);
  const byRarest = countingSort(all, rarest, ranked.columns);
  const order = countingSort(
    byRarest,
    length.map((n) => longest - n),
    longest + 1,
  );

  const rows = emptyRows(count, entries);
  const multiplicity = new Float32Array(count);
  const rowLambda = new Float32Array(count);
  const rowOf = new Int32Array(count);
  let constant = 0;
  for (let row = 0, at = 0; row < count; row++) {
    const g = order[row];
    rowOf[g] = row;
    multiplicity[row] = counts[g];
    rowLambda[row] = lambdaOf(length[g], ranked.columns, settings);
    const from = ranked.offsets[firstUser[g]];
    for (let e = from; e < from + length[g]; e++, at++) {
      rows.indices[at] = ranked.indices[e];
      rows.d[at] = weights.d[e];
      rows.r[at] = weights.r[e];
      constant += counts[g] * weights.constantOf(e);
      perItem[ranked.indices[e]]++;
    }
    rows.offsets[row + 1] = at;
  }
  for (let u = 0; u < userRow.length; u++) if (groupOf[u] >= 0) userRow[u] = rowOf[groupOf[u]];
  return { rows, multiplicity, rowLambda, constant };
}

/** Users of one item: by item, those with the same value are one variant. */
function singlesOf(ranked: Csr, weights: Weights, firstRow: number, userRow: Int32Array, userVariant: Int32Array, perItem: Int32Array) {
  const { itemOf, entryOf, multiplicity: counts, constant } = variantsOf(ranked, weights, userVariant);
  const order = countingSort(
    Int32Array.from(itemOf, (_, v) => v),
    itemOf,
    ranked.columns,
  );
  const place = new Int32Array(order.length);
  const row = new Int32Array(order.length);
  const items: number[] = [];
  const variants: number[] = [];
  for (let k = 0; k < order.length; k++) {
    const item = itemOf[order[k]];
    if (k === 0 || item !== itemOf[order[k - 1]]) {
      items.push(item);
      variants.push(k);
      perItem[item]++;
    }
    place[order[k]] = k;
    row[order[k]] = firstRow + items.length - 1;
  }
  variants.push(order.length);
  for (let u = 0; u < userVariant.length; u++) {
    const v = userVariant[u];
    if (v < 0) continue;
    userRow[u] = row[v];
    userVariant[u] = place[v];
  }
  return {
    items: Int32Array.from(items),
    variants: Int32Array.from(variants),
    multiplicity: Float32Array.from(order, (v) => counts[v]),
    d: Float32Array.from(order, (v) => weights.d[entryOf[v]]),
    r: Float32Array.from(order, (v) => weights.r[entryOf[v]]),
    constant,
  };
}

/** The distinct (item, value) of users with one item, in the order they come. The table grows with them, to stay in the cache. */
function variantsOf({ rows, offsets, indices, values }: Csr, weights: Weights, userVariant: Int32Array) {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const itemOf: number[] = [];
  const entryOf: number[] = [];
  const multiplicity: number[] = [];
  let table = new Int32Array(4096);
  const slotOf = (e: number) => {
    const mask = table.length - 1;
    let h = Math.imul(indices[e], 0x9e3779b1) ^ Math.imul(bits[e] ^ (bits[e] >>> 16), 0x85ebca6b);
    h ^= h >>> 15;
    let slot = h & mask;
    for (; table[slot] > 0; slot = (slot + 1) & mask) {
      const other = entryOf[table[slot] - 1];
      if (indices[other] === indices[e] && bits[other] === bits[e]) break;
    }
    return slot;
  };
  let constant = 0;
  for (let u = 0; u < rows; u++) {
    const e = offsets[u];
    if (offsets[u + 1] - e !== 1) continue;
    constant += weights.constantOf(e);
    const slot = slotOf(e);
    if (table[slot] > 0) {
      userVariant[u] = table[slot] - 1;
      multiplicity[userVariant[u]]++;
      continue;
    }
    userVariant[u] = entryOf.length;
    entryOf.push(e);
    itemOf.push(indices[e]);
    multiplicity.push(1);
    table[slot] = entryOf.length;
    if (entryOf.length * 2 <= table.length) continue;
    table = new Int32Array(table.length * 2);
    for (let v = 0; v < entryOf.length; v++) table[slotOf(entryOf[v])] = v + 1;
  }
  return { itemOf: Int32Array.from(itemOf), entryOf, multiplicity, constant };
}

type Weights = ReturnType<typeof weighed>;

/** d and r of each value, and its part of the loss of zero factors. */
function weighed(values: Float32Array, settings: AlsSettings) {
  const d = new Float32Array(values.length);
  const r = new Float32Array(values.length);
  for (let e = 0; e < values.length; e++) {
    const w = weigh(values[e], settings);
    d[e] = w.d;
    r[e] = w.r;
  }
  const explicit = settings.feedback === 'explicit';
  return { d, r, constantOf: (e: number) => (explicit ? r[e] * r[e] : r[e]) };
}

function emptyRows(rows: number, entries: number): SparseRows {
  return {
    offsets: new Int32Array(rows + 1),
    indices: new Int32Array(entries),
    d: new Float32Array(entries),
    r: new Float32Array(entries),
  };
}

/** Items by falling number of users; equal ones by index. */
function popularityOrder(byUser: Csr) {
  const counts = new Int32Array(byUser.columns);
  for (const item of byUser.indices) counts[item]++;
  let most = 0;
  for (const c of counts) most = Math.max(most, c);
  const itemOrder = countingSort(
    Int32Array.from(counts, (_, i) => i),
    counts.map((c) => most - c),
    most + 1,
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

/** Which users of two and more items have exactly the same. Groups are numbered by their first user; -1 for other users. */
function groupsOf({ rows, offsets, indices, values }: Csr) {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let several = 0;
  for (let u = 0; u < rows; u++) if (offsets[u + 1] - offsets[u] > 1) several++;
  let capacity = 64;
  while (capacity < several * 2) capacity *= 2;
  const table = new Int32Array(capacity);
  const groupOf = new Int32Array(rows).fill(-1);
  const firstUser = new Int32Array(several);
  const counts = new Int32Array(several);
  let count = 0;
  for (let u = 0; u < rows; u++) {
    const from = offsets[u];
    const n = offsets[u + 1] - from;
    if (n < 2) continue;
    let h = n;
    for (let e = from; e < from + n; e++) {
      h = Math.imul(h ^ indices[e], 0x9e3779b1);
      h = Math.imul(h ^ (h >>> 15) ^ bits[e] ^ (bits[e] >>> 16), 0x85ebca6b);
    }
    h ^= h >>> 13;
    let slot = h & (capacity - 1);
    search: for (; table[slot] > 0; slot = (slot + 1) & (capacity - 1)) {
      const start = offsets[firstUser[table[slot] - 1]];
      if (offsets[firstUser[table[slot] - 1] + 1] - start !== n) continue;
      for (let e = 0; e < n; e++) {
        if (indices[start + e] !== indices[from + e] || bits[start + e] !== bits[from + e]) continue search;
      }
      break;
    }
    if (table[slot] === 0) {
      firstUser[count] = u;
      table[slot] = ++count;
    }
    groupOf[u] = table[slot] - 1;
    counts[groupOf[u]]++;
  }
  return { groupOf, firstUser, counts, count };
}

/** The user side by item, with a last entry for the single of an item. */
function itemRows(rows: SparseRows, multiplicity: Float32Array, perItem: Int32Array, singleItems: Int32Array, itemCount: number) {
  const offsets = new Int32Array(itemCount + 1);
  for (let i = 0; i < itemCount; i++) offsets[i + 1] = offsets[i] + perItem[i];
  const total = offsets[itemCount];
  const items = { ...emptyRows(itemCount, total), offsets };
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

/** Stable sort by a small whole key an element; O(n + keys). */
function countingSort(list: Int32Array, key: Int32Array, keys: number): Int32Array {
  const starts = new Int32Array(keys + 1);
  for (const element of list) starts[key[element] + 1]++;
  for (let k = 0; k < keys; k++) starts[k + 1] += starts[k];
  const sorted = new Int32Array(list.length);
  for (const element of list) sorted[starts[key[element]]++] = element;
  return sorted;
}
