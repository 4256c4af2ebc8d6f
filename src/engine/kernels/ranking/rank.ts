// Lists: see list.ts.

import { rankLists } from './list';
import { F32s, F64s, I32s } from '../types';

/**
 * Block job: the lists of the queries lo..hi. Every row that may be in a list is scored.
 * @param rows count x width, by descending norm; `order`: index of each, `norms`: f64, an upper bound of the norms from there on
 * @param queries one row each; `adds`: f64, what is added to each of its scores; `wants`: the length of its list
 * @param skipEnds the rows that must not be in the list of query k are skips[skipEnds[k] .. skipEnds[k + 1]], ascending
 * @param ends the list of query k goes to indices and scores from ends[k] on; `found` gets its length
 */
export function rankRows(
  lo: i32, hi: i32, block: i32, scratch: usize, count: i32, width: i32, rows: F32s, order: I32s, norms: F64s,
  queries: F32s, adds: F64s, wants: I32s, skipEnds: I32s, skips: I32s, ends: I32s, indices: I32s, scores: F32s, found: I32s,
): void {
  rankLists<i64>(lo, hi, scratch, count, width, 0, rows, order, norms, 0, queries, adds, wants, skipEnds, skips, ends, indices, scores, found);
}
