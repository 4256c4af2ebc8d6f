import { grown } from '../../numeric/grown.ts';

/** The texts of an index, numbered as they come: the key of each, and how many words each of its fields has. */
export class Texts {
  /** Key by text; -1 when it has been removed. */
  keyOf = new Int32Array(0);
  /** Words by field and text. */
  readonly lengths: Int32Array[];
  /** Words by field in the texts that are there. */
  readonly words: Float64Array;
  /** Numbers given so far. */
  count = 0;
  /** Texts that are there. */
  live = 0;
  #textOf = new Int32Array(0); // key -> text + 1, 0 = none

  constructor(fields: number) {
    this.lengths = Array.from({ length: fields }, () => new Int32Array(0));
    this.words = new Float64Array(fields);
  }

  /** @returns the number of the new text. */
  add(key: number, lengths: readonly number[]): number {
    const text = this.count++;
    this.keyOf = grown(this.keyOf, this.count);
    this.keyOf[text] = key;
    this.#textOf = grown(this.#textOf, key + 1);
    this.#textOf[key] = text + 1;
    this.live++;
    lengths.forEach((length, field) => {
      this.lengths[field] = grown(this.lengths[field], this.count);
      this.lengths[field][text] = length;
      this.words[field] += length;
    });
    return text;
  }

  /** Forgets the text of a key, if there is one. */
  remove(key: number): void {
    const text = this.textOf(key);
    if (text < 0) return;
    this.#textOf[key] = 0;
    this.keyOf[text] = -1;
    this.live--;
    this.lengths.forEach((lengths, field) => {
      this.words[field] -= lengths[text];
    });
  }

  /** The text of a key, or -1. */
  textOf(key: number): number {
    return (this.#textOf[key] ?? 0) - 1;
  }

  /** Closes the gaps of removed texts. @returns the new number of each text, -1 for a removed one. */
  compact(): Int32Array {
    const renumber = new Int32Array(this.count).fill(-1);
    let next = 0;
    for (let text = 0; text < this.count; text++) {
      const key = this.keyOf[text];
      if (key < 0) continue;
      renumber[text] = next;
      this.keyOf[next] = key;
      for (const lengths of this.lengths) lengths[next] = lengths[text];
      this.#textOf[key] = ++next;
    }
    this.count = next;
    return renumber;
  }
}
