import type { Interactions } from '../data/interactions.ts';

/**
 * Users in an order in which those of one history follow each other: a model makes their lists once. A quarter of the users of a shop have the
 * history of somebody else.
 * @returns positions in `ids`
 */
export function byHistory(ids: readonly string[], train: Interactions): Int32Array {
  const { offsets, indices, values } = train.byUser;
  const rows = Int32Array.from(ids, (id) => train.users.indexOf(id));
  const compare = (a: number, b: number): number => {
    const [one, other] = [rows[a], rows[b]];
    if (one < 0 || other < 0) return one - other || a - b;
    const [from, start] = [offsets[one], offsets[other]];
    const [length, others] = [offsets[one + 1] - from, offsets[other + 1] - start];
    for (let e = 0; e < length && e < others; e++) {
      const difference = indices[from + e] - indices[start + e] || values[from + e] - values[start + e];
      if (difference !== 0) return difference;
    }
    return length - others || a - b;
  };
  return Int32Array.from(ids.keys()).sort(compare);
}
