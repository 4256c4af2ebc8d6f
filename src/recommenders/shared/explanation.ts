import type { Explanation } from '../../contracts/recommender.ts';
import { integer, optional } from '../../options.ts';
import { unknownCheck } from './call-options.ts';

/** The checks of the options of `explain`. */
export const explainChecks = { n: optional(integer({ min: 0 })), onUnknown: unknownCheck };

/** Puts parts in their order, largest first, and cuts them. */
export function explanation(score: number, parts: Explanation['contributions'], n = parts.length, baseline = 0): Explanation {
  return { score, ...(baseline !== 0 && { baseline }), contributions: parts.sort((a, b) => b.score - a.score).slice(0, n) };
}

/** The answer for unknown ids under `onUnknown: 'empty'`. */
export const unexplained = (): Explanation => ({ score: Number.NaN, contributions: [] });
