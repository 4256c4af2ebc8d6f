import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { metrics } from 'attune';
import { describe, expect, it } from 'vitest';

const folder = resolve(import.meta.dirname, '../..', process.env.ATTUNE_SHARED ?? '../shared', 'peers/metric-fixtures');
const present = existsSync(folder);
if (!present) console.warn(`skipped: no metric fixtures in ${folder}; set ATTUNE_SHARED to the folder that holds peers/`);

interface Fixture {
  items: number;
  k: number;
  train: Record<string, number[]>;
  recommendations: Record<string, number[]>;
  truth: Record<string, Record<string, number>>;
  features?: number[][];
  values: Record<string, { mean: Record<string, number>; perUser: Record<string, Record<string, number | null>> }>;
}

type One = (list: number[], truth: Map<number, number>, k: number, fixture: Fixture) => number;

/** Library and name of the metric there -> the same from ours. */
const perUser: Record<string, Record<string, One>> = {
  lenskit: {
    Precision: (list, truth, k) => metrics.precision(list, truth, k, { over: 'list' }),
    Recall: (list, truth, k) => metrics.recall(list, truth, k, { over: 'achievable' }),
    Hit: (list, truth, k) => metrics.hitRate(list, truth, k),
    RecipRank: (list, truth, k) => metrics.reciprocalRank(list, truth, k),
    AveragePrecision: (list, truth, k) => metrics.averagePrecision(list, truth, k, { over: 'list' }),
    NDCG: (list, truth, k) => metrics.ndcg(list, truth, k, { gain: 'binary', discount: 'jarvelin' }),
    'NDCG offset=1': (list, truth, k) => metrics.ndcg(list, truth, k, { gain: 'binary' }),
    'NDCG gain=rating': (list, truth, k) => metrics.ndcg(list, truth, k, { discount: 'jarvelin' }),
    'NDCG gain=rating offset=1': (list, truth, k) => metrics.ndcg(list, truth, k),
    DCG: (list, truth, k) => metrics.dcg(list, truth, k, { gain: 'binary', discount: 'jarvelin' }),
    'RBP patience=0.85': (list, truth, k) => metrics.rankBiasedPrecision(list, truth, k),
    MeanPopRank: (list, _, k, fixture) => metrics.popularityRank(list, counts(fixture), k),
  },
  implicit: {
    precision: (list, truth, k) => metrics.precision(list, truth, k, { over: 'achievable' }), // equal per user; the mean is another
    map: (list, truth, k) => metrics.averagePrecision(list, truth, k),
    ndcg: (list, truth, k) => metrics.ndcg(list, truth, k, { gain: 'binary' }),
    auc: (list, truth, k, fixture) => metrics.auc(list, truth, k, { items: fixture.items }),
  },
  'scikit-learn': {
    'ndcg_score k binary': (list, truth, k) => metrics.ndcg(list, truth, k, { gain: 'binary' }),
    'ndcg_score k gain=rating': (list, truth, k) => metrics.ndcg(list, truth, k),
    'ndcg_score k gain=2^rating-1': (list, truth, k) => metrics.ndcg(list, truth, k, { gain: 'exponential' }),
  },
  rectools: {
    Precision: (list, truth, k) => metrics.precision(list, truth, k),
    'Precision r_precision': (list, truth, k) => metrics.precision(list, truth, k, { over: 'achievable' }),
    Recall: (list, truth, k) => metrics.recall(list, truth, k),
    F1Beta: (list, truth, k) => metrics.f1(list, truth, k),
    HitRate: (list, truth, k) => metrics.hitRate(list, truth, k),
    MRR: (list, truth, k) => metrics.reciprocalRank(list, truth, k),
    MAP: (list, truth, k) => metrics.averagePrecision(list, truth, k, { over: 'relevant' }),
    'MAP divide_by_k': (list, truth, k) => metrics.averagePrecision(list, truth, k, { over: 'k' }),
    NDCG: (list, truth, k) => metrics.ndcg(list, truth, k, { gain: 'binary', ideal: 'k' }),
    'NDCG divide_by_achievable': (list, truth, k) => metrics.ndcg(list, truth, k, { gain: 'binary' }),
    MeanInvUserFreq: (list, _, k, fixture) => metrics.novelty(list, counts(fixture), k, { users: Object.keys(fixture.train).length }),
    Serendipity: (list, truth, k, fixture) =>
      metrics.serendipity(list, truth.keys(), counts(fixture), k, { items: fixture.items, ranks: 'dense' }),
    AvgRecPopularity: (list, _, k, fixture) => metrics.averagePopularity(list, counts(fixture), k),
    'AvgRecPopularity normalize': (list, _, k, fixture) => metrics.averagePopularity(list, counts(fixture), k, { normalize: true }),
    'IntraListDiversity Hamming': (list, _, k, fixture) =>
      metrics.diversity(list, { vectors: (item) => fixture.features?.[Number(item)], measure: 'hamming' }, k),
  },
};

