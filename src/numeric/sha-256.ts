/** SHA-256 (FIPS 180-4) of a text's UTF-8 bytes, as 64 hexadecimal digits. Synchronous and the same everywhere, where Web Crypto is neither. */
export function sha256(text: string): string {
  const bytes = encoder.encode(text);
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const state = Int32Array.from(initial);
  const w = new Int32Array(64);
  for (let at = 0; at < padded.length; at += 64) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(at + 4 * t);
    for (let t = 16; t < 64; t++) {
      const a = w[t - 15];
      const b = w[t - 2];
      w[t] = w[t - 16] + w[t - 7] + (rotr(a, 7) ^ rotr(a, 18) ^ (a >>> 3)) + (rotr(b, 17) ^ rotr(b, 19) ^ (b >>> 10));
    }
    compress(state, w);
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function compress(state: Int32Array, w: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const x = (h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + constants[t] + w[t]) | 0;
    const y = ((rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + x) | 0;
    d = c;
    c = b;
    b = a;
    a = (x + y) | 0;
  }
  const next = [a, b, c, d, e, f, g, h];
  for (let k = 0; k < 8; k++) state[k] += next[k];
}

const encoder = new TextEncoder();
const rotr = (x: number, r: number) => (x >>> r) | (x << (32 - r));
const primes = [2, 3].concat(
  Array.from({ length: 309 }, (_, k) => k + 4).filter((n) => [2, 3, 5, 7, 11, 13, 17].every((p) => n === p || n % p > 0)),
);
/** The first 32 bits of the fraction of a root of each prime. */
const initial = primes.slice(0, 8).map((p) => (Math.sqrt(p) % 1) * 2 ** 32);
const constants = Int32Array.from(primes.slice(0, 64), (p) => (Math.cbrt(p) % 1) * 2 ** 32);
