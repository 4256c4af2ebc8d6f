import type { Recommendation } from '../contracts/recommender.ts';
import { idText } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';

/** A source's answer after cleaning. */
export interface CleanAnswer {
  /** Best first, equal scores by id; each item once; scores finite. Entries may carry the source's own `reason`. */
  items: (Recommendation & { reason?: string | undefined })[];
  /** How many distinct items it had, those that are not allowed included, and entries that cannot be used. */
  given: number;
  /** false when the source says that nothing it knows supports any of them. */
  informed: boolean;
  /** What was wrong with the rest, in words; undefined when nothing was. */
  complaint: string | undefined;
}

/**
 * Makes a list that can be trusted out of whatever a source returned. The order is that of the scores, so that it does not depend on the
 * order in which they came. Of several entries of an item the best score stays.
 *
 * @param allowed what may come; others are left out without a complaint, since a source need not know all rules.
 * @param n how many were asked for, when the source can be asked for more: exactly as many that cannot be used are then no failure yet.
 * @throws ERR_BAD_VALUE when it is no array, or has entries but none of them is `{ item, score }` with a finite score.
 */
export function cleanAnswer(answer: unknown, allowed: (item: string) => boolean = () => true, n?: number): CleanAnswer {
  if (!Array.isArray(answer)) throw new AttuneError('ERR_BAD_VALUE', `expected an array of { item, score }, got ${shown(answer)}`);
  const best = new Map<string, Recommendation & { reason?: string | undefined }>();
  let unreadable = 0;
  let notFinite = 0;
  let duplicates = 0;
  for (const entry of answer as { item?: unknown; score?: unknown; reason?: unknown }[]) {
    const item = typeof entry?.item === 'string' ? entry.item : idText(entry?.item);
    const score = entry?.score;
    if (item === undefined || item === '' || typeof score !== 'number') unreadable++;
    else if (!Number.isFinite(score)) notFinite++;
    else {
      const before = best.get(item);
      if (before) duplicates++;
      if (before && before.score >= score) continue;
      best.set(item, typeof entry.reason === 'string' ? { item, score, reason: entry.reason } : { item, score });
    }
  }
  const complaint = [
    unreadable && `${unreadable} that are not { item, score }`,
    notFinite && `${notFinite} without a finite score`,
    duplicates && `${duplicates} of items that came before`,
  ]
    .filter(Boolean)
    .join(', ');
  const given = best.size + unreadable + notFinite;
  if (best.size === 0 && complaint && given !== n) throw new AttuneError('ERR_BAD_VALUE', `no usable entry: ${complaint}`);
  const items: CleanAnswer['items'] = [];
  for (const entry of best.values()) if (allowed(entry.item)) items.push(entry);
  if (!isSorted(items)) items.sort(bestFirst);
  const informed = (answer as { informed?: unknown }).informed !== false;
  return { items, given, informed, complaint: complaint ? `left out entries: ${complaint}` : undefined };
}

/** Most sources answer best first, and looking is cheaper than sorting. */
function isSorted(items: readonly Recommendation[]): boolean {
  for (let k = 1; k < items.length; k++) if (bestFirst(items[k - 1], items[k]) > 0) return false;
  return true;
}

/** The better score first, equal ones by id. */
export function bestFirst(a: Recommendation, b: Recommendation): number {
  return b.score - a.score || (a.item < b.item ? -1 : a.item > b.item ? 1 : 0);
}

/** One list out of several of one source: the mean of scores scaled to 0 to 1 in each, a missing item counting 0. */
export function meanOf(lists: readonly Recommendation[][]): Recommendation[] {
  const full = lists.filter((list) => list.length > 0);
  if (full.length <= 1) return full[0] ?? [];
  const sums = new Map<string, number>();
  for (const list of full) {
    const high = list[0].score;
    const low = list[list.length - 1].score;
    for (const { item, score } of list) {
      sums.set(item, (sums.get(item) ?? 0) + (high > low ? (score - low) / (high - low) : 1) / full.length);
    }
  }
  return Array.from(sums, ([item, score]) => ({ item, score }));
}
