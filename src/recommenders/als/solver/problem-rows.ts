import type { Csr } from '../../../data/csr.ts';
import { countingSort, range } from '../../../numeric/counting-sort.ts';
import type { AlsSettings } from '../options.ts';
import { emptyRows, lambdaOf, observations, type Weights } from './equations.ts';

/** Users of two and more items: one row for all with the same items, by descending length and then by their rarest item. */
export function distinctRows(
  ranked: Csr,
  weights: Weights,
  settings: AlsSettings,
  userWeights: Float32Array | undefined,
  userRow: Int32Array,
  perItem: Int32Array,
) {
  const { groupOf, firstUser, counts, count } = groupsOf(ranked, userWeights);
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
  for (let g = 0; g < count; g++) length[g] = longest - length[g];
  const order = countingSort(countingSort(range(count), rarest, ranked.columns), length, longest + 1);

  const rows = emptyRows(count, entries);
  const multiplicity = new Float32Array(count);
  const rowLambda = new Float32Array(count);
  const rowOf = new Int32Array(count);
  let constant = 0;
  for (let row = 0, at = 0; row < count; row++) {
    const g = order[row];
    rowOf[g] = row;
    multiplicity[row] = counts[g];
    const from = ranked.offsets[firstUser[g]];
    const end = ranked.offsets[firstUser[g] + 1];
    rowLambda[row] = lambdaOf(observations(ranked.values, from, end, settings), ranked.columns, settings);
    for (let e = from; e < end; e++, at++) {
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

/** Which users of two and more items have exactly the same, and their total weight. Groups are numbered by their first user; -1 for other users. */
function groupsOf({ rows, offsets, indices, values }: Csr, userWeights: Float32Array | undefined) {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let several = 0;
  for (let u = 0; u < rows; u++) if (offsets[u + 1] - offsets[u] > 1) several++;
  let capacity = 64;
  while (capacity < several * 2) capacity *= 2;
  const table = new Int32Array(capacity);
  const groupOf = new Int32Array(rows).fill(-1);
  const firstUser = new Int32Array(several);
  const counts = new Float64Array(several);
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
    counts[groupOf[u]] += userWeights ? userWeights[u] : 1;
  }
  return { groupOf, firstUser, counts, count };
}
