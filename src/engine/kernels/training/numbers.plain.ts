/** 32 random bits of a place in a stream; the same bits as the compiled kernels draw. */
export function bitsAt(seed: number, place: number): number {
  let x = (seed + Math.imul(place, 0x9e3779b9)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** A whole number below n from 32 random bits. */
export const below = (bits: number, n: number) => Math.floor((bits * n) / 2 ** 32);

/** Whether the indices lo..hi hold x. */
export function holds(i32: Int32Array, indices: number, lo: number, hi: number, x: number): boolean {
  for (let e = lo; e < hi; e++) if (i32[indices / 4 + e] === x) return true;
  return false;
}

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** -ln sigmoid(x) */
export const softplusOfMinus = (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + (x < 0 ? -x : 0);

/** Rows of floats by the index of their first number. */
export const rowProducts = (f32: Float32Array) => ({
  dot(a: number, b: number, width: number): number {
    let sum = 0;
    for (let e = 0; e < width; e++) sum += f32[a + e] * f32[b + e];
    return sum;
  },
  /** y += t x */
  axpy(t: number, x: number, y: number, width: number): void {
    for (let e = 0; e < width; e++) f32[y + e] += t * f32[x + e];
  },
});
