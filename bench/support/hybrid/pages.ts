import {
  type AlsOptions,
  type AlsRecommender,
  coldStart,
  type EvaluateOptions,
  type EvaluationReport,
  evaluate,
  HybridRanker,
  type IndexLike,
  Interactions,
  ItemKnnRecommender,
  type ListFunction,
  PopularityRecommender,
  type RecommenderLike,
  split,
  weighted,
} from 'attune';
import { fitAls, historyOf, type Industrial } from './data.ts';
import { type Comparisons, compared } from './table.ts';

const als: AlsOptions = { factors: 128, alpha: 10, regularization: 1 };
const choices = [0.2, 0.35, 0.5, 0.65, 0.8].map((share) => ({ als: share, content: 1 - share }));

/**
 * The set's own test rows, each with its own history folded in, all items ranked but those of the history. Weights are chosen on its
 * validation rows, by models that have seen neither. Rows of one user are alike, so the tests flip whole users.
 */
export async function pages(
  { train, validation, test, index }: Industrial,
  sample: number,
  rows: number | undefined,
): Promise<Comparisons> {
  const before = await sourcesOf(train, index);
  const on = { train: validation.histories, test: validation.test, metrics: ['ndcg'], users: sample };
  const two = await bestWeights(before, choices, on, validation.histories);

  const sources = await sourcesOf(await withRows(train, validation.pairs), index);
  const { popular, als: factors, knn } = sources;
  const { histories } = test;
  const report = (name: string, list: ListFunction) =>
    evaluate(list, { train: histories, test: test.test, metrics: ['hitRate', 'ndcg'], name, ...(rows && { users: rows }) });
  const of = (user: string) => historyOf(histories, user);
  const reports: Record<string, EvaluationReport> = {
    popularity: await report('popularity', (user, { n }) => popular.recommendFor(of(user), { n })),
    ALS: await report('ALS', (user, { n }) => factors.recommendFor(of(user), { n, onUnknown: 'empty' })),
    'item-kNN': await report('item-kNN', (user, { n }) => knn.recommendFor(of(user), { n, onUnknown: 'empty' })),
    content: await report('content', (user, { n }) => index.similarTo(of(user), { n, onUnknown: 'empty' })),
    'ALS + content': await report('ALS + content', rankedBy(sources, two, histories)),
  };
  return compared(reports, {
    title: `Pages: ${rows ?? 'all'} test rows of Amazon Industrial, histories of at most 10 items folded in, all items ranked`,
    settings: {
      als: { ...als, iterations: 10, acceleration: false },
      'item-kNN': 'defaults',
      content: 'n-grams, mean of the history',
      'ALS + content': two,
      chosen: `weights out of ${choices.length} by NDCG@10 of ${sample} validation rows; ALS as for cold items`,
    },
    pairs: [
      ['ALS + content', 'ALS'],
      ['ALS + content', 'content'],
      ['ALS + content', 'item-kNN'],
    ],
    clusterOf: (row) => row.split('#')[0],
  });
}

/** Users of whom train has nothing, with their first one or two ratings as history. Weights are chosen on other users. */
export async function coldUsers({ all, index }: Industrial, given: number, sample: number): Promise<Comparisons> {
  const outer = split(all, { strategy: 'cold-users', testFraction: 0.2, given, seed: 7 });
  const inner = split(outer.train, { strategy: 'cold-users', testFraction: 0.2, given, seed: 1 });
  const before = await sourcesOf(inner.train, index);
  const weights = await bestWeights(
    before,
    choices,
    { train: inner.given, test: inner.test, metrics: ['ndcg'], users: sample },
    inner.given,
  );

  const sources = await sourcesOf(outer.train, index);
  const { popular, als: factors } = sources;
  const histories = outer.given;
  const report = (name: string, list: ListFunction) =>
    evaluate(list, { train: histories, test: outer.test, metrics: ['hitRate', 'ndcg'], name });
  const reports: Record<string, EvaluationReport> = {
    popularity: await report('popularity', (user, { n }) => popular.recommendFor(historyOf(histories, user), { n })),
    'fold-in': await report('fold-in', (user, { n }) => factors.recommendFor(historyOf(histories, user), { n, onUnknown: 'empty' })),
    content: await report('content', (user, { n }) => index.similarTo(historyOf(histories, user), { n, onUnknown: 'empty' })),
    blend: await report('blend', rankedBy(sources, weights, histories)),
  };
  return compared(reports, {
    title: `Cold users with ${given} ${given === 1 ? 'rating' : 'ratings'}: a fifth of the users, all items ranked`,
    settings: {
      als: { ...als, iterations: 10, acceleration: false },
      blend: { ...weights, coldStart: 'defaults' },
      chosen: `weights out of ${choices.length} by NDCG@10 of up to ${sample} other users; ALS as for cold items`,
    },
    pairs: [
      ['blend', 'fold-in'],
      ['blend', 'content'],
      ['blend', 'popularity'],
    ],
  });
}

type Sources = Awaited<ReturnType<typeof sourcesOf>>;

async function sourcesOf(train: Interactions, index: Industrial['index']) {
  return {
    als: await fitAls(als, train),
    knn: await new ItemKnnRecommender().fit(train),
    content: index,
    popular: await new PopularityRecommender().fit(train),
  };
}

/** Pages of a ranker; for known users, or for the histories of new ones. */
function rankedBy({ als, content, popular }: Sources, weights: Record<string, number>, histories?: Interactions): ListFunction {
  const sources = { als: listsOf(als), content: near(content), popular };
  const ranker = new HybridRanker({ sources, fusion: weighted(weights), coldStart: coldStart(), timeoutMs: 60_000 });
  return async (user, { n }) => {
    const request = histories ? { history: historyOf(histories, user) } : { user };
    return (await ranker.rank(request, { n })).items;
  };
}

/** A model without what reasons are made from: half of the time of a page, and no part of what is measured. */
function listsOf(model: AlsRecommender): RecommenderLike {
  return {
    kind: model.kind,
    users: model.users,
    items: model.items,
    recommend: (user, options) => model.recommend(user, options),
    recommendFor: (history, options) => model.recommendFor(history, options),
    interactionsOf: (user) => model.interactionsOf(user),
  };
}

/** The same for an index. */
function near(index: Industrial['index']): IndexLike {
  return {
    search: (query, options) => index.search(query, options),
    similarTo: (history, options) => index.similarTo(history, options),
    has: (item) => index.has(item),
  };
}

async function bestWeights(
  sources: Sources,
  candidates: readonly Record<string, number>[],
  options: EvaluateOptions,
  histories?: Interactions,
): Promise<Record<string, number>> {
  const scored: { weights: Record<string, number>; ndcg: number }[] = [];
  for (const weights of candidates) {
    const report = await evaluate(rankedBy(sources, weights, histories), options);
    scored.push({ weights, ndcg: report.get('ndcg').mean });
  }
  return scored.reduce((best, one) => (one.ndcg > best.ndcg ? one : best)).weights;
}

function withRows(a: Interactions, b: Iterable<{ user: string; item: string; value: number }>): Promise<Interactions> {
  const rows = [...Array.from(a, ({ user, item, value }) => ({ user, item, value })), ...b];
  return Interactions.from(rows, { duplicates: 'first' });
}
