// Overlapping cache misses.
import { degreeAt, placeOf, RECORD, TOUCHED, word } from './graph';

/**
 * Reads a word of each cache line of the rows of a list, and their scales, so that all their misses overlap: the products alone, a few rows at a
 * time, would wait for memory most of the time, and WebAssembly has no prefetch. The caller has to store the result, which stands for nothing.
 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function touchRows(list: usize, count: i32, codes: usize, width: usize, scales: usize): i32 {
  let touched = 0;
  for (const end = list + ((<usize>count) << 2); list < end; list += 4) {
    const slot = <usize>load<u32>(list);
    touched |= load<i32>(scales + (slot << 2));
    const row = codes + slot * width;
    for (let at = row; at < row + width; at += 64) touched |= load<i32>(at);
  }
  return touched;
}

/** The same with the links of a slot, which will be followed after some products. Packed ones are few bytes. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function touchLinks(g: usize, slot: i32, level: i32): void {
  if (level == 0 && word(g, RECORD)) return;
  const links = placeOf(g, slot, level);
  let touched = 0;
  for (let at = links; at < links + ((<usize>degreeAt(g, level)) << 2); at += 64) touched |= load<i32>(at);
  store<i32>(g + (TOUCHED << 2), touched);
}
