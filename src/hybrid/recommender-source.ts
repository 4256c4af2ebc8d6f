import type { SourceRole } from '../cold-start/strategy.ts';
import { readHistory } from './request.ts';
import { mostSimilar } from './similarity.ts';
import type { RecommenderLike, Source, Visitor, Want } from './sources.ts';

/** A recommender: a user it knows gets `recommend`, another one `recommendFor` with the history. */
export function recommenderSource(name: string, model: RecommenderLike, role?: SourceRole): Source {
  const own: SourceRole = role ?? (model.kind === 'popularity' ? 'popular' : 'collaborative');
  const knows = (user: string | undefined) => user !== undefined && (model.users?.has(user) ?? true);
  const knownOf = (visitor: Visitor) => visitor.history.filter(({ item }) => model.items?.has(item) ?? true);

  const ask = (visitor: Visitor, { n, exclude, only, includeSeen }: Want): unknown => {
    const options = { n, exclude, only, ...(includeSeen ? { includeSeen } : {}) };
    const fold = () => model.recommendFor?.(own === 'popular' ? visitor.history : knownOf(visitor), options);
    // What a user did since the model was fitted counts as well: the stored history and the new one, folded in together.
    const isNewer = visitor.isFresh && visitor.isStoredKnown && model.recommendFor && knownOf(visitor).length > 0;
    if (!knows(visitor.user) || isNewer) {
      return model.recommendFor ? fold() : model.recommend(visitor.user ?? '', options);
    }
    const recommend = () => model.recommend(visitor.user as string, options);
    if (model.users || !model.recommendFor || visitor.history.length === 0) return recommend();
    return recommendOrFold(recommend, fold); // it does not say whom it knows, so it has to be tried
  };

  return {
    name,
    role: own,
    standing(visitor) {
      const knowsUser = knows(visitor.user);
      const known = knownOf(visitor).length;
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
      if (own === 'popular' || !model.users?.has(user)) return undefined;
      if (model.interactionsOf) return readHistory(model.interactionsOf(user));
      // A factor model explains any item by all that the user has; neighbours would name a few only.
      const [item] = model.itemFactors ? firstOf(model.items as unknown as Iterable<string>) : [];
      const parts = item === undefined ? undefined : model.explain?.(user, item).contributions;
      return parts && parts.length > 0 ? readHistory(parts.map(({ item, value }) => ({ item, value }))) : undefined;
    },
    causeOf(visitor, item) {
      if (own === 'popular') return undefined;
      if (knows(visitor.user) && !visitor.isFresh && model.explain) {
        const [part] = model.explain(visitor.user as string, item, { n: 1 }).contributions;
        if (part && part.score > 0) return { item: part.item, how: 'liked' };
      }
      const vectorOf = factorReader(model);
      const cause = vectorOf && mostSimilar(item, visitor.history, vectorOf);
      return cause === undefined ? undefined : { item: cause, how: 'liked' };
    },
  };
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
    return Array.prototype.slice.call(data, row * columns, (row + 1) * columns) as number[];
  };
}
