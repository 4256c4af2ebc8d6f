import {
  AlsRecommender,
  type ErrorCode,
  FactorRecommender,
  type FitOptions,
  Interactions,
  loadRecommender,
  memoryModelStore,
  type UnknownPolicy,
} from 'attune';
import { describe, expect, it } from 'vitest';
import { expectCode, expectRejection, recommenderConformance } from '../../support/conformance.ts';
import { checkerboard, historyOf, zipf } from '../../support/makers.ts';

/** A recommender whose `fit` stands for training elsewhere. */
function trainedElsewhere(options: { onUnknown?: UnknownPolicy } = {}): FactorRecommender {
  const model = new FactorRecommender(options);
  model.fit = async (interactions, { signal, onProgress, ...more }: FitOptions = {}) => {
    if (Object.keys(more).length > 0) return FactorRecommender.prototype.fit.call(model, interactions, more) as Promise<typeof model>;
    const als = new AlsRecommender({ factors: 8, iterations: 4, regularization: 0.5 });
    const { users: userIds, items: itemIds, itemFactors } = await als.fit(interactions, { signal, onProgress });
    const made = FactorRecommender.from({ userIds, itemIds, itemFactors, history: interactions });
    (model as unknown as { fitted: unknown; replace(fitted: unknown): void }).replace((made as unknown as { fitted: unknown }).fitted);
    return model;
  };
  return model;
}

describe('FactorRecommender', () => {
  recommenderConformance({ make: trainedElsewhere, Class: FactorRecommender, can: { similarUsers: true } });
});

const ids = { userIds: ['a', 'b'], itemIds: ['x', 'y', 'z'] };
const userFactors = Float32Array.of(1, 0, 0, 1);
const itemFactors = Float32Array.of(1, 2, 3, 0, -1, 1);

