import type { Csr } from '../../../data/csr.ts';
import type { Weights } from './equations.ts';

/**
 * Users of one item: by item, those with the same value are one variant. Users are bucketed by item first, so that the few
 * variants of an item are found close together.
 */
export function singlesOf(
  { rows, columns, offsets, indices, values }: Csr,
  weights: Weights,
  userWeights: Float32Array | undefined,
  firstRow: number,
  userRow: Int32Array,
  userVariant: Int32Array,
  perItem: Int32Array,
) {
  const { users, starts } = usersByItem({ rows, columns, offsets, indices, values });
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const items: number[] = [];
  const variants: number[] = [];
  const entryOf: number[] = [];
  const multiplicity: number[] = [];
  let constant = 0;
  for (let item = 0; item < columns; item++) {
    if (starts[item] === starts[item + 1]) continue;
    const first = entryOf.length;
    const find = variantFinder(first, entryOf, bits);
    for (let k = starts[item]; k < starts[item + 1]; k++) {
      const u = users[k];
      const e = offsets[u];
      const weight = userWeights ? userWeights[u] : 1;
      const variant = find(e);
      if (variant === entryOf.length) {
        entryOf.push(e);
        multiplicity.push(0);
      }
      multiplicity[variant] += weight;
      constant += weight * weights.constantOf(e);
      userVariant[u] = variant;
      userRow[u] = firstRow + items.length;
    }
    items.push(item);
    variants.push(first);
    perItem[item]++;
  }
  variants.push(entryOf.length);
  return {
    items: Int32Array.from(items),
    variants: Int32Array.from(variants),
    multiplicity: Float32Array.from(multiplicity),
    d: Float32Array.from(entryOf, (e) => weights.d[e]),
    r: Float32Array.from(entryOf, (e) => weights.r[e]),
    constant,
  };
}

/** Users of exactly one item, by that item and then by number. */
function usersByItem({ rows, columns, offsets, indices }: Csr): { users: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(columns + 1);
  let count = 0;
  for (let u = 0; u < rows; u++) {
    if (offsets[u + 1] - offsets[u] !== 1) continue;
    starts[indices[offsets[u]] + 1]++;
    count++;
  }
  for (let i = 0; i < columns; i++) starts[i + 1] += starts[i];
  const next = starts.slice(0, columns);
  const users = new Int32Array(count);
  for (let u = 0; u < rows; u++) if (offsets[u + 1] - offsets[u] === 1) users[next[indices[offsets[u]]]++] = u;
  return { users, starts };
}

/** Finds the variant of an entry among those of its item, from `first` on: by looking through a few, in a table when they get many. */
function variantFinder(first: number, entryOf: number[], bits: Int32Array): (entry: number) => number {
  let table: Map<number, number> | undefined;
  return (entry) => {
    if (entryOf.length - first <= 16) {
      for (let v = first; v < entryOf.length; v++) if (bits[entryOf[v]] === bits[entry]) return v;
      return entryOf.length;
    }
    table ??= new Map(entryOf.slice(first).map((e, k) => [bits[e], first + k]));
    const known = table.get(bits[entry]);
    if (known === undefined) table.set(bits[entry], entryOf.length);
    return known ?? entryOf.length;
  };
}
