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
const choices = {
  two: [0.2, 0.35, 0.5, 0.65, 0.8].map((share) => ({ als: share, content: 1 - share })),
  three: [
    { als: 0.2, knn: 0.4, content: 0.4 },
    { als: 0.1, knn: 0.5, content: 0.4 },
  ],
};

/** The set's own test rows, all items ranked. Weights are chosen on its validation rows, by models that have seen neither. */
export async function pages({ train, validation, test, index }: Industrial, sample: number): Promise<Comparisons> {
  const before = await sourcesOf(train, index);
  const on = { train, test: validation, metrics: ['ndcg'], users: sample };
  const two = await bestWeights(before, choices.two, on);
  const three = await bestWeights(before, choices.three, on);

  const past = await withRows(train, validation);
  const sources = await sourcesOf(past, index);
  const report = (name: string, list: ListFunction) => evaluate(list, { train: past, test, metrics: ['hitRate', 'ndcg'], name });
  const { popular, als: factors, knn } = sources;
  const reports: Record<string, EvaluationReport> = {
    popularity: await report('popularity', (user, { n }) => popular.recommend(user, { n, onUnknown: 'empty' })),
    ALS: await report('ALS', (user, { n }) => factors.recommend(user, { n, onUnknown: 'empty' })),
    'item-kNN': await report('item-kNN', (user, { n }) => knn.recommend(user, { n, onUnknown: 'empty' })),
    content: await report('content', (user, { n }) => index.similarTo(historyOf(past, user), { n, onUnknown: 'empty' })),
    'ALS + content': await report('ALS + content', rankedBy(sources, two)),
    'ALS + item-kNN + content': await report('ALS + item-kNN + content', rankedBy(sources, three)),
  };
  return compared(reports, {
    title: `Pages: test rows of Amazon Industrial, ${past.itemCount} items ranked but the user's own`,
    settings: {
      als: { ...als, iterations: 10, acceleration: false },
      'item-kNN': 'defaults',
      content: 'n-grams, mean of the history',
      'ALS + content': two,
      'ALS + item-kNN + content': three,
      chosen: `weights out of ${choices.two.length} and ${choices.three.length} by NDCG@10 of ${sample} users' validation rows; ALS as for cold items`,
    },
    pairs: [
      ['ALS + content', 'ALS'],
      ['ALS + content', 'content'],
      ['ALS + content', 'item-kNN'],
      ['ALS + item-kNN + content', 'ALS'],
      ['ALS + item-kNN + content', 'content'],
      ['ALS + item-kNN + content', 'item-kNN'],
    ],
  });
}

/** Users of whom train has nothing, with their first one or two ratings as history. Weights are chosen on other users. */
export async function coldUsers({ all, index }: Industrial, given: number, sample: number): Promise<Comparisons> {
  const outer = split(all, { strategy: 'cold-users', testFraction: 0.2, given, seed: 7 });
  const inner = split(outer.train, { strategy: 'cold-users', testFraction: 0.2, given, seed: 1 });
  const before = await sourcesOf(inner.train, index);
  const weights = await bestWeights(
    before,
    choices.two,
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
      chosen: `weights out of ${choices.two.length} by NDCG@10 of up to ${sample} other users; ALS as for cold items`,
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
function rankedBy({ als, knn, content, popular }: Sources, weights: Record<string, number>, histories?: Interactions): ListFunction {
  const sources = { als: listsOf(als), content: near(content), popular, ...('knn' in weights && { knn: listsOf(knn) }) };
  const ranker = new HybridRanker({ sources, fusion: weighted(weights), coldStart: coldStart(), timeoutMs: 60_000 });
  return async (user, { n }) => {
    const request = histories ? { history: historyOf(histories, user) } : { user };
    return (await ranker.rank(request, { n })).items;
  };
}

/** A model without what reasons are made from: half of the time of a page, and no part of what is measured. */
function listsOf(model: AlsRecommender | ItemKnnRecommender): RecommenderLike {
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

function withRows(a: Interactions, b: Interactions): Promise<Interactions> {
  const rows = [a, b].flatMap((part) => Array.from(part, ({ user, item, value }) => ({ user, item, value }))); // only one has times
  return Interactions.from(rows, { duplicates: 'first' });
}
