import { atOnce } from '../work/steps.ts';

const p1 = 0x9e3779b1;
const p2 = 0x85ebca77;
const p3 = 0xc2b2ae3d;
const p4 = 0x27d4eb2f;
const p5 = 0x165667b1;
const stripe = 16;
const pieceBytes = 2 ** 20;

/**
 * xxHash32 (Yann Collet, public specification), seed 0: four lanes over 16-byte stripes. Each step of a lane is invertible, so
 * any change within four bytes is detected; and it reads about 1 GB a second in plain JavaScript.
 *
 * @param parts the bytes, in pieces of any length
 * @returns an unsigned 32-bit number.
 */
export function xxHash32(...parts: Uint8Array[]): number {
  return atOnce(hashing(...parts));
}

/** The same by steps of a millisecond, between which others may work. */
export function* hashing(...parts: Uint8Array[]): Generator<void, number> {
  const hash = new XxHash32();
  for (const part of parts) {
    for (let at = 0; at < part.length; at += pieceBytes) {
      hash.update(part.subarray(at, at + pieceBytes));
      yield;
    }
  }
  return hash.digest();
}

/** The same for bytes that come piece by piece. */
export class XxHash32 {
  #lanes = [(p1 + p2) | 0, p2 | 0, 0, -p1 | 0];
  #length = 0;
  /** The bytes behind the last whole stripe. */
  #rest = new Uint8Array(0);

  update(bytes: Uint8Array): this {
    this.#length += bytes.length;
    const missing = this.#rest.length > 0 ? stripe - this.#rest.length : 0;
    if (missing > 0) {
      this.#rest = Uint8Array.of(...this.#rest, ...bytes.subarray(0, missing));
      if (this.#rest.length < stripe) return this;
      this.#take(this.#rest);
    }
    const end = bytes.length - ((bytes.length - missing) % stripe);
    // In pieces, because those that do not lie aligned are copied.
    for (let at = missing; at < end; at += pieceBytes) this.#take(bytes.subarray(at, Math.min(end, at + pieceBytes)));
    this.#rest = Uint8Array.from(bytes.subarray(end)); // slice() of a Buffer is no copy
    return this;
  }

  digest(): number {
    const [a, b, c, d] = this.#lanes;
    const lanes = this.#length >= stripe ? (rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18)) | 0 : p5;
    return finish(lanes, this.#length, this.#rest);
  }

  /** Mixes in whole stripes. */
  #take(stripes: Uint8Array): void {
    const words = wordsOf(stripes);
    let [a, b, c, d] = this.#lanes;
    for (let k = 0; k < words.length; k += 4) {
      a = round(a, words[k]);
      b = round(b, words[k + 1]);
      c = round(c, words[k + 2]);
      d = round(d, words[k + 3]);
    }
    this.#lanes = [a, b, c, d];
  }
}

/** Mixes in the tail behind the last stripe, up to 15 bytes, by words and then by bytes. */
function finish(lanes: number, length: number, tail: Uint8Array): number {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let h = (lanes + length) | 0;
  let at = 0;
  for (; at + 4 <= tail.length; at += 4) h = Math.imul(rotl((h + Math.imul(view.getInt32(at, true), p3)) | 0, 17), p4);
  for (; at < tail.length; at++) h = Math.imul(rotl((h + Math.imul(tail[at], p5)) | 0, 11), p1);
  h = Math.imul(h ^ (h >>> 15), p2);
  h = Math.imul(h ^ (h >>> 13), p3);
  return (h ^ (h >>> 16)) >>> 0;
}

function round(lane: number, word: number): number {
  return Math.imul(rotl((lane + Math.imul(word, p2)) | 0, 13), p1);
}

function rotl(x: number, r: number): number {
  return (x << r) | (x >>> (32 - r));
}

/** The bytes as little-endian words: a view where they lie aligned, which is the usual case, else a copy. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes); // slice() of a Buffer is no copy
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
}
