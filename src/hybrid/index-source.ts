import type { SourceRole } from '../cold-start/strategy.ts';
import { bestFirst, cleanAnswer, meanOf } from './answer.ts';
import { perVisitor } from './per-visitor.ts';
import type { HistoryEntry } from './request.ts';
import { longestHistory, mostSimilar } from './similarity.ts';
import type { Cause, IndexLike, Source, Visitor, Want } from './sources.ts';

/**
 * An index of contents. A query is searched for; without one, interests are searched for and what is close to the history is taken, and of
 * both the mean.
 */
export function indexSource(name: string, index: IndexLike, role: SourceRole = 'content'): Source {
  const knownOf = perVisitor(({ history }) => latestKnown(history, (item) => index.has?.(item) ?? true));
  const words = ({ query, interests }: Visitor) => query ?? (interests.length > 0 ? interests.join(' ') : undefined);
  const near = (visitor: Visitor, { n, exclude, only, includeSeen }: Want) => {
    const { latest } = knownOf(visitor);
    const filtered = () => index.similarTo?.(latest, { n, exclude, only, ...(includeSeen ? { includeSeen } : {}) });
    if (only || includeSeen) return filtered();
    const most = n + Math.min(exclude.length, fewExcluded);
    const longer: unknown = index.similarTo?.(latest, { n: most, includeSeen: true });
    const left = (list: unknown) => {
      if (!Array.isArray(list)) return list; // whatever that is, the ranker complains about it
      const rest = without(list, exclude);
      // Excluded items may have taken the places of others.
      return rest.length < n && list.length >= most && exclude.length > fewExcluded ? filtered() : rest.slice(0, n);
    };
    return longer instanceof Promise ? longer.then(left) : left(longer);
  };
  return {
    name,
    role,
    isModel: false,
    standing(visitor) {
      const interactions = index.similarTo ? knownOf(visitor).interactions : 0;
      const hasWords = words(visitor) !== undefined;
      return { isAble: hasWords || interactions > 0, knowsUser: false, interactions, words: hasWords };
    },
    ask(visitor, want, signal) {
      const { n, exclude, only } = want;
      const sought = words(visitor);
      const search = () => index.search(sought as string, { n, exclude, only, signal });
      const isNearby = visitor.query === undefined && index.similarTo !== undefined && knownOf(visitor).interactions > 0;
      if (sought !== undefined && isNearby) return meanOfParts([search, () => near(visitor, want)], n);
      return isNearby ? near(visitor, want) : search();
    },
    complete(visitor, want) {
      if (words(visitor) !== undefined || knownOf(visitor).interactions === 0) return undefined;
      return near(visitor, want);
    },
    causesOf(visitor, items) {
      const causes = new Map<string, Cause>();
      if (!index.vectorOf) return causes;
      for (const [item, cause] of mostSimilar(items, visitor.history, (id) => index.vectorOf?.(id))) {
        causes.set(item, { item: cause, how: 'similar' });
      }
      return causes;
    },
  };
}

/**
 * Up to this many excluded items are left out of a longer answer instead of being passed to an index, which would then have to flag the allowed
 * items of its whole catalogue: that saves nine tenths of the time of a search among 90,000 items.
 */
const fewExcluded = 200;

function without(list: readonly { item?: unknown }[], exclude: readonly string[]): readonly { item?: unknown }[] {
  if (exclude.length === 0) return list;
  const never = new Set<unknown>(exclude);
  return list.filter((entry) => !never.has(entry?.item));
}

/**
 * The latest entries that an index knows, as many as are compared, and how many it knows of all; of those that are older it is taken to know
 * all, since a thousand look-ups take as long as a search.
 */
function latestKnown(history: readonly HistoryEntry[], has: (item: string) => boolean): { latest: HistoryEntry[]; interactions: number } {
  const latest: HistoryEntry[] = [];
  let at = history.length;
  while (at > 0 && latest.length < longestHistory) if (has(history[--at].item)) latest.push(history[at]);
  return { latest: latest.reverse(), interactions: latest.length + at };
}

/** The mean of what parts answer. One that fails does not take the others with it. */
async function meanOfParts(parts: (() => unknown)[], n: number): Promise<unknown> {
  const settled = await Promise.allSettled(parts.map(async (part) => cleanAnswer(await part()).items));
  const lists = settled.filter((part) => part.status === 'fulfilled').map((part) => part.value);
  const failed = settled.find((part) => part.status === 'rejected');
  if (lists.length === 0 && failed) throw failed.reason;
  return meanOf(lists).sort(bestFirst).slice(0, n); // a list of n says that there may be more
}
