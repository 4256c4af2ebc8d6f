import { CODES, FINE, pointer, SCALES, WIDTH, word } from './graph';
import { F32s, I32s } from '../types';

/**
 * Gives a slot its codes: one byte per dimension, the largest number as 127, and where there is room for them the fine ones.
 * @returns the square of what that changes, in length
 */
export function hnswEncode(g: I32s, slot: i32, vector: F32s, dimensions: i32): f64 {
  const end = vector + ((<usize>dimensions) << 2), whole = end - 12;
  let most = f32x4.splat(0), at: usize = vector;
  for (; at < whole; at += 16) most = f32x4.max(most, f32x4.abs(v128.load(at)));
  let largest = max(max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)), max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)));
  for (; at < end; at += 4) largest = max(largest, abs(load<f32>(at)));
  const scale = <f32>(<f64>largest / 127);
  store<f32>(pointer(g, SCALES) + ((<usize>slot) << 2), scale);
  let code = pointer(g, CODES) + <usize>slot * <usize>word(g, WIDTH);
  let error: f64 = 0;
  for (at = vector; at < end; at += 8, code += 2) {
    const isPair = at + 4 < end;
    const x = f64x2(<f64>load<f32>(at), isPair ? <f64>load<f32>(at, 4) : 0);
    const values = scale > 0 ? f64x2.floor(f64x2.add(f64x2.div(x, f64x2.splat(<f64>scale)), f64x2.splat(0.5))) : f64x2.splat(0);
    const codes = i32x4.trunc_sat_f64x2_s_zero(values);
    store<i8>(code, <i8>i32x4.extract_lane(codes, 0));
    if (isPair) store<i8>(code, <i8>i32x4.extract_lane(codes, 1), 1);
    const rest = f64x2.sub(x, f64x2.mul(f64x2.splat(<f64>scale), values));
    const square = f64x2.mul(rest, rest);
    error += f64x2.extract_lane(square, 0);
    error += f64x2.extract_lane(square, 1);
  }
  if (word(g, FINE)) encodeFinely(g, slot, vector, dimensions);
  return error;
}

/** Gives a slot that has codes the fine ones, of what those leave. */
export function hnswEncodeFinely(g: I32s, slot: i32, vector: F32s, dimensions: i32): void {
  encodeFinely(g, slot, vector, dimensions);
}

function encodeFinely(g: usize, slot: i32, vector: usize, dimensions: i32): void {
  const scale = <f64>load<f32>(pointer(g, SCALES) + ((<usize>slot) << 2));
  const row = <usize>slot * <usize>word(g, WIDTH);
  const codes = pointer(g, CODES) + row, fine = pointer(g, FINE) + row;
  for (let d: usize = 0; d < <usize>dimensions; d++) {
    const rest = scale > 0 ? (<f64>load<f32>(vector + (d << 2)) / scale - <f64>load<i8>(codes + d)) * 254 : 0;
    store<i8>(fine + d, <i8>max<f64>(-127, min<f64>(127, floor(rest + 0.5))));
  }
}
