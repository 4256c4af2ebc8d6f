/** The public names and the shapes of results that programs outside this repository are written against. */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  AlsRecommender,
  AttuneError,
  boost,
  coldStart,
  compare,
  contentBridge,
  diversify,
  EaseRecommender,
  evaluate,
  FactorRecommender,
  flatIndex,
  gridSearch,
  HybridRanker,
  IdMap,
  Interactions,
  ItemKnnRecommender,
  limitPer,
  linUcb,
  loadRecommender,
  memoryDataStore,
  memoryModelStore,
  metrics,
  ngramEmbedder,
  PopularityRecommender,
  type Recommender,
  reciprocalRank,
  SemanticIndex,
  split,
  thompsonSampling,
  weighted,
} from 'attune';
import * as subpathColdStart from 'attune/cold-start';
import * as subpathMetrics from 'attune/metrics';
import { fileModelStore, readCsv, readJsonLines, readParquet } from 'attune/node';
import { sqliteDataStore, sqliteModelStore } from 'attune/sqlite';
import { transformersEmbedder } from 'attune/transformers';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { checkerboard, historyOf, zipf } from '../support/makers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const list = (n: number) => Array.from({ length: n }, () => ({ item: expect.any(String), score: expect.any(Number) }));
const coded = (code: string) => expect.objectContaining({ code });

describe('data', () => {
  const rows = [
    { user_id: 'a', parent_asin: 'x', rating: 5, timestamp: 3 },
    { user_id: 'a', parent_asin: 'x', rating: 1, timestamp: 2 },
    { user_id: 'b', parent_asin: 'y', rating: 4, timestamp: 1 },
  ];

  it('is read from a gzipped file of JSON lines with keys, a duplicate policy and progress', async () => {
    const path = join(folder.path, 'Appliances.jsonl.gz');
    writeFileSync(path, gzipSync(rows.map((row) => JSON.stringify(row)).join('\n')));
    const phases: string[] = [];
    const ratings = await Interactions.from(readJsonLines(path), {
      user: 'user_id',
      item: 'parent_asin',
      value: 'rating',
      timestamp: 'timestamp',
      duplicates: 'last',
      onProgress: (p) => phases.push(`${p.phase} ${p.done} ${p.total}`),
    });
    expect([ratings.size, ratings.userCount, ratings.itemCount]).toEqual([2, 2, 2]);
    expect(phases.length).toBeGreaterThan(0);
    expect(ratings.users).toBeInstanceOf(IdMap);
    expect(ratings.users.idAt(0)).toBe('a');
    expect(ratings.items.indexOf('y')).toBe(1);
    expect(ratings.items.indexOf('B00SM99KWU')).toBe(-1);
    expect(ratings.items.has('y')).toBe(true);
    for (const row of ratings) expect(Object.keys(row)).toEqual(['user', 'item', 'value', 'timestamp']);
    expect([...ratings][0]).toEqual({ user: 'a', item: 'x', value: 5, timestamp: 3 });
  });

  it.each([
    ['last', 5],
    ['first', 1],
    ['sum', 6],
    ['max', 5],
    ['mean', 3],
  ] as const)('keeps the %s of duplicates', async (duplicates, value) => {
    const options = { user: 'user_id', item: 'parent_asin', value: 'rating', duplicates } as const;
    expect((await Interactions.from(rows, { ...options, timestamp: (row) => row.timestamp })).at(0).value).toBe(value);
  });

  it('refuses duplicates when asked to', async () => {
    const options = { user: 'user_id', item: 'parent_asin', value: 'rating', duplicates: 'error' } as const;
    await expect(Interactions.from(rows, options)).rejects.toThrow(coded('ERR_DUPLICATE'));
  });

  it('comes from columns, is filtered to a core, and is split by every strategy', () => {
    expect(Interactions.fromColumns({ users: ['a', 'b'], items: ['x', 'x'], values: Float32Array.of(1, 2) }).size).toBe(2);
    const ratings = zipf();
    expect(ratings.filter({ minPerUser: 5, minPerItem: 5 })).toBeInstanceOf(Interactions);
    for (const strategy of ['random', 'per-user', 'by-time', 'leave-last-out'] as const) {
      const { train, test } = split(ratings, { strategy, seed: 1 });
      expect(train.size + test.size).toBe(ratings.size);
    }
    for (const { train, test } of split(ratings, { strategy: 'folds', seed: 1 })) expect(train.size + test.size).toBe(ratings.size);
  });

  it('has readers for CSV and Parquet, too', () => {
    expect([readCsv, readParquet].map((reader) => typeof reader)).toEqual(['function', 'function']);
  });
});

