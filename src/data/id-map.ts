import { AttuneError, type ErrorCode, shown } from '../errors.ts';
import { grown } from '../numeric/grown.ts';
import { fnvBasis, fnvStep } from '../numeric/hash.ts';
import { checkIterable, checkTyped } from '../options.ts';
import { atOnce } from '../work/steps.ts';
import { type Id, idText } from './ids.ts';

/** Ids that are entered between two chances for others to work: a few milliseconds. */
const together = 2 ** 16;

/**
 * Ids to dense indices and back. Ids live as UTF-8 bytes in one buffer with an open-addressing hash table beside it:
 * about 40 bytes per id of 28 letters, where a JavaScript Map of strings takes 150. Any non-empty well-formed text is an
 * id, `__proto__` included.
 */
export class IdMap implements Iterable<string> {
  #bytes: Uint8Array = new Uint8Array(1024);
  #ends: Int32Array = new Int32Array(64); // #ends[i] = end of id i in #bytes; id 0 starts at 0
  #hashes = new Int32Array(64); // of each id, so that growing and most comparisons read no bytes
  /**
   * Index + 1 in the bits that count slots, 0 = free, and above them those of the hash: so most ids of other hashes in the way are told
   * without reading their hashes, each of which waits for the memory. Never more than half full.
   */
  #table = new Int32Array(128);
  #size = 0;
  /** Whether a clone shares the arrays: the first of the two to add an id copies them. */
  #shared = false;

  /**
   * A map of the given ids, or an empty one.
   * @param ids ids in index order; a repeated one keeps its first index.
   */
  constructor(ids: Iterable<string> = []) {
    for (const id of checkIterable('IdMap', 'ids', ids)) this.add(id);
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
    return length < 0 ? -1 : this.#indexAt(this.#slot(hash(scratch, 0, length), scratch, 0, length));
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
    return this.#add(scratch, 0, length);
  }

