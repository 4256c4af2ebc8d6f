import { offer, sort } from '../ranking/heap';
import { F32s, I32s } from '../types';

/**
 * Block job: the lists of the queries lo..hi, whose scores of all items stand in rows of `dense`; items that must not be in a list get NaN there.
 * @param wants the length of each list; the items skips[skipEnds[k] .. skipEnds[k + 1]] must not be in list k
 * @param ends list k goes to indices and scores from ends[k] on; `found` gets its length
 */
export function bestScores(
  lo: i32, hi: i32, block: i32, scratch: usize, items: i32, dense: F32s,
  wants: I32s, skipEnds: I32s, skips: I32s, ends: I32s, indices: I32s, scores: F32s, found: I32s,
): void {
  for (let query = lo; query < hi; query++) {
    const at = <usize>query << 2;
    const row = dense + <usize>query * (<usize>items << 2);
    const last = load<i32>(skipEnds + at, 4);
    for (let e = load<i32>(skipEnds + at); e < last; e++) {
      store<f32>(row + (<usize>load<i32>(skips + (<usize>e << 2)) << 2), f32.NaN);
    }
    const n = load<i32>(wants + at);
    const heap = <usize>load<i32>(ends + at) << 2;
    let size = 0;
    let least: f32 = -f32.MAX_VALUE;
    for (let i = 0; i < items && n > 0; i++) {
      const score = load<f32>(row + (<usize>i << 2));
      if (!(score > least) && size == n) continue;
      size = offer(indices + heap, scores + heap, size, n, i, score);
      if (size == n) least = load<f32>(scores + heap);
    }
    sort(indices + heap, scores + heap, size);
    store<i32>(found + at, size);
  }
}
