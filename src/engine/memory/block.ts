declare const pointsTo: unique symbol;

/** A byte position in the memory of an engine, typed by what is stored there. */
export type Position<T> = number & { readonly [pointsTo]: T };

/** An array in the memory of an engine, and the byte position the kernels know it by. */
export interface Block<T> {
  /** Byte position. */
  at: Position<T>;
  /** The same memory as a typed array. */
  array: T;
}

/** The arrays that a memory can hold. */
export type AnyArray = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Int32Array;

/** Makes an array over a part of a buffer. */
export interface ArrayType<T extends AnyArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** Bytes of an array with what comes before the next: arrays are aligned to cache lines, so that two threads never write to the same line. */
export const padded = (bytes: number) => Math.ceil(bytes / 64) * 64;

/** What a kernel takes as an array of numbers: the whole of a block, or a position within one ({@link within}). */
export type F32s = Block<Float32Array> | Position<Float32Array>;
export type F64s = Block<Float64Array> | Position<Float64Array>;
export type I8s = Block<Int8Array> | Position<Int8Array>;
export type U8s = Block<Uint8Array> | Position<Uint8Array>;
export type I16s = Block<Int16Array> | Position<Int16Array>;
export type I32s = Block<Int32Array> | Position<Int32Array>;

/** The byte position of an argument; what is left out is 0. */
export function at(argument: { at: number } | number | undefined): number {
  if (typeof argument === 'number') return argument;
  return argument === undefined ? 0 : argument.at;
}

/** The position of a number of a block, counted in numbers; it may lie outside where a kernel does not look. */
export function within<T extends AnyArray>(block: Block<T>, index: number): Position<T> {
  return (block.at + index * block.array.BYTES_PER_ELEMENT) as Position<T>;
}

/** The numbers from..to of a block, as a block. */
export function part<T extends AnyArray>(block: Block<T>, from: number, to: number): Block<T> {
  return { at: within(block, from), array: block.array.subarray(from, to) as T };
}

/** Types a byte position that was computed by hand. */
export function positionOf<T extends AnyArray>(bytes: number): Position<T> {
  return bytes as Position<T>;
}
