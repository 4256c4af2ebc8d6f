// Sums of the lanes of vectors.

/** The sums of four vectors, as one. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

/** The sum of the four numbers of a vector. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function total(s: v128): i32 {
  return i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1) + (i32x4.extract_lane(s, 2) + i32x4.extract_lane(s, 3));
}

/** Sums of products of codes times both scales, rounded after each: first that of the rows, or first that of the query. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function scaledSums(sums: v128, scales: v128, queryScale: v128, isQueryFirst: bool): v128 {
  const numbers = f32x4.convert_i32x4_s(sums);
  return isQueryFirst ? f32x4.mul(f32x4.mul(numbers, queryScale), scales) : f32x4.mul(f32x4.mul(numbers, scales), queryScale);
}
