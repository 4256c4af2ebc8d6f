// Interim
import type { Models } from '../../pipeline/system.ts';
import type { ModelName } from './recommend.ts';

export function rankerFor(models: Models, model: ModelName) {
  return {
    async rank(
      request: { user?: string; history?: { item: string; value: number }[]; interests?: string[] },
      { n, exclude }: { n: number; exclude: string[] },
    ) {
      const { als, popular, search } = models;
      const wrap = (strategy: string, list: { item: string; score: number }[]) => ({
        strategy,
        items: list.map((it) => ({ ...it, reasons: [] as string[] })),
      });
      if (model !== 'popular' && request.user && als?.users.has(request.user))
        return wrap('personalized', als.recommend(request.user, { n, exclude }));
      if (request.history?.length && als) return wrap('fold-in', als.recommendFor(request.history, { n, exclude }));
      if (request.interests?.length && search) return wrap('content', await search.search(request.interests.join(' '), { n, exclude }));
      return wrap('popular', popular!.recommendFor([], { n, exclude, onUnknown: 'empty' }));
    },
  };
}