const settings = {
  factors: 8,
  iterations: 15,
  regularization: 1,
  alpha: 10,
  feedback: 'implicit',
  regularizationScaling: 'none',
  acceleration: true,
  solver: 'auto',
  seed: 7,
  threads: 'auto',
  onUnknown: 'throw',
} as const;

describe.each<[string, () => Recommender, { fromBytes(bytes: Uint8Array): Recommender; load(...args: never[]): Promise<Recommender> }]>([
  ['AlsRecommender', () => new AlsRecommender(settings), AlsRecommender],
  ['PopularityRecommender', () => new PopularityRecommender(), PopularityRecommender],
  ['ItemKnnRecommender', () => new ItemKnnRecommender(), ItemKnnRecommender],
  ['EaseRecommender', () => new EaseRecommender(), EaseRecommender],
])('%s', (_, make, type) => {
  const train = checkerboard(20);
  const fitted = () => make().fit(train, { onProgress: () => {}, signal: new AbortController().signal });

  it('fits to itself, and recommends', async () => {
    const model = make();
    expect(await model.fit(train)).toBe(model);
    expect(model.recommend('u3', { n: 5 })).toEqual(list(5));
    expect(model.recommend('u3').length).toBeLessThanOrEqual(10);
    expect(Object.keys(model.recommend('u3', { n: 1 })[0])).toEqual(['item', 'score']);
    const only = model.recommend('u3', { n: 10, includeSeen: true, exclude: ['i5', 'nobody'], only: ['i1', 'i3', 'i5', 'nobody'] });
    expect(only.map(({ item }) => item).sort()).toEqual(['i1', 'i3']);
    expect(model.recommend('u3', { only: ['i1', 'i3'] }).map(({ item }) => item)).toEqual(['i3']);
  });

  it('recommends to many, and to histories', async () => {
    const model = await fitted();
    const exclude = (user: string) => (user === 'u1' ? ['i1'] : []);
    const batch = model.recommendMany(['u1', 'u2'], { n: 5, exclude });
    expect(batch.at(0)).toEqual(model.recommend('u1', { n: 5, exclude: ['i1'] }));
    expect(batch.at(1)).toEqual(model.recommend('u2', { n: 5 }));
    expect([batch.items, batch.scores, batch.offsets].map((column) => column.constructor)).toEqual([Int32Array, Float32Array, Int32Array]);
    expect(model.recommendFor([{ item: 'i1', value: 5 }, 'i7', 'nothing'], { n: 5 })).toEqual(list(5));
    expect(model.recommendFor(historyOf(train, 'u3'), { n: 5 }).map(({ item }) => item)).toEqual(
      model.recommend('u3', { n: 5 }).map(({ item }) => item),
    );
  });

  it('scores, and throws or answers empty on what it does not know', async () => {
    const model = await fitted();
    expect(model.score('u1', ['i1', 'i3'])).toBeInstanceOf(Float32Array);
    expect(() => model.recommend('nobody')).toThrow(coded('ERR_UNKNOWN_USER'));
    expect(model.recommend('nobody', { onUnknown: 'empty' })).toEqual([]);
    expect(() => model.score('u1', ['nothing'])).toThrow(coded('ERR_UNKNOWN_ITEM'));
    expect(model.score('u1', ['nothing'], { onUnknown: 'empty' })).toEqual(Float32Array.of(Number.NaN));
  });

  it('has id maps, and survives its bytes and a store', async () => {
    const model = await fitted();
    expect([model.users, model.items].map((map) => map.size)).toEqual([20, 20]);
    const best = model.recommend('u3');
    expect(type.fromBytes(model.toBytes()).recommend('u3')).toEqual(best);
    const store = memoryModelStore();
    await model.save(store, 'appliances-als');
    await store.promote('appliances-als', 1, 'production');
    for (const reference of ['appliances-als', 'appliances-als@1', 'appliances-als@production']) {
      expect((await type.load(...([store, reference] as never[]))).recommend('u3')).toEqual(best);
    }
  });
});

