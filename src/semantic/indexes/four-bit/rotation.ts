import { uniform } from '../../../numeric/random.ts';

const rounds = 4;

/**
 * A random rotation, the same for a seed everywhere: signs are flipped at random and a Walsh-Hadamard transform mixes the first and the last
 * numbers in turn, as many as the largest power of two allows. After four rounds the numbers of any vector are spread like those of a random one.
 */
export class Rotation {
  readonly #dimensions: number;
  readonly #size: number;
  readonly #signs: Float64Array;

  constructor(dimensions: number, seed: number) {
    this.#dimensions = dimensions;
    this.#size = 2 ** Math.floor(Math.log2(dimensions));
    this.#signs = Float64Array.from(uniform(`rotation/${seed}`, rounds * dimensions, 1), (x) => (x < 0 ? -1 : 1));
  }

  /** A rotated copy. */
  apply(vector: Float32Array): Float64Array {
    const x = Float64Array.from(vector);
    for (let round = 0; round < rounds; round++) {
      this.#flip(x, round);
      transform(x, this.#start(round), this.#size);
    }
    return x;
  }

  /** The inverse, in place. */
  undo(x: Float64Array): Float32Array {
    for (let round = rounds - 1; round >= 0; round--) {
      transform(x, this.#start(round), this.#size);
      this.#flip(x, round);
    }
    return Float32Array.from(x);
  }

  #start(round: number): number {
    return (round & 1) === 0 ? 0 : this.#dimensions - this.#size;
  }

  #flip(x: Float64Array, round: number): void {
    for (let d = 0, at = round * this.#dimensions; d < x.length; d++, at++) x[d] *= this.#signs[at];
  }
}

/** The Walsh-Hadamard transform of `size` numbers, scaled so that lengths stay. */
function transform(x: Float64Array, from: number, size: number): void {
  for (let half = 1; half < size; half *= 2) {
    for (let start = from; start < from + size; start += 2 * half) {
      for (let k = start; k < start + half; k++) {
        const a = x[k];
        const b = x[k + half];
        x[k] = a + b;
        x[k + half] = a - b;
      }
    }
  }
  const scale = 1 / Math.sqrt(size);
  for (let k = from; k < from + size; k++) x[k] *= scale;
}
