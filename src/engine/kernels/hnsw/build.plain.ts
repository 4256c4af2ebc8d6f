import type { Memory } from '../../memory/views.ts';
import { levelOf } from './level.plain.ts';
import { linksOver } from './links.plain.ts';
import { nodesOf } from './graph.plain.ts';

/** Twins of build.ts. */
export function twins(memory: Memory) {
  const { u8, i32 } = memory;
  const nodes = nodesOf(memory);
  const { word, set, degreeAt, linksOf, queryOf } = nodes;
  const { enter, searchLevel, refine, isCrowded } = levelOf(memory, nodes);
  const { choose, linkBack, mend } = linksOver(memory, nodes);
  const closely = (g: number, level: number, size: number, ef: number) => {
    const degree = word(g, 'upperDegree');
    if (size < degree || !isCrowded(g, degree)) return size;
    if (!word(g, 'fine')) {
      set(g, 'crowded', 1);
      return size;
    }
    refine(g, size);
    return searchLevel(g, level, ef, { from: size });
  };
  return {
    hnswInsert(g: number, slot: number, level: number, ef: number) {
      for (let l = 0; l <= level; l++) i32.fill(-1, linksOf(g, slot, l), linksOf(g, slot, l) + degreeAt(g, l));
      const top = word(g, 'top');
      if (word(g, 'entry') >= 0) {
        queryOf(g, slot);
        enter(g);
        for (let l = top; l > level; l--) searchLevel(g, l, 1);
        for (let l = Math.min(level, top); l >= 0; l--) {
          const pool = word(g, 'pool') / 4;
          const size = closely(g, l, searchLevel(g, l, ef), ef);
          const nearest = i32.slice(pool, pool + 2);
          let left = 0;
          for (let k = 0; k < size; k++) {
            if (u8[word(g, 'removed') + i32[pool + 2 * k + 1]]) continue;
            i32.copyWithin(pool + 2 * left, pool + 2 * k, pool + 2 * k + 2);
            left++;
          }
          const count = choose(g, word(g, 'pool'), left || size, word(g, 'upperDegree'));
          const links = linksOf(g, slot, l);
          i32.copyWithin(links, word(g, 'chosen') / 4, word(g, 'chosen') / 4 + count);
          for (let k = 0; k < count; k++) linkBack(g, i32[links + k], slot, l);
          set(g, 'refined', 0);
          i32.set(nearest, pool);
          queryOf(g, slot);
        }
        if (level <= top) return;
      }
      set(g, 'entry', slot);
      set(g, 'top', level);
    },
    hnswMend(g: number, lo: number, hi: number, levels: number, ef: number) {
      set(g, 'refined', word(g, 'fine') ? 1 : 0);
      for (let slot = lo; slot < hi; slot++) {
        if (u8[word(g, 'removed') + slot]) continue;
        for (let level = 0; level <= u8[levels + slot]; level++) mend(g, slot, level, ef);
      }
      set(g, 'refined', 0);
    },
  };
}
