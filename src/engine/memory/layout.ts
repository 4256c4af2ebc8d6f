import type { Arena } from './arena.ts';
import { type AnyArray, type ArrayType, type Block, padded } from './block.ts';

/** One array of a layout: a number of zeros, or a copy of what is given. */
export interface Field<T extends AnyArray> {
  readonly kind: 'array';
  readonly type: ArrayType<T>;
  readonly from: number | ArrayLike<number>;
}

/** A piece of memory of a layout, allocated and freed later. */
export interface Piece {
  readonly kind: 'arena';
  readonly bytes: number;
}

/** What a layout is made of, by name; what is undefined takes nothing. */
export type Fields = { readonly [name: string]: Field<AnyArray> | Piece | Layout<Fields> | undefined };

/** The memory of a job, declared once. */
export interface Layout<F extends Fields> {
  readonly kind: 'layout';
  readonly fields: F;
  /** What it takes of an engine or an arena. */
  readonly bytes: number;
}

/** What stands in memory for a layout, under the same names. */
export type Blocks<F extends Fields> = { readonly [K in keyof F]: Placed<F[K]> };
type Placed<E> = E extends Field<infer T> ? Block<T> : E extends Piece ? Arena : E extends Layout<infer F> ? Blocks<F> : undefined;

/**
 * Declares the memory of a job: `layout({ X: f32(n), offsets: i32(csr.offsets) })` knows its bytes, from which an engine is made, and
 * `engine.place(layout)` gives the arrays. Layouts may be nested.
 */
export function layout<F extends Fields>(fields: F): Layout<F> {
  const bytes = Object.values(fields).reduce((sum, field) => sum + bytesOf(field), 0);
  return { kind: 'layout', fields, bytes };
}

/** 32-bit floats. */
export const f32 = (from: number | ArrayLike<number>): Field<Float32Array> => ({ kind: 'array', type: Float32Array, from });
/** 64-bit floats. */
export const f64 = (from: number | ArrayLike<number>): Field<Float64Array> => ({ kind: 'array', type: Float64Array, from });
/** 32-bit integers. */
export const i32 = (from: number | ArrayLike<number>): Field<Int32Array> => ({ kind: 'array', type: Int32Array, from });
/** 16-bit integers. */
export const i16 = (from: number | ArrayLike<number>): Field<Int16Array> => ({ kind: 'array', type: Int16Array, from });
/** Signed bytes. */
export const i8 = (from: number | ArrayLike<number>): Field<Int8Array> => ({ kind: 'array', type: Int8Array, from });
/** Bytes. */
export const u8 = (from: number | ArrayLike<number>): Field<Uint8Array> => ({ kind: 'array', type: Uint8Array, from });
/** An arena of that many bytes; a layout's own `bytes` when it is to hold that. */
export const arena = (bytes: number): Piece => ({ kind: 'arena', bytes });

/** Hands out what a layout declares, in its order. */
export function place<F extends Fields>({ fields }: Layout<F>, from: Arena): Blocks<F> {
  const one = (entry: Fields[string]): unknown => {
    if (entry === undefined) return undefined;
    if (entry.kind === 'array') return from.take(entry.type, entry.from);
    return entry.kind === 'arena' ? from.piece(entry.bytes) : place(entry, from);
  };
  return Object.fromEntries(Object.entries(fields).map(([name, entry]) => [name, one(entry)])) as Blocks<F>;
}

/** With what comes before the next; arrays begin at a line of the cache. */
function bytesOf(entry: Fields[string]): number {
  if (entry === undefined) return 0;
  if (entry.kind !== 'array') return padded(entry.bytes);
  const count = typeof entry.from === 'number' ? entry.from : entry.from.length;
  return padded(count * entry.type.BYTES_PER_ELEMENT);
}
