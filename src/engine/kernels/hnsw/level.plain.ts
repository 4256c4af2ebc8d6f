import type { Memory } from '../../memory/views.ts';
import type { Nodes } from './graph.plain.ts';

const followed = 1 << 30;

/** Best-first search on one level. */
export function levelOf({ f32, u16, i32 }: Memory, { word, degreeAt, linksOf, newRound, scoreList }: Nodes) {
  const insert = (pool: number, size: number, room: number, score: number, slot: number) => {
    let place = 0;
    while (place < size && f32[pool / 4 + 2 * place] >= score) place++;
    const end = pool / 4 + 2 * Math.min(size, room - 1);
    i32.copyWithin(pool / 4 + 2 * place + 2, pool / 4 + 2 * place, end);
    f32[pool / 4 + 2 * place] = score;
    i32[pool / 4 + 2 * place + 1] = slot;
    return place;
  };
  const enter = (g: number) => {
    i32[word(g, 'list') / 4] = word(g, 'entry');
    scoreList(g, 1);
    f32[word(g, 'pool') / 4] = f32[word(g, 'list') / 4 + word(g, 'listRoom')];
    i32[word(g, 'pool') / 4 + 1] = word(g, 'entry');
  };
  const searchLevel = (g: number, level: number, ef: number) => {
    const pool = word(g, 'pool');
    const list = word(g, 'list') / 4;
    const seen = word(g, 'seen') / 2;
    const round = newRound(g);
    let size = 1;
    u16[seen + i32[pool / 4 + 1]] = round;
    for (let next = 0; next < size; ) {
      const entry = pool / 4 + 2 * next + 1;
      next++;
      if (i32[entry] & followed) continue;
      const from = linksOf(g, i32[entry], level);
      i32[entry] |= followed;
      let fresh = 0;
      for (let k = from; k < from + degreeAt(g, level) && i32[k] >= 0; k++) {
        if (u16[seen + i32[k]] === round) continue;
        u16[seen + i32[k]] = round;
        i32[list + fresh++] = i32[k];
      }
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
  return { insert, enter, searchLevel };
}
