import { topK } from '../../../numeric/top-k.ts';
import type { Memory } from '../../memory/views.ts';
import { partsOf, together } from './scores.plain.ts';

/** Twin of lists.ts, which computes every score. */
export function twins(memory: Memory) {
  const { f32, i32 } = memory;
  const { signalOf, addDense } = partsOf(memory);
  return {
    filterLists(lo: number, hi: number, block: number, _scratch: number, items: number, ...rest: number[]) {
      const [pre, queryOffsets, queryItems, queryValues, parts, , , dense] = rest.slice(4);
      const [wants, skipEnds, skips, ends, listItems, listScores, found] = rest.slice(12).map((position) => position / 4);
      for (let query = lo; query < hi; query++) {
        const scores = Float64Array.from({ length: items }, (_, i) => f32[dense / 4 + (block * items + i) * together + query - lo]);
        addDense(scores, signalOf(query, queryOffsets, queryItems, queryValues, pre), rest, parts);
        const row = Float32Array.from(scores, (score, i) => (f32[pre / 4 + i] > 0 ? score / f32[pre / 4 + i] : 0));
        for (let e = i32[skipEnds + query]; e < i32[skipEnds + query + 1]; e++) row[i32[skips + e]] = Number.NaN;
        const list = topK(row, i32[wants + query]);
        i32.set(list.indices, listItems + i32[ends + query]);
        f32.set(list.scores, listScores + i32[ends + query]);
        i32[found + query] = list.indices.length;
      }
    },
  };
}
