import * as attune from 'attune';
import { fitClickModel, simulateClicks } from 'attune/click-models';
import * as experiments from 'attune/experiments';
import * as metrics from 'attune/metrics';
import { sqliteDataStore, sqliteEmbeddingCache } from 'attune/sqlite';
import { formatRuns, memoryTracker } from 'attune/tracking';
import { expect, it } from 'vitest';
import { hostileCalls } from '../support/hostile.ts';
import { checkerboard } from '../support/makers.ts';
import { sqliteDrivers } from '../support/sqlite-handles.ts';

const data = checkerboard(8);
const { train, test } = attune.split(data, { strategy: 'leave-last-out' });
const als = await new attune.AlsRecommender({ factors: 4, iterations: 2 }).fit(data);
const knn = await new attune.ItemKnnRecommender().fit(data);
const popular = await new attune.PopularityRecommender().fit(data);
const factors = attune.shardByItem(als, 1)[0];
const foldIn = attune.ShardFoldIn.of(als);
const docs = [0, 1, 2, 3].map((k) => ({ id: `i${k}`, text: `red thing ${k}`, brand: ['x', 'y'][k % 2], price: k }));
const index = await attune.SemanticIndex.build(docs, { metadata: ['brand', 'price'] });
const bridge = attune.contentBridge({ recommender: als, vectors: index });
const segments = attune.segmentPopularity({ interactions: data, segmentOfUser: () => 's' });
const ranker = new attune.HybridRanker({ sources: { als, index, popular }, attributes: index });
const rankBy = (rule: attune.RerankerLike) =>
  new attune.HybridRanker({ sources: { popular }, attributes: index, rerank: [rule] }).rank({ user: 'u1' });
const report = await attune.evaluate(popular, { train, test, k: 2 });
const models = attune.memoryModelStore();
await als.save(models, 'm');
const [, openSqlite] = sqliteDrivers[0];
const tables = { products: { columns: { title: 'TEXT', more: 'JSON' } } } as const;
const stores = () => [attune.memoryDataStore({ tables }), sqliteDataStore(openSqlite(':memory:'), { tables })];
const inStores = async (work: (store: attune.DataStore) => Promise<unknown>) => {
  for (const store of stores()) await work((await store) as attune.DataStore);
};
const memory = () => Object.create(attune.memoryDataStore()); // so that nobody looks into it
const [run] = await (async () => {
  const tracker = memoryTracker();
  const one = await tracker.start({ experiment: 'e' });
  one.log({ loss: 1 });
  await one.end();
  return tracker.runs();
})();
const events = () => [{ id: 1, type: 'page_load', user: 'u', timestamp: 5, list_of_recommendations: ['a'], item: 'a' }];
const shares = () => ({ a: 0.5, b: 0.5 });
const matrix = () => ({ itemFactors: { data: Float32Array.of(1, 2), rows: 2, columns: 1 }, itemIds: ['a', 'b'] });
const sessions = () => [{ query: 'q', items: ['a', 'b'], clicked: ['a'] }];
const clicks = fitClickModel(sessions());
const lists = () => ({ offsets: Int32Array.of(0, 2), items: Int32Array.of(0, 1) });
const relevant = () => ({ offsets: Int32Array.of(0, 1), indices: Int32Array.of(0), values: [1] });
const visit = () => ({
  user: 'u1',
  history: ['i1', { item: 'i3', value: 1 }],
  query: 'red',
  interests: ['thing'],
  context: {},
  exclude: ['i5'],
});
const list = () => ({ n: 2, exclude: ['i1'], only: ['i3', 'i5'], includeSeen: true, onUnknown: 'empty' as const });
const bandit = attune.thompsonSampling();
bandit.update('a', 1);
const trials = { train, validation: test, recommender: () => new attune.PopularityRecommender(), objective: 'ndcg@3' } as const;

