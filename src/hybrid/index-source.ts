import type { SourceRole } from '../cold-start/strategy.ts';
import type { Recommendation } from '../contracts/recommender.ts';
import { bestFirst, cleanAnswer, meanOf } from './answer.ts';
import { perVisitor } from './per-visitor.ts';
import { cosine, directionOf, longestHistory, mostSimilar } from './similarity.ts';
import type { Cause, IndexLike, Source, Visitor, Want } from './sources.ts';

/**
 * An index of contents. A query is searched for; without one, interests are searched for and what is close to the history is taken, and of
 * both the mean.
 */
export function indexSource(name: string, index: IndexLike, role: SourceRole = 'content'): Source {
  const knownOf = perVisitor(({ history }) => history.filter(({ item }) => index.has?.(item) ?? true));
  const words = ({ query, interests }: Visitor) => query ?? (interests.length > 0 ? interests.join(' ') : undefined);
  const near = (visitor: Visitor, { n, exclude, only, includeSeen }: Want) => {
    const history = knownOf(visitor).slice(-longestHistory);
    if (only || includeSeen || exclude.length > fewExcluded) {
      return index.similarTo?.(history, { n, exclude, only, ...(includeSeen ? { includeSeen } : {}) });
    }
    const list: unknown = index.similarTo?.(history, { n: n + exclude.length, includeSeen: true });
    return list instanceof Promise ? list.then((later) => without(later, exclude, n)) : without(list, exclude, n);
  };
  return {
    name,
    role,
    isModel: false,
    standing(visitor) {
      const interactions = index.similarTo ? knownOf(visitor).length : 0;
      const hasWords = words(visitor) !== undefined;
      return { isAble: hasWords || interactions > 0, knowsUser: false, interactions, words: hasWords };
    },
    async ask(visitor, want, signal) {
      const { n, exclude, only } = want;
      const sought = words(visitor);
      const parts: unknown[] = [];
      if (sought !== undefined) parts.push(attempt(() => index.search(sought, { n, exclude, only, signal })));
      if (visitor.query === undefined && index.similarTo && knownOf(visitor).length > 0) parts.push(attempt(() => near(visitor, want)));
      if (parts.length === 1) return parts[0];
      const settled = await Promise.allSettled(parts.map(async (part) => cleanAnswer(await part).items));
      const lists = settled.filter((part) => part.status === 'fulfilled').map((part) => part.value);
      const failed = settled.find((part) => part.status === 'rejected');
      if (lists.length === 0 && failed) throw failed.reason;
      return meanOf(lists).sort(bestFirst).slice(0, n); // a list of n says that there may be more
    },
    complete(visitor, want, listed) {
      if (words(visitor) !== undefined || knownOf(visitor).length === 0) return undefined;
      return cosinesToMean(index, knownOf(visitor).slice(-longestHistory), want.only ?? [], listed) ?? near(visitor, want);
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
 * Up to so many excluded items are not named to an index, which would then mark what is allowed in its whole catalogue, but left out of a
 * longer answer: a tenth of the time of a search among 90,000 items.
 */
const fewExcluded = 200;

/** A list without some items, cut to n; whatever is no list is for the ranker to complain about. */
function without(list: unknown, exclude: readonly string[], n: number): unknown {
  if (!Array.isArray(list) || exclude.length === 0) return list;
  const never = new Set(exclude);
  return list.filter((entry) => !never.has(entry?.item)).slice(0, n);
}

/**
 * The scores that an index would give, when they are cosines to the mean of the history, as those of a `SemanticIndex` are; undefined when
 * they are something else, which is seen from an item that it has listed. A search for given items takes as long as marking all others.
 */
function cosinesToMean(
  index: IndexLike,
  history: Visitor['history'],
  items: readonly string[],
  [best]: readonly Recommendation[],
): Recommendation[] | undefined {
  const vectorOf = index.vectorOf && ((item: string) => index.vectorOf?.(item));
  const vectors = vectorOf ? history.map(({ item }) => vectorOf(item)) : [];
  if (!vectorOf || !best || vectors.length === 0) return undefined;
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  vectors.forEach((vector, at) => {
    for (let k = 0; vector && k < mean.length; k++) mean[k] += history[at].value * vector[k];
  });
  const direction = directionOf(mean);
  if (!direction || !(Math.abs(cosine(direction, directionOf(vectorOf(best.item))) - best.score) < 1e-5)) return undefined;
  return items.flatMap((item) => {
    const own = directionOf(vectorOf(item));
    return own ? [{ item, score: cosine(direction, own) }] : [];
  });
}

/** A throw becomes a rejection, so that one part cannot take the other with it. */
async function attempt(ask: () => unknown): Promise<unknown> {
  return ask();
}
