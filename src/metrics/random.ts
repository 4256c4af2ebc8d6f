/**
 * A small fast generator of 32 random bits (sfc32 of PractRand, 2^128 state), for resampling: a bootstrap draws ten million numbers,
 * which would take a second with seedrandom's ARC4. The same seed gives the same numbers on every machine.
 *
 * @param seed a whole number; its lower 32 bits count.
 */
export function randomBits(seed: number): () => number {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x243f6a88 | 0;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) next();
  return next;
}

/** A whole number in [0, below) from 32 bits, by multiplication; for `below` up to a million its bias is under 0.03 %. */
export function randomBelow(bits: () => number, below: number): number {
  return Math.floor((bits() / 0x100000000) * below);
}
