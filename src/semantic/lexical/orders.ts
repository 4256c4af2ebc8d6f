import { grown } from '../../numeric/grown.ts';

/** A word of a text, or another spelling of some of its words, and which of the text's places it takes. */
export interface Placed<Word = number> {
  word: Word;
  /** The first place, from 0. */
  at: number;
  /** How many places: `wifi` takes two in `wi-fi router`. */
  span: number;
  /** Another spelling, which does not make the text longer. */
  isExtra: boolean;
}

/**
 * The words of each text in their order, for phrases and for what follows a word. Two bytes per word: a number of variable length says the
 * word and, in its last two bits, whether it stands at the next place as most do (0) or says its place itself (1, or 2 for another spelling).
 */
export class Orders {
  #bytes: Uint8Array = new Uint8Array(0);
  #ends: Int32Array = new Int32Array(0);
  #size = 0;
  #count = 0;

  /** Adds the next text. Entries must be in order of their places. */
  add(entries: readonly Placed[]): void {
    let last = -1;
    for (const { word, at, span, isExtra } of entries) {
      if (at === last + 1 && span === 1 && !isExtra) this.#put(word * 4);
      else {
        this.#put(word * 4 + (isExtra ? 2 : 1));
        this.#put(at - Math.max(last, 0));
        this.#put(span);
      }
      last = at;
    }
    this.#ends = grown(this.#ends, this.#count + 1);
    this.#ends[this.#count++] = this.#size;
  }

  /** The entries of a text. */
  read(text: number): Placed[] {
    const entries: Placed[] = [];
    const end = this.#ends[text];
    const numbers = new Numbers(this.#bytes, text === 0 ? 0 : this.#ends[text - 1]);
    let last = -1;
    while (numbers.position < end) {
      const head = numbers.next();
      const kind = head % 4;
      const at = kind === 0 ? last + 1 : Math.max(last, 0) + numbers.next();
      entries.push({ word: Math.floor(head / 4), at, span: kind === 0 ? 1 : numbers.next(), isExtra: kind === 2 });
      last = at;
    }
    return entries;
  }

  /** Drops texts and renumbers words. @param renumber the new number of each text, -1 to drop it. @param words the new number of each word. */
  merge(renumber: Int32Array, words: Int32Array | undefined): void {
    if (!words && renumber.every((to, text) => to === text)) return;
    const merged = new Orders();
    for (let text = 0; text < this.#count; text++) {
      if (renumber[text] < 0) continue;
      const entries = this.read(text);
      if (words) for (const entry of entries) entry.word = words[entry.word];
      merged.add(entries);
    }
    this.#bytes = merged.#bytes;
    this.#ends = merged.#ends;
    this.#size = merged.#size;
    this.#count = merged.#count;
  }

  /** The columns of a file. */
  columns(): { bytes: Uint8Array; ends: Int32Array } {
    return { bytes: this.#bytes.slice(0, this.#size), ends: this.#ends.slice(0, this.#count) };
  }

  /** The inverse of {@link columns} by steps between which others may work, or undefined when they do not fit together. */
  static *opening(bytes: Uint8Array, ends: Int32Array, texts: number, words: number): Generator<void, Orders | undefined> {
    const isWhole = ends.length === texts && (ends.at(-1) ?? 0) === bytes.length;
    if (!isWhole || ends.some((end, k) => end < (k === 0 ? 0 : ends[k - 1]))) return undefined;
    const orders = new Orders();
    orders.#bytes = bytes;
    orders.#ends = ends;
    orders.#size = bytes.length;
    orders.#count = texts;
    return (yield* orders.#isSound(words)) ? orders : undefined;
  }

  /** Whether each text ends where an entry does, and names known words alone. As {@link read}, without making entries. */
  *#isSound(words: number): Generator<void, boolean> {
    const numbers = new Numbers(this.#bytes, 0);
    for (let text = 0; text < this.#count; text++) {
      if (text % checkedAtOnce === checkedAtOnce - 1) yield;
      while (numbers.position < this.#ends[text]) {
        const head = numbers.next();
        if (head >= words * 4) return false;
        if (head % 4 !== 0 && !(numbers.next() + numbers.next() < Number.POSITIVE_INFINITY)) return false;
      }
      if (numbers.position !== this.#ends[text]) return false;
    }
    return true;
  }

  #put(value: number): void {
    this.#bytes = grown(this.#bytes, this.#size + 8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.#size++] = (rest % 128) | 128;
    this.#bytes[this.#size++] = rest;
  }
}

/** Texts that are checked between two steps: some milliseconds of work. */
const checkedAtOnce = 2048;

/** Reads numbers of variable length, seven bits a byte, the low ones first. */
class Numbers {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  /** The next number; Infinity where it does not end. */
  next(): number {
    let value = 0;
    for (let scale = 1; this.position < this.#bytes.length; scale *= 128) {
      const byte = this.#bytes[this.position++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return Number.POSITIVE_INFINITY;
  }
}