describe('what not all recommenders have', () => {
  const train = checkerboard(20);

  it('ALS: likeness, explanations, updates, the training record and the factors', async () => {
    const als = await new AlsRecommender(settings).fit(train);
    for (const metric of ['cosine', 'dot'] as const) {
      const similar = als.similarItems('i1', { n: 5, metric });
      expect(similar).toEqual(list(5));
      expect(similar.map(({ item }) => item)).not.toContain('i1');
    }
    expect(Object.keys(als.similarUsers('u1', { n: 1 })[0])).toEqual(['user', 'score']);
    const { score, contributions } = als.explain('u1', 'i3', { n: 5 });
    expect(contributions).toHaveLength(5);
    expect(Object.keys(contributions[0])).toEqual(['item', 'value', 'score']);
    expect(als.explain('u1', 'i3').contributions.reduce((sum, part) => sum + part.score, 0)).toBeCloseTo(score, 4);
    expect(Object.keys(als.history[0])).toEqual(['iteration', 'loss', 'seconds']);
    expect(als.userFactors).toEqual({ data: expect.any(Float32Array), rows: 20, columns: 8 });
    expect(als.itemFactors).toEqual({ data: expect.any(Float32Array), rows: 20, columns: 8 });
    await als.partialFit(Interactions.fromColumns({ users: ['new'], items: ['i1'] }));
    expect(als.users.indexOf('new')).toBe(20);
    expect(als.recommend('new')).toEqual(list(10));
  });

  it('serves factors trained elsewhere, loads whatever family it is, tells what it can do, and why an item is not there', async () => {
    const als = await new AlsRecommender(settings).fit(train);
    const given = { userIds: als.users, itemIds: als.items, userFactors: als.userFactors.data, itemFactors: als.itemFactors.data };
    const served = FactorRecommender.from({ ...given, history: train });
    expect(served.recommend('u1').map(({ item }) => item)).toEqual(als.recommend('u1').map(({ item }) => item));
    const folding = AlsRecommender.fromFactors({ ...given, history: train, regularization: 1, alpha: 10 });
    expect(folding.recommendFor(['i1'], { n: 3 })).toEqual(list(3));
    const store = memoryModelStore();
    const { version } = await als.save(store, 'appliances-als');
    await store.promote('appliances-als', version, 'production');
    expect(await loadRecommender(store, 'appliances-als@production')).toBeInstanceOf(AlsRecommender);
    expect(await loadRecommender(served.toBytes())).toBeInstanceOf(FactorRecommender);
    expect(als.recommendFor([{ item: 'i1', timestamp: 1.7e12 }, 'i7'], { n: 4 })).toEqual(list(4));
    expect([als.can('similarUsers'), als.can('sequence'), new PopularityRecommender().can('similarUsers')]).toEqual([true, false, false]);
    const [seen] = als.interactionsOf('u1');
    expect(als.whyNot('u1', seen.item)).toEqual({ reason: 'seen', value: 1 });
    expect(als.whyNot('u1', 'nothing')).toEqual({ reason: 'unknown-item' });
    expect(als.whyNot('u1', 'i3', { exclude: ['i3'] })).toEqual({ reason: 'excluded' });
  });

  it('ALS: the options of fit and of explicit feedback', async () => {
    const als = new AlsRecommender({ factors: 2, acceleration: false, solver: 'exact' });
    const start = { initialUserFactors: new Float32Array(40).fill(0.1), initialItemFactors: new Float32Array(40).fill(0.1) };
    expect(await als.fit(train, start)).toBe(als);
    const explicit = new AlsRecommender({ factors: 2, feedback: 'explicit', biases: true, regularizationScaling: 'count' });
    expect((await explicit.fit(zipf())).score('u1', ['i1'])).toHaveLength(1);
    const frequency = { factors: 2, regularizationScaling: 'frequency', regularizationExponent: 0.5 } as const;
    expect((await new AlsRecommender(frequency).fit(train)).isFitted).toBe(true);
  });

  it('item-kNN and EASE: similar items and explanations', async () => {
    for (const model of [await new ItemKnnRecommender().fit(train), await new EaseRecommender().fit(train)]) {
      expect(model.similarItems('i1', { n: 5 })).toEqual(list(5));
      const { score, contributions } = model.explain('u1', 'i3');
      expect(contributions.reduce((sum, part) => sum + part.score, 0)).toBeCloseTo(score, 4);
    }
  });
});

