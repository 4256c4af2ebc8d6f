import { type EvaluationReport, evaluate, Interactions, ItemKnnRecommender, type ListFunction } from 'attune';
import { historyOf, type Industrial } from './data.ts';
import { bestWeights, rankedBy, sourcesOf } from './sources.ts';
import { type Comparisons, compared } from './table.ts';

const als = { factors: 128, alpha: 10, regularization: 1 };
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
  const before = await sourcesOf(als, train, index);
  const on = { train: validation.histories, test: validation.test, metrics: ['ndcg'] as const, users: sample };
  const two = await bestWeights(before, choices, on, validation.histories);

  const after = await withRows(train, validation.pairs);
  const sources = await sourcesOf(als, after, index);
  const { popular, als: factors } = sources;
  const knn = await new ItemKnnRecommender().fit(after);
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

function withRows(a: Interactions, b: Iterable<{ user: string; item: string; value: number }>): Promise<Interactions> {
  const rows = [...Array.from(a, ({ user, item, value }) => ({ user, item, value })), ...b];
  return Interactions.from(rows, { duplicates: 'first' });
}
