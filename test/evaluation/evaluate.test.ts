import { evaluate, Interactions, metrics, PopularityRecommender } from 'attune';
import { describe, expect, it } from 'vitest';
import { fromRows, type Row, randomOf, zipf } from '../support/makers.ts';
import { ScoredRecommender } from './scored-recommender.ts';

/** Four items, best first `a b c d` for everybody. */
const train = fromRows([
  ['ann', 'd', 1],
  ['bob', 'a', 1],
  ['cat', 'b', 1],
  ['dan', 'c', 1],
]);
const inOrder = (_: string, item: string) => -item.charCodeAt(0);

const fitted = (scoreOf = inOrder, data = train) => new ScoredRecommender(scoreOf).fit(data);

describe('evaluate', () => {
  it('ranks all items but those of the training data', async () => {
    const test = fromRows([
      ['ann', 'b', 1], // list a b c: hit at 2
      ['bob', 'b', 1], // list b c d: hit at 1
    ]);
    const report = await evaluate(await fitted(), { train, test, metrics: ['mrr', 'precision', 'recall', 'auc'], k: [1, 3] });
    expect(report.get('mrr', 3)).toMatchObject({ mean: 3 / 4, users: 2 });
    expect(report.get('mrr', 1).mean).toBe(1 / 2);
    expect(report.get('precision@3').mean).toBeCloseTo(1 / 3, 12);
    expect([...report.perUser('mrr', 3)]).toEqual([
      ['ann', 1 / 2],
      ['bob', 1],
    ]);
    expect(report.get('auc', 3).mean).toBeCloseTo((1 / 2 + 1) / 2, 12); // of three candidates
    expect(report.users).toBe(2);
    expect(report.leftOut).toMatchObject({ withoutTest: 2, unknownUsers: 0, nothingRelevant: 0 });
  });

  it('leaves out and counts whom it cannot judge, and says so', async () => {
    const test = fromRows([
      ['ann', 'b', 5],
      ['bob', 'b', 1], // below relevantFrom
      ['cat', 'b', 5], // seen in training
      ['new', 'a', 5], // unknown
    ]);
    const report = await evaluate(await fitted(), { train, test, relevantFrom: 4, k: 2 });
    expect(report.users).toBe(1);
    expect(report.leftOut).toMatchObject({ withoutTest: 1, unknownUsers: 1, nothingRelevant: 2, alreadySeen: 1 });
    expect(report.toString()).toContain(
      'left out: 1 without a test row, 1 unknown to the model, 2 with nothing relevant, 1 test rows already in train',
    );
  });

  it('counts test items that the model does not know as missed', async () => {
    const test = fromRows([
      ['ann', 'a', 1],
      ['ann', 'brand new', 1],
    ]);
    const report = await evaluate(await fitted(), { train, test, metrics: ['recall', 'ndcg'], k: 3 });
    expect(report.get('recall').mean).toBe(1 / 2);
    expect(report.get('ndcg').mean).toBeCloseTo(metrics.ndcg(['a'], new Set(['a', 'brand new']), 3), 12);
  });

  it('leaves out training items even when the model was fitted on less', async () => {
    const less = fromRows([
      ['ann', 'd', 1],
      ['bob', 'a', 1],
      ['bob', 'b', 1],
      ['bob', 'c', 1],
    ]);
    const more = fromRows([
      ['ann', 'd', 1],
      ['ann', 'a', 1],
    ]);
    const model = await fitted(inOrder, less);
    const report = await evaluate(model, { train: more, test: fromRows([['ann', 'b', 1]]), metrics: ['mrr'], k: 1 });
    expect(report.get('mrr').mean).toBe(1);
    const seen = await evaluate(model, { train: more, test: fromRows([['ann', 'a', 1]]), metrics: ['mrr'], k: 1, includeSeen: true });
    expect(seen.get('mrr').mean).toBe(1);
  });

  it('gives the values of the pure functions, for all metrics and users', async () => {
    const data = zipf({ users: 80, items: 30, rows: 700, seed: 4 });
    const random = randomOf(1);
    const held: number[] = [];
    const kept: number[] = [];
    for (let row = 0; row < data.size; row++) (random() < 0.3 ? held : kept).push(row);
    const [past, future] = [data.select(kept), data.select(held)];
    const model = await fitted((user, item) => Math.sin(user.length * 7 + Number(item.slice(1)) * Number(user.slice(1))), past);
    const names = [
      'precision',
      'recall',
      'f1',
      'ndcg',
      'map',
      'mrr',
      'hitRate',
      'novelty',
      'diversity',
      'serendipity',
      'popularity',
      'popularityBias',
    ] as const;
    const report = await evaluate(model, {
      train: past,
      test: future,
      metrics: [...names, 'coverage', 'gini'],
      k: [3, 7],
      relevantFrom: 2,
      gain: 'linear',
    });
    const counts = new Map([...past.items].map((id, at) => [id, past.byItem.offsets[at + 1] - past.byItem.offsets[at]]));
    const vectors = (item: unknown) =>
      Array.from(past.users, (user) => ([...past].some((row) => row.user === user && row.item === item) ? 1 : 0));
    const cached = new Map([...past.items].map((id) => [id, vectors(id)]));
    const lists: string[][] = [];
    for (const user of report.perUser('mrr', 3).keys()) {
      const list = model.recommend(user, { n: 7 }).map(({ item }) => item);
      lists.push(list);
      const history = [...past].filter((row) => row.user === user).map((row) => row.item);
      const relevant = new Map(
        [...future].filter((row) => row.user === user && row.value >= 2 && !history.includes(row.item)).map((row) => [row.item, row.value]),
      );
      for (const k of [3, 7]) {
        const single: Record<string, number> = {
          precision: metrics.precision(list, relevant, k),
          recall: metrics.recall(list, relevant, k),
          f1: metrics.f1(list, relevant, k),
          ndcg: metrics.ndcg(list, relevant, k),
          map: metrics.averagePrecision(list, relevant, k),
          mrr: metrics.reciprocalRank(list, relevant, k),
          hitRate: metrics.hitRate(list, relevant, k),
          novelty: metrics.novelty(list, counts, k, { users: past.userCount }),
          diversity: metrics.diversity(list, { vectors: cached as never }, k),
          serendipity: metrics.serendipity(list, relevant.keys(), counts, k, { items: past.itemCount }),
          popularity: metrics.averagePopularity(list, counts, k),
          popularityBias: metrics.popularityBias(list, history, counts, k),
        };
        for (const name of names) expect(report.perUser(name, k).get(user), `${name}@${k} of ${user}`).toBeCloseTo(single[name], 9);
      }
    }
    expect(lists.length).toBeGreaterThan(30);
    expect(report.get('coverage', 7).mean).toBeCloseTo(metrics.coverage(lists, past.itemCount, 7), 12);
    expect(report.get('gini', 3).mean).toBeCloseTo(metrics.gini(lists, past.itemCount, 3), 12);
  });

  it('compares predicted values with test values', async () => {
    const model = await fitted((user) => (user === 'ann' ? 4 : 2));
    const test = fromRows([
      ['ann', 'a', 5],
      ['ann', 'b', 2],
      ['bob', 'c', 2],
      ['bob', 'unheard of', 2],
    ]);
    const report = await evaluate(model, { train, test, metrics: ['rmse', 'mae'] });
    expect(report.get('rmse').mean).toBeCloseTo(metrics.rmse([4, 4, 2], [5, 2, 2]), 12);
    expect(report.get('mae').mean).toBeCloseTo(1, 12);
    expect(report.perUser('rmse').get('ann')).toBeCloseTo(Math.sqrt(5 / 2), 12);
    expect(report.leftOut.unpredictedRows).toBe(1);
    expect(model.calls.recommendMany).toBe(0);
  });

  it('takes numbers as ids of users, of candidates and of what a function ranks', async () => {
    const train = fromRows([
      ['1', '11', 1],
      ['2', '12', 1],
    ]);
    const test = fromRows([
      ['1', '12', 1],
      ['2', '11', 1],
    ]);
    const about = { train, test, metrics: ['mrr', 'precision'], k: 2 } as const;
    const byNumber = await evaluate((user) => (user === '1' ? [12] : [{ item: 11n }]), { ...about, users: [1, 2n] });
    expect(byNumber.get('mrr')).toMatchObject({ mean: 1, users: 2 });
    const given = await evaluate((_, { only }) => only ?? [], { ...about, candidates: () => [11, 12] });
    expect(given.get('mrr').mean).toBe(1);
    await expect(evaluate(() => [12, '12'], { ...about, users: [1] })).rejects.toMatchObject({ code: 'ERR_DUPLICATE' });
    await expect(evaluate(() => [], { ...about, users: [1.5] })).rejects.toMatchObject({ code: 'ERR_BAD_ID' });
  });

  it('takes a function for a recommender, of a promise or not', async () => {
    const test = fromRows([['ann', 'b', 1]]);
    const asked: unknown[] = [];
    const report = await evaluate(
      async (user, { n, exclude }) => {
        asked.push([user, n, exclude]);
        return ['d', { item: 'a' }, 'b', 'c'];
      },
      { train, test, metrics: ['mrr'], k: 2 },
    );
    expect(asked).toEqual([['ann', 2, ['d']]]);
    expect(report.get('mrr').mean).toBe(1 / 2); // d was seen and is taken out
    await expect(evaluate(() => ['a', 'a'], { train, test, metrics: ['mrr'], k: 2 })).rejects.toMatchObject({ code: 'ERR_DUPLICATE' });
    for (const answer of [[1.5], [null], [''], 5, undefined, 'abc'])
      await expect(evaluate(() => answer as never, { train, test })).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
  });

  it('asks recommendFor under the fold-in protocol, so that users may be held out as a whole', async () => {
    const model = await fitted((user, item) => (user === 'visitor' ? 1 : -1) * inOrder('', item));
    const histories = fromRows([['unknown', 'a', 1]]);
    const test = fromRows([
      ['unknown', 'b', 1],
      ['nobody', 'b', 1],
    ]);
    const report = await evaluate(model, { train: histories, test, protocol: 'fold-in', metrics: ['mrr'], k: 1 });
    expect(report.get('mrr')).toMatchObject({ mean: 1, users: 1 });
    expect(report.leftOut.unknownUsers).toBe(1);
  });

  it('folds histories in in the order of time, with their times', async () => {
    const model = await fitted((_, item) => inOrder('', item));
    const asked: unknown[] = [];
    const watched = new Proxy(model, {
      get(target, name) {
        if (name === 'recommendFor') {
          return (history: unknown[]) => {
            asked.push(...history);
            return [];
          };
        }
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const histories = Interactions.fromColumns({ users: ['v', 'v', 'v'], items: ['a', 'b', 'c'], timestamps: [3000, 1000, 2000] });
    await evaluate(watched, { train: histories, test: fromRows([['v', 'd', 1]]), protocol: 'fold-in', metrics: ['mrr'], k: 1 });
    expect(asked).toEqual([
      { item: 'b', value: 1, timestamp: 1000 },
      { item: 'c', value: 1, timestamp: 2000 },
      { item: 'a', value: 1, timestamp: 3000 },
    ]);
  });

  it('samples negatives when asked to, and warns', async () => {
    const data = zipf({ users: 60, items: 40, seed: 2 });
    const model = await new PopularityRecommender().fit(data);
    const test = fromRows([...data.users].map((user, at): Row => [user, `i${at % 40}`, 1]));
    const options = { train: data, test, metrics: ['hitRate', 'auc'], k: 5 } as const;
    const all = await evaluate(model, options);
    const sampled = await evaluate(model, { ...options, candidates: { negatives: 10 } });
    expect(sampled.get('hitRate').mean).toBeGreaterThan(all.get('hitRate').mean);
    expect(sampled.warnings[0]).toMatch(/10 sampled negatives, not over all items/);
    expect(sampled.toString()).toMatch(/Careful: ranked among 10 sampled negatives/);
    expect(all.warnings).toEqual([]);
    const again = await evaluate(model, { ...options, candidates: { negatives: 10 } });
    expect(again.toJSON().metrics).toEqual(sampled.toJSON().metrics);
    const other = await evaluate(model, { ...options, candidates: { negatives: 10 }, seed: 2 });
    expect(other.perUser('auc')).not.toEqual(sampled.perUser('auc'));
  });

  it('ranks given candidates together with the test items', async () => {
    const test = fromRows([['ann', 'c', 1]]);
    const report = await evaluate(await fitted(), { train, test, metrics: ['mrr'], k: 5, candidates: () => ['b', 'b', 'c', 'unheard of'] });
    expect(report.get('mrr').mean).toBe(1 / 2);
  });

  it('evaluates the users asked for, or a sample', async () => {
    const data = zipf({ users: 50, items: 30, seed: 3 });
    const model = await new PopularityRecommender().fit(data);
    const test = fromRows([...data.users].map((user, at): Row => [user, `i${at % 30}`, 1]));
    const three = await evaluate(model, { train: data, test, users: ['u1', 'u2', 'u49', 'nobody'], includeSeen: true, metrics: ['mrr'] });
    expect([...three.perUser('mrr').keys()]).toEqual(['u1', 'u2', 'u49']);
    expect(three.leftOut.withoutTest).toBe(1);
    const some = await evaluate(model, { train: data, test, users: 7, includeSeen: true, metrics: ['mrr'] });
    expect(some.users).toBe(7);
    expect(some.leftOut.notSampled).toBe(test.userCount - 7);
    const same = await evaluate(model, { train: data, test, users: 7, includeSeen: true, metrics: ['mrr'] });
    expect(same.perUser('mrr')).toEqual(some.perUser('mrr'));
  });

  it('reports progress, can be aborted, and works without train', async () => {
    const test = fromRows([['ann', 'b', 1]]);
    const seen: unknown[] = [];
    const report = await evaluate(await fitted(), { test, k: 1, onProgress: (p) => seen.push([p.phase, p.done, p.total]) });
    expect(seen).toEqual([['evaluating', 1, 1]]);
    expect(report.keys).toContain('coverage@1');
    expect(report.keys).not.toContain('novelty@1');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(evaluate(await fitted(), { train, test, signal })).rejects.toThrow('enough');
  });

  it('refuses what cannot be meant', async () => {
    const model = await fitted();
    const test = fromRows([['ann', 'b', 1]]);
    const fails = (options: unknown, code: string, text: RegExp) =>
      expect(evaluate(model, options as never)).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
    await fails({ train }, 'ERR_BAD_OPTION', /'test' must be Interactions/);
    await fails({ train, test, metrics: ['ndcg@5'] }, 'ERR_BAD_OPTION', /unknown metric "ndcg@5".*metrics: \['ndcg'\], k: 5/);
    await fails({ train, test, metrics: ['nDCG'] }, 'ERR_BAD_OPTION', /unknown metric "nDCG".*ndcg/);
    await fails({ train, test, metrics: [] }, 'ERR_BAD_OPTION', /at least one/);
    await fails({ train, test, k: [] }, 'ERR_BAD_OPTION', /at least one/);
    await fails({ train, test, k: 0 }, 'ERR_BAD_OPTION', /whole number from 1/);
    await fails({ test, metrics: ['novelty'] }, 'ERR_BAD_OPTION', /option 'train'/);
    await fails({ train, test, topK: 3 }, 'ERR_BAD_OPTION', /unknown option 'topK'/);
    await fails({ train, test, relevantFrom: 9 }, 'ERR_EMPTY', /1 have nothing relevant/);
    await fails({ train, test: fromRows([['who', 'b', 1]]) }, 'ERR_EMPTY', /1 are unknown/);
    await expect(evaluate({} as never, { train, test })).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
    await expect(evaluate(() => [], { train, test, metrics: ['rmse'] })).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  });
});
