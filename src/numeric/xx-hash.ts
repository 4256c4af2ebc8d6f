const p1 = 0x9e3779b1;
const p2 = 0x85ebca77;
const p3 = 0xc2b2ae3d;
const p4 = 0x27d4eb2f;
const p5 = 0x165667b1;

/**
 * xxHash32 (Yann Collet, public specification), seed 0: four lanes over 16-byte stripes. Each step of a lane is invertible, so
 * any change within four bytes is detected; and it reads about 1 GB a second in plain JavaScript.
 *
 * @param parts the bytes, in pieces; all but the last that has any are multiples of 16 long, so that no stripe spans two.
 * @returns an unsigned 32-bit number.
 */
export function xxHash32(...parts: Uint8Array[]): number {
  let a = (p1 + p2) | 0;
  let b = p2 | 0;
  let c = 0;
  let d = -p1 | 0;
  let length = 0;
  for (const part of parts) {
    const words = wordsOf(part);
    const end = words.length & ~3;
    for (let k = 0; k < end; k += 4) {
      a = round(a, words[k]);
      b = round(b, words[k + 1]);
      c = round(c, words[k + 2]);
      d = round(d, words[k + 3]);
    }
    length += part.length;
  }
  const last = parts.findLast((part) => part.length > 0) ?? new Uint8Array(0);
  const tail = last.subarray(last.length - (length & 15));
  return finish(length >= 16 ? (rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18)) | 0 : p5, length, tail);
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
