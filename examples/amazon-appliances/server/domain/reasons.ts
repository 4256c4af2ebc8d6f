import type { Reason } from 'attune';
import { lowestLiked } from '../../pipeline/opinions.ts';
import type { Said, Taste } from './people.ts';

/** A reason as cards show it. */
export interface ShownReason {
  text: string;
  kind: string;
}

/** What somebody did with a product of their history: a ranker takes all of it for liked, also what they only opened. */
export function deedOf(said: Said | undefined): 'liked' | 'bought' | 'rated' | 'looked at' {
  if (said === undefined) return 'looked at';
  if (said.liked || (said.stars ?? 0) >= lowestLiked) return 'liked';
  return said.bought ? 'bought' : 'rated';
}

/** Reasons for somebody, which name what they did. */
export function reasonsFor({ liked, said }: Taste, reasons: readonly Reason[]): ShownReason[] {
  return reasons.map(({ text, kind, item }) => {
    const isOwn = kind === 'liked' && item !== undefined && liked.has(item);
    return { text: isOwn ? text.replace('Because you liked', `Because you ${deedOf(said.get(item))}`) : text, kind };
  });
}

/** Products of a list with the reasons that cards show. */
export const withReasonsFor = <E extends { item: string; score: number; reasons: Reason[] }>(taste: Taste, items: readonly E[]) =>
  items.map((it) => ({ ...it, reasons: reasonsFor(taste, it.reasons) }));
