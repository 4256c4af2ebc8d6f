import type { SourceList } from './fusion.ts';
import type { Source } from './sources.ts';

/**
 * Whether a list is evidence. One that says `informed: false` is none, nor is that of a recommender or an index whose items all have one
 * score: it says nothing about their order, which is that of ids. A function may well mean "these, in any order", and a single item is the
 * best one.
 */
export function isInformative(items: SourceList['items'], informed: boolean, { role }: Pick<Source, 'role'>): boolean {
  if (!informed) return false;
  if (role === 'custom' || role === 'popular' || items.length < 2) return true;
  return items[0].score > items[items.length - 1].score;
}
