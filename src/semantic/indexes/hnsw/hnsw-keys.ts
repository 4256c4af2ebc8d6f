import { fnvBasis, fnvStep } from '../../../numeric/hash.ts';
import type { HnswRows } from './hnsw-rows.ts';

/**
 * Which keys a slot of a graph stands for: all those with one and the same vector. Without this a few hundred equal vectors would be
 * linked to each other and to nothing else.
 */
export class HnswKeys {
  readonly #rows: HnswRows;
  /** By slot; most have one key, and an array for each would take as much memory as the links. */
  readonly #keys: (number | number[] | undefined)[] = [];
  /** By hash of the vector. */
  readonly #slots = new Map<number, number | number[]>();

  constructor(rows: HnswRows) {
    this.#rows = rows;
  }

  /** One more than the last slot that was ever in use. */
  get length(): number {
    return this.#keys.length;
  }

  /** Whether a slot stands for a key. */
  has(slot: number): boolean {
    return this.#keys[slot] !== undefined;
  }

  /** The keys of a slot, in no order. */
  of(slot: number): readonly number[] {
    return listed(this.#keys[slot]);
  }

  /** The slot with this vector. */
  slotWith(vector: Float32Array): number | undefined {
    return listed(this.#slots.get(hashOf(vector))).find((slot) => this.#rows.get(slot).every((x, d) => Object.is(x, vector[d])));
  }

  /** Adds a key to a slot whose vector is set. */
  add(slot: number, key: number): void {
    if (!this.has(slot)) {
      const hash = hashOf(this.#rows.get(slot));
      this.#slots.set(hash, joined(this.#slots.get(hash), slot));
    }
    while (slot > this.#keys.length) this.#keys.push(undefined);
    this.#keys[slot] = joined(this.#keys[slot], key);
  }

  /** Removes a key from its slot. */
  remove(slot: number, key: number): void {
    this.#keys[slot] = without(this.#keys[slot], key);
    if (this.has(slot)) return;
    const hash = hashOf(this.#rows.get(slot));
    const left = without(this.#slots.get(hash), slot);
    if (left === undefined) this.#slots.delete(hash);
    else this.#slots.set(hash, left);
  }
}

type Few = number | number[] | undefined;

function listed(few: Few): readonly number[] {
  return few === undefined ? [] : typeof few === 'number' ? [few] : few;
}

function joined(few: Few, value: number): number | number[] {
  if (few === undefined) return value;
  if (typeof few === 'number') return [few, value];
  few.push(value);
  return few;
}

function without(few: Few, value: number): Few {
  if (few === undefined || few === value) return undefined;
  if (typeof few === 'number') return few;
  few.splice(few.indexOf(value), 1);
  return few.length === 1 ? few[0] : few;
}

/** FNV-1a over the words of a vector. */
function hashOf(vector: Float32Array): number {
  const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let hash = fnvBasis;
  for (let k = 0; k < words.length; k++) hash = fnvStep(hash, words[k]);
  return hash ^ (hash >>> 15);
}