const systemWide: Record<string, Record<string, (fixture: Fixture) => number>> = {
  lenskit: {
    ListGini: (fixture) => metrics.gini(Object.values(fixture.recommendations), fixture.items, fixture.k),
    ExposureGini: (fixture) => metrics.gini(Object.values(fixture.recommendations), fixture.items, fixture.k, { patience: 0.85 }),
  },
  rectools: {
    'CatalogCoverage normalize': (fixture) => metrics.coverage(Object.values(fixture.recommendations), fixture.items, fixture.k),
  },
};

describe.skipIf(!present).each(['small', 'ml-100k'])('on the lists of %s', (name) => {
  const fixture = present ? read<Fixture>(name) : undefined;
  for (const [library, own] of Object.entries(perUser)) {
    it.each(Object.keys(own))(`${library}: every user's %s is equal`, (metric) => {
      const { recommendations, truth, k, values } = fixture as Fixture;
      const theirs = Object.entries(values[library].perUser).find(([key]) => plain(key, k) === metric)?.[1];
      if (!theirs) return expect(fixture?.features).toBeUndefined(); // features exist in one fixture only
      for (const [user, value] of Object.entries(theirs)) {
        const gains = new Map(Object.entries(truth[user]).map(([item, gain]) => [Number(item), gain]));
        expect(own[metric](recommendations[user], gains, k, fixture as Fixture), `user ${user}`).toBeCloseTo(value as number, 7);
      }
    });
  }
  for (const [library, own] of Object.entries(systemWide)) {
    it.each(Object.keys(own))(`${library}: %s over all lists is equal`, (metric) => {
      const { values, k } = fixture as Fixture;
      const theirs = Object.entries(values[library].mean).find(([key]) => plain(key, k) === metric)?.[1];
      expect(own[metric](fixture as Fixture)).toBeCloseTo(theirs as number, 7);
    });
  }

  it('scikit-learn: the AUC and the average precision of a whole ranking are equal', () => {
    const { recommendations, train, truth, items, values } = fixture as Fixture;
    for (const [user, list] of Object.entries(recommendations)) {
      const out = new Set([...list, ...train[user]]);
      const ranking = [...list, ...Array.from({ length: items }, (_, item) => item).filter((item) => !out.has(item))];
      const relevant = Object.keys(truth[user]).map(Number);
      const theirs = values['scikit-learn'].perUser;
      const auc = theirs['roc_auc_score full ranking'][user];
      if (auc === null) expect(metrics.auc(ranking, relevant)).toBeNaN();
      else expect(metrics.auc(ranking, relevant)).toBeCloseTo(auc, 7);
      expect(metrics.averagePrecision(ranking, relevant)).toBeCloseTo(theirs['average_precision_score full ranking'][user] as number, 7);
    }
  });
});

describe.skipIf(!present)('on plain arrays', () => {
  const fixture = present ? read<Record<string, number[]> & { values: Fixture['values'] }>('scored') : undefined;

  it('scikit-learn: rmse, mae, the AUC of tied scores and graded DCG are equal', () => {
    const { gain, score, label, rating, predicted, values } = fixture!;
    const { mean } = values['scikit-learn'];
    expect(metrics.rmse(predicted, rating)).toBeCloseTo(mean.rmse, 7);
    expect(metrics.mae(predicted, rating)).toBeCloseTo(mean.mae, 7);
    expect(metrics.rocAuc(score, label)).toBeCloseTo(mean['roc_auc_score(label, score)'], 7);
    const order = [0, 2, 1, 3, 5, 4, 6, 7]; // by score; ties as numpy's unstable argsort left them in the fixture
    const gains = new Map(gain.map((g, at) => [at, g]));
    for (const k of [3, 5, undefined]) {
      const key = `k=${k ?? 'None'} ignore_ties`;
      expect(metrics.dcg(order, gains, k)).toBeCloseTo(mean[`dcg_score ${key}=True`], 7);
      expect(metrics.ndcg(order, gains, k)).toBeCloseTo(mean[`ndcg_score ${key}=True`], 7);
      expect(metrics.tiedNdcg(score, gain, k)).toBeCloseTo(mean[`ndcg_score ${key}=False`], 7);
    }
  });
});

function read<T>(name: string): T {
  return JSON.parse(readFileSync(resolve(folder, `${name}.json`), 'utf8')) as T;
}

/** 'NDCG@10 offset=1' and 'ndcg_score k=10 binary' without the number. */
function plain(key: string, k: number): string {
  return key.replace(`@${k}`, '').replace(`k=${k}`, 'k');
}

function counts(fixture: Fixture): Map<number, number> {
  const result = new Map<number, number>();
  for (const items of Object.values(fixture.train)) for (const item of items) result.set(item, (result.get(item) ?? 0) + 1);
  return result;
}
