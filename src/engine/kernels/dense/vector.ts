// Vector primitives. Rows are f32, their length f is a multiple of 8, so two lanes of four run without a tail.

// @ts-ignore: decorator of AssemblyScript
@inline
export function sum4(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** a . b; four accumulators hide the latency of the additions. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function dot(a: usize, b: usize, f: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const bytes = <usize>f << 2;
  const even = a + (bytes & ~63);
  const end = a + bytes;
  while (a < even) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
    a += 64; b += 64;
  }
  if (a < end) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
  }
  return sum4(f32x4.add(f32x4.add(s0, s2), f32x4.add(s1, s3)));
}

/** y += t x */
// @ts-ignore: decorator of AssemblyScript
@inline
export function axpy(t: f32, x: usize, y: usize, f: i32): void {
  const v = f32x4.splat(t);
  const end = x + (<usize>f << 2);
  while (x < end) {
    v128.store(y, f32x4.add(v128.load(y), f32x4.mul(v, v128.load(x))));
    v128.store(y, f32x4.add(v128.load(y, 16), f32x4.mul(v, v128.load(x, 16))), 16);
    x += 32; y += 32;
  }
}

/** y = t x */
// @ts-ignore: decorator of AssemblyScript
@inline
export function scaled(t: f32, x: usize, y: usize, f: i32): void {
  const v = f32x4.splat(t);
  const end = x + (<usize>f << 2);
  while (x < end) {
    v128.store(y, f32x4.mul(v, v128.load(x)));
    v128.store(y, f32x4.mul(v, v128.load(x, 16)), 16);
    x += 32; y += 32;
  }
}

/** The sums of four vectors, in the four lanes. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function sums4(a0: v128, a1: v128, a2: v128, a3: v128): v128 {
  const low01 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5),
    high01 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7),
    low23 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5),
    high23 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7);
  const sum01 = f32x4.add(low01, high01),
    sum23 = f32x4.add(low23, high23);
  return f32x4.add(v128.shuffle<f32>(sum01, sum23, 0, 1, 4, 5), v128.shuffle<f32>(sum01, sum23, 2, 3, 6, 7));
}
