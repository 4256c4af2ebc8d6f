/**
 * 32-bit integers of the generator that `seedrandom(seed)` gives (ARC4, its first 256 bytes dropped), so that initial factors stay those of
 * earlier versions. Here it only expands a seed; loading the package for it takes a fifth of the time of importing attune.
 */
export function arc4(seed: string): () => number {
  const key = keyOf(seed);
  const s = Uint8Array.from({ length: 256 }, (_, k) => k);
  let i = 0;
  let j = 0;
  for (let k = 0; k < 256; k++) {
    j = (j + key[k % key.length] + s[k]) & 255;
    [s[k], s[j]] = [s[j], s[k]];
  }
  j = 0;
  const byte = (): number => {
    i = (i + 1) & 255;
    j = (j + s[i]) & 255;
    [s[i], s[j]] = [s[j], s[i]];
    return s[(s[i] + s[j]) & 255];
  };
  for (let k = 0; k < 256; k++) byte();
  return () => (byte() << 24) | (byte() << 16) | (byte() << 8) | byte();
}

/** Folds a text of any length into at most 256 bytes, as seedrandom does. */
function keyOf(seed: string): number[] {
  const key: number[] = [];
  let smear = 0;
  for (let k = 0; k < seed.length; k++) {
    smear ^= (key[k & 255] ?? 0) * 19;
    key[k & 255] = (smear + seed.charCodeAt(k)) & 255;
  }
  return key.length > 0 ? key : [0];
}
