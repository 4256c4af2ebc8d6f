import { dot } from '../numeric/dot.ts';
import type { HistoryEntry } from './request.ts';

/** As long as this, squared and give or take the rounding of 32 bits, a vector is its own direction. */
const unitRounding = 1e-6;

/**
 * A vector scaled to length 1, so that inner products are cosines; undefined when it is missing, zero or not finite. One that is as long already,
 * as those of an index are, is not copied: do not change it.
 */
export function directionOf(vector: ArrayLike<number> | undefined): Float32Array | undefined {
  if (!vector) return undefined;
  const given = vector instanceof Float32Array ? vector : new Float32Array(vector);
  const squares = dot(given, 0, given);
  if (!(squares > 0 && Number.isFinite(squares))) return undefined;
  if (Math.abs(squares - 1) <= unitRounding) return given;
  const direction = given === vector ? given.slice() : given;
  const scale = 1 / Math.sqrt(squares);
  for (let k = 0; k < direction.length; k++) direction[k] *= scale;
  return direction;
}

/** Cosine of two directions; 0 when one of them is missing or of another length. */
export function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return a && b && a.length === b.length ? dot(a, 0, b) : 0;
}

/** Number of latest entries of a history whose contents are compared: older ones add little and would take longer than the page. */
export const longestHistory = 50;

/** For each item the liked item of a history whose vector is closest; an item with none on its side is missing. */
export function mostSimilar(
  items: readonly string[],
  history: readonly HistoryEntry[],
  vectorOf: (item: string) => ArrayLike<number> | undefined,
): Map<string, string> {
  const causes = new Map<string, string>();
  const liked = history.filter(({ value }) => value > 0).slice(-longestHistory);
  const directions = liked.map(({ item }) => directionOf(vectorOf(item)));
  for (const item of items) {
    const own = directionOf(vectorOf(item));
    let highest = 0;
    for (let k = 0; own && k < liked.length; k++) {
      if (liked[k].item === item) continue;
      const similarity = cosine(own, directions[k]);
      if (!(similarity > highest)) continue;
      highest = similarity;
      causes.set(item, liked[k].item);
    }
  }
  return causes;
}
