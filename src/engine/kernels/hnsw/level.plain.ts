import type { Memory } from '../../memory/views.ts';
import type { Nodes } from './graph.plain.ts';

const followed = 1 << 30;

/** Best-first search on one level. */
export function levelOf({ f32, u8, i32 }: Memory, nodes: Nodes) {
  const { word, set, degreeAt, linksOf, meetNone, meet, scaleOf, scoreList, fineScore } = nodes;
  const insert = (pool: number, size: number, room: number, score: number, slot: number) => {
    let place = 0;
    while (place < size && f32[pool / 4 + 2 * place] >= score) place++;
    const end = pool / 4 + 2 * Math.min(size, room - 1);
    i32.copyWithin(pool / 4 + 2 * place + 2, pool / 4 + 2 * place, end);
    f32[pool / 4 + 2 * place] = score;
    i32[pool / 4 + 2 * place + 1] = slot;
    return place;
  };
  const start = (g: number, slot: number) => {
    const pool = word(g, 'pool') / 4;
    const list = word(g, 'list') / 4;
    i32[list] = slot;
    scoreList(g, 1);
    f32[pool] = f32[list + word(g, 'listRoom')];
    i32[pool + 1] = slot;
  };
  const descend = (g: number, from: number, to: number) => {
    for (let l = from; l > to; l--) while (step(g, l));
  };
  const step = (g: number, level: number) => {
    const pool = word(g, 'pool') / 4;
    const list = word(g, 'list') / 4;
    const from = linksOf(g, i32[pool + 1], level);
    let count = 0;
    for (; count < degreeAt(g, level) && i32[from + count] >= 0; count++) i32[list + count] = i32[from + count];
    scoreList(g, count);
    let moved = false;
    for (let k = 0; k < count; k++) {
      if (!(f32[list + word(g, 'listRoom') + k] > f32[pool])) continue;
      f32[pool] = f32[list + word(g, 'listRoom') + k];
      i32[pool + 1] = i32[list + k];
      moved = true;
    }
    return moved;
  };
  /** Lists the links of a slot that this search has not met. */
  const freshLinks = (g: number, slot: number, level: number) => {
    const list = word(g, 'list') / 4;
    const from = linksOf(g, slot, level);
    let fresh = 0;
    for (let k = from; k < from + degreeAt(g, level) && i32[k] >= 0; k++) if (meet(g, i32[k])) i32[list + fresh++] = i32[k];
    return fresh;
  };
  /** Lists allowed slots among the links, then among the links of those that are not allowed. */
  const allowedNear = (g: number, slot: number) => {
    const list = word(g, 'list') / 4;
    const degree = degreeAt(g, 0);
    const isAllowed = (other: number) => u8[word(g, 'allowed') + other] > 0;
    const enough = degree >> 1;
    let fresh = 0;
    let met = 0;
    const take = (from: number, most: number) => {
      for (let k = from; k < from + degree && i32[k] >= 0 && met < most; k++) {
        if (!isAllowed(i32[k])) continue;
        met++;
        if (meet(g, i32[k])) i32[list + fresh++] = i32[k];
      }
    };
    const start = linksOf(g, slot, 0);
    take(start, degree);
    for (let k = start; k < start + degree && i32[k] >= 0 && met < enough; k++) {
      if (isAllowed(i32[k]) || !meet(g, i32[k])) continue;
      take(linksOf(g, i32[k], 0, 1), enough);
    }
    return fresh;
  };
  const refine = (g: number, pool: number, size: number) => {
    set(g, 'refined', 1);
    for (let k = 0; k < size; k++) {
      const slot = i32[pool / 4 + 2 * k + 1];
      insert(pool, k, k + 1, fineScore(g, slot), slot);
    }
  };
  const isCrowded = (g: number, pool: number, count: number) => {
    const best = f32[pool / 4];
    const bound = Math.fround(Math.fround(4 * scaleOf(g, i32[pool / 4 + 1])) * Math.fround(Math.sqrt(best)));
    return best > 0 && Math.fround(best - f32[pool / 4 + 2 * (count - 1)]) < bound;
  };
  const searchLevel = (g: number, level: number, ef: number, { from: first = 1, isFiltered = false } = {}) => {
    const pool = word(g, 'pool');
    const list = word(g, 'list') / 4;
    meetNone(g);
    let size = first;
    for (let k = 0; k < size; k++) meet(g, i32[pool / 4 + 2 * k + 1]);
    for (let next = 0; next < size; ) {
      const entry = pool / 4 + 2 * next + 1;
      next++;
      if (i32[entry] & followed) continue;
      const slot = i32[entry];
      i32[entry] |= followed;
      const fresh = isFiltered ? allowedNear(g, slot) : freshLinks(g, slot, level);
      scoreList(g, fresh);
      for (let k = 0; k < fresh; k++) {
        const score = f32[list + word(g, 'listRoom') + k];
        if (size === ef && !(score > f32[pool / 4 + 2 * (ef - 1)])) continue;
        next = Math.min(next, insert(pool, size, ef, score, i32[list + k]));
        size = Math.min(size + 1, ef);
      }
    }
    for (let k = 0; k < size; k++) i32[pool / 4 + 2 * k + 1] &= ~followed;
    return size;
  };
  return { insert, start, descend, searchLevel, refine, isCrowded };
}
