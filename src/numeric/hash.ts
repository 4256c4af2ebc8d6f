/** The 32-bit FNV-1a offset basis: what a hash of nothing is. */
export const fnvBasis = 0x811c9dc5;

/** One step of 32-bit FNV-1a: mixes a byte, a UTF-16 unit or a 32-bit word into a hash. */
export function fnvStep(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** FNV-1a over the UTF-16 units of `text` from `start` to before `end`, as a signed 32-bit integer. */
export function fnvOfText(text: string, start = 0, end = text.length, basis = fnvBasis): number {
  let hash = basis;
  for (let k = start; k < end; k++) hash = fnvStep(hash, text.charCodeAt(k));
  return hash;
}
