import { AttuneError, type ErrorCode, shown } from '../errors.ts';
import { grown } from '../numeric/grown.ts';
import { fnvBasis, fnvStep } from '../numeric/hash.ts';
import { type Id, idText } from './ids.ts';

/**
 * Ids to dense indices and back. Ids live as UTF-8 bytes in one buffer with an open-addressing hash table beside it:
 * about 40 bytes per id of 28 letters, where a JavaScript Map of strings takes 150. Any non-empty well-formed text is an
 * id, `__proto__` included.
 */
export class IdMap implements Iterable<string> {
  #bytes = new Uint8Array(1024);
  #ends = new Int32Array(64); // #ends[i] = end of id i in #bytes; id 0 starts at 0
  #table = new Int32Array(128); // index + 1, 0 = free; never more than half full
  #size = 0;
  /** Whether a clone shares the arrays: the first of the two to add an id copies them. */
  #shared = false;

  /**
   * A map of the given ids, or an empty one.
   * @param ids ids in index order; a repeated one keeps its first index.
   */
  constructor(ids: Iterable<string> = []) {
    for (const id of ids) this.add(id);
  }

  /** Number of ids. */
  get size(): number {
    return this.#size;
  }

  /** @returns the dense index of `id`, or -1 when it is unknown. A number stands for its decimal digits. */
  indexOf(id: Id): number {
    const text = typeof id === 'string' ? id : idText(id);
    if (!text) return -1;
    const length = encode(text);
    return length < 0 ? -1 : this.#table[this.#slot(length)] - 1;
  }

  /** Whether `id` is known. */
  has(id: Id): boolean {
    return this.indexOf(id) >= 0;
  }

