import { choose, setLinks } from './choose';
import { queryOf, scoreList } from './codes';
import { degreeAt, FINE, LIST, LIST_ROOM, meet, meetNone, pointer, POOL, REFINED, REMOVED, SEEN, word } from './graph';
import { insert } from './level';
import { linksOf } from './packed';
import { U8s } from '../types';

/**
 * Repairs the links of the slots lo..hi after removals: a link to a removed slot is replaced by what that slot linked to, and of all
 * candidates the best are chosen anew (Singh et al. 2021, FreshDiskANN, algorithm 4). Lists of removed slots stay as they are
 * until all others are repaired, and no others are read.
 * @param levels one u8 per slot: its highest level
 */
export function hnswMend(lo: i32, hi: i32, block: i32, scratch: usize, levels: U8s, ef: i32): void {
  const removed = pointer(scratch, REMOVED);
  store<i32>(scratch + (REFINED << 2), word(scratch, FINE) ? 1 : 0);
  for (let slot = lo; slot < hi; slot++) {
    if (load<u8>(removed + <usize>slot)) continue;
    const top = <i32>load<u8>(levels + <usize>slot);
    for (let level = 0; level <= top; level++) mend(scratch, slot, level, ef);
  }
  store<i32>(scratch + (REFINED << 2), 0);
}

function mend(g: usize, slot: i32, level: i32, ef: i32): void {
  const removed = pointer(g, REMOVED);
  const links = linksOf(g, slot, level);
  const degree = degreeAt(g, level);
  let broken = false;
  for (let k = 0; k < degree; k++) {
    const other = load<i32>(links + ((<usize>k) << 2));
    if (other < 0) break;
    if (load<u8>(removed + <usize>other)) broken = true;
  }
  if (!broken) return;
  const seen = pointer(g, SEEN);
  meetNone(g);
  meet(seen, slot);
  const list = pointer(g, LIST);
  const room = word(g, LIST_ROOM);
  // Removed slots wait at the end of the list until their own links have been looked at; live ones gather at its start.
  let count = 0;
  let waiting = room;
  let from = links;
  for (;;) {
    for (let k = 0; k < degree && count < waiting; k++) {
      const other = load<i32>(from + ((<usize>k) << 2));
      if (other < 0) break;
      if (!meet(seen, other)) continue;
      if (load<u8>(removed + <usize>other)) {
        waiting--;
        store<i32>(list + ((<usize>waiting) << 2), other);
      } else {
        store<i32>(list + ((<usize>count) << 2), other);
        count++;
      }
    }
    // Enough live slots have been found nearby: no need to go on through the removed ones.
    if (waiting == room || count >= ef) break;
    from = linksOf(g, load<i32>(list + ((<usize>waiting) << 2)), level);
    waiting++;
  }
  queryOf(g, slot);
  scoreList(g, count);
  const pool = pointer(g, POOL);
  const scores = list + ((<usize>room) << 2);
  let size = 0;
  for (let k = 0; k < count; k++) {
    const at = (<usize>k) << 2;
    const score = load<f32>(scores + at);
    if (size == ef && !(score > load<f32>(pool + ((<usize>(ef - 1)) << 3)))) continue;
    insert(pool, size, ef, score, load<i32>(list + at));
    if (size < ef) size++;
  }
  setLinks(g, slot, level, choose(g, pool, size, degree));
}
