import {
  type AlsOptions,
  type EvaluateOptions,
  type EvaluationReport,
  evaluate,
  type Interactions,
  type ListFunction,
  split,
} from 'attune';
import { historyOf, type Industrial } from './data.ts';
import { bestWeights, rankedBy, type Sources, sourcesOf } from './sources.ts';
import { type Comparisons, compared } from './table.ts';

const factors = [32, 64, 128].map((count) => ({ factors: count, alpha: 10, regularization: 1 }));
const weights = [0.2, 0.35, 0.5].flatMap((content) => [0, 0.3, 0.6].map((popular) => ({ als: 1 - content, content, popular })));

/**
 * Users of whom train has nothing, with their first one or two ratings as history. The settings of ALS, by fold-in alone, and then the weights
 * are chosen on other users.
 */
export async function coldUsers({ all, index }: Industrial, given: number, sample: number): Promise<Comparisons> {
  const outer = split(all, { strategy: 'cold-users', testFraction: 0.2, given, seed: 7 });
  const inner = split(outer.train, { strategy: 'cold-users', testFraction: 0.2, given, seed: 1 });
  const on: EvaluateOptions = { train: inner.given, test: inner.test, metrics: ['ndcg'], users: sample };
  const tried: { als: AlsOptions; sources: Sources; ndcg: number }[] = [];
  for (const als of factors) {
    const sources = await sourcesOf(als, inner.train, index);
    tried.push({ als, sources, ndcg: (await evaluate(foldIn(sources, inner.given), on)).get('ndcg').mean });
  }
  const best = tried.reduce((first, one) => (one.ndcg > first.ndcg ? one : first));
  const mixture = await bestWeights(best.sources, weights, on, inner.given);

  const sources = await sourcesOf(best.als, outer.train, index);
  const histories = outer.given;
  const report = (name: string, list: ListFunction) =>
    evaluate(list, { train: histories, test: outer.test, metrics: ['hitRate', 'ndcg'], name });
  const reports: Record<string, EvaluationReport> = {
    popularity: await report('popularity', (user, { n }) => sources.popular.recommendFor(historyOf(histories, user), { n })),
    'fold-in': await report('fold-in', foldIn(sources, histories)),
    content: await report('content', (user, { n }) => index.similarTo(historyOf(histories, user), { n, onUnknown: 'empty' })),
    blend: await report('blend', rankedBy(sources, mixture, histories)),
  };
  return compared(reports, {
    title: `Cold users with ${given} ${given === 1 ? 'rating' : 'ratings'}: a fifth of the users, all items ranked`,
    settings: {
      als: { ...best.als, iterations: 10, acceleration: false },
      blend: { ...mixture, coldStart: 'defaults' },
      chosen: `factors out of ${factors.length}, then weights out of ${weights.length}, by NDCG@10 of up to ${sample} other users`,
    },
    pairs: [
      ['blend', 'fold-in'],
      ['blend', 'content'],
      ['blend', 'popularity'],
    ],
  });
}

const foldIn =
  ({ als }: Sources, histories: Interactions): ListFunction =>
  (user, { n }) =>
    als.recommendFor(historyOf(histories, user), { n, onUnknown: 'empty' });
