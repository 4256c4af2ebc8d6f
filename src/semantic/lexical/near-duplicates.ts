import { Groups } from '../../numeric/groups.ts';
import type { LexicalIndex } from './bm25.ts';

/** Texts as sparse vectors of length 1: row t owns `offsets[t]` to `offsets[t + 1]`, its words from the most common to the rarest. */
export interface SparseRows {
  offsets: Int32Array;
  /** Words by rank, 0 the most common; ascending within a row. */
  words: Int32Array;
  values: Float64Array;
}

/** The texts of some keys, ln(1 + tf) · idf per word, tf being weighted counts. A text without words has an empty row. */
export function sparseRows(index: LexicalIndex, keys: readonly number[]): SparseRows {
  const rowOf = new Map(keys.map((key, row) => [key, row]));
  const lists: { rows: number[]; values: number[]; idf: number }[] = [];
  index.visitWords((owners, counts) => {
    const list = {
      rows: [] as number[],
      values: [] as number[],
      idf: Math.log(1 + (index.size - owners.length + 0.5) / (owners.length + 0.5)),
    };
    owners.forEach((key, k) => {
      const row = rowOf.get(key);
      if (row === undefined) return;
      list.rows.push(row);
      list.values.push(Math.log(1 + counts[k]) * list.idf);
    });
    lists.push(list);
  });
  lists.sort((a, b) => a.idf - b.idf);
  const offsets = new Int32Array(keys.length + 1);
  for (const { rows } of lists) for (const row of rows) offsets[row + 1]++;
  for (let row = 0; row < keys.length; row++) offsets[row + 1] += offsets[row];
  const words = new Int32Array(offsets[keys.length]);
  const values = new Float64Array(words.length);
  const ends = offsets.slice();
  lists.forEach((list, word) => {
    list.rows.forEach((row, k) => {
      words[ends[row]] = word;
      values[ends[row]++] = list.values[k];
    });
  });
  normalize(offsets, values);
  return { offsets, words, values };
}

function normalize(offsets: Int32Array, values: Float64Array): void {
  for (let row = 0; row + 1 < offsets.length; row++) {
    const own = values.subarray(offsets[row], offsets[row + 1]);
    const length = Math.sqrt(own.reduce((sum, x) => sum + x * x, 0));
    for (let e = 0; e < own.length; e++) own[e] /= length;
  }
}

/**
 * All pairs of rows with an inner product of at least `threshold`, joined into groups (single linkage). Exact.
 *
 * After Bayardo, Ma & Srikant 2007 with the norms of Anastasiu & Karypis 2014: of each row only the rare end is indexed, from where the
 * prefix alone could reach the threshold; and a row looks for partners only by its own rarest words, as long as the rest of it could
 * reach the threshold. At 0.9 that is about a fifth of its squared length, so the lists that are read are short.
 *
 * @param yieldNow called regularly with the number of rows done.
 * @returns for each row the first row of its group.
 */
export async function joinNear(
  { offsets, words, values }: SparseRows,
  threshold: number,
  yieldNow: (done: number) => Promise<void>,
): Promise<Int32Array> {
  const rows = offsets.length - 1;
  const safe = threshold - 1e-6; // rounding must not lose a pair; what comes is compared again
  const groups = new Groups(rows);
  const lists: { rows: number[]; values: number[] }[] = [];
  const sums = new Float64Array(rows);
  const candidates = new Int32Array(rows);
  const beginnings = new Float64Array(rows); // length of what is not indexed
  const dense = new Float64Array(words.reduce((most, word) => Math.max(most, word + 1), 0));
  for (let row = 0; row < rows; row++) {
    if (row % 1024 === 0) await yieldNow(row);
    const start = offsets[row];
    const end = offsets[row + 1];
    if (start === end) continue;
    let count = 0;
    let rest = 1;
    for (let e = end - 1; e >= start; e--) {
      const list = lists[words[e]];
      const open = rest >= safe * safe;
      rest -= values[e] * values[e];
      for (let k = 0; list && k < list.rows.length; k++) {
        const other = list.rows[k];
        if (sums[other] === 0) {
          if (!open) continue;
          candidates[count++] = other;
        }
        sums[other] += values[e] * list.values[k];
      }
    }
    for (let e = start; e < end; e++) dense[words[e]] = values[e];
    for (let c = 0; c < count; c++) {
      const other = candidates[c];
      const most = sums[other] + beginnings[other];
      sums[other] = 0;
      if (most < safe || groups.first(other) === groups.first(row)) continue;
      let product = 0;
      for (let e = offsets[other]; e < offsets[other + 1]; e++) product += values[e] * dense[words[e]];
      if (Math.fround(product) >= Math.fround(threshold)) groups.join(other, row);
    }
    let squares = 0;
    for (let e = start; e < end; e++) {
      dense[words[e]] = 0;
      const before = squares;
      squares += values[e] * values[e];
      if (squares < safe * safe) continue;
      if (before < safe * safe) beginnings[row] = Math.sqrt(before);
      lists[words[e]] ??= { rows: [], values: [] };
      lists[words[e]].rows.push(row);
      lists[words[e]].values.push(values[e]);
    }
  }
  return groups.firsts();
}
