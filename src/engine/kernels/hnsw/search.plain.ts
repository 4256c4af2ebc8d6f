import type { Memory } from '../../memory/views.ts';
import { levelOf } from './level.plain.ts';
import { nodesOf } from './graph.plain.ts';

/** Twins of search.ts. */
export function twins(memory: Memory) {
  const { u8, i32 } = memory;
  const nodes = nodesOf(memory);
  const { word, set, scoreList } = nodes;
  const { start, descend, searchLevel, refine } = levelOf(memory, nodes);
  return {
    hnswSearch(g: number, ef: number) {
      if (word(g, 'entry') < 0) return 0;
      start(g, word(g, 'entry'));
      descend(g, word(g, 'top'), 0);
      return searchLevel(g, 0, ef);
    },
    hnswSearchAllowed(g: number, size: number, ef: number) {
      return searchLevel(g, 0, ef, { from: size, isFiltered: true });
    },
    hnswRefine(g: number, size: number, ef: number, isFiltered: number) {
      refine(g, word(g, 'pool'), size);
      const count = searchLevel(g, 0, ef, { from: size, isFiltered: isFiltered !== 0 });
      set(g, 'refined', 0);
      return count;
    },
    hnswForbid(g: number) {
      u8.fill(0, word(g, 'allowed'), word(g, 'allowed') + word(g, 'slots') + 1);
    },
    hnswAllow(g: number, marks: number, from: number, to: number, slotOf: number) {
      for (let key = from; key < to; key++) {
        if (i32[slotOf / 4 + key] > 0) u8[word(g, 'allowed') + i32[slotOf / 4 + key] - 1] |= u8[marks + key - from];
      }
    },
    hnswScores: scoreList,
    hnswCount(marks: number, count: number) {
      return u8.subarray(marks, marks + count).reduce((sum, mark) => sum + (mark > 0 ? 1 : 0), 0);
    },
    hnswMarked(g: number, marks: number, from: number, to: number, slotOf: number) {
      const list = word(g, 'list') / 4;
      let found = 0;
      for (let key = from; key < to; key++) {
        if (u8[marks + key - from] && i32[slotOf / 4 + key] > 0) i32[list + found++] = i32[slotOf / 4 + key] - 1;
      }
      return found;
    },
  };
}