const products = Array.from({ length: 30 }, (_, k) => ({
  parent_asin: `i${k}`,
  title: k % 2 ? `Quiet dishwasher ${k}` : `Water filter ${k}`,
  features: ['for a small kitchen'],
  brand: ['GE', 'Whirlpool', 'Bosch'][k % 3],
  price: 10 + k,
  main_category: 'Appliances',
}));
const fields = {
  id: 'parent_asin',
  text: (p: (typeof products)[number]) => [p.title, ...p.features],
  metadata: ['brand', 'price', 'main_category'],
} as const;

describe('semantic search', () => {
  it('builds, searches in every mode and under filters, adds, removes, saves and loads', async () => {
    const index = await SemanticIndex.build(products, {
      ...fields,
      embedder: ngramEmbedder(),
      queryEmbedder: undefined,
      vectorIndex: flatIndex(),
      onProgress: () => {},
      signal: new AbortController().signal,
    });
    for (const mode of ['semantic', 'lexical', 'hybrid'] as const) {
      expect(await index.search('quiet dishwasher for a small kitchen', { n: 7, mode })).toEqual(list(7));
    }
    const where = { brand: ['GE', 'Whirlpool'], price: { max: 30 } };
    expect(await index.search('filter', { n: 20, where })).toHaveLength(14);
    expect(index.similarItems('i1', { n: 10 })).toEqual(list(10));
    await index.add([
      { ...products[0], title: 'Espresso machine' },
      { ...products[1], parent_asin: 'i30' },
    ]);
    expect([index.size, index.has('i30')]).toEqual([31, true]);
    expect((await index.search('espresso', { n: 1 }))[0].item).toBe('i0');
    index.remove(['i1']);
    expect(index.has('i1')).toBe(false);
    const store = memoryModelStore();
    await index.save(store, 'appliances-search');
    const again = await SemanticIndex.load(store, 'appliances-search', { embedder: ngramEmbedder() });
    expect(await again.search('espresso')).toEqual(await index.search('espresso'));
  });

  it('takes an embedder of three members', async () => {
    const embedder = {
      name: 'mine',
      dimensions: 2,
      embed: async (texts: readonly string[]) => Float32Array.from({ length: texts.length * 2 }, (_, at) => (at % 2 ? 0 : 1)),
    };
    expect((await SemanticIndex.build(products, { ...fields, embedder })).dimensions).toBe(2);
  });

  const models = resolve(import.meta.dirname, '../..', process.env.ATTUNE_MODELS ?? '../shared/models');
  it.skipIf(!existsSync(join(models, 'Xenova/all-MiniLM-L6-v2')))('takes a transformer', { timeout: 120_000 }, async () => {
    const embedder = transformersEmbedder({ model: 'Xenova/all-MiniLM-L6-v2', dtype: 'q8', localModelPath: models });
    const index = await SemanticIndex.build(products.slice(0, 4), { ...fields, embedder });
    expect((await index.search('dish washing machine', { n: 1, mode: 'semantic' }))[0].item).toMatch(/^i[13]$/);
  });
});

