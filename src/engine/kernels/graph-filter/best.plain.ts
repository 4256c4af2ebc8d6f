import { topK } from '../../../numeric/top-k.ts';
import type { Memory } from '../../memory/views.ts';

/** Twin of best.ts. */
export function twins({ f32, i32 }: Memory) {
  return {
    bestScores(lo: number, hi: number, _block: number, _scratch: number, items: number, dense: number, ...rest: number[]) {
      const [wants, skipEnds, skips, ends, indices, scores, found] = rest.map((position) => position / 4);
      for (let query = lo; query < hi; query++) {
        const row = f32.subarray(dense / 4 + query * items, dense / 4 + (query + 1) * items);
        for (let e = i32[skipEnds + query]; e < i32[skipEnds + query + 1]; e++) row[i32[skips + e]] = Number.NaN;
        const list = topK(row, i32[wants + query]);
        i32.set(list.indices, indices + i32[ends + query]);
        f32.set(list.scores, scores + i32[ends + query]);
        i32[found + query] = list.indices.length;
      }
    },
  };
}
