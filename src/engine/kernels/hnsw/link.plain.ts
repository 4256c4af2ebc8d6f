import type { Memory } from '../../memory/views.ts';
import { chooseOver } from './choose.plain.ts';
import { nodesOf } from './graph.plain.ts';
import { levelOf } from './level.plain.ts';

/** Twins of link.ts. */
export function twins(memory: Memory) {
  const { f32, u8, i32 } = memory;
  const nodes = nodesOf(memory);
  const { word, set, degreeAt, linksOf, setLinks, queryOf, scoreList } = nodes;
  const { insert, start, descend, searchLevel, refine, isCrowded } = levelOf(memory, nodes);
  const { choose, chosen } = chooseOver(memory, nodes);
  const closely = (g: number, level: number, size: number, ef: number) => {
    const degree = word(g, 'upperDegree');
    const pool = word(g, 'pool');
    if (size < degree || !isCrowded(g, pool, degree)) return size;
    if (!word(g, 'fine')) {
      set(g, 'crowded', 1);
      return size;
    }
    refine(g, pool, size);
    return searchLevel(g, level, ef, { from: size });
  };
  const present = (g: number, size: number) => {
    const pool = word(g, 'pool') / 4;
    let left = 0;
    for (let k = 0; k < size; k++) {
      if (u8[word(g, 'removed') + i32[pool + 2 * k + 1]]) continue;
      i32.copyWithin(pool + 2 * left, pool + 2 * k, pool + 2 * k + 2);
      left++;
    }
    return left || size;
  };
  const link = (g: number, slot: number, from: number, level: number, ef: number) => {
    for (let l = 0; l <= level; l++) setLinks(g, slot, l, new Int32Array(0));
    if (word(g, 'entry') < 0) return;
    const top = Math.min(level, word(g, 'top'));
    const pool = word(g, 'pool');
    queryOf(g, slot);
    start(g, from);
    for (let l = top; l >= 0; l--) {
      const size = closely(g, l, searchLevel(g, l, ef), ef);
      const nearest = i32.slice(pool / 4, pool / 4 + 2);
      setLinks(g, slot, l, chosen(g, choose(g, pool, present(g, size), word(g, 'upperDegree'))));
      set(g, 'refined', 0);
      i32.set(nearest, pool / 4);
    }
  };
  const linkBack = (g: number, node: number, level: number, sources: Int32Array) => {
    const links = linksOf(g, node, level);
    const degree = degreeAt(g, level);
    const end = i32.subarray(links, links + degree).indexOf(-1);
    const own = end < 0 ? degree : end;
    const all = own + sources.length;
    if (all <= degree) {
      setLinks(g, node, level, Int32Array.of(...i32.subarray(links, links + own), ...sources));
      return;
    }
    const list = word(g, 'list') / 4;
    i32.copyWithin(list, links, links + own);
    i32.set(sources, list + own);
    queryOf(g, node);
    scoreList(g, all);
    const edges = word(g, 'edges');
    for (let k = 0; k < all; k++) insert(edges, k, all, f32[list + word(g, 'listRoom') + k], i32[list + k]);
    if (word(g, 'fine') && isCrowded(g, edges, Math.min(all, word(g, 'upperDegree')))) refine(g, edges, all);
    setLinks(g, node, level, chosen(g, choose(g, edges, all, degree)));
    set(g, 'refined', 0);
  };
  return {
    hnswEnter(lo: number, hi: number, _block: number, scratch: number, batch: number, levels: number) {
      const pool = word(scratch, 'pool') / 4;
      for (let row = batch / 4 + 3 * lo; row < batch / 4 + 3 * hi; row += 3) {
        const level = u8[levels + i32[row]];
        queryOf(scratch, i32[row]);
        start(scratch, word(scratch, 'entry'));
        descend(scratch, word(scratch, 'top'), Math.max(level, 1));
        i32[row + 1] = i32[pool + 1];
        descend(scratch, 1, level);
        i32[row + 2] = i32[pool + 1];
      }
    },
    hnswLink(lo: number, hi: number, _block: number, scratch: number, batch: number, levels: number, ef: number) {
      for (let row = batch / 4 + 3 * lo; row < batch / 4 + 3 * hi; row += 3) link(scratch, i32[row], i32[row + 2], u8[levels + i32[row]], ef);
    },
    hnswLinkBack(lo: number, hi: number, _block: number, scratch: number, targets: number, offsets: number, sources: number) {
      for (let k = lo; k < hi; k++) {
        const [from, to] = i32.subarray(offsets / 4 + k, offsets / 4 + k + 2);
        const [node, level] = i32.subarray(targets / 4 + 2 * k, targets / 4 + 2 * k + 2);
        linkBack(scratch, node, level, i32.subarray(sources / 4 + from, sources / 4 + to));
      }
    },
  };
}