describe('hybrid ranking and cold start', () => {
  const sources = async () => ({
    als: await new AlsRecommender({ factors: 4 }).fit(checkerboard(20)),
    semantic: await SemanticIndex.build(products, fields),
    popular: await new PopularityRecommender().fit(checkerboard(20)),
  });

  it('ranks for users, histories, interests and nobody', async () => {
    const { als, semantic: index, popular } = await sources();
    const ranker = new HybridRanker({
      sources: { als, semantic: index, popular },
      attributes: index,
      timeoutMs: 2000,
      fusion: weighted({ als: 0.7, semantic: 0.3 }),
      coldStart: coldStart({ knownAfter: 3 }),
      rerank: [boost({ where: { brand: 'GE' }, factor: 1.1 }), limitPer('brand', 3), diversify({ lambda: 0.7, by: index })],
    });
    const page = await ranker.rank({ user: 'u1' }, { n: 20 });
    expect(page.strategy).toBe('personalized');
    expect(page.skipped).toEqual([]);
    expect(page.items[0]).toEqual({
      item: expect.any(String),
      score: expect.any(Number),
      sources: expect.any(Object),
      reasons: expect.any(Array),
    });
    expect(page.items[0].sources.als).toEqual({ rank: expect.any(Number), score: expect.any(Number) });
    expect(page.items.length).toBeLessThanOrEqual(9); // three of each brand
    const cold = await ranker.rank({ history: ['i1'], interests: ['espresso'], query: undefined, context: {} }, { n: 20 });
    expect(cold.strategy).toBe('fold-in');
    expect((await ranker.rank({ interests: ['espresso'] })).strategy).toBe('content');
    expect((await ranker.rank({})).strategy).toBe('popular');
  });

  it('takes functions, attributes from a function, and names what is left out', async () => {
    const ranker = new HybridRanker({
      sources: {
        now: () => [{ item: 'a', score: 1 }],
        later: async () => [{ item: 'b', score: 1 }],
        broken: () => {
          throw new Error('no');
        },
      },
      attributes: (item) => ({ brand: item }),
      fusion: reciprocalRank({ k: 60 }),
    });
    const page = await ranker.rank({ user: 'u1' }, { n: 20 });
    expect(page.items.map(({ item }) => item).sort()).toEqual(['a', 'b']);
    expect(page.skipped).toEqual([{ source: 'broken', reason: expect.any(String) }]);
  });

  it('bridges contents to factors, and explores', async () => {
    const { als, semantic } = await sources();
    expect(contentBridge({ recommender: als, vectors: semantic }).recommend('u1', { n: 3, only: ['i25', 'i26', 'i27'] })).toEqual(list(3));
    expect([thompsonSampling, linUcb].map((make) => typeof make)).toEqual(['function', 'function']);
    expect(subpathColdStart.coldStart).toBe(coldStart);
  });
});

describe('metrics and evaluation', () => {
  it('metrics are pure functions, the same under both names', () => {
    expect(metrics.ndcg(['b', 'a', 'c'], new Set(['a']), 3)).toBeCloseTo(1 / Math.log2(3));
    expect(metrics.ndcg(['b', 'a'], new Map([['a', 2]]), 2)).toBeCloseTo(1 / Math.log2(3));
    expect(metrics.ndcg(['a', 'b'], new Map([['a', 1], ['b', 2]]), 2, { gain: 'exponential' })).toBeLessThan(1); // biome-ignore format: short
    expect(metrics.ndcg(['a'], new Set(), 1)).toBeNaN();
    expect(() => metrics.recall(['a', 'a'], ['a'], 2)).toThrow(coded('ERR_DUPLICATE'));
    const relevant = new Set(['a', 'z']);
    expect(metrics.precision(['a', 'b'], relevant, 2)).toBe(0.5);
    expect(metrics.recall(['a', 'b'], relevant, 2)).toBe(0.5);
    expect(metrics.f1(['a', 'b'], relevant, 2)).toBe(0.5);
    expect(metrics.hitRate(['a', 'b'], relevant, 2)).toBe(1);
    expect(metrics.reciprocalRank(['b', 'a'], relevant, 2)).toBe(0.5);
    expect(metrics.averagePrecision(['a', 'b'], relevant, 2)).toBe(0.5);
    expect(metrics.auc(['a', 'b'], new Set(['a']), 2)).toBe(1);
    expect([metrics.rmse([1, 3], [1, 1]), metrics.mae([1, 3], [1, 1])]).toEqual([Math.SQRT2, 1]);
    expect(subpathMetrics.ndcg).toBe(metrics.ndcg);
  });

  it('evaluates, compares, and searches settings', { timeout: 120_000 }, async () => {
    const ratings = zipf({ users: 60, items: 40, rows: 600, seed: 3 });
    const { train, validation, test } = split(ratings, { strategy: 'leave-last-out', validation: true });
    const names = ['precision', 'recall', 'ndcg', 'map', 'mrr', 'hitRate', 'coverage', 'novelty', 'diversity'] as const;
    const als = await new AlsRecommender({ factors: 4 }).fit(train);
    const report = await evaluate(als, { train, test, metrics: names, k: [10, 20] });
    expect(report.get('ndcg', 10)).toEqual({
      mean: expect.any(Number),
      low: expect.any(Number),
      high: expect.any(Number),
      users: expect.any(Number),
    });
    for (const name of names) for (const k of [10, 20]) expect(report.get(name, k).mean).toBeGreaterThanOrEqual(0);
    expect(report.toString()).toContain('ndcg');
    expect(JSON.parse(JSON.stringify(report))).toHaveProperty('metrics');
    const popular = await evaluate(await new PopularityRecommender().fit(train), { train, test, k: [10, 20] });
    expect(compare(report, popular, 'ndcg@10')).toEqual(
      expect.objectContaining({ difference: expect.any(Number), effectSize: expect.any(Number), pValue: expect.any(Number) }),
    );
    const best = await gridSearch({
      recommender: (p) => new AlsRecommender(p),
      grid: { factors: [2, 4], regularization: [0.05, 0.1] },
      train,
      validation,
      objective: ['rmse', 'precision@10'],
    });
    expect(best.trials).toHaveLength(4);
    expect(Object.keys(best.parameters)).toEqual(['factors', 'regularization']);
  });
});

