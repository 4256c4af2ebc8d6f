import type { Memory } from '../../memory/views.ts';
import { levelOf } from './level.plain.ts';
import type { Nodes } from './graph.plain.ts';

/** How nodes are linked. */
export function linksOver(memory: Memory, nodes: Nodes) {
  const { f32, u8, u16, i32 } = memory;
  const { word, degreeAt, linksOf, newRound, queryOf, scoreList, similarity } = nodes;
  const { insert } = levelOf(memory, nodes);
  /** Index into `i32` of what was chosen, from there `count` slots. */
  const choose = (g: number, entries: number, count: number, m: number) => {
    const chosen = word(g, 'chosen') / 4;
    let taken = 0;
    for (let k = 0; k < count && taken < m; k++) {
      const slot = i32[entries / 4 + 2 * k + 1];
      const near = i32.subarray(chosen, chosen + taken).some((other) => similarity(g, slot, other) >= f32[entries / 4 + 2 * k]);
      if (!near) i32[chosen + taken++] = slot;
    }
    return taken;
  };
  const setLinks = (g: number, at: number, degree: number, count: number) => {
    i32.fill(-1, at, at + degree);
    i32.copyWithin(at, word(g, 'chosen') / 4, word(g, 'chosen') / 4 + count);
  };
  const linkBack = (g: number, node: number, slot: number, level: number) => {
    const links = linksOf(g, node, level);
    const degree = degreeAt(g, level);
    const list = word(g, 'list') / 4;
    const free = i32.subarray(links, links + degree).indexOf(-1);
    if (free >= 0) {
      i32[links + free] = slot;
      return;
    }
    i32.copyWithin(list, links, links + degree);
    i32[list + degree] = slot;
    queryOf(g, node);
    scoreList(g, degree + 1);
    const edges = word(g, 'edges');
    for (let k = 0; k <= degree; k++) insert(edges, k, degree + 1, f32[list + word(g, 'listRoom') + k], i32[list + k]);
    setLinks(g, links, degree, choose(g, edges, degree + 1, degree));
  };
  const mend = (g: number, slot: number, level: number, ef: number) => {
    const removed = word(g, 'removed');
    const seen = word(g, 'seen') / 2;
    const links = linksOf(g, slot, level);
    const degree = degreeAt(g, level);
    if (!i32.subarray(links, links + degree).some((other) => other >= 0 && u8[removed + other] > 0)) return;
    const round = newRound(g);
    u16[seen + slot] = round;
    const list = word(g, 'list') / 4;
    const room = word(g, 'listRoom');
    let count = 0;
    let waiting = room;
    for (let from = links; ; from = linksOf(g, i32[list + waiting++], level)) {
      for (let k = from; k < from + degree && i32[k] >= 0 && count < waiting; k++) {
        const other = i32[k];
        if (u16[seen + other] === round) continue;
        u16[seen + other] = round;
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
    setLinks(g, links, degree, choose(g, pool, size, degree));
  };
  return { choose, linkBack, mend };
}
