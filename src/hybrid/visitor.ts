import { askAll } from './deadline.ts';
import type { RankerSettings } from './ranker-options.ts';
import { type HistoryEntry, type ReadRequest, readHistory } from './request.ts';
import type { Skipped } from './skipped.ts';
import type { Source, Visitor } from './sources.ts';

/**
 * What is known of who asks. The history is what is stored, by the option `history` or the first source that can tell, recommenders of
 * taste first, and on top what the request says. Seen is what any of them knows.
 */
export async function visitorOf(
  settings: RankerSettings,
  read: ReadRequest,
  signal: AbortSignal | undefined,
  skipped: Skipped[],
): Promise<Visitor> {
  const { user, interests, query, context, history: given } = read;
  const seenBy = new Map<string, number>();
  const told = user === undefined ? [] : toldBy(settings.sources.values(), user, seenBy);
  const own = user === undefined ? undefined : await storedHistory(settings, user, signal, skipped);
  const stored = own ?? told[0];
  const seen = new Set<string>();
  for (const entries of [...told, ...(own ? [own] : []), given]) for (const { item } of entries) seen.add(item);
  const known = given.length > 0 ? new Set(stored?.map(({ item }) => item)) : undefined;
  return {
    user,
    history: given.length === 0 ? (stored ?? []) : readHistory([...(stored ?? []), ...given]),
    seen,
    seenBy,
    isStoredKnown: stored !== undefined,
    isFresh: given.some(({ item }) => !known?.has(item)),
    interests,
    query,
    context,
  };
}

/** What each source knows that the user did, sources of taste first. */
function toldBy(sources: Iterable<Source>, user: string, seenBy: Map<string, number>): HistoryEntry[][] {
  const taste: HistoryEntry[][] = [];
  const others: HistoryEntry[][] = [];
  for (const source of sources) {
    try {
      const entries = source.interactionsOf?.(user);
      if (entries) seenBy.set(source.name, entries.length);
      if (entries) (source.role === 'collaborative' ? taste : others).push(entries);
    } catch {
      // Whatever is wrong with it shows when it is asked for a list.
    }
  }
  return [...taste, ...others];
}

async function storedHistory(
  { history, timeoutOf }: RankerSettings,
  user: string,
  signal: AbortSignal | undefined,
  skipped: Skipped[],
): Promise<HistoryEntry[] | undefined> {
  if (!history) return undefined;
  const run = async (aborted: AbortSignal) => readHistory(await history(user, { signal: aborted }));
  const [{ value, failure }] = await askAll([{ run, timeoutMs: timeoutOf('history') }], signal);
  if (failure === undefined) return value as HistoryEntry[];
  skipped.push({ source: 'history', reason: failure });
  return undefined;
}