describe('storage', () => {
  it.each([
    ['memory', () => memoryModelStore()],
    ['file', () => fileModelStore(join(folder.path, 'models'))],
    ['SQLite', () => sqliteModelStore(new Database(':memory:'))],
  ])('keeps models: %s', async (_, open) => {
    const store = open();
    const bytes = Uint8Array.of(1, 2, 3);
    const put = await store.put('appliances-als', bytes, { ndcg: 0.3 });
    const facts = { name: 'appliances-als', version: 1, createdAt: expect.any(Number), sizeBytes: 3, metadata: { ndcg: 0.3 } };
    expect(put).toEqual(expect.objectContaining(facts));
    await store.put('appliances-als', bytes);
    await store.put('appliances-als', bytes);
    expect((await store.get('appliances-als')).version).toBe(3);
    expect(await store.get('appliances-als@1')).toEqual(expect.objectContaining({ ...facts, bytes }));
    await store.promote('appliances-als', 1, 'production');
    await store.promote('appliances-als', 3, 'production');
    expect((await store.get('appliances-als@production')).version).toBe(3);
    await expect(store.delete('appliances-als', 3)).rejects.toThrow(coded('ERR_IN_USE'));
    await store.rollback('appliances-als', 'production');
    await store.delete('appliances-als', 2);
    expect(await store.list('appliances-als')).toEqual([
      { ...facts, aliases: ['production'] },
      { ...facts, version: 3, aliases: [], metadata: {} },
    ]);
    expect(await store.list()).toHaveLength(2);
    expect((await store.put('appliances-als', bytes)).version).toBe(4);
  });

  it('keeps products, interactions and events in SQLite under the names of your tables', async () => {
    const database = new Database(':memory:');
    const data = await sqliteDataStore(database, {
      tables: {
        products: { name: 'product_catalog', id: 'parent_asin', columns: { title: 'TEXT', average_rating: 'REAL', features: 'JSON' } },
        interactions: {
          name: 'user_item_rating',
          user: 'user_id',
          item: 'parent_asin',
          value: 'rating',
          timestamp: 'timestamp',
          columns: { verified_purchase: 'INTEGER' },
        },
      },
    });
    await data.products.putMany([{ item: 'B01', title: 'Kettle', average_rating: 4.5, features: ['2 l'] }]);
    const rows = [
      { user: 'A1', item: 'B01', value: 5, timestamp: 1.6e12 },
      { user: 'A1', item: 'nothing', value: 5, timestamp: 1.6e12 },
    ];
    expect(await data.interactions.putMany(rows)).toEqual({
      inserted: 1,
      updated: 0,
      rejected: [expect.objectContaining({ row: 1, reason: expect.any(String) })],
    });
    expect((await data.interactions.putMany(rows.slice(0, 1))).updated).toBe(1);
    await data.events.append({ user: 'A1', type: 'click', timestamp: 1.6e12 });
    for await (const event of data.events.all()) expect(event).toMatchObject({ user: 'A1', type: 'click', timestamp: 1.6e12 });
    expect((await Interactions.from(data.interactions.all())).size).toBe(1);
    expect(database.prepare('select user_id, parent_asin, rating from user_item_rating').get()).toMatchObject({ user_id: 'A1', rating: 5 });
    await data.products.delete(['B01']);
    expect(await data.interactions.count()).toBe(0);
  });

  it('keeps them in memory, too', async () => {
    const data = memoryDataStore();
    await data.products.putMany([{ item: 'B01', title: 'Kettle' }]);
    await data.interactions.putMany([{ user: 'A1', item: 'B01', value: 5 }]);
    expect((await Interactions.from(data.interactions.all())).size).toBe(1);
  });

  it('throws errors with a code', () => {
    expect(() => new AlsRecommender({ factor: 3 } as never)).toThrow(AttuneError);
  });
});