  /**
   * Adds the id whose UTF-8 stands in a buffer, if it is new: for loaders, to which a string for each occurrence of an id would be most of
   * the work.
   * @param start where the id begins. Default 0.
   * @param end where it ends. Default the end of `bytes`.
   * @returns its dense index.
   * @throws ERR_BAD_ID when it is empty, or no UTF-8.
   */
  addBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
    if (!(bytes instanceof Uint8Array && Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end <= bytes.length)) {
      const got = bytes instanceof Uint8Array ? `${shown(start)} to ${shown(end)} of ${bytes.length}` : shown(bytes);
      throw new AttuneError('ERR_BAD_ARGUMENT', `IdMap.addBytes: expected a part of a Uint8Array, got ${got}.`);
    }
    if (end <= start) throw new AttuneError('ERR_BAD_ID', 'Expected an id that is a non-empty text, got no bytes.');
    let bits = 0;
    for (let k = start; k < end; k++) bits |= bytes[k];
    return bits > 127 ? this.add(strictlyDecoded(bytes.subarray(start, end))) : this.#add(bytes, start, end - start);
  }

  #add(from: Uint8Array, offset: number, length: number): number {
    const h = hash(from, offset, offset + length);
    const slot = this.#slot(h, from, offset, length);
    const known = this.#indexAt(slot);
    if (known >= 0) return known;
    if (this.#shared) this.#unshare();
    const start = this.#size === 0 ? 0 : this.#ends[this.#size - 1];
    if (start + length > 0x7fffffff) {
      throw new AttuneError('ERR_OUT_OF_MEMORY', 'Expected ids of at most 2 GiB together, got more. Use shorter ids.');
    }
    this.#bytes = grown(this.#bytes, start + length);
    this.#ends = grown(this.#ends, this.#size + 1);
    const bytes = this.#bytes;
    for (let k = 0; k < length; k++) bytes[start + k] = from[offset + k];
    this.#ends[this.#size] = start + length;
    this.#hashes = grown(this.#hashes, this.#size + 1);
    this.#hashes[this.#size] = h;
    this.#table[slot] = (h & -this.#table.length) | ++this.#size;
    if (this.#size * 2 > this.#table.length) this.#rehash(this.#table.length * 2);
    return this.#size - 1;
  }

  /** An independent copy. Copy-on-write: free until one of the two gets a new id. */
  clone(): IdMap {
    const copy = new IdMap();
    copy.#bytes = this.#bytes;
    copy.#ends = this.#ends;
    copy.#hashes = this.#hashes;
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
    const count = indices?.length;
    if (!Number.isInteger(count)) throw new AttuneError('ERR_BAD_ARGUMENT', `IdMap.subset: expected indices, got ${shown(indices)}.`);
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
    return atOnce(IdMap.#of(bytes, ends, 'ERR_BAD_ARGUMENT'));
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
    checkTyped('IdMap.fromColumns', Uint8Array, bytes);
    checkTyped('IdMap.fromColumns', Int32Array, ends);
    return atOnce(IdMap.readingColumns(bytes.slice(), ends.slice()));
  }

  /** The same by steps between which others may work. The columns are the map's from then on, which never writes to them. @internal */
  static *readingColumns(bytes: Uint8Array, ends: Int32Array): Generator<void, IdMap> {
    const size = ends.length;
    for (let i = 0, start = 0; i < size; start = ends[i++]) {
      if (!(ends[i] > start)) throw new AttuneError('ERR_BAD_FILE', `Id offsets must increase; number ${i} does not.`);
    }
    if ((size === 0 ? 0 : ends[size - 1]) !== bytes.length) {
      throw new AttuneError('ERR_BAD_FILE', `Id offsets end at ${ends[size - 1] ?? 0}, but there are ${bytes.length} bytes of ids.`);
    }
    return yield* IdMap.#of(bytes, ends, 'ERR_BAD_FILE');
  }

  /** A map that takes over the columns, by steps. @param code of the error when an id occurs twice. */
  static *#of(bytes: Uint8Array, ends: Int32Array, code: ErrorCode): Generator<void, IdMap> {
    const map = new IdMap();
    map.#bytes = bytes;
    map.#ends = ends;
    map.#size = ends.length;
    map.#hashes = new Int32Array(ends.length);
    for (let i = 0, start = 0; i < ends.length; start = ends[i++]) {
      map.#hashes[i] = hash(bytes, start, ends[i]);
      if (i % together === together - 1) yield;
    }
    let capacity = 128;
    while (capacity < map.#size * 2) capacity *= 2;
    yield* map.#rehashing(capacity, code);
    return map;
  }

  /** The ids in index order. */
  *[Symbol.iterator](): IterableIterator<string> {
    for (let i = 0; i < this.#size; i++) yield this.idAt(i);
  }

  #unshare(): void {
    this.#bytes = this.#bytes.slice();
    this.#ends = this.#ends.slice();
    this.#hashes = this.#hashes.slice();
    this.#table = this.#table.slice();
    this.#shared = false;
  }

  /** Where an id stands in the table, or the free slot where it would. */
  #slot(h: number, from: Uint8Array, offset: number, length: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    for (let slot = h & mask; ; slot = (slot + 1) & mask) {
      const entry = table[slot];
      if (entry === 0) return slot;
      if (((entry ^ h) & ~mask) !== 0) continue;
      const index = (entry & mask) - 1;
      if (this.#hashes[index] !== h) continue;
      const start = this.#start(index);
      if (this.#ends[index] - start === length && sameBytes(this.#bytes, start, from, offset, length)) return slot;
    }
  }

  /** The index in a slot, or -1. */
  #indexAt(slot: number): number {
    return (this.#table[slot] & (this.#table.length - 1)) - 1;
  }

  #same(a: number, b: number): boolean {
    const startA = this.#start(a);
    const startB = this.#start(b);
    const length = this.#ends[a] - startA;
    if (this.#ends[b] - startB !== length) return false;
    return sameBytes(this.#bytes, startA, this.#bytes, startB, length);
  }

  #start(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1];
  }

  /** @param code of the error when an id occurs twice; without it the ids are known to differ. */
  #rehash(capacity: number, code?: ErrorCode): void {
    atOnce(this.#rehashing(capacity, code));
  }

  *#rehashing(capacity: number, code: ErrorCode | undefined): Generator<void> {
    const table = new Int32Array(capacity);
    const hashes = this.#hashes;
    const mask = capacity - 1;
    for (let i = 0; i < this.#size; i++) {
      let slot = hashes[i] & mask;
      for (; table[slot] !== 0; slot = (slot + 1) & mask) {
        const other = (table[slot] & mask) - 1;
        if (code && hashes[other] === hashes[i] && this.#same(other, i))
          throw new AttuneError(code, `Id ${shown(this.idAt(i))} occurs twice among the ids.`);
      }
      table[slot] = (hashes[i] & ~mask) | (i + 1);
      if (i % together === together - 1) yield;
    }
    this.#table = table;
  }
}

let scratch = new Uint8Array(256);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

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

function strictlyDecoded(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    throw new AttuneError('ERR_BAD_ID', `Expected an id in UTF-8, got ${shown(decoder.decode(bytes))} with bytes that are none.`);
  }
}

/** Four bytes a step, since a step waits for the one before; then a final mix, so that ids that differ in the last letter spread over the table. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let h = fnvBasis ^ (end - start);
  let i = start;
  for (; i + 4 <= end; i += 4) {
    h = Math.imul(h ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24)), 0x85ebca6b);
    h ^= h >>> 15;
  }
  for (; i < end; i++) h = fnvStep(h, bytes[i]);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}

function sameBytes(a: Uint8Array, startA: number, b: Uint8Array, startB: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[startA + i] !== b[startB + i]) return false;
  return true;
}
