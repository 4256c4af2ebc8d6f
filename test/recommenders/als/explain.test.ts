import { AlsRecommender, evaluate, Interactions } from 'attune';
import { describe, expect, it } from 'vitest';
import { fromRows, historyOf, zipf } from '../../support/makers.ts';
import { expectCode } from '../../support/recommender-conformance.ts';

const data = zipf({ users: 60, items: 50, rows: 900 }); // histories on both sides of the number of factors
const kinds = [{}, { feedback: 'explicit' }, { feedback: 'explicit', biases: true }, { storage: 'float16' }] as const;
const sumOf = (parts: { score: number }[]) => parts.reduce((sum, part) => sum + part.score, 0);

/** Contributions by arithmetic: r_e y_e^T (Y^T Y + sum d y y^T + lambda I)^-1 y_i, implicit feedback. */
function expectedParts(als: AlsRecommender, history: { item: string; value: number }[], item: string): Map<string, number> {
  const { data: y, columns: f } = als.itemFactors;
  const { alpha, regularization } = als.options;
  const row = (id: string) => y.subarray(als.items.indexOf(id) * f, (als.items.indexOf(id) + 1) * f);
  const a = Array.from({ length: f }, (_, i) =>
    Array.from({ length: f + 1 }, (_, j) => (j === f ? row(item)[i] : i === j ? regularization : 0)),
  );
  const add = (v: Float32Array, weight: number) => {
    for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) a[i][j] += weight * v[i] * v[j];
  };
  for (const id of als.items) add(row(id), 1);
  for (const { item: id, value } of history) add(row(id), alpha * value);
  for (let p = 0; p < f; p++) {
    for (let i = 0; i < f; i++) {
      const factor = i === p ? 0 : a[i][p] / a[p][p];
      for (let j = p; j <= f; j++) a[i][j] -= factor * a[p][j];
    }
  }
  const t = a.map((line, i) => line[f] / line[i]);
  return new Map(history.map(({ item: id, value }) => [id, (1 + alpha * value) * row(id).reduce((sum, v, q) => sum + v * t[q], 0)]));
}

