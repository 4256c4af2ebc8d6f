import type { ColdStart, Strategy } from '../cold-start/strategy.ts';
import type { SourceList } from './fusion.ts';
import type { Source, SourceStanding, Visitor } from './sources.ts';

const order: readonly Strategy[] = ['personalized', 'fold-in', 'content', 'popular'];

/** How a page came about: the most personal kind of evidence among its lists. */
export function strategyOf(
  lists: readonly SourceList[],
  standing: ReadonlyMap<string, SourceStanding & { source: Source }>,
  visitor: Visitor,
  { knownAfter }: ColdStart,
): Strategy {
  const hasModel = [...standing.values()].some(({ source }) => source.role === 'collaborative' && source.isModel);
  const each = lists
    .filter(({ items }) => items.length > 0)
    .map(({ source }): Strategy => {
      const one = standing.get(source);
      const hasHistory = visitor.history.length > 0;
      const hasWords = visitor.query !== undefined || visitor.interests.length > 0;
      if (one?.source.role === 'content') return 'content';
      if (one?.source.role === 'popular') return 'popular';
      // A function does not say what it knows. Next to a model it only adds what the model leaves out.
      const isFunction = !one?.source.isModel;
      const knowsUser = isFunction ? visitor.user !== undefined : one.knowsUser;
      if (isFunction && hasModel) return hasHistory || hasWords ? 'content' : 'popular';
      if (knowsUser && (one?.interactions ?? 0) >= knownAfter) return 'personalized';
      if (!isFunction || hasHistory || knowsUser) return 'fold-in';
      return hasWords ? 'content' : 'popular';
    });
  return order.find((strategy) => each.includes(strategy)) ?? 'popular';
}
