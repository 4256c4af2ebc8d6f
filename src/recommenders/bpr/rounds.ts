import type { Csr } from '../../data/csr.ts';
import { uniform } from '../../numeric/random.ts';

/** Rows dealt into groups. */
export interface Groups {
  /** All rows at random, group after group. */
  order: Int32Array;
  /** Where the groups begin in it, and its end. */
  bounds: Int32Array;
  /** Group of each row. */
  of: Uint8Array;
}

/** Deals rows into groups of one size (Fisher & Yates). */
export function deal(count: number, groups: number, seed: string): Groups {
  const random = uniform(seed, count, 0.5);
  const order = Int32Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = Math.min(k, Math.floor((random[k] + 0.5) * (k + 1)));
    [order[k], order[other]] = [order[other], order[k]];
  }
  const bounds = Int32Array.from({ length: groups + 1 }, (_, g) => Math.floor((g * count) / groups));
  const of = new Uint8Array(count);
  for (let g = 0; g < groups; g++) for (let k = bounds[g]; k < bounds[g + 1]; k++) of[order[k]] = g;
  return { order, bounds, of };
}

/** Sorts pairs by round, then by group of the user: in round r, users of group g meet items of group (g + r) % groups. */
export function sortPairs(
  { rows, offsets, indices }: Csr,
  userGroup: Uint8Array,
  itemGroup: Uint8Array,
  groups: number,
  out: { users: Int32Array; items: Int32Array; bounds: Int32Array },
): void {
  const blockOf = (user: number, item: number) => ((itemGroup[item] - userGroup[user] + groups) % groups) * groups + userGroup[user];
  const { bounds } = out;
  bounds.fill(0);
  for (let user = 0; user < rows; user++) {
    for (let e = offsets[user]; e < offsets[user + 1]; e++) bounds[blockOf(user, indices[e]) + 1]++;
  }
  for (let k = 0; k < groups * groups; k++) bounds[k + 1] += bounds[k];
  const next = bounds.slice();
  for (let user = 0; user < rows; user++) {
    for (let e = offsets[user]; e < offsets[user + 1]; e++) {
      const at = next[blockOf(user, indices[e])]++;
      out.users[at] = user;
      out.items[at] = indices[e];
    }
  }
}
