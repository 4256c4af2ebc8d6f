/** A function that multiplies bytes 127 by bytes of all ones, and adds four products. */
// biome-ignore format: one part per line
const probe = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, // header
  1, 5, 1, 96, 0, 1, 127, // type: nothing -> i32
  3, 2, 1, 0, // function 0 is of type 0
  7, 5, 1, 1, 102, 0, 0, // export 'f'
  10, 23, 1, 21, 0, // its code
  65, 255, 0, 253, 15, // i8x16.splat(127)
  65, 127, 253, 15, // i8x16.splat(-1)
  65, 0, 253, 17, // i32x4.splat(0)
  253, 147, 2, // i32x4.relaxed_dot_i8x16_i7x16_add_s
  253, 27, 0, 11, // i32x4.extract_lane 0
);

/** Four products of 127 and 255, where sums of two are cut off at 16 bits: so does SSSE3, which takes two more instructions. */
const cutOff = 2 * 32_767;

let isFaster: boolean | undefined;

/**
 * Whether sums of products of bytes take less time by relaxed SIMD than by products of 16 bits: not on x86 without AVX-VNNI (processors before 2021, and Node 22,
 * which does not use it), where they take three times as long. What an instruction does with numbers beyond its range tells which one it is; within their range
 * all of them give the same sums.
 */
export function relaxedSimdIsFaster(): boolean {
  isFaster ??= sum() !== cutOff;
  return isFaster;
}

/** What the probe gives; as if it were cut off where it cannot be compiled. */
function sum(): number {
  try {
    return (new WebAssembly.Instance(new WebAssembly.Module(probe)).exports.f as () => number)();
  } catch {
    return cutOff;
  }
}