// biome-ignore lint/suspicious/noExplicitAny: each call has arguments of its own
type Call = [name: string, args: () => any[], call: (...args: any) => unknown];
const calls: Call[] = [
  ['Interactions.from', () => [[{ user: 'u', item: 'i', value: 1 }], { duplicates: 'last', onBadRow: 'throw' }], attune.Interactions.from],
  ['fromColumns', () => [{ users: ['u'], items: ['i'], values: [1] }, { duplicates: 'last' }], attune.Interactions.fromColumns],
  ['withFeatures', () => [{ items: { f: data.items.toColumns().ends.slice() } }], (f) => data.withFeatures(f)],
  ['select', () => [[0, 1]], (rows) => data.select(rows)],
  ['IdMap', () => [['a', 'b']], (ids) => new attune.IdMap(ids)],
  ['IdMap.subset', () => [[0]], (rows) => data.items.subset(rows)],
  ['new AlsRecommender', () => [{ factors: 4, alpha: 1, seed: 1, threads: 1 }], (o) => new attune.AlsRecommender(o)],
  ['recommend', () => ['u1', list()], (user, o) => als.recommend(user, o)],
  ['recommendFor', () => [['i1', { item: 'i3', value: 1 }], list()], (history, o) => knn.recommendFor(history, o)],
  ['recommendMany', () => [['u1', 'u2'], list()], (users, o) => popular.recommendMany(users, o)],
  ['explainFor', () => [['i1'], ['i3'], { n: 2 }], (history, items, o) => knn.explainFor(history, items, o)],
  ['loadRecommender', () => [als.toBytes(), { threads: 1 }], attune.loadRecommender],
  ['FactorRecommender.from', () => [{ ...matrix(), userIds: [], itemBiases: [0, 0] }], attune.FactorRecommender.from],
  ['recommendByFactors', () => [[1, 2, 3, 4], { n: 2 }], (vector, o) => factors.recommendByFactors(vector, o)],
  ['mergeShards', () => [[[{ item: 'a', score: 2 }]], 2, data.items], attune.mergeShards],
  ['ShardFoldIn.from', () => [structuredClone(foldIn.toJSON())], attune.ShardFoldIn.from],
  ['ShardFoldIn.solve', () => [[{ item: 'i1', value: 1, factors: [1, 2, 3, 4] }]], (rows) => foldIn.solve(rows)],
  ['search', () => ['red', { n: 2, only: ['i1'], where: { price: { min: 1 } }, sort: 'price' }], (q, o) => index.search(q, o)],
  ['suggest', () => ['re', { n: 2, exclude: ['i1'], only: ['i2'] }], (q, o) => index.suggest(q, o)],
  ['similarTo', () => [['i1', { item: 'i2', value: 1 }], { n: 2, exclude: ['i1'] }], (h, o) => index.similarTo(h, o)],
  ['embed', () => [['a'], { onProgress: () => {} }], (texts, o) => attune.ngramEmbedder().embed(texts, o)],
  ['markHtml', () => ['a red', [{ start: 2, end: 5 }], 'em'], attune.markHtml],
  ['flatIndex.add', () => [Int32Array.of(0), Float32Array.of(1, 0)], (keys, rows) => attune.flatIndex().add(keys, rows)],
  ['rank', () => [visit(), { n: 2, includeSeen: true, reasons: true }], (request, o) => ranker.rank(request, o)],
  ['HybridRanker', () => [{ sources: { als, f: () => [] }, timeoutMs: { als: 50 } }], (o) => new attune.HybridRanker(o).rank()],
  ['boost', () => [{ where: { brand: 'x' }, items: ['i1'], factor: 2 }], (o) => rankBy(attune.boost(o))],
  ['pin', () => [{ items: ['i6'], position: 2 }], (o) => rankBy(attune.pin(o))],
  ['diversify', () => [{ by: 'brand', depth: 5, lambda: 0.5 }], (o) => rankBy(attune.diversify(o))],
  ['coldStart', () => [{ knownAfter: 5, roles: { als: 'custom' } }], attune.coldStart],
  ['learnedFusion', () => [{ kind: 'learned-fusion', formatVersion: 1, sources: { als: { score: 1, rank: 1 } } }], attune.learnedFusion],
  ['bridge.answer', () => [{ ...visit(), history: [{ item: 'i1', value: 1 }] }], (request) => bridge.answer(request)],
  ['segments.answer', () => [{ user: 'u1', history: ['i1'], exclude: ['i3'] }], (request) => segments.answer(request)],
  ['bandit of a state', () => [{ state: structuredClone(bandit.toJSON()) }], (o) => attune.thompsonSampling(o).choose(['a', 'b'])],
  ['bandit.choose', () => [['a'], { n: 1, propensities: true }], (arms, o) => attune.epsilonGreedy().choose(arms, o)],
  ['evaluate', () => [popular, { train, test, k: [2], users: ['u1'], candidates: { negatives: 2 } }], attune.evaluate],
  ['candidates', () => [['i1']], (ids) => attune.evaluate(popular, { train, test, candidates: () => ids })],
  ['compare', () => [report, report, 'ndcg@2', { flips: 100 }], attune.compare],
  ['formatReports', () => [{ a: report }, { digits: 2 }], attune.formatReports],
  ['gridSearch', () => [{ ...trials, grid: { a: [1] }, previous: [{ parameters: {}, scores: {} }] }], attune.gridSearch],
  ['randomSearch', () => [{ ...trials, space: { a: { min: 1, max: 2 } }, count: 1 }], attune.randomSearch],
  ['ndcg', () => [['a', { item: 'b' }], ['a'], 2, { gain: 'linear', ideal: 'k' }], metrics.ndcg],
  ['miscalibration', () => [['x']], (own) => metrics.miscalibration(['a'], ['a'], () => own)],
  ['diversity', () => [[1, 2]], (vector) => metrics.diversity(['a', 'b'], { vectors: () => vector })],
  ['serendipity', () => [['a'], ['a'], new Map([['a', 1]]), 1, { items: 3 }], metrics.serendipity],
  ['measureLists', () => [lists(), relevant(), { metrics: ['ndcg'], k: [2], itemCount: 3, candidates: 3 }], metrics.measureLists],
  ['meanOfItems', () => [lists(), [1], [1, 2]], metrics.meanOfItems],
  ['coOccurrenceDiversity', () => [lists(), [2], { ...data.byItem }], metrics.coOccurrenceDiversity],
  ['confidenceInterval', () => [[1, 2, 3], { resamples: 100 }], metrics.confidenceInterval],
  ['experiment', () => [{ name: 'e', variants: shares(), events: { append: () => {} } }], experiments.experiment],
  ['sampleRatioTest', () => [{ a: 10, b: 12 }, shares()], experiments.sampleRatioTest],
  ['fixedHorizonTest', () => [{ mean: 1, variance: 1, users: 9 }, [1, 2], {}], experiments.fixedHorizonTest],
  ['offPolicyValue', () => [[{ propensity: 0.5, reward: 1, target: 0.5 }], {}], experiments.offPolicyValue],
  ['click model', () => ['q', ['a']], (query, items) => clicks.expect(query, items)],
  ['simulateClicks', () => [clicks, { a: [{ query: 'q', items: ['a'] }] }, { draws: 10 }], simulateClicks],
  ['products.putMany', () => [[{ item: 'p', title: 't', more: { a: 1 } }]], (rows) => inStores((store) => store.products.putMany(rows))],
  ['interactions.delete', () => [{ pairs: [{ user: 'u', item: 'i' }] }], (what) => inStores((store) => store.interactions.delete(what))],
  ['events.ofUser', () => ['u', { since: 1, type: ['view'], limit: 2 }], (user, o) => inStores((store) => store.events.ofUser(user, o))],
  ['models.put', () => ['m', Uint8Array.of(1), { a: [1] }], (name, bytes, facts) => attune.memoryModelStore().put(name, bytes, facts)],
  ['memoryKeyValue', () => ['k', Uint8Array.of(1)], (key, bytes) => attune.memoryKeyValue().set(key, bytes)],
  ['embedding cache', () => ['s', ['k'], Float32Array.of(1)], (s, k, v) => sqliteEmbeddingCache(openSqlite(':memory:')).put(s, k, v)],
  ['answerCache', () => [{ key: 'k', models: ['m'], user: 'u' }, () => 1], (asked, make) => attune.answerCache().answer(asked, make)],
  ['forgetUser', () => ['u', { data: memory(), caches: [Object.create(attune.answerCache())] }], attune.forgetUser],
  ['observations', () => [events()], attune.observations],
  ['eventsToCsv', () => [events()], attune.eventsToCsv],
  ['expireEvents', () => [{ delete: async () => 1 }, { maxAgeMs: 5, now: 9 }], attune.expireEvents],
  ['fitMany', () => [[{ name: 't', interactions: data }], { family: attune.PopularityRecommender, workers: 0 }], attune.fitMany],
  ['featureStore', () => [[{ name: 'v', entity: 'item', source: [{ item: 'a', f: 1 }], features: ['f'] }]], attune.featureStore],
  ['formatRuns', () => [[structuredClone(run)], { metrics: ['loss'] }], formatRuns],
];

it.each(calls)('%s: hostile arguments end in a result or a coded error that says what to do', async (_, args, call) => {
  expect(await hostileCalls(args, call)).toEqual([]);
});
