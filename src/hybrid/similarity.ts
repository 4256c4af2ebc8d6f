import type { HistoryEntry } from './request.ts';

/** Cosine of two vectors; 0 when one of them is missing, zero, or of another length. */
export function cosine(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): number {
  if (!a || !b || a.length !== b.length) return 0;
  let product = 0;
  let aa = 0;
  let bb = 0;
  for (let k = 0; k < a.length; k++) {
    product += a[k] * b[k];
    aa += a[k] * a[k];
    bb += b[k] * b[k];
  }
  const cos = product / Math.sqrt(aa * bb);
  return Number.isFinite(cos) ? cos : 0;
}

/** The liked item of a history whose vector is closest to an item's; undefined when none is on its side at all. */
export function mostSimilar(
  item: string,
  history: readonly HistoryEntry[],
  vectorOf: (item: string) => ArrayLike<number> | undefined,
): string | undefined {
  const vector = vectorOf(item);
  let best: string | undefined;
  let highest = 0;
  if (!vector) return undefined;
  for (const entry of history) {
    if (entry.value <= 0 || entry.item === item) continue;
    const similarity = cosine(vector, vectorOf(entry.item));
    if (similarity > highest) {
      highest = similarity;
      best = entry.item;
    }
  }
  return best;
}
