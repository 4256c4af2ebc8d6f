import { contentBridge, type EvaluationReport, evaluate, type ListFunction, split } from 'attune';
import { fitAls, historyOf, type Industrial } from './data.ts';
import { type Comparisons, compared } from './table.ts';

const als = { factors: 128, alpha: 10, regularization: 1 };

/**
 * All interactions of a tenth of the items are held out; those items alone are ranked for users with something left in train. Nothing is
 * chosen here: the defaults of `contentBridge` were, on three other random tenths, which may share items with this one.
 */
export async function coldItems({ all, index, brandOf }: Industrial, seed: number): Promise<Comparisons> {
  const { train, test } = split(all, { strategy: 'cold-items', testFraction: 0.1, seed });
  const cold = [...test.items];
  const users = [...test.users].filter((user) => train.users.has(user));
  const model = await fitAls(als, train);
  const bridge = contentBridge({ recommender: model, vectors: index, counts: train });
  const regression = contentBridge({ recommender: model, vectors: index, counts: train, method: 'ridge', content: 0 });
  const factorsOnly = contentBridge({ recommender: model, vectors: index, counts: train, content: 0 });
  const byBrand = brandPopularity(train, brandOf);
  const popular = [...cold].sort((a, b) => byBrand(b) - byBrand(a) || (a < b ? -1 : 1));
  const report = (name: string, list: ListFunction) =>
    evaluate(list, { train, test, users, candidates: () => cold, metrics: ['hitRate', 'ndcg'], name });
  const reports: Record<string, EvaluationReport> = {
    popularity: await report('popularity', (_, { n }) => popular.slice(0, n)),
    content: await report('content', (user, { n }) => index.similarTo(historyOf(train, user), { n, only: cold })),
    'ridge to factors alone': await report('ridge to factors alone', (user, { n }) => regression.recommend(user, { n, only: cold })),
    'neighbours to factors alone': await report('neighbours to factors alone', (user, { n }) =>
      factorsOnly.recommend(user, { n, only: cold }),
    ),
    bridge: await report('bridge', (user, { n }) => bridge.recommend(user, { n, only: cold })),
  };
  return compared(reports, {
    title: `Cold items (seed ${seed}): ${cold.length} items without interactions ranked, nothing else`,
    settings: {
      als: { ...als, iterations: 10, acceleration: false },
      bridge: 'defaults of contentBridge',
      popularity: 'mean interactions in train of items of the same brand, since the items themselves have none',
      content: 'n-grams, mean of the history',
      chosen: 'defaults of contentBridge and ALS on three other random tenths of the items, some of which are in this one, too',
    },
    pairs: [
      ['bridge', 'popularity'],
      ['bridge', 'content'],
    ],
  });
}

/** Mean number of interactions of a brand's items; the mean of all for a brand that train has not. */
function brandPopularity(train: Industrial['all'], brandOf: Map<string, string>): (item: string) => number {
  const sums = new Map<string, { items: number; rows: number }>();
  for (const item of train.items) {
    const sum = sums.get(brandOf.get(item) ?? '') ?? { items: 0, rows: 0 };
    sums.set(brandOf.get(item) ?? '', { items: sum.items + 1, rows: sum.rows });
  }
  for (const index of train.itemIndices) {
    const sum = sums.get(brandOf.get(train.items.idAt(index)) ?? '');
    if (sum) sum.rows++;
  }
  return (item) => {
    const { items, rows } = sums.get(brandOf.get(item) ?? '') ?? { items: train.itemCount, rows: train.size };
    return rows / items;
  };
}
