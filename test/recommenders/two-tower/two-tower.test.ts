import { flatIndex, Interactions, SemanticIndex, TwoTowerRecommender } from 'attune';
import { describe, expect, it } from 'vitest';
import { expectCode, expectRejection, recommenderConformance } from '../../support/conformance.ts';
import { zipf } from '../../support/makers.ts';

describe('TwoTowerRecommender', () => {
  recommenderConformance({
    make: (options) => new TwoTowerRecommender({ factors: 8, learningRate: 0.05, epochs: 40, temperature: 0.5, seed: 3, ...options }),
    Class: TwoTowerRecommender,
    can: { partialFit: true, similarUsers: true, explain: true, explainMany: true, explainFor: true, earlyStopping: true },
  });
});

const kinds = ['kettle', 'lamp', 'drill'];
/** Users of one kind of thing each; of every kind one item that nobody has touched. */
const things = kinds.flatMap((kind) => Array.from({ length: 8 }, (_, k) => ({ id: `${kind}-${k}`, kind, text: `${kind} number ${k}` })));
const touched = Interactions.fromColumns(
  Array.from({ length: 60 }, (_, u) => ({ u, kind: kinds[u % 3] })).reduce(
    (columns, { u, kind }) => {
      for (let k = 0; k < 4; k++) {
        columns.users.push(`u${u}`);
        columns.items.push(`${kind}-${(u + k * 3) % 7}`);
      }
      return columns;
    },
    { users: [] as string[], items: [] as string[] },
  ),
);
const settings = { factors: 8, learningRate: 0.05, epochs: 60, seed: 1 };

describe('A two-tower model', () => {
  it('has scores for items that nobody has touched, from their texts', async () => {
    const index = await SemanticIndex.build(things);
    const towers = await new TwoTowerRecommender({ ...settings, itemFeatures: index }).fit(touched);
    expect(towers.items.size).toBe(things.length);
    for (const [u, kind] of kinds.entries()) {
      const cold = kinds.map((other) => `${other}-7`);
      expect(towers.recommend(`u${u}`, { only: cold })[0].item).toBe(`${kind}-7`);
      expect(towers.similarItems(`${kind}-7`, { n: 3 }).every(({ item }) => item.startsWith(kind))).toBe(true);
    }
    const copy = TwoTowerRecommender.fromBytes(towers.toBytes());
    expect(copy.recommend('u0', { n: 30 })).toEqual(towers.recommend('u0', { n: 30 }));
  });
  it('has them from attributes as well', async () => {
    const attributes = new Map(things.map(({ id, kind }) => [id, { kind, tags: [kind, 'thing'], nothing: undefined }]));
    const index = { items: [...attributes.keys()], vectorOf: () => undefined };
    const towers = await new TwoTowerRecommender({ ...settings, itemFeatures: index, itemAttributes: (item) => attributes.get(item) }).fit(
      touched,
    );
    for (const [u, kind] of kinds.entries()) {
      expect(towers.recommend(`u${u}`, { only: kinds.map((other) => `${other}-7`) })[0].item).toBe(`${kind}-7`);
    }
  });
  it('takes in what somebody does to an item that nobody had touched', async () => {
    const index = await SemanticIndex.build(things);
    const towers = await new TwoTowerRecommender({ ...settings, itemFeatures: index }).fit(touched);
    const place = () => towers.recommend('u1', { n: 30, includeSeen: true }).findIndex(({ item }) => item === 'drill-7');
    const before = place();
    const users = Array.from({ length: 20 }, (_, k) => `u${3 * k + 1}`); // who like lamps
    const loaded = TwoTowerRecommender.fromBytes(towers.toBytes());
    const news = Interactions.fromColumns({ users: [...users, 'newcomer'], items: [...users.map(() => 'drill-7'), 'lamp-1'] });
    await towers.partialFit(news);
    expect(place()).toBeLessThan(before);
    expect(towers.recommend('newcomer', { n: 1 })[0].item).toMatch(/^lamp/);
    expect((await loaded.partialFit(news)).toBytes()).toEqual(towers.toBytes());
  });
  it.each([
    ['a last number for popularity', {}, 9],
    ['no popularity', { popularity: 0 }, 8],
  ])('gives vectors whose search in a vector index is the list, with %s', async (_, options, length) => {
    const towers = await new TwoTowerRecommender({ ...settings, ...options }).fit(zipf());
    const index = flatIndex();
    await towers.addTo(index);
    const history = ['i1', 'i4'];
    const vector = towers.vectorFor(history);
    const found = await index.search(vector, { n: 5 });
    const list = towers.recommendFor(history, { n: 5, includeSeen: true });
    expect(Array.from(found.indices, (key) => towers.items.idAt(key))).toEqual(list.map(({ item }) => item));
    const own = towers.vectorOf(list[0].item);
    expect([vector.length, own.length, index.dimensions]).toEqual([length, length, length]);
    expect(vector.reduce((sum, value, k) => sum + value * own[k], 0)).toBeCloseTo(list[0].score, 4);
    expectCode('ERR_UNKNOWN_ITEM', () => towers.vectorOf('nothing'));
    expectCode('ERR_UNKNOWN_HISTORY', () => towers.vectorFor(['nothing']));
  });
  it('adds the popularity of an item to every score, nothing for one that nobody has touched', async () => {
    const index = await SemanticIndex.build(things);
    const towers = await new TwoTowerRecommender({ ...settings, itemFeatures: index, popularity: 2 }).fit(touched);
    const users = new Map<string, number>();
    for (const { item } of touched) users.set(item, (users.get(item) ?? 0) + 1);
    for (const [item, count] of users) expect(towers.vectorOf(item)[8]).toBeCloseTo(2 * Math.log(count), 5);
    expect(towers.vectorOf('lamp-7')[8]).toBe(0);
    const { contributions, score } = towers.explainFor(['lamp-1', 'lamp-2'], ['lamp-3'])[0];
    expect(contributions.reduce((sum, part) => sum + part.score, 0)).toBeCloseTo(score, 4);
    const [disliked] = towers.explainFor([{ item: 'lamp-1', value: -1 }], ['lamp-3']);
    expect(disliked).toEqual({ score: disliked.score, contributions: [], baseline: disliked.score });
    for (const popularity of [-1, 101]) expectCode('ERR_BAD_OPTION', () => new TwoTowerRecommender({ popularity }));
  });
  it('is the same for any number of threads', async () => {
    const index = await SemanticIndex.build(things);
    const attributes = (item: string) => ({ kind: item.split('-')[0] });
    const [one, ...others] = await Promise.all(
      [1, 2, 3].map((threads) =>
        new TwoTowerRecommender({ ...settings, epochs: 5, threads, itemFeatures: index, itemAttributes: attributes }).fit(touched),
      ),
    );
    for (const other of others) expect(other.toBytes()).toEqual(one.toBytes());
  });
  it('refuses features that are none', async () => {
    for (const itemFeatures of [{}, 'index', { items: ['a'] }])
      expectCode('ERR_BAD_OPTION', () => new TwoTowerRecommender({ itemFeatures: itemFeatures as never }), 'itemFeatures');
    const uneven = { items: ['i1', 'i2'], vectorOf: (item: string) => (item === 'i1' ? [1, 2] : [1]) };
    await expectRejection('ERR_BAD_VALUE', new TwoTowerRecommender({ itemFeatures: uneven }).fit(zipf()));
    const infinite = { items: ['i1'], vectorOf: () => [Number.NaN] };
    await expectRejection('ERR_BAD_VALUE', new TwoTowerRecommender({ itemFeatures: infinite }).fit(zipf()));
  });
});
