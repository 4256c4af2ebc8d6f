import { CHOSEN, DEGREE, pointer, UNPACKED, word } from './graph';
import { pack, unpack } from './packed';
import { I32s } from '../types';

/** Unpacks the links of a slot on the lowest level, and fills the list up with -1. @returns where it is */
export function hnswUnpack(g: I32s, slot: i32): i32 {
  memory.fill(pointer(g, UNPACKED), 0xff, (<usize>word(g, DEGREE)) << 2);
  return <i32>unpack(g, slot, 0);
}

/** Packs the first `count` of `CHOSEN` as the links of a slot on the lowest level. */
export function hnswPack(g: I32s, slot: i32, count: i32): void {
  pack(g, slot, pointer(g, CHOSEN), count);
}
