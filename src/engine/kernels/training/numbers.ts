// Random numbers and functions that the kernels of training share. All are pure, so the order of work never changes a result.

/** 32 random bits of a place in a stream: two rounds of an integer hash (Wellons 2018). Nothing is kept between draws. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function bitsAt(seed: u32, place: u32): u32 {
  let x = seed + place * 0x9e3779b9;
  x = (x ^ (x >> 16)) * 0x7feb352d;
  x = (x ^ (x >> 15)) * 0x846ca68b;
  return x ^ (x >> 16);
}

/** Four places in a row of a stream, before they are hashed; adding {@link fourFurther} gives the next four. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function fourPlaces(seed: u32, place: u32): v128 {
  const places = i32x4.add(i32x4.splat(place), i32x4(0, 1, 2, 3));
  return i32x4.add(i32x4.splat(seed), i32x4.mul(places, i32x4.splat(0x9e3779b9)));
}

/** 4 * 0x9e3779b9 */
export const fourFurther: u32 = 0x78dde6e4;

/** The same bits as `bitsAt` of four places. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function fourBits(places: v128): v128 {
  let x = i32x4.mul(v128.xor(places, i32x4.shr_u(places, 16)), i32x4.splat(0x7feb352d));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x846ca68b));
  return v128.xor(x, i32x4.shr_u(x, 16));
}

/** A whole number below n from 32 random bits. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function below(bits: u32, n: i32): i32 {
  return <i32>((<u64>bits * <u64>n) >> 32);
}

/** Whether the ascending indices lo..hi hold x. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function holds(indices: usize, lo: i32, hi: i32, x: i32): bool {
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    const found = load<i32>(indices + ((<usize>middle) << 2));
    if (found == x) return true;
    if (found < x) lo = middle + 1;
    else hi = middle;
  }
  return false;
}

/**
 * e^x within [-80, 80], to a few units in the last place: 2^k times a polynomial on [-ln 2 / 2, ln 2 / 2]. Adding 1.5 * 2^23 rounds to a whole
 * number and leaves it in the low bits; that, and minima that do not look for NaN, take a third of the time of the instructions made for it.
 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function exp4(x: v128): v128 {
  const y = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-80)), f32x4.splat(80));
  const whole = f32x4.add(f32x4.mul(y, f32x4.splat(1.44269504)), f32x4.splat(12582912));
  const k = f32x4.sub(whole, f32x4.splat(12582912));
  const r = f32x4.sub(f32x4.sub(y, f32x4.mul(k, f32x4.splat(0.693145752))), f32x4.mul(k, f32x4.splat(0.00000142860677)));
  let p = f32x4.add(f32x4.mul(r, f32x4.splat(0.00138888889)), f32x4.splat(0.00833333333));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(0.0416666667));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(0.166666667));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(1));
  return f32x4.mul(p, i32x4.shl(i32x4.add(whole, i32x4.splat(127)), 23));
}

/** The same for one number, bit for bit. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

/** ln x of a positive number, to a few units in the last place: the exponent, and a series of the mantissa in (m - 1) / (m + 1). */
// @ts-ignore: decorator of AssemblyScript
@inline
export function ln(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let exponent = <f64>(((bits >> 52) & 0x7ff) - 1023);
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent += 1;
  }
  const s = (m - 1) / (m + 1);
  const t = s * s;
  const series = 1 + t * (1 / 3.0 + t * (0.2 + t * (1 / 7.0 + t * (1 / 9.0 + t * (1 / 11.0 + t / 13.0)))));
  return exponent * 0.6931471805599453 + 2 * s * series;
}

/** 1 / (1 + e^-x) */
// @ts-ignore: decorator of AssemblyScript
@inline
export function sigmoid(x: f32): f32 {
  return <f32>1 / (<f32>1 + exp1(-x));
}

/** ln(1 + e^-x), which is -ln sigmoid(x). */
// @ts-ignore: decorator of AssemblyScript
@inline
export function softplusOfMinus(x: f32): f64 {
  const tail = ln(1 + <f64>exp1(-abs<f32>(x)));
  return x < 0 ? tail - <f64>x : tail;
}
