/**
 * The low 32 bits of XXH64 with seed 0 (the xxHash specification, version 0.1.1), which zstd keeps of what a frame holds. 64-bit numbers are two
 * halves, since BigInt would take longer than the decompression.
 */
export class Xxh64 {
  /** Four accumulators, each low then high. */
  readonly #lanes = new Uint32Array(8);
  readonly #rest = new Uint8Array(32);
  #filled = 0;
  #length = 0;

  constructor() {
    const lane = (k: number, value: bigint) => {
      this.#lanes[2 * k] = Number(value & 0xffffffffn);
      this.#lanes[2 * k + 1] = Number((value >> 32n) & 0xffffffffn);
    };
    lane(0, P1 + P2);
    lane(1, P2);
    lane(2, 0n);
    lane(3, -P1);
  }

  update(bytes: Uint8Array): void {
    this.#length += bytes.length;
    let at = 0;
    if (this.#filled > 0) {
      at = Math.min(32 - this.#filled, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#filled);
      this.#filled += at;
      if (this.#filled < 32) return;
      this.#stripes(this.#rest, 0, 32);
      this.#filled = 0;
    }
    const whole = at + ((bytes.length - at) & ~31);
    this.#stripes(bytes, at, whole);
    this.#rest.set(bytes.subarray(whole));
    this.#filled = bytes.length - whole;
  }

  digest(): number {
    const lane = (k: number) => BigInt(this.#lanes[2 * k]) | (BigInt(this.#lanes[2 * k + 1]) << 32n);
    let h = P5;
    if (this.#length >= 32) {
      h = word(rotated(lane(0), 1n) + rotated(lane(1), 7n) + rotated(lane(2), 12n) + rotated(lane(3), 18n));
      for (let k = 0; k < 4; k++) h = word((h ^ round(0n, lane(k))) * P1 + P4);
    }
    h = word(h + BigInt(this.#length));
    const view = new DataView(this.#rest.buffer);
    let at = 0;
    for (; at + 8 <= this.#filled; at += 8) h = word(rotated(h ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
    if (at + 4 <= this.#filled) {
      h = word(rotated(h ^ word(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
      at += 4;
    }
    for (; at < this.#filled; at++) h = word(rotated(h ^ word(BigInt(this.#rest[at]) * P5), 11n) * P1);
    h = word((h ^ (h >> 33n)) * P2);
    h = word((h ^ (h >> 29n)) * P3);
    return Number((h ^ (h >> 32n)) & 0xffffffffn);
  }

  /** acc = rotl(acc + input * P2, 31) * P1 in each lane, for whole stripes of 32 bytes. */
  #stripes(bytes: Uint8Array, from: number, to: number): void {
    const lanes = this.#lanes;
    for (let at = from; at < to; at += 8) {
      const k = ((at - from) >> 2) & 7;
      const low = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
      const high = bytes[at + 4] | (bytes[at + 5] << 8) | (bytes[at + 6] << 16) | (bytes[at + 7] << 24);
      const l = (lanes[k] + (Math.imul(low, p2Low) >>> 0)) >>> 0;
      const carry = l < lanes[k] ? 1 : 0;
      const h = lanes[k + 1] + highOfProduct(low >>> 0, p2Low) + Math.imul(low, p2High) + Math.imul(high, p2Low) + carry;
      const l31 = (l << 31) | ((h >>> 1) & 0x7fffffff);
      const h31 = (h << 31) | (l >>> 1);
      lanes[k] = Math.imul(l31, p1Low);
      lanes[k + 1] = highOfProduct(l31 >>> 0, p1Low) + Math.imul(l31, p1High) + Math.imul(h31, p1Low);
    }
  }
}

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;
const p1Low = 0x85ebca87;
const p1High = 0x9e3779b1;
const p2Low = 0x27d4eb4f;
const p2High = 0xc2b2ae3d;

/** The upper 32 bits of the product of two numbers below 2^32. */
function highOfProduct(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16);
  const other = al * bh + (middle & 0xffff); // below 2^32
  return (ah * bh + Math.floor(middle / 65536) + Math.floor(other / 65536)) | 0;
}

const word = (value: bigint) => BigInt.asUintN(64, value);
const rotated = (value: bigint, by: bigint) => word((value << by) | (value >> (64n - by)));
const round = (lane: bigint, input: bigint) => word(rotated(word(lane + input * P2), 31n) * P1);