  /**
   * @returns the id at a dense index.
   * @throws ERR_BAD_ARGUMENT when the index is not in [0, size).
   */
  idAt(index: number): string {
    if (!(Number.isInteger(index) && index >= 0 && index < this.#size)) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `IdMap.idAt: expected an index from 0 to ${this.#size - 1}, got ${shown(index)}.`);
    }
    return decode(this.#bytes, this.#start(index), this.#ends[index]);
  }

  /**
   * Adds an id if it is new.
   * @returns its dense index.
   * @throws ERR_BAD_ID when it is empty, not text, or not well-formed Unicode.
   */
  add(id: string): number {
    if (typeof id !== 'string' || id === '') {
      throw new AttuneError('ERR_BAD_ID', `Expected an id that is a non-empty text, got ${shown(id)}.`);
    }
    const length = encode(id);
    if (length < 0) {
      throw new AttuneError(
        'ERR_BAD_ID',
        `Expected an id of well-formed Unicode, got ${shown(id)} with half a surrogate pair. Repair the id.`,
      );
    }
    const slot = this.#slot(length);
    if (this.#table[slot] > 0) return this.#table[slot] - 1;
    if (this.#shared) this.#unshare();
    const start = this.#size === 0 ? 0 : this.#ends[this.#size - 1];
    if (start + length > 0x7fffffff) {
      throw new AttuneError('ERR_OUT_OF_MEMORY', 'Expected ids of at most 2 GiB together, got more. Use shorter ids.');
    }
    this.#bytes = grown(this.#bytes, start + length);
    this.#ends = grown(this.#ends, this.#size + 1);
    this.#bytes.set(scratch.subarray(0, length), start);
    this.#ends[this.#size] = start + length;
    this.#table[slot] = ++this.#size;
    if (this.#size * 2 > this.#table.length) this.#rehash(this.#table.length * 2);
    return this.#size - 1;
  }

  /** An independent copy. Copy-on-write: free until one of the two gets a new id. */
  clone(): IdMap {
    const copy = new IdMap();
    copy.#bytes = this.#bytes;
    copy.#ends = this.#ends;
    copy.#table = this.#table;
    copy.#size = this.#size;
    copy.#shared = true;
    this.#shared = true;
    return copy;
  }

  /**
   * The ids at some indices, in that order, as a separate map. Copies bytes, which takes a third of the time of adding the strings.
   * @param indices distinct dense indices.
   * @throws ERR_BAD_ARGUMENT when an index is not in [0, size) or comes twice.
   */
  subset(indices: ArrayLike<number>): IdMap {
    const own = this.#ends;
    const count = indices.length;
    const ends = new Int32Array(count);
    let length = 0;
    for (let k = 0; k < count; k++) {
      const index = indices[k];
      if (!(Number.isInteger(index) && index >= 0 && index < this.#size)) {
        throw new AttuneError('ERR_BAD_ARGUMENT', `IdMap.subset: expected indices from 0 to ${this.#size - 1}, got ${shown(index)}.`);
      }
      ends[k] = length += own[index] - (index === 0 ? 0 : own[index - 1]);
    }
    const bytes = new Uint8Array(length);
    for (let k = 0, at = 0; k < count; ) {
      const from = this.#start(indices[k]);
      while (k + 1 < count && indices[k + 1] === indices[k] + 1) k++; // runs of neighbours, the usual case, are copied at once
      bytes.set(this.#bytes.subarray(from, own[indices[k]]), at);
      at = ends[k++];
    }
    return IdMap.#of(bytes, ends, 'ERR_BAD_ARGUMENT');
  }

  /** The ids as UTF-8 bytes and end offsets, the form in which models are stored. Copies. */
  toColumns(): {
    /** UTF-8 of all ids, one after the other. */
    bytes: Uint8Array;
    /** Where each id ends in `bytes`. */
    ends: Int32Array;
  } {
    const end = this.#size === 0 ? 0 : this.#ends[this.#size - 1];
    return { bytes: this.#bytes.slice(0, end), ends: this.#ends.slice(0, this.#size) };
  }

  /**
   * The inverse of {@link toColumns}. Copies.
   * @throws ERR_BAD_FILE when the columns do not describe distinct, non-empty ids.
   */
  static fromColumns(bytes: Uint8Array, ends: Int32Array): IdMap {
    const size = ends.length;
    for (let i = 0, start = 0; i < size; start = ends[i++]) {
      if (!(ends[i] > start)) throw new AttuneError('ERR_BAD_FILE', `Id offsets must increase; number ${i} does not.`);
    }
    if ((size === 0 ? 0 : ends[size - 1]) !== bytes.length) {
      throw new AttuneError('ERR_BAD_FILE', `Id offsets end at ${ends[size - 1] ?? 0}, but there are ${bytes.length} bytes of ids.`);
    }
    return IdMap.#of(bytes.slice(), ends.slice(), 'ERR_BAD_FILE');
  }

  /** A map that takes over the columns. @param code of the error when an id occurs twice. */
  static #of(bytes: Uint8Array<ArrayBuffer>, ends: Int32Array<ArrayBuffer>, code: ErrorCode): IdMap {
    const map = new IdMap();
    map.#bytes = bytes;
    map.#ends = ends;
    map.#size = ends.length;
    let capacity = 128;
    while (capacity < map.#size * 2) capacity *= 2;
    map.#rehash(capacity, code);
    return map;
  }

  /** The ids in index order. */
  *[Symbol.iterator](): IterableIterator<string> {
    for (let i = 0; i < this.#size; i++) yield this.idAt(i);
  }

  #unshare(): void {
    this.#bytes = this.#bytes.slice();
    this.#ends = this.#ends.slice();
    this.#table = this.#table.slice();
    this.#shared = false;
  }

  /** Where the id in `scratch` stands in the table, or the free slot where it would. */
  #slot(length: number): number {
    const mask = this.#table.length - 1;
    for (let slot = hash(scratch, 0, length) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#table[slot] - 1;
      if (index < 0) return slot;
      const start = this.#start(index);
      if (this.#ends[index] - start === length && sameBytes(this.#bytes, start, length)) return slot;
    }
  }

  #same(a: number, b: number): boolean {
    const startA = this.#start(a);
    const startB = this.#start(b);
    const length = this.#ends[a] - startA;
    if (this.#ends[b] - startB !== length) return false;
    for (let k = 0; k < length; k++) if (this.#bytes[startA + k] !== this.#bytes[startB + k]) return false;
    return true;
  }

  #start(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1];
  }

  #rehash(capacity: number, code: ErrorCode = 'ERR_DUPLICATE'): void {
    this.#table = new Int32Array(capacity);
    const mask = capacity - 1;
    for (let i = 0, start = 0; i < this.#size; start = this.#ends[i++]) {
      let slot = hash(this.#bytes, start, this.#ends[i]) & mask;
      for (; this.#table[slot] > 0; slot = (slot + 1) & mask) {
        if (this.#same(this.#table[slot] - 1, i)) throw new AttuneError(code, `Id ${shown(this.idAt(i))} occurs twice among the ids.`);
      }
      this.#table[slot] = i + 1;
    }
  }
}

let scratch = new Uint8Array(256);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Writes the id as UTF-8 into `scratch`; -1 when it is not well-formed. Plain ASCII, the usual case, avoids the encoder's call. */
function encode(id: string): number {
  const length = id.length;
  if (length * 3 > scratch.length) scratch = new Uint8Array(length * 6);
  for (let i = 0; i < length; i++) {
    const c = id.charCodeAt(i);
    if (c > 127) return wellFormed(id) ? encoder.encodeInto(id, scratch).written : -1;
    scratch[i] = c;
  }
  return length;
}

function wellFormed(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0xd800 || c > 0xdfff) continue;
    const next = text.charCodeAt(++i); // NaN past the end, so the comparison below fails
    if (c > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return false;
  }
  return true;
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 64) return decoder.decode(bytes.subarray(start, end));
  let text = '';
  for (let i = start; i < end; i++) {
    const c = bytes[i];
    if (c > 127) return decoder.decode(bytes.subarray(start, end));
    text += String.fromCharCode(c);
  }
  return text;
}

/** FNV-1a with a final mix, so that ids that differ in the last letter spread over the table. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let h = fnvBasis;
  for (let i = start; i < end; i++) h = fnvStep(h, bytes[i]);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

function sameBytes(bytes: Uint8Array, start: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[start + i] !== scratch[i]) return false;
  return true;
}
