import type { Slots } from './slots.ts';

/**
 * Which keys a slot of a graph stands for: all those with one and the same vector. Without this a few hundred equal vectors would be
 * linked to each other and to nothing else.
 */
export class HnswKeys {
  readonly #vectors: Slots;
  /** By slot; most have one key, and an array for each would take as much memory as the links. */
  readonly #keys: (number | number[] | undefined)[] = [];
  /** By hash of the vector. */
  readonly #byHash = new Map<number, number | number[]>();
  #used = 0;

  /** @param vectors of the slots; none while there are no slots */
  constructor(vectors?: Slots) {
    this.#vectors = vectors as Slots;
  }

  /** One more than the last slot that was ever in use. */
  get length(): number {
    return this.#keys.length;
  }

  /** Number of slots that stand for a key. */
  get used(): number {
    return this.#used;
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
    return listed(this.#byHash.get(this.#vectors.hashOf(vector))).find((slot) => this.#vectors.isSame(slot, vector));
  }

  /** Adds a key to a slot whose vector is set. */
  add(slot: number, key: number): void {
    if (!this.has(slot)) {
      this.#used++;
      const hash = this.#vectors.hashOf(slot);
      this.#byHash.set(hash, joined(this.#byHash.get(hash), slot));
    }
    while (slot > this.#keys.length) this.#keys.push(undefined);
    this.#keys[slot] = joined(this.#keys[slot], key);
  }

  /** Removes a key from its slot. */
  remove(slot: number, key: number): void {
    this.#keys[slot] = without(this.#keys[slot], key);
    if (this.has(slot)) return;
    this.#used--;
    const hash = this.#vectors.hashOf(slot);
    const left = without(this.#byHash.get(hash), slot);
    if (left === undefined) this.#byHash.delete(hash);
    else this.#byHash.set(hash, left);
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
