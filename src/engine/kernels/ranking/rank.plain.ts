import { TopK } from '../../../numeric/top-k.ts';
import type { Memory } from '../../memory/views.ts';

/** Twin of rank.ts: scores all rows up to where no later one can enter the list. */
export function twins({ f32, f64, i32 }: Memory) {
  return {
    rankRows(lo: number, hi: number, _block: number, _scratch: number, count: number, width: number, ...rest: number[]) {
      const [rows, order, norms, queries, adds, wants, skipEnds, skips, ends, indices, scores, found] = rest;
      for (let query = lo; query < hi; query++) {
        const x = f32.subarray(queries / 4 + query * width, queries / 4 + (query + 1) * width);
        const norm = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
        const add = f64[adds / 8 + query];
        const skip = new Set(i32.subarray(skips / 4 + i32[skipEnds / 4 + query], skips / 4 + i32[skipEnds / 4 + query + 1]));
        const best = new TopK(i32[wants / 4 + query]);
        for (let row = 0; row < count; row++) {
          if (norm * f64[norms / 8 + row] * (1 + 1e-6) + add < best.threshold) break;
          if (skip.has(row)) continue;
          let sum = 0;
          for (let d = 0; d < width; d++) sum += x[d] * f32[rows / 4 + row * width + d];
          best.offer(i32[order / 4 + row], Math.fround(sum) + add);
        }
        const list = best.take();
        i32.set(list.indices, indices / 4 + i32[ends / 4 + query]);
        f32.set(list.scores, scores / 4 + i32[ends / 4 + query]);
        i32[found / 4 + query] = list.indices.length;
      }
    },
  };
}