describe('factors that were trained elsewhere', () => {
  it('are served as inner products, with whatever biases there are', () => {
    const model = FactorRecommender.from({ ...ids, userFactors, itemFactors });
    expect([...model.score('a', ids.itemIds)]).toEqual([1, 3, -1]);
    expect([...model.score('b', ids.itemIds)]).toEqual([2, 0, 1]);
    const biases = { itemBiases: [0, 0, 9], userBiases: [0.5, 0], globalBias: 2 };
    const biased = FactorRecommender.from({ ...ids, userFactors, itemFactors, ...biases });
    expect([...biased.score('a', ids.itemIds)]).toEqual([3.5, 5.5, 10.5]);
    expect(biased.recommend('b')).toEqual([
      { item: 'z', score: 12 },
      { item: 'x', score: 4 },
      { item: 'y', score: 2 },
    ]);
    expect(FactorRecommender.fromBytes(biased.toBytes()).recommend('b')).toEqual(biased.recommend('b'));
  });
  it('come with their shape or without it, and with numbers as ids', () => {
    const shaped = { data: itemFactors, rows: 3, columns: 2 };
    const model = FactorRecommender.from({
      userIds: [7, 8],
      itemIds: [1n, 2, '3'],
      userFactors,
      itemFactors: shaped,
      history: [{ user: 7, item: 2 }],
    });
    expect(model.recommend(7).map(({ item }) => item)).toEqual(['1', '3']);
    expect(model.userFactors).toEqual({ data: userFactors, rows: 2, columns: 2 });
  });
  it('leave out what the history says was seen, whoever holds it', () => {
    const rows = [
      { user: 'a', item: 'y', value: 3 },
      { user: 'stranger', item: 'x' },
      { user: 'b', item: 'no such item' },
    ];
    const columns = { users: rows.map((row) => row.user), items: rows.map((row) => row.item), values: [3, 1, 1] };
    for (const history of [rows, rows.values(), Interactions.fromColumns(columns)]) {
      const model = FactorRecommender.from({ ...ids, userFactors, itemFactors, history });
      expect(model.recommend('a').map(({ item }) => item)).toEqual(['x', 'z']);
      expect(model.recommend('b').length).toBe(3);
      expect(model.interactionsOf('a')).toEqual([{ item: 'y', value: 3 }]);
    }
  });
  it('make a visitor the mean of what was chosen, and users too when they have no factors', () => {
    const history = [
      { user: 'a', item: 'x', value: 1 },
      { user: 'a', item: 'y', value: 3 },
      { user: 'b', item: 'z' },
    ];
    const model = FactorRecommender.from({ ...ids, itemFactors, history });
    expect([...model.userFactors.data]).toEqual([2.5, 0.5, -1, 1]);
    expect(
      model.recommendFor([
        { item: 'x', value: 1 },
        { item: 'y', value: 3 },
      ]),
    ).toEqual(model.recommend('a'));
  });
  it('take other users for the same items by fit', async () => {
    const model = FactorRecommender.from({ ...ids, userFactors, itemFactors });
    await model.fit(Interactions.fromColumns({ users: ['new', 'new'], items: ['z', 'unheard of'] }));
    expect([...model.users]).toEqual(['new']);
    expect([...model.items]).toEqual(ids.itemIds);
    expect(model.recommendFor(['z'])).toEqual(model.recommend('new'));
    await expectRejection('ERR_NOT_FITTED', new FactorRecommender().fit(zipf()));
  });
  it('keep nothing of their input, and are found by their kind', async () => {
    const given = { userFactors: userFactors.slice(), itemFactors: itemFactors.slice() };
    const model = FactorRecommender.from({ ...ids, ...given });
    const before = model.recommend('a');
    given.userFactors.fill(7);
    given.itemFactors.fill(7);
    expect(model.recommend('a')).toEqual(before);
    const store = memoryModelStore();
    await model.save(store, 'spark');
    expect((await loadRecommender(store, 'spark')).recommend('a')).toEqual(before);
  });
  it('are refused with a code where they do not fit', () => {
    const good = { ...ids, userFactors, itemFactors };
    const bad: [ErrorCode, object, string?][] = [
      ['ERR_DUPLICATE', { itemIds: ['x', 'y', 'x'] }, '"x"'],
      ['ERR_BAD_ID', { itemIds: ['x', 'y', ''] }, 'row 2'],
      ['ERR_BAD_ARGUMENT', { userIds: 'ab' }, 'userIds'],
      ['ERR_BAD_ARGUMENT', { userFactors: [1, 0, 0, 1] }, 'userFactors'],
      ['ERR_COLUMN_LENGTH', { userFactors: Float32Array.of(1, 2, 3) }, 'userFactors'],
      ['ERR_COLUMN_LENGTH', { itemFactors: { data: itemFactors, rows: 2, columns: 3 } }, '2 x 3'],
      ['ERR_COLUMN_LENGTH', { itemFactors: Float32Array.of(1, 2, 3, 4) }],
      ['ERR_COLUMN_LENGTH', { itemBiases: [1] }, 'itemBiases'],
      ['ERR_BAD_VALUE', { userFactors: Float32Array.of(1, 0, Number.NaN, 1) }, '"b"'],
      ['ERR_BAD_VALUE', { userBiases: [0, Number.POSITIVE_INFINITY] }, '"b"'],
      ['ERR_BAD_VALUE', { globalBias: Number.NaN }],
      ['ERR_BAD_VALUE', { history: [{ user: 'a', item: 'x', value: Number.NaN }] }],
      ['ERR_BAD_ARGUMENT', { history: [{ user: 'A', item: 'X' }] }, '"A"'],
      ['ERR_BAD_ARGUMENT', { userFactors: undefined }],
      ['ERR_EMPTY', { itemIds: [], itemFactors: new Float32Array(0) }],
      ['ERR_BAD_OPTION', { thread: 1 }, 'threads'],
    ];
    for (const [code, part, text] of bad) {
      expectCode(code, () => FactorRecommender.from({ ...good, ...part } as never), text);
      if (code !== 'ERR_BAD_OPTION')
        expectCode(code, () => AlsRecommender.fromFactors({ feedback: 'explicit', ...good, ...part } as never), text);
    }
  });
});