describe('the explanations of an AlsRecommender', () => {
  it('are what arithmetic gives, for short and for long histories', async () => {
    const als = await new AlsRecommender({ factors: 12, iterations: 4, regularization: 1 }).fit(data);
    for (const user of data.users) {
      const expected = expectedParts(als, historyOf(data, user), 'i3');
      const scale = Math.max(...[...expected.values()].map(Math.abs));
      for (const { item, score } of als.explain(user, 'i3').contributions) {
        expect(Math.abs(score - (expected.get(item) as number))).toBeLessThan(2e-5 * Math.max(1, scale));
      }
    }
  });
  it('of many items are those of each, add up to the scores, and hold n parts for each item', async () => {
    for (const options of kinds) {
      const als = await new AlsRecommender({ factors: 12, iterations: 3, regularization: 0.5, ...options }).fit(data);
      const items = [...data.items].slice(0, 20);
      const tolerance = 'storage' in options ? 1e-2 : 1e-4; // half precision keeps another user than the one that is explained
      for (const user of [...data.users].slice(0, 25)) {
        const many = als.explainMany(user, items);
        expect(many).toEqual(items.map((item) => als.explain(user, item)));
        expect(als.explainMany(user, items, { n: 2 })).toEqual(
          many.map((why) => ({ ...why, contributions: why.contributions.slice(0, 2) })),
        );
        many.forEach(({ score, baseline = 0, contributions }) => {
          const size = contributions.reduce((sum, part) => sum + Math.abs(part.score), Math.abs(score));
          expect(Math.abs(baseline + sumOf(contributions) - score)).toBeLessThan(tolerance * size + 1e-6);
        });
      }
      expect(als.explainMany('u1', [])).toEqual([]);
      expect(als.explainMany('u1', ['i1', 'i1'])).toEqual([als.explain('u1', 'i1'), als.explain('u1', 'i1')]);
    }
  });
  it("of a visitor are those of a user with that history, and add up to the visitor's scores", async () => {
    for (const options of kinds) {
      const als = await new AlsRecommender({ factors: 12, iterations: 3, regularization: 0.5, ...options }).fit(data);
      for (const user of [...data.users].slice(0, 25)) {
        const history = historyOf(data, user);
        const list = als.recommendFor(history, { n: 5 });
        const why = als.explainFor(
          history,
          list.map(({ item }) => item),
        );
        why.forEach((each, k) => {
          expect(each.score).toBe(list[k].score);
          const stored = new Map(als.explain(user, list[k].item).contributions.map((part) => [part.item, part.score]));
          for (const { item, score } of each.contributions) expect(score).toBeCloseTo(stored.get(item) as number, 3);
        });
      }
    }
  });
  it('are never those of another user, or of a model of before', async () => {
    const als = await new AlsRecommender({ factors: 12, iterations: 3 }).fit(data);
    const fresh = () => AlsRecommender.fromBytes(als.toBytes());
    const check = () => {
      for (const user of ['u5', 'u6', 'u5']) expect(als.explain(user, 'i7')).toEqual(fresh().explain(user, 'i7'));
    };
    check();
    als.forget('u4'); // those behind move up
    check();
    await als.partialFit(Interactions.fromColumns({ users: ['u5'], items: ['i9'], values: [4] }));
    check();
  });
  it('of unknown ids are empty or an error, as always', async () => {
    const als = await new AlsRecommender({ factors: 4, iterations: 2 }).fit(data);
    const nothing = { score: Number.NaN, contributions: [] };
    expect(als.explainMany('nobody', ['i1', 'i2'], { onUnknown: 'empty' })).toEqual([nothing, nothing]);
    expect(als.explainMany('u1', ['nothing', 'i2'], { onUnknown: 'empty' })).toEqual([nothing, als.explain('u1', 'i2')]);
    expect(als.explainFor(['nothing'], ['i1'], { onUnknown: 'empty' })).toEqual([nothing]);
    expectCode('ERR_UNKNOWN_HISTORY', () => als.explainFor([], ['i1']));
    expectCode('ERR_UNKNOWN_ITEM', () => als.explainFor(['i1'], ['nothing']));
    expectCode('ERR_UNKNOWN_USER', () => als.explainMany('nobody', ['i1']));
    expectCode('ERR_BAD_ARGUMENT', () => als.explainMany('u1', 'i1' as never));
  });
});

describe('regularization that scales with observations', () => {
  const rows: [string, string, number][] = [['a', 'x', 2], ['a', 'y', 1], ['a', 'z', 0], ['b', 'x', 1], ['b', 'z', -1], ['c', 'y', 3], ['c', 'x', 1], ['d', 'z', 2], ['d', 'y', 1]]; // biome-ignore format: a table
  /** The gradient of the loss by the items is zero where items were solved last; here by the users, who are. */
  const residual = (als: AlsRecommender, user: string, n: number) => {
    const { alpha, regularization, regularizationScaling } = als.options;
    const lambda = regularization * (regularizationScaling === 'count' ? n : n + als.items.size / alpha);
    const { data: y, columns: f } = als.itemFactors;
    const x = als.userFactors.data.subarray(als.users.indexOf(user) * f, (als.users.indexOf(user) + 1) * f);
    const gradient = new Float64Array(f);
    for (const [i, item] of [...als.items].entries()) {
      const value = rows.find((row) => row[0] === user && row[1] === item)?.[2] ?? 0;
      const c = 1 + alpha * Math.abs(value);
      const dot = x.reduce((sum, v, q) => sum + v * y[i * f + q], 0);
      for (let q = 0; q < f; q++) gradient[q] += c * (Number(value > 0) - dot) * y[i * f + q];
    }
    return Math.max(...gradient.map((g, q) => Math.abs(g - lambda * x[q])));
  };
  it.each(['count', 'frequency'] as const)('counts positive values of implicit feedback only, by %s', async (regularizationScaling) => {
    const als = await new AlsRecommender({ factors: 3, iterations: 4, regularization: 0.7, alpha: 2, regularizationScaling }).fit(
      fromRows(rows),
    );
    for (const [user, positive] of [
      ['a', 2],
      ['b', 1],
      ['c', 2],
      ['d', 2],
    ] as const)
      expect(residual(als, user, positive)).toBeLessThan(1e-4);
    expect(residual(als, 'a', 3)).toBeGreaterThan(1e-3);
    for (const user of 'abcd') {
      const own = rows.filter((row) => row[0] === user).map(([, item, value]) => ({ item, value }));
      const visitor = als.recommendFor(own, { includeSeen: true });
      for (const [k, { score }] of als.recommend(user, { includeSeen: true }).entries()) expect(visitor[k].score).toBeCloseTo(score, 5);
    }
  });
  it('counts all ratings of explicit feedback', async () => {
    const options = { factors: 2, iterations: 3, feedback: 'explicit', regularization: 0.1, acceleration: false, solver: 'exact' } as const;
    const shifted = await new AlsRecommender({ ...options, regularizationScaling: 'count' }).fit(fromRows([['a', 'x', 0], ['a', 'y', 2], ['b', 'x', 1], ['b', 'y', 1]])); // biome-ignore format: a table
    const { data: y } = shifted.itemFactors;
    const [x0, x1] = shifted.userFactors.data;
    const errors = [0, 2].map((value, i) => value - x0 * y[2 * i] - x1 * y[2 * i + 1]);
    expect(errors[0] * y[0] + errors[1] * y[2]).toBeCloseTo(0.1 * 2 * x0, 5);
  });
});

