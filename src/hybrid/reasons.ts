import { byName, type SourceList } from './fusion.ts';
import type { Candidate, ItemAttributes } from './rules/reranker.ts';
import type { Source, Visitor } from './sources.ts';

/** Why an item is on the page. */
export interface Reason {
  /** A sentence for the page, in English. The other fields say the same for programs. */
  text: string;
  /** The source that brought the item; `'pin'`, `'calibrate'` or `'exploration'` when a rule did. */
  source: string;
  /**
   * `'liked'`: those who liked `item` chose it. `'similar'`: its contents are like those of `item`. `'query'` and `'interests'`: it
   * answers words. `'history'`: it goes with the history as a whole. `'popular'`. `'pinned'`. `'calibrated'`: it keeps the
   * visitor's own mix. `'explored'`: it is tried to learn how it is taken. `'source'`: what a function said, or that it did.
   */
  kind: 'liked' | 'similar' | 'query' | 'interests' | 'history' | 'popular' | 'pinned' | 'calibrated' | 'explored' | 'source';
  /** The item of the visitor's own history that caused it. */
  item?: string;
}

/** What reasons are made from. */
export interface ReasonContext {
  visitor: Visitor;
  sources: ReadonlyMap<string, Source>;
  lists: readonly SourceList[];
  attributesOf(item: string): ItemAttributes | undefined;
}

/** Makes the reasons of items, the source that counts most first, each sentence once. A source that fails here only loses its cause. */
export function reasoner({ visitor, sources, lists, attributesOf }: ReasonContext): (candidate: Candidate) => Reason[] {
  const spoken = new Map(byName(lists).map((list) => [list.source, { list, shares: sharesOf(list) }]));
  return ({ item, isPinned, notes = [] }) => {
    const reasons: Reason[] = isPinned ? [{ text: 'Featured', source: 'pin', kind: 'pinned' }] : [];
    for (const { text, kind } of notes) reasons.push({ text, source: kind === 'calibrated' ? 'calibrate' : 'exploration', kind });
    const byShare = [...spoken.values()].filter(({ shares }) => shares.has(item));
    byShare.sort((a, b) => (b.shares.get(item) as number) - (a.shares.get(item) as number));
    for (const { list } of byShare) {
      const source = sources.get(list.source);
      const reason = source && reasonOf(source, visitor, item, list, (id) => titleOf(attributesOf, id));
      if (reason && !reasons.some(({ text }) => text === reason.text)) reasons.push(reason);
    }
    return reasons;
  };
}

function reasonOf(source: Source, visitor: Visitor, item: string, list: SourceList, titled: (item: string) => string): Reason {
  const { name, role } = source;
  const own = (list.items.find((entry) => entry.item === item) as { reason?: string } | undefined)?.reason;
  if (own) return { text: own, source: name, kind: 'source' };
  if (role === 'popular') return { text: 'Popular with other customers', source: name, kind: 'popular' };
  if (role !== 'collaborative' && visitor.query !== undefined) {
    return { text: `Matches “${visitor.query.trim()}”`, source: name, kind: 'query' };
  }
  const cause = attempt(() => source.causeOf?.(visitor, item));
  if (cause?.how === 'liked') return { text: `Because you liked ${titled(cause.item)}`, source: name, kind: 'liked', item: cause.item };
  const close = cause && { text: `Similar to ${titled(cause.item)}`, source: name, kind: 'similar' as const, item: cause.item };
  if (role !== 'collaborative' && visitor.interests.length > 0) {
    return {
      text: `Matches your interest in ${visitor.interests.join(', ')}`,
      source: name,
      kind: 'interests',
      ...(cause && { item: cause.item }),
    };
  }
  if (close) return close;
  if (role === 'collaborative') return { text: 'Chosen by people with a taste like yours', source: name, kind: 'history' };
  if (visitor.history.length > 0) return { text: 'Goes with what you chose', source: name, kind: 'history' };
  return { text: `Suggested by ${name}`, source: name, kind: 'source' };
}

/** What a source adds to each of its items: its weight times the score scaled to 0 to 1. */
function sharesOf({ items, weight }: SourceList): Map<string, number> {
  const high = items[0]?.score ?? 0;
  const low = items[items.length - 1]?.score ?? 0;
  return new Map(items.map(({ item, score }) => [item, weight * (high > low ? (score - low) / (high - low) : 1)]));
}

/** A title when there is a short one, or the id. */
function titleOf(attributesOf: ReasonContext['attributesOf'], item: string): string {
  const title = attempt(() => attributesOf(item)?.title);
  if (typeof title !== 'string' || title.trim() === '') return item;
  return title.length > 80 ? `${title.slice(0, 79).trimEnd()}…` : title;
}

function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