describe('AlsRecommender.fromFactors', () => {
  const options = { alpha: 5, regularization: 0.5, regularizationScaling: 'frequency' } as const;
  it('gives the model that was trained elsewhere: lists, visitors, reasons', async () => {
    const data = zipf();
    const trained = await new AlsRecommender({ factors: 6, iterations: 5, ...options }).fit(data);
    const { userFactors, itemFactors } = trained;
    const given = { userIds: trained.users, itemIds: trained.items, itemFactors, history: data, ...options };
    for (const own of [{ userFactors }, {}]) {
      const model = AlsRecommender.fromFactors({ ...given, ...own });
      expect(model.options.factors).toBe(6);
      for (const user of data.users) {
        const scores = trained.score(user, data.items);
        for (const [k, score] of model.score(user, data.items).entries()) expect(score).toBeCloseTo(scores[k], 4);
        expect(model.recommendFor(historyOf(data, user))).toEqual(trained.recommendFor(historyOf(data, user)));
        expect(model.explainMany(user, ['i1', 'i2']).map((e) => e.contributions)).toEqual(
          trained.explainMany(user, ['i1', 'i2']).map((e) => e.contributions),
        );
      }
      const news = Interactions.fromColumns({ users: ['newcomer'], items: ['i1'] });
      await model.partialFit(news);
      expect(model.recommend('newcomer', { n: 3 }).length).toBe(3);
      expect(AlsRecommender.fromBytes(model.toBytes()).recommend('u1')).toEqual(model.recommend('u1'));
    }
  });
  it('needs a history for partialFit, and explicit feedback for biases', async () => {
    const model = AlsRecommender.fromFactors({ ...ids, userFactors, itemFactors, ...options });
    expect(model.recommendFor(['x']).length).toBe(2);
    expect(model.explain('a', 'x').contributions).toEqual([]);
    await expectRejection('ERR_NOT_SUPPORTED', model.partialFit(checkerboard()));
    expectCode('ERR_BAD_OPTION', () => AlsRecommender.fromFactors({ ...ids, userFactors, itemFactors, itemBiases: [1, 2, 3] }));
    const biased = { itemBiases: [1, 2, 3], globalBias: 3, feedback: 'explicit', clip: [1, 5] } as const;
    expect([...AlsRecommender.fromFactors({ ...ids, userFactors, itemFactors, ...biased }).score('a', ids.itemIds)]).toEqual([5, 5, 5]);
    expectCode('ERR_BAD_OPTION', () => AlsRecommender.fromFactors({ ...ids, userFactors, itemFactors, factors: 3 } as never));
  });
});

describe('factors that cannot be served', () => {
  it('are refused by a coded error when there are none', () => {
    for (const none of [undefined, null, 5] as never[]) {
      expect(() => FactorRecommender.from(none)).toThrow(expect.objectContaining({ name: 'AttuneError' }));
      expect(() => AlsRecommender.fromFactors(none)).toThrow(expect.objectContaining({ name: 'AttuneError' }));
    }
  });

  it('are refused when their products overflow float32, alone or with biases', () => {
    const large = (by: number) => itemFactors.map((value) => value * by);
    for (const make of [FactorRecommender.from, AlsRecommender.fromFactors] as ((input: object) => unknown)[]) {
      expectCode('ERR_NUMERIC', () => make({ ...ids, userFactors, itemFactors: large(1e20) }));
      expectCode('ERR_NUMERIC', () => make({ ...ids, userFactors: userFactors.map((value) => value * 2e19), itemFactors }));
      expectCode('ERR_NUMERIC', () => make({ ...ids, userFactors, itemFactors, userBiases: [3e38, 0], itemBiases: [3e38, 0, 0] }));
      make({ ...ids, userFactors, itemFactors: large(1e18) });
    }
    const model = FactorRecommender.from({ ...ids, userFactors, itemFactors: large(1e18) });
    expect(model.recommend('a').every(({ score }) => Number.isFinite(score))).toBe(true);
  });
});
