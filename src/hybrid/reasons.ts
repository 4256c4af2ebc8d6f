import { byName, type SourceList } from './fusion.ts';
import type { Candidate, ItemAttributes } from './rules/reranker.ts';
import type { Cause, Source, Visitor } from './sources.ts';

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

/**
 * The reasons of each item of a page, the source that counts most first, each sentence once. Each source is asked once, for all items
 * together; one that fails here only loses its causes.
 */
export function reasonsOf(page: readonly Candidate[], { visitor, sources, lists, attributesOf }: ReasonContext): Reason[][] {
  const reasons = page.map(({ isPinned, notes = [] }): Reason[] => [
    ...(isPinned ? [{ text: 'Featured', source: 'pin', kind: 'pinned' as const }] : []),
    ...notes.map(({ text, kind }) => ({ text, source: kind === 'calibrated' ? 'calibrate' : 'exploration', kind })),
  ]);
  const titled = (item: string) => titleOf(attributesOf, item);
  const spoken = byName(lists).map((list) => statementsOf(list, page, sources.get(list.source), visitor));
  page.forEach(({ item }, at) => {
    const said = spoken.filter(({ shares }) => shares.has(item));
    said.sort((a, b) => (b.shares.get(item) as number) - (a.shares.get(item) as number));
    for (const { source, own, causes } of said) {
      const reason = source && reasonOf(source, visitor, own.get(item), causes.get(item), titled);
      if (reason && !reasons[at].some(({ text }) => text === reason.text)) reasons[at].push(reason);
    }
  });
  return reasons;
}

/** What a source says of the items of a page. */
interface Statements {
  source: Source | undefined;
  /** What it adds to each of its items: its weight times the score scaled to 0 to 1. */
  shares: Map<string, number>;
  /** Its own sentences. */
  own: Map<string, string>;
  causes: ReadonlyMap<string, Cause>;
}

function statementsOf({ items, weight }: SourceList, page: readonly Candidate[], source: Source | undefined, visitor: Visitor): Statements {
  const high = items[0]?.score ?? 0;
  const low = items[items.length - 1]?.score ?? 0;
  const shown = new Set(page.map(({ item }) => item));
  const shares = new Map<string, number>();
  const own = new Map<string, string>();
  for (const { item, score, reason } of items as { item: string; score: number; reason?: string }[]) {
    if (!shown.has(item)) continue;
    shares.set(item, weight * (high > low ? (score - low) / (high - low) : 1));
    if (reason) own.set(item, reason);
  }
  const asked = [...shares.keys()].filter((item) => !own.has(item));
  const needsCause = source?.causesOf && asked.length > 0 && !(visitor.query !== undefined && source.role !== 'collaborative');
  return { source, shares, own, causes: (needsCause && attempt(() => source.causesOf?.(visitor, asked))) || new Map() };
}

function reasonOf(
  { name, role }: Source,
  visitor: Visitor,
  own: string | undefined,
  cause: Cause | undefined,
  titled: (item: string) => string,
): Reason {
  if (own) return { text: own, source: name, kind: 'source' };
  if (role === 'popular') return { text: 'Popular with other customers', source: name, kind: 'popular' };
  if (role !== 'collaborative' && visitor.query !== undefined) {
    return { text: `Matches “${visitor.query.trim()}”`, source: name, kind: 'query' };
  }
  if (cause?.how === 'liked') return { text: `Because you liked ${titled(cause.item)}`, source: name, kind: 'liked', item: cause.item };
  if (role !== 'collaborative' && visitor.interests.length > 0) {
    return {
      text: `Matches your interest in ${visitor.interests.join(', ')}`,
      source: name,
      kind: 'interests',
      ...(cause && { item: cause.item }),
    };
  }
  if (cause) return { text: `Similar to ${titled(cause.item)}`, source: name, kind: 'similar', item: cause.item };
  if (role === 'collaborative') return { text: 'Chosen by people with a taste like yours', source: name, kind: 'history' };
  if (visitor.history.length > 0) return { text: 'Goes with what you chose', source: name, kind: 'history' };
  return { text: `Suggested by ${name}`, source: name, kind: 'source' };
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
