import type { Memory } from '../../memory/views.ts';
import { twins as rankingTwins } from '../ranking/rank.plain.ts';

/** Twin of rank.ts: lists are the same with a prefilter as without. */
export function twins(memory: Memory) {
  const { rankRows } = rankingTwins(memory);
  return {
    rankPrefiltered(lo: number, hi: number, block: number, scratch: number, count: number, width: number, _f: number, ...rest: number[]) {
      const [rows, order, norms, , ...lists] = rest;
      rankRows(lo, hi, block, scratch, count, width, rows, order, norms, ...lists);
    },
  };
}