describe('ratings clipped to their scale', () => {
  const explicit = { feedback: 'explicit', factors: 4, iterations: 4, regularization: 0.05, biases: true } as const;
  it('are what lists, scores and predictions show, in the order of what was predicted', async () => {
    const clip = [2, 2.5] as const;
    const plain = await new AlsRecommender(explicit).fit(data);
    const clipped = await new AlsRecommender({ ...explicit, clip }).fit(data);
    const inside = (score: number) => Math.fround(Math.min(clip[1], Math.max(clip[0], score)));
    for (const user of [...data.users].slice(0, 10)) {
      const list = plain.recommend(user, { n: 50 });
      const expected = list.map(({ item, score }) => ({ item, score: inside(score) }));
      expect(clipped.recommend(user, { n: 50 })).toEqual(expected);
      expect([...clipped.recommendMany([user], { n: 50 })]).toEqual([expected]);
      expect(clipped.recommend(user, { n: 50, only: data.items })).toEqual(expected);
      expect([...clipped.score(user, data.items)]).toEqual([...plain.score(user, data.items)].map(inside));
      expect(clipped.predict(user, 'i1')).toBe(inside(plain.predict(user, 'i1')));
      expect(clipped.explain(user, 'i1')).toEqual(plain.explain(user, 'i1'));
      const seen = plain.recommendFor(historyOf(data, user)).map(({ item, score }) => ({ item, score: inside(score) }));
      expect(clipped.recommendFor(historyOf(data, user))).toEqual(seen);
    }
    expect(AlsRecommender.fromBytes(clipped.toBytes()).options.clip).toEqual(clip);
  });
  it('have the smaller error, and are left out of files that have none', async () => {
    const test = Interactions.fromColumns({ users: ['u1', 'u2', 'u3'], items: ['i30', 'i31', 'i32'], values: [1, 2, 3] });
    const error = async (clip: readonly [number, number] | undefined) => {
      const model = await new AlsRecommender({ ...explicit, clip }).fit(data);
      return (await evaluate(model, { train: data, test, metrics: ['rmse'], k: [10] })).get('rmse').mean;
    };
    expect(await error([1, 3])).toBeLessThanOrEqual(await error(undefined));
    const bytes = (await new AlsRecommender(explicit).fit(data)).toBytes();
    expect(new TextDecoder().decode(bytes)).not.toContain('clip');
  });
  it('need a scale, and ratings', () => {
    for (const clip of [[5, 1], [1], [1, Number.NaN], 5, [1, 1], null, { min: 1, max: 5 }]) {
      expectCode('ERR_BAD_OPTION', () => new AlsRecommender({ feedback: 'explicit', clip: clip as never }), 'clip');
    }
    expectCode('ERR_BAD_OPTION', () => new AlsRecommender({ clip: [1, 5] }), 'explicit');
  });
});
