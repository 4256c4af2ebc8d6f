import { CODES, FINE, pointer, SCALES, WIDTH, word } from './graph';
import { F32s, I32s } from '../types';

/**
 * Gives a slot its codes: one byte per dimension, the largest number as 127, and where there is room for them the fine ones.
 * @returns the square of what that changes, in length
 */
export function hnswEncode(g: I32s, slot: i32, vector: F32s, dimensions: i32): f64 {
  let largest: f32 = 0;
  const end = vector + ((<usize>dimensions) << 2);
  for (let at = vector; at < end; at += 4) largest = max(largest, abs(load<f32>(at)));
  const scale = <f32>(<f64>largest / 127);
  store<f32>(pointer(g, SCALES) + ((<usize>slot) << 2), scale);
  const row = <usize>slot * <usize>word(g, WIDTH);
  let error: f64 = 0;
  let code = pointer(g, CODES) + row;
  for (let at = vector; at < end; at += 4, code++) {
    const x = <f64>load<f32>(at);
    const value = scale > 0 ? floor(x / <f64>scale + 0.5) : 0;
    store<i8>(code, <i8>value);
    const rest = x - <f64>scale * value;
    error += rest * rest;
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
