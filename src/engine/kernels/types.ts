// What a byte position points at. In the compiled kernels all of these are plain positions; from them config/build-engine.mjs
// makes the types of a job's arguments on the side of TypeScript, so that an array of the wrong kind does not compile there.

export type F32s = usize;
export type F64s = usize;
export type I8s = usize;
export type U8s = usize;
export type I16s = usize;
export type I32s = usize;

/** May be left out, which is position 0. */
export type Optional<T> = T;
