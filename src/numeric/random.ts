/// <reference path="./alea.d.ts" />
import alea from 'seedrandom/lib/alea.js';
import { arc4 } from './arc4.ts';

/** A stream of seeded numbers. */
export interface SeededNumbers {
  /** The next number in [0, 1), with 32 random bits. */
  (): number;
  /** The next 32 bits as a signed integer. */
  int32(): number;
}

/**
 * A seeded generator: `()` gives uniform numbers in [0, 1), `int32()` 32 random bits, the same for a seed on every machine. It is Alea, because the
 * default generator of the package takes ten times as long, and a bootstrap draws millions.
 */
export function randomNumbers(seed: number | string): SeededNumbers {
  return alea(String(seed));
}

/** A whole number in [0, below). */
export function randomBelow(random: () => number, below: number): number {
  return Math.floor(random() * below);
}

/** Shuffles an array in place (Fisher & Yates). */
export function shuffle<T extends Int32Array | unknown[]>(array: T, random: () => number): T {
  for (let k = array.length - 1; k > 0; k--) {
    const other = randomBelow(random, k + 1);
    const kept = array[k];
    array[k] = array[other];
    array[other] = kept;
  }
  return array;
}

/**
 * Uniform numbers in [-scale, scale), the same for a seed on every machine. ARC4 expands the seed, a xorshift128
 * (Marsaglia 2003) makes the stream: eleven million numbers in 0.1 s, where calls of the seeded generator take a second.
 */
export function uniform(seed: number | string, count: number, scale: number): Float32Array {
  const next = arc4(String(seed));
  let x = next() | 1;
  let y = next();
  let z = next();
  let w = next();
  const numbers = new Float32Array(count);
  const unit = scale / 0x80000000;
  for (let k = 0; k < count; k++) {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    numbers[k] = w * unit;
  }
  return numbers;
}
