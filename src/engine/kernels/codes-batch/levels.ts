// One-byte levels of bounds, for coarse.ts and coarse.relaxed.ts.

/** Bounds quantized to integers up to 255, monotonically; NaN becomes 255. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function levelsOf(bounds: v128, own: usize): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.pmin(f32x4.splat(255), f32x4.mul(bounds, v128.load32_splat(own, 20))));
}
