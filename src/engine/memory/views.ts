/** A memory as typed arrays from position 0, as the plain twins of kernels see it. */
export interface Memory {
  f32: Float32Array;
  f64: Float64Array;
  i8: Int8Array;
  u8: Uint8Array;
  i16: Int16Array;
  u16: Uint16Array;
  i32: Int32Array;
}

/** All views of a buffer whose length is a multiple of 8 bytes. */
export function viewsOf(buffer: ArrayBufferLike): Memory {
  return {
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    i8: new Int8Array(buffer),
    u8: new Uint8Array(buffer),
    i16: new Int16Array(buffer),
    u16: new Uint16Array(buffer),
    i32: new Int32Array(buffer),
  };
}
