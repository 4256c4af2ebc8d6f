import type { Memory } from '../../memory/views.ts';

/** What the header of a graph says of packed lists. */
type Word = 'links' | 'record' | 'lowBits' | 'unpacked' | 'degree';

/** Lists of links as packed.ts writes them. `word` reads the header of a graph. */
export function packedOver({ u8, i32 }: Memory, word: (g: number, name: Word) => number) {
  const unpack = (g: number, slot: number, place: number) => {
    const from = word(g, 'links') + slot * word(g, 'record');
    const bitAt = (bit: number) => (u8[from + (bit >> 3)] >> (bit & 7)) & 1;
    const low = word(g, 'lowBits');
    const list = word(g, 'unpacked') / 4 + place * (word(g, 'degree') + 1);
    let to = list;
    let last = -1;
    let zeros = 0;
    for (let bit = 0; bit < 8 * word(g, 'record'); bit++) {
      if (!bitAt(bit)) {
        zeros++;
        continue;
      }
      let distance = zeros * 2 ** low;
      for (let k = 0; k < low; k++) distance += bitAt(++bit) * 2 ** k;
      last += distance + 1;
      i32[to++] = last;
      zeros = 0;
    }
    i32[to] = -1;
    return list;
  };
  const pack = (g: number, slot: number, numbers: Int32Array) => {
    const to = word(g, 'links') + slot * word(g, 'record');
    u8.fill(0, to, to + word(g, 'record'));
    let bit = 0;
    let last = -1;
    const write = (one: number) => {
      u8[to + (bit >> 3)] |= one << (bit & 7);
      bit++;
    };
    for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
      const distance = number - last - 1;
      last = number;
      bit += distance >> word(g, 'lowBits');
      write(1);
      for (let k = 0; k < word(g, 'lowBits'); k++) write((distance >> k) & 1);
    }
  };
  return { unpack, pack };
}
