import type { Memory } from '../../memory/views.ts';
import { chooseOver } from './choose.plain.ts';
import { nodesOf } from './graph.plain.ts';
import { levelOf } from './level.plain.ts';

/** Twins of mend.ts. */
export function twins(memory: Memory) {
  const { f32, u8, i32 } = memory;
  const nodes = nodesOf(memory);
  const { word, set, degreeAt, linksOf, setLinks, meetNone, meet, queryOf, scoreList } = nodes;
  const { insert } = levelOf(memory, nodes);
  const { choose, chosen } = chooseOver(memory, nodes);
  const mend = (g: number, slot: number, level: number, ef: number) => {
    const removed = word(g, 'removed');
    const links = linksOf(g, slot, level);
    const degree = degreeAt(g, level);
    const end = i32.subarray(links, links + degree).indexOf(-1);
    if (!i32.subarray(links, end < 0 ? links + degree : links + end).some((other) => u8[removed + other] > 0)) return;
    meetNone(g);
    meet(g, slot);
    const list = word(g, 'list') / 4;
    const room = word(g, 'listRoom');
    let count = 0;
    let waiting = room;
    for (let from = links; ; from = linksOf(g, i32[list + waiting++], level)) {
      for (let k = from; k < from + degree && i32[k] >= 0 && count < waiting; k++) {
        const other = i32[k];
        if (!meet(g, other)) continue;
        if (u8[removed + other]) i32[list + --waiting] = other;
        else i32[list + count++] = other;
      }
      if (waiting === room || count >= ef) break;
    }
    queryOf(g, slot);
    scoreList(g, count);
    const pool = word(g, 'pool');
    let size = 0;
    for (let k = 0; k < count; k++) {
      const score = f32[list + room + k];
      if (size === ef && !(score > f32[pool / 4 + 2 * (ef - 1)])) continue;
      insert(pool, size, ef, score, i32[list + k]);
      size = Math.min(size + 1, ef);
    }
    setLinks(g, slot, level, chosen(g, choose(g, pool, size, degree)));
  };
  return {
    hnswMend(lo: number, hi: number, _block: number, scratch: number, levels: number, ef: number) {
      set(scratch, 'refined', word(scratch, 'fine') ? 1 : 0);
      for (let slot = lo; slot < hi; slot++) {
        if (u8[word(scratch, 'removed') + slot]) continue;
        for (let level = 0; level <= u8[levels + slot]; level++) mend(scratch, slot, level, ef);
      }
      set(scratch, 'refined', 0);
    },
  };
}
