import seedrandom from 'seedrandom';

/** Uniform numbers in [0, 1), the same for the same seed everywhere. Alea, because the package's default costs ten times as much. */
export function randomNumbers(seed: number): () => number {
  return seedrandom.alea(String(seed));
}

/** Puts an array in random order, in place (Fisher & Yates). */
export function shuffle<T extends Int32Array | unknown[]>(array: T, random: () => number): T {
  for (let k = array.length - 1; k > 0; k--) {
    const other = Math.floor(random() * (k + 1));
    const kept = array[k];
    array[k] = array[other];
    array[other] = kept;
  }
  return array;
}
