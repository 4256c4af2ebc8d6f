import type { SourceRole } from '../cold-start/strategy.ts';
import type { Explanation } from '../contracts/recommender.ts';
import { perVisitor } from './per-visitor.ts';
import { readHistory } from './request.ts';
import { mostSimilar } from './similarity.ts';
import type { Cause, RecommenderLike, Source, Visitor, Want } from './sources.ts';

/** A recommender: a user it knows gets `recommend`, another one `recommendFor` with the history. */
export function recommenderSource(name: string, model: RecommenderLike, role?: SourceRole): Source {
  const own: SourceRole = role ?? (model.kind === 'popularity' ? 'popular' : 'collaborative');
  const knows = (user: string | undefined) => user !== undefined && (model.users?.has(user) ?? true);
  const knownOf = perVisitor((visitor) => {
    const { history, seen, seenBy } = visitor;
    // A model that told all that was seen knows all of it; a thousand look-ups take as long as the list.
    return seenBy.get(name) === seen.size ? history : history.filter(({ item }) => model.items?.has(item) ?? true);
  });

  const ask = (visitor: Visitor, { n, exclude, unseen, only, includeSeen }: Want): unknown => {
    // A model that knows all that was seen leaves it out by itself; naming a thousand items again takes longer than the list.
    const knowsAll = !includeSeen && !visitor.isFresh && visitor.seenBy.get(name) === visitor.seen.size;
    const options = { n, exclude: knowsAll ? unseen : exclude, only, ...(includeSeen ? { includeSeen } : {}) };
    const fold = () => model.recommendFor?.(own === 'popular' ? visitor.history : knownOf(visitor), options);
    // What a user did since the model was fitted counts as well: the stored history and the new one, folded in together.
    const isNewer = visitor.isFresh && visitor.isStoredKnown && model.recommendFor && knownOf(visitor).length > 0;
    if (!knows(visitor.user) || isNewer) {
      return model.recommendFor ? fold() : model.recommend(visitor.user ?? '', options);
    }
    const recommend = () => model.recommend(visitor.user as string, options);
    if (model.users || !model.recommendFor || visitor.history.length === 0) return recommend();
    return recommendOrFold(recommend, fold); // it does not say which users it knows, so it has to be tried
  };

  return {
    name,
    role: own,
    isModel: true,
    standing(visitor) {
      const knowsUser = knows(visitor.user);
      const known = own === 'popular' ? visitor.history.length : knownOf(visitor).length; // popular items weigh the same for all
      return {
        isAble: own === 'popular' || knowsUser || (model.recommendFor !== undefined && known > 0),
        knowsUser,
        interactions: knowsUser && !visitor.isStoredKnown ? Number.POSITIVE_INFINITY : known,
        words: false,
      };
    },
    ask,
    complete: ask,
    interactionsOf(user) {
      if (!model.users?.has(user)) return undefined;
      if (model.interactionsOf) return readHistory(model.interactionsOf(user));
      // A factor model explains any item by all that the user has; neighbours would name a few only.
      const [item] = model.itemFactors ? firstOf(model.items as unknown as Iterable<string>) : [];
      const parts = item === undefined ? undefined : model.explain?.(user, item).contributions;
      return parts && parts.length > 0 ? readHistory(parts.map(({ item, value }) => ({ item, value }))) : undefined;
    },
    whyNot(visitor, item, { n, exclude, only, includeSeen }) {
      const who = knows(visitor.user) && !visitor.isFresh ? (visitor.user as string) : knownOf(visitor);
      return model.whyNot?.(who, item, { n, exclude, only, ...(includeSeen ? { includeSeen } : {}) });
    },
    causesOf(visitor, items) {
      if (own === 'popular') return new Map();
      const causes = explained(model, items, {
        user: knows(visitor.user) && !visitor.isFresh ? visitor.user : undefined,
        history: () => knownOf(visitor),
      });
      const vectorOf = causes.size < items.length ? factorReader(model) : undefined;
      if (!vectorOf) return causes;
      const rest = items.filter((item) => !causes.has(item));
      for (const [item, cause] of mostSimilar(rest, visitor.history, vectorOf)) causes.set(item, { item: cause, how: 'liked' });
      return causes;
    },
  };
}

/** What speaks most for each item in the model's own explanations, in one call for all where the model can. */
function explained(
  model: RecommenderLike,
  items: readonly string[],
  of: { user: string | undefined; history: () => Visitor['history'] },
): Map<string, Cause> {
  const causes = new Map<string, Cause>();
  let explanations: readonly (Explanation | undefined)[] = [];
  if (of.user !== undefined) {
    const { user } = of;
    if (model.explainMany) explanations = model.explainMany(user, items, { n: 1 });
    else if (model.explain) explanations = items.map((item) => model.explain?.(user, item, { n: 1 }));
  } else if (model.explainFor) {
    const history = of.history();
    if (history.length > 0) explanations = model.explainFor(history, items, { n: 1 });
  }
  explanations.forEach((explanation, k) => {
    const part = explanation?.contributions[0];
    if (part && part.score > 0) causes.set(items[k], { item: part.item, how: 'liked' });
  });
  return causes;
}

async function recommendOrFold(recommend: () => unknown, fold: () => unknown): Promise<unknown> {
  try {
    return await recommend();
  } catch (error) {
    if ((error as { code?: unknown } | undefined)?.code !== 'ERR_UNKNOWN_USER') throw error;
    return fold();
  }
}

function firstOf(ids: Iterable<string> | undefined): [string] | [] {
  for (const id of ids?.[Symbol.iterator] ? ids : []) return [id];
  return [];
}

/** Reads rows of the item factors, where a model has some. */
function factorReader(model: RecommenderLike): ((item: string) => ArrayLike<number> | undefined) | undefined {
  const items = model.items as { indexOf?(item: string): number } | undefined;
  const factors = model.itemFactors;
  if (!factors || !items?.indexOf) return undefined;
  const { data, rows, columns } = factors;
  return (item) => {
    const row = items.indexOf?.(item) ?? -1;
    if (row < 0 || row >= rows) return undefined;
    if (data instanceof Float32Array) return data.subarray(row * columns, (row + 1) * columns);
    return Array.prototype.slice.call(data, row * columns, (row + 1) * columns) as number[];
  };
}
