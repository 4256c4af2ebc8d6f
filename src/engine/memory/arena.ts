import { AttuneError } from '../../errors.ts';
import { type AnyArray, type ArrayType, type Block, type Position, padded } from './block.ts';

/**
 * Allocates arrays consecutively from a piece of memory, and frees all of them at once. A training loop uses one for data that
 * lasts for a step: {@link reset} at the start of each, instead of allocating and collecting memory thousands of times.
 */
export class Arena {
  readonly #buffer: ArrayBufferLike;
  readonly #start: number;
  readonly #end: number;
  #top: number;
  /** Up to here something may have been written before the last reset. */
  #written: number;

  /** @param start byte position, a multiple of 64 */
  constructor(buffer: ArrayBufferLike, start: number, bytes: number) {
    this.#buffer = buffer;
    this.#start = this.#top = this.#written = start;
    this.#end = start + bytes;
  }

  /** Remaining bytes. */
  get bytesLeft(): number {
    return this.#end - this.#top;
  }

  /** Frees all arrays. One that is still referenced shares its memory with later ones. */
  reset(): void {
    this.#written = Math.max(this.#written, this.#top);
    this.#top = this.#start;
  }

  /** That many numbers, all zero; or a copy of those given. @throws ERR_OUT_OF_MEMORY */
  take<T extends AnyArray>(type: ArrayType<T>, from: number | ArrayLike<number>): Block<T> {
    const count = typeof from === 'number' ? from : from.length;
    const at = this.#reserve(count * type.BYTES_PER_ELEMENT);
    const array = new type(this.#buffer, at, count);
    if (typeof from !== 'number') array.set(from);
    else if (at < this.#written) array.fill(0);
    return { at: at as Position<T>, array };
  }

  /** A nested arena, reset separately. @throws ERR_OUT_OF_MEMORY */
  piece(bytes: number): Arena {
    const arena = new Arena(this.#buffer, this.#reserve(bytes), padded(bytes));
    arena.#written = Math.max(arena.#start, Math.min(arena.#end, this.#written));
    return arena;
  }

  #reserve(bytes: number): number {
    const at = this.#top;
    const size = padded(bytes);
    if (size > this.bytesLeft) {
      throw new AttuneError(
        'ERR_OUT_OF_MEMORY',
        `Expected at most ${this.bytesLeft} bytes of what is left of ${this.#end - this.#start}, got a request for ${size}. Please report this.`,
      );
    }
    this.#top += size;
    return at;
  }
}
