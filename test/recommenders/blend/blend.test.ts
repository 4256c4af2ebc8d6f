import {
  AlsRecommender,
  BlendRecommender,
  EaseRecommender,
  ItemKnnRecommender,
  PopularityRecommender,
  type Progress,
  SequenceLinearRecommender,
} from 'attune';
import { describe, expect, it } from 'vitest';
import { BoughtTogether } from '../../authoring/guide/bought-together.ts';
import { expectCode, expectRejection, recommenderConformance } from '../../support/conformance.ts';
import { zipf } from '../../support/makers.ts';

const parts = () => [new EaseRecommender({ regularization: 2 }), new AlsRecommender({ factors: 4, iterations: 5, alpha: 10 })];

describe('BlendRecommender', () => {
  recommenderConformance({
    make: (options) => new BlendRecommender({ parts: parts(), weights: [0.7, 0.3], ...options }),
    Class: BlendRecommender as never,
    can: { explain: true, explainMany: true, explainFor: true, partialFit: true },
  });
});

describe('A blend', () => {
  const data = zipf();
  it('adds the scores of its models, each over the length of its scores for this user', async () => {
    const models = parts();
    const blend = await new BlendRecommender({ parts: models, weights: [3, 1] }).fit(data);
    expect(blend.weights).toEqual([0.75, 0.25]);
    const [ease, als] = models.map((model) => [...model.score('u3', data.items)]);
    blend.score('u3', data.items).forEach((score, i) => {
      expect(score).toBeCloseTo((0.75 * ease[i]) / Math.hypot(...ease) + (0.25 * als[i]) / Math.hypot(...als), 5);
    });
  });
  it('ranks like one model when the others count nothing', async () => {
    const models = parts();
    const blend = await new BlendRecommender({ parts: models, weights: [0, 1] }).fit(data);
    for (const user of data.users) {
      const own = models[1].recommend(user, { n: 20 }).map(({ item }) => item);
      expect(blend.recommend(user, { n: 20 }).map(({ item }) => item)).toEqual(own);
    }
  });
  it('takes models that are fitted on the same interactions, and no others', async () => {
    const [ease, als] = parts();
    await Promise.all([ease.fit(data), als.fit(data)]);
    const blend = new BlendRecommender({ parts: [ease, als] });
    expect(blend.recommend('u3')).toEqual((await new BlendRecommender({ parts: parts() }).fit(data)).recommend('u3'));
    await als.fit(zipf({ users: 9 }));
    expectCode('ERR_BAD_ARGUMENT', () => new BlendRecommender({ parts: [ease, als] }), 'users');
  });
  it('can do what all of its models can', async () => {
    const [ease, als] = parts();
    const loose = new BlendRecommender({ parts: [ease, new PopularityRecommender()] });
    expect(loose.can('explain')).toBe(false);
    expect(loose.explain).toBeUndefined();
    expect(loose.can('foldIn')).toBe(true);
    expect(new BlendRecommender({ parts: [ease, als] }).can('partialFit')).toBe(true);
    expect(new BlendRecommender({ parts: [new ItemKnnRecommender(), new SequenceLinearRecommender()] }).can('sequence')).toBe(true);
    await loose.fit(data);
    expect(loose.recommend('u1').length).toBe(10);
  });
  it('explains what belongs to no item of the user', async () => {
    const models = [new EaseRecommender(), new AlsRecommender({ factors: 4, feedback: 'explicit', biases: true })];
    const blend = await new BlendRecommender({ parts: models }).fit(data);
    const { score, contributions, baseline = 0 } = blend.explain?.('u3', 'i2') ?? { score: Number.NaN, contributions: [] };
    expect(baseline).toBeGreaterThan(0);
    expect(contributions.reduce((sum, part) => sum + part.score, baseline)).toBeCloseTo(score, 4);
  });
  it('reads the order of a history where one of its models does', async () => {
    const blend = await new BlendRecommender({ parts: [new ItemKnnRecommender(), new SequenceLinearRecommender()] }).fit(data);
    const history = ['i1', 'i4', 'i7'];
    expect(blend.recommendFor(history)).not.toEqual(blend.recommendFor(history.toReversed()));
    expect(blend.recommend('u0')).toEqual(BlendRecommender.fromBytes(blend.toBytes()).recommend('u0'));
  });
  it('is a part of another one', async () => {
    const inner = new BlendRecommender({ parts: parts() });
    const outer = await new BlendRecommender({ parts: [inner, new ItemKnnRecommender()] }).fit(data);
    const copy = BlendRecommender.fromBytes(outer.toBytes());
    expect([...copy.recommendMany(data.users)]).toEqual([...outer.recommendMany(data.users)]);
  });
  it('stays as it was when the fit of its last model is aborted', async () => {
    const blend = await new BlendRecommender({ parts: parts() }).fit(data);
    const before = blend.toBytes();
    const stop = new AbortController();
    const onProgress = ({ family }: Progress) => {
      if (family === 'als') stop.abort(new Error('enough'));
    };
    await expect(blend.fit(zipf({ users: 9 }), { signal: stop.signal, onProgress })).rejects.toThrow('enough');
    expect(blend.toBytes()).toEqual(before);
    expect(blend.recommend('u20').length).toBe(10);
  });
  it('refuses parts and weights that are none', () => {
    const [ease, als] = parts();
    for (const given of [null, [], [ease], [ease, ease], [ease, {}]])
      expectCode('ERR_BAD_OPTION', () => new BlendRecommender({ parts: given as never }), 'parts');
    for (const weights of [[1], [1, -1], [0, 0], [1, Number.NaN], 'equal'])
      expectCode('ERR_BAD_OPTION', () => new BlendRecommender({ parts: [ease, als], weights: weights as never }), 'weights');
  });
  it('of a family of your own works, but its file cannot be read back', async () => {
    const blend = await new BlendRecommender({ parts: [new BoughtTogether(), new EaseRecommender()] }).fit(data);
    expect(blend.recommend('u1').length).toBeGreaterThan(0);
    expectCode('ERR_NOT_SUPPORTED', () => BlendRecommender.fromBytes(blend.toBytes()), 'bought-together');
    await expectRejection('ERR_EMPTY', blend.fit(data.filter({ minPerUser: 1000 })));
  });
});
