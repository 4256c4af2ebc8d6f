import type { Memory } from '../../memory/views.ts';
import { nodesOf } from './graph.plain.ts';

/** Twins of packed-lists.ts. */
export function twins(memory: Memory) {
  const { i32 } = memory;
  const { word, unpack, setLinks } = nodesOf(memory);
  return {
    hnswUnpack(g: number, slot: number) {
      i32.fill(-1, word(g, 'unpacked') / 4, word(g, 'unpacked') / 4 + word(g, 'degree'));
      return 4 * unpack(g, slot, 0);
    },
    hnswPack(g: number, slot: number, count: number) {
      setLinks(g, slot, 0, i32.subarray(word(g, 'chosen') / 4, word(g, 'chosen') / 4 + count));
    },
  };
}
