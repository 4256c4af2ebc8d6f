// Lists of links in as few bits as it takes to tell them apart: see RECORD in graph.ts.
//
// Slots ascend, and of each the distance to the one before, less one, is written by Golomb-Rice (Rice & Plaunt 1971): its last `LOW_BITS` bits, and the
// number before them as that many zeros and a one. The zeros of a list are at most slots / 2^LOW_BITS, so a record has room for any list, and what
// is left of it holds zeros.
import { DEGREE, LINKS, LOW_BITS, placeOf, pointer, RECORD, UNPACKED, word } from './graph';

/**
 * The links of a slot on the lowest level as whole numbers, ascending, ended by -1.
 * @param place 0 or 1: which of the two lists that there is room for
 */
export function unpack(g: usize, slot: i32, place: i32): usize {
  const bytes = <usize>word(g, RECORD), low = <u64>word(g, LOW_BITS);
  const list = pointer(g, UNPACKED) + <usize>place * ((<usize>word(g, DEGREE) + 1) << 2);
  const from = pointer(g, LINKS) + <usize>slot * bytes;
  const end = <u64>(bytes << 3), mask = ((<u64>1) << low) - 1;
  let bit: u64 = 0, to = list, last: i32 = -1;
  for (;;) {
    let distance: u64 = 0;
    let some = load<u64>(from + <usize>(bit >> 3)) >> (bit & 7);
    while (!<u32>some && bit < end) {
      distance += 32;
      bit += 32;
      some = load<u64>(from + <usize>(bit >> 3)) >> (bit & 7);
    }
    const zeros = ctz(some);
    bit += zeros + 1;
    if (bit > end) break;
    distance = ((distance + zeros) << low) | ((load<u64>(from + <usize>(bit >> 3)) >> (bit & 7)) & mask);
    bit += low;
    last += <i32>distance + 1;
    store<i32>(to, last);
    to += 4;
  }
  store<i32>(to, -1);
  return list;
}

/** Makes `count` numbers the links of a slot on the lowest level. They are sorted, and what comes twice is written once. */
export function pack(g: usize, slot: i32, numbers: usize, count: i32): void {
  const bytes = <usize>word(g, RECORD), low = word(g, LOW_BITS);
  const to = pointer(g, LINKS) + <usize>slot * bytes;
  memory.fill(to, 0, bytes);
  sortUp(numbers, count);
  const mask = ((<u64>1) << low) - 1;
  let bit: usize = 0, last = -1;
  for (let k = 0; k < count; k++) {
    const number = load<i32>(numbers + ((<usize>k) << 2));
    if (number == last) continue;
    const distance = number - last - 1;
    last = number;
    bit += <usize>(distance >> low);
    // Byte by byte, since others write the records around this one.
    let at = to + (bit >> 3);
    for (let bits = (((<u64>distance & mask) << 1) | 1) << (bit & 7); bits; bits >>= 8, at++) store<u8>(at, load<u8>(at) | <u8>bits);
    bit += low + 1;
  }
}

/**
 * The links of a slot on a level, ended by -1 unless there are as many as may be.
 * @param place as for {@link unpack}, whose list it is where links are packed
 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function linksOf(g: usize, slot: i32, level: i32, place: i32 = 0): usize {
  return level == 0 && word(g, RECORD) ? unpack(g, slot, place) : placeOf(g, slot, level);
}

/** Most lists are nearly sorted. */
function sortUp(numbers: usize, count: i32): void {
  for (let k = 1; k < count; k++) {
    const number = load<i32>(numbers + ((<usize>k) << 2));
    let at = numbers + ((<usize>k) << 2);
    for (; at > numbers && load<i32>(at - 4) > number; at -= 4) store<i32>(at, load<i32>(at - 4));
    store<i32>(at, number);
  }
}
