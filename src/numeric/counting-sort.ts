/** Stable sort by one small integer key per element; O(n + keys). */
export function countingSort(list: Int32Array, key: Int32Array, keys: number): Int32Array {
  const starts = new Int32Array(keys + 1);
  for (const element of list) starts[key[element] + 1]++;
  for (let k = 0; k < keys; k++) starts[k + 1] += starts[k];
  const sorted = new Int32Array(list.length);
  for (const element of list) sorted[starts[key[element]]++] = element;
  return sorted;
}

/** The integers 0 to count - 1. */
export function range(count: number): Int32Array {
  const list = new Int32Array(count);
  for (let k = 0; k < count; k++) list[k] = k;
  return list;
}
