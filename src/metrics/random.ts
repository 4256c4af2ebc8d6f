import seedrandom from 'seedrandom';

/** Random numbers for resampling: `()` in [0, 1), `int32()`. Alea, because a bootstrap draws millions and the package's default is ten times slower. */
export function generator(seed: number): seedrandom.PRNG {
  return seedrandom.alea(String(seed));
}

/** A whole number in [0, below). */
export function randomBelow(random: () => number, below: number): number {
  return Math.floor(random() * below);
}
