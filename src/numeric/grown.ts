/** The array itself if it is long enough, otherwise a copy at least half again as long, so that appending takes amortized O(1). */
export function grown<T extends Float64Array | Float32Array | Int32Array | Uint16Array | Uint8Array>(array: T, needed: number): T {
  if (needed <= array.length) return array;
  const larger = new (array.constructor as new (n: number) => T)(Math.max(needed, Math.ceil(array.length * 1.5), 64));
  larger.set(array);
  return larger;
}
