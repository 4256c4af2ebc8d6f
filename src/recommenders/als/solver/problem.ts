import type { Csr } from '../../../data/csr.ts';
import { countingSort, range } from '../../../numeric/counting-sort.ts';
import type { AlsSettings } from '../options.ts';
import { emptyRows, lambdaOf, observations, type SparseRows, type StoredRows, weighed, weighedCount } from './equations.ts';
import { distinctRows } from './problem-rows.ts';
import { singlesOf } from './problem-singles.ts';
import { rankedRows } from './ranked-rows.ts';

/**
 * The interactions in the form that ALS needs. Users with the same history get the same factors, so each distinct row is there once
 * with its multiplicity; users with one item only are not there at all: all of them together are one "single" row per item.
 * Items are sorted by descending popularity, rows by descending length and then by their rarest item, so that data read together
 * is stored together.
 */
export interface AlsProblem {
  /** Distinct rows of two and more items. */
  rows: SparseRows | StoredRows;
  /** Number of users that have row k, or their total weight. */
  multiplicity: Float32Array;
  /** Regularization of row k. */
  rowLambda: Float32Array;
  /** Items that are the only one of some user. Their rows on the user side follow the distinct ones. */
  singles: Singles;
  /** Per item the rows of the user side, d and r times multiplicity; a single's entry is the last of its item. Stored if `rows` are. */
  items: SparseRows | StoredRows;
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
  /** Where in `items` of the problem the entry of single k stands; k itself where those are stored. */
  entries: Int32Array;
}

/**
 * @param byUser values are what the model is to explain (ratings less their biases for explicit feedback).
 * @param userWeights how often each user counts; all 1 when missing.
 */
export function alsProblem(byUser: Csr, settings: AlsSettings, userWeights?: Float32Array): AlsProblem {
  const { itemOrder, itemRank } = popularityOrder(itemCounts(byUser));
  const ranked = rankedRows(byUser, itemRank);
  const weights = weighed(ranked.values, settings);
  const userRow = new Int32Array(byUser.rows).fill(-1);
  const userVariant = new Int32Array(byUser.rows).fill(-1);
  const perItem = new Int32Array(byUser.columns);

  const distinct = distinctRows(ranked, weights, settings, userWeights, userRow, perItem);
  const { rows, multiplicity, rowLambda } = distinct;
  const { constant, ...singles } = singlesOf(ranked, weights, userWeights, multiplicity.length, userRow, userVariant, perItem);
  const { items, entries } = itemRows(rows, multiplicity, perItem, singles.items, byUser.columns);
  return {
    rows,
    multiplicity,
    rowLambda,
    singles: { ...singles, entries, lambda: lambdaOf(1, byUser.columns, settings) },
    items,
    itemLambda: itemLambdas(byUser, itemOrder, settings, userWeights),
    itemOrder,
    itemRank,
    userRow,
    userVariant,
    constant: distinct.constant + constant,
  };
}

/** Regularization of each item by rank; what scales with counts sees a user as often as it counts. */
function itemLambdas({ offsets, indices, values, rows }: Csr, order: Int32Array, s: AlsSettings, userWeights?: Float32Array) {
  if (s.regularizationScaling === 'none') return new Float32Array(order.length).fill(s.regularization);
  const counts = new Int32Array(order.length);
  const sums = new Float64Array(userWeights ? order.length : 0);
  let total = userWeights ? 0 : rows;
  for (let u = 0; u < rows; u++) {
    if (userWeights) total += userWeights[u];
    for (let e = offsets[u]; e < offsets[u + 1]; e++) {
      if (observations(values, e, e + 1, s) === 0) continue;
      counts[indices[e]]++;
      if (userWeights) sums[indices[e]] += userWeights[u];
    }
  }
  return Float32Array.from(order, (item) => lambdaOf(userWeights ? weighedCount(sums[item], counts[item]) : counts[item], total, s));
}

function itemCounts(byUser: Csr): Int32Array {
  const counts = new Int32Array(byUser.columns);
  for (const item of byUser.indices) counts[item]++;
  return counts;
}

/** Items by descending number of users; ties by index. */
export function popularityOrder(counts: Int32Array): { itemOrder: Int32Array; itemRank: Int32Array } {
  let most = 0;
  for (const c of counts) most = Math.max(most, c);
  const rarity = counts.map((c) => most - c);
  const itemOrder = countingSort(range(counts.length), rarity, most + 1);
  const itemRank = new Int32Array(counts.length);
  itemOrder.forEach((item, rank) => {
    itemRank[item] = rank;
  });
  return { itemOrder, itemRank };
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
