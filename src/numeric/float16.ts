import { AttuneError } from '../errors.ts';

/** Stored factors: float32, or the bits of float16 (IEEE 754 binary16). */
export type StoredFactors = Float32Array | Uint16Array;

/** Half precision, rounded to the nearest, ties to even. @throws ERR_NUMERIC above 65,504 */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const float16s = new Uint16Array(values.length);
  for (let k = 0; k < float16s.length; k++) {
    const sign = (bits[k] >>> 16) & 0x8000;
    const size = bits[k] & 0x7fff_ffff;
    if (size >= firstTooLarge) {
      throw new AttuneError(
        'ERR_NUMERIC',
        `Expected factors below 65,504 for storage 'float16', got ${values[k]}. Keep them as 'float32', or scale the values down.`,
      );
    }
    if (size < smallestNormal) float16s[k] = sign | toEven(Math.abs(values[k]) * 2 ** 24);
    else float16s[k] = sign | ((size - 0x3800_0000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
  }
  return float16s;
}

/** The numbers that float16s stand for; exact, and back to the same bits. */
export function fromFloat16(float16s: Uint16Array, to = new Float32Array(float16s.length)): Float32Array {
  const table = values();
  for (let k = 0; k < float16s.length; k++) to[k] = table[float16s[k]];
  return to;
}

/** Factors in single precision: as they are, or converted. */
export const toFloats = (stored: StoredFactors): Float32Array => (stored instanceof Uint16Array ? fromFloat16(stored) : stored);

/** 65,520 would round to infinity. */
const firstTooLarge = 0x477f_f000;
const smallestNormal = 0x3880_0000;

function toEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

let table: Float32Array | undefined;

/** The value of each of the 65,536 float16s, made when it is first needed. */
function values(): Float32Array {
  if (table) return table;
  table = new Float32Array(65_536);
  for (let half = 0; half < table.length; half++) {
    const exponent = (half >>> 10) & 31;
    const fraction = (half & 1023) / 1024;
    const size =
      exponent === 0 ? fraction * 2 ** -14 : exponent === 31 ? (fraction ? Number.NaN : Infinity) : (1 + fraction) * 2 ** (exponent - 15);
    table[half] = half & 0x8000 ? -size : size;
  }
  return table;
}
