import { range } from '../../../numeric/counting-sort.ts';
import type { AlsSettings } from '../options.ts';
import { lambdaOf, observations, type SingleEntries, type SparseRows, type StoredRows, weigh, weighed } from '../solver/equations.ts';
import { type AlsProblem, popularityOrder } from '../solver/problem.ts';
import { singlesOf } from '../solver/problem-singles.ts';
import { rankedRows } from '../solver/ranked-rows.ts';
import type { InteractionsByUser } from './by-user.ts';
import { forEachChunk, type Scratch, type SortedEntries, sortEntries } from './entry-file.ts';
import { RowGroups } from './row-groups.ts';

/** A problem whose rows are on disk: the same rows in the same order as `alsProblem` makes, so that a fit gives the same bits. */
export interface ProblemOnDisk {
  problem: AlsProblem;
  /** Removes its files. */
  remove(): void;
}

/** Makes the problem of interactions on disk. */
export async function problemOnDisk(data: InteractionsByUser, s: AlsSettings, scratch: Scratch): Promise<ProblemOnDisk> {
  const { entries, users, items, itemCounts } = data;
  const itemCount = items.size;
  const { itemOrder, itemRank } = popularityOrder(itemCounts);
  const userRow = new Int32Array(users.size).fill(-1);
  const userVariant = new Int32Array(users.size).fill(-1);
  const perItem = new Int32Array(itemCount);
  const observed = new Int32Array(itemCount);

  const groups = new RowGroups();
  const lone = { users: users.size, offsets: new Int32Array(users.size + 1), items: [] as number[], values: [] as number[] };
  forEachRanked(entries, itemRank, (user, ranks, values) => {
    for (let e = 0; e < ranks.length; e++) observed[ranks[e]] += observations(values, e, e + 1, s);
    if (ranks.length === 1) {
      lone.items.push(ranks[0]);
      lone.values.push(values[0]);
    } else if (ranks.length > 1) groups.add(user, ranks, values, observations(values, 0, values.length, s));
    lone.offsets[user + 1] = lone.items.length;
  });
  const { count, rowOf, multiplicity, lengths, counted } = groups.ordered(itemCount, userRow);

  const rows = await sortEntries(lengths, 'rows', scratch, async (put) => {
    forEachRanked(entries, itemRank, (user, ranks, values) => {
      const row = rowOf(user);
      if (row < 0) return;
      for (let e = 0; e < ranks.length; e++) {
        put(row, ranks[e], values[e]);
        perItem[ranks[e]]++;
      }
    });
  });
  const ranked = {
    rows: users.size,
    columns: itemCount,
    offsets: lone.offsets,
    indices: Int32Array.from(lone.items),
    values: Float32Array.from(lone.values),
  };
  const { constant, ...singles } = singlesOf(ranked, weighed(ranked.values, s), undefined, count, userRow, userVariant, perItem);
  const byItem = await sortEntries(perItem, 'items', scratch, async (put) => {
    forEachChunk(rows, (row, end, others, values) => {
      const start = rows.offsets[row];
      for (let k = row; k < end; k++)
        for (let e = rows.offsets[k] - start; e < rows.offsets[k + 1] - start; e++) put(others[e], k, values[e]);
    });
    for (const [k, item] of singles.items.entries()) put(item, count + k, 0);
  });
  const problem: AlsProblem = {
    rows: storedRows(rows, s, undefined, count, scratch),
    multiplicity,
    rowLambda: Float32Array.from(counted, (n) => lambdaOf(n, itemCount, s)),
    singles: { ...singles, entries: range(singles.items.length), lambda: lambdaOf(1, itemCount, s) },
    items: storedRows(byItem, s, multiplicity, count, scratch),
    itemLambda: Float32Array.from(observed, (n) => lambdaOf(n, users.size, s)),
    itemOrder,
    itemRank,
    userRow,
    userVariant,
    constant: rowConstant(rows, multiplicity, s) + constant,
  };
  const remove = () => {
    rows.remove();
    byItem.remove();
  };
  return { problem, remove };
}

/** Rows with items by rank, ascending. */
function forEachRanked(
  entries: SortedEntries,
  itemRank: Int32Array,
  each: (user: number, ranks: Int32Array, values: Float32Array) => void,
) {
  forEachChunk(entries, (user, end, others, values) => {
    const offsets = entries.offsets.slice(user, end + 1).map((at) => at - entries.offsets[user]);
    const ranked = rankedRows({ rows: end - user, columns: itemRank.length, offsets, indices: others, values }, itemRank);
    for (let row = 0; row < end - user; row++) {
      const part = [offsets[row], offsets[row + 1]] as const;
      each(user + row, ranked.indices.subarray(...part), ranked.values.subarray(...part));
    }
  });
}

/** The loss of rows that are all zero, added up in the order of a fit in memory. */
function rowConstant(rows: SortedEntries, multiplicity: Float32Array, s: AlsSettings): number {
  let constant = 0;
  forEachChunk(rows, (row, end, _, values) => {
    const start = rows.offsets[row];
    const { constantOf } = weighed(values, s);
    for (let k = row; k < end; k++)
      for (let e = rows.offsets[k] - start; e < rows.offsets[k + 1] - start; e++) constant += multiplicity[k] * constantOf(e);
  });
  return constant;
}

/** Rows as the solver reads them: d and r are made of values, for items times how many users have the row. */
function storedRows(
  entries: SortedEntries,
  s: AlsSettings,
  multiplicity: Float32Array | undefined,
  count: number,
  { bytes }: Scratch,
): StoredRows {
  // Where nobody shares a row, which is so of most data, a number per user need not be looked up for every entry.
  const factors = multiplicity?.some((m) => m !== 1) ? multiplicity : undefined;
  const singlesFrom = multiplicity ? count : Number.POSITIVE_INFINITY;
  return {
    offsets: entries.offsets,
    segmentEntries: Math.min(2 ** 22, Math.floor(bytes / 24)), // 12 bytes each, on either side
    async read(from, to, { indices, d, r }: Omit<SparseRows, 'offsets'>, singles: SingleEntries) {
      let [ofD, ofR] = [0, 0];
      let last = Number.NaN;
      entries.readPieces(from, to, (at, count, words, floats) => {
        for (let k = 0, to = at; k < count; k++, to++) {
          const other = words[2 * k];
          indices[to] = other;
          if (other >= singlesFrom) {
            d[to] = singles.d[other - singlesFrom];
            r[to] = singles.r[other - singlesFrom];
            continue;
          }
          const value = floats[2 * k + 1];
          if (value !== last) {
            const w = weigh(value, s);
            ofD = Math.fround(w.d);
            ofR = Math.fround(w.r);
            last = value;
          }
          const m = factors ? factors[other] : 1;
          d[to] = m * ofD;
          r[to] = m * ofR;
        }
      });
    },
  };
}
