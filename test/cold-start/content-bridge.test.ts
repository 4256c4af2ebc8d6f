import { AlsRecommender, contentBridge, HybridRanker, Interactions, SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import { ridge } from '../../src/cold-start/bridge/ridge.ts';
import { randomOf } from '../support/makers.ts';

describe('ridge', () => {
  const random = randomOf(4);
  const rows = 30;
  const numbers = (count: number) => Float64Array.from({ length: count }, () => random() * 2 - 1);
  const x = numbers(rows * 3);
  const weights = Float64Array.from({ length: rows }, () => 0.5 + random());
  const noise = numbers(rows * 2);
  const y = Float64Array.from({ length: rows * 2 }, (_, at) => {
    const i = Math.floor(at / 2);
    return (at % 2 ? 2 * x[i * 3] - x[i * 3 + 2] : x[i * 3 + 1]) + 3 + noise[at];
  });
  const problem = { rows, x, inputs: 3, y, outputs: 2, weights };

  it('solves the normal equations', () => {
    const { coefficients, intercept } = ridge(problem, [1e-12]);
    for (let o = 0; o < 2; o++) {
      const residual = (i: number) =>
        y[i * 2 + o] - intercept[o] - [0, 1, 2].reduce((sum, k) => sum + x[i * 3 + k] * coefficients[k * 2 + o], 0);
      for (const column of [() => 1, ...[0, 1, 2].map((k) => (i: number) => x[i * 3 + k])]) {
        let gradient = 0;
        for (let i = 0; i < rows; i++) gradient += weights[i] * residual(i) * column(i);
        expect(gradient).toBeCloseTo(0, 8);
      }
    }
  });

  it('takes the penalty whose predictions of left-out rows are best', () => {
    // The penalty is in units that change a little when a row is left out, so it is turned into an absolute one by a large factor only.
    const choices = [1e-6, 0.1, 1000];
    const { penalty, explained } = ridge(problem, choices);
    let error = 0;
    let variance = 0;
    const mean = [0, 1].map((o) => weights.reduce((sum, w, i) => sum + w * y[i * 2 + o], 0) / weights.reduce((sum, w) => sum + w, 0));
    for (let left = 0; left < rows; left++) {
      const rest = Array.from({ length: rows }, (_, i) => i).filter((i) => i !== left);
      const pick = (data: Float64Array, columns: number) =>
        Float64Array.from(rest.flatMap((i) => [...data.subarray(i * columns, (i + 1) * columns)]));
      const fit = ridge({ rows: rows - 1, x: pick(x, 3), inputs: 3, y: pick(y, 2), outputs: 2, weights: pick(weights, 1) }, [penalty]);
      for (let o = 0; o < 2; o++) {
        const predicted = fit.intercept[o] + [0, 1, 2].reduce((sum, k) => sum + x[left * 3 + k] * fit.coefficients[k * 2 + o], 0);
        error += weights[left] * (y[left * 2 + o] - predicted) ** 2;
        variance += weights[left] * (y[left * 2 + o] - mean[o]) ** 2;
      }
    }
    expect(penalty).not.toBe(1000);
    expect(explained).toBeCloseTo(1 - error / variance, 2);
  });
});

describe('contentBridge', async () => {
  const kinds = ['kettle', 'drill', 'lamp'];
  const words: Record<string, string> = {
    kettle: 'kettle boil water tea',
    drill: 'drill bore hole wall',
    lamp: 'lamp light bright reading',
  };
  const rows: { user: string; item: string; value: number }[] = [];
  for (let u = 0; u < 60; u++)
    for (let k = 0; k < 8; k++) rows.push({ user: `u${u}`, item: `${kinds[u % 3]}${(u * 7 + k) % 20}`, value: 1 });
  const data = await Interactions.from(rows);
  const als = await new AlsRecommender({ factors: 8, iterations: 8, seed: 1 }).fit(data);
  const products = kinds.flatMap((kind) => Array.from({ length: 22 }, (_, k) => ({ id: `${kind}${k}`, text: `${words[kind]} ${k}` })));
  const index = await SemanticIndex.build(products, { id: 'id', text: 'text' });
  const bridge = contentBridge({ recommender: als, vectors: index, counts: data });
  const fresh = products.map(({ id }) => id).filter((id) => !als.items.has(id));

  it('gives a known user the new items of the user’s kind', () => {
    expect(fresh.length).toBeGreaterThan(3);
    for (const user of ['u0', 'u1', 'u2']) {
      const kind = kinds[Number(user.slice(1))];
      const [best] = bridge.recommend(user, { n: 1, only: fresh });
      expect(best.item.startsWith(kind)).toBe(true);
    }
  });

  it('scores known items as the model does when contents count nothing beside', () => {
    const bridge = contentBridge({ recommender: als, vectors: index, counts: data, content: 0 });
    const items = ['kettle3', 'drill5', 'lamp7'];
    const scores = bridge.score('u4', items);
    for (const [k, score] of als.score('u4', items).entries()) expect(scores[k]).toBeCloseTo(score, 3);
    expect(bridge.score('u4', ['nothing'])[0]).toBeNaN();
    const list = als.recommend('u4', { n: 5 });
    expect(bridge.recommend('u4', { n: 5, only: als.items }).map(({ item }) => item)).toEqual(list.map(({ item }) => item));
  });

  it('gives a history, new items of a history, and a sentence their kind', async () => {
    expect(bridge.recommendFor(['lamp1'], { n: 3 }).every(({ item }) => item.startsWith('lamp'))).toBe(true);
    const unseen = fresh.find((id) => id.startsWith('drill')) as string;
    expect(bridge.recommendFor([unseen], { n: 3 }).every(({ item }) => item.startsWith('drill') && item !== unseen)).toBe(true);
    const list = await bridge.recommendForInterests('I need a kettle', { n: 5 });
    expect(list.every(({ item }) => item.startsWith('kettle'))).toBe(true);
    expect(await bridge.recommendForInterests('', { n: 5 })).toEqual([]);
    expect(bridge.recommendFor(['nothing'])).toEqual([]);
  });

  it('recommends what was added a minute ago', async () => {
    await index.add([{ id: 'lamp-new', text: 'lamp light bright reading 3' }]);
    expect(bridge.recommendFor(['lamp1', 'lamp2'], { n: 60 }).map(({ item }) => item)).toContain('lamp-new');
    index.remove(['lamp-new']);
    expect(bridge.recommendFor(['lamp1'], { n: 60 }).map(({ item }) => item)).not.toContain('lamp-new');
  });

  it('finds in a large catalogue, where it looks at the best of either part only, what looking at all finds', async () => {
    const random = randomOf(8);
    const vocabulary = Array.from({ length: 40 }, (_, k) => `word${k}`);
    const many = Array.from({ length: 1300 }, (_, k) => ({
      id: `p${k}`,
      text: [0, 1, 2].map(() => vocabulary[Math.floor(random() * vocabulary.length)]).join(' '),
    }));
    const chosen = await Interactions.from(
      Array.from({ length: 6000 }, (_, k) => ({ user: `u${k % 90}`, item: `p${Math.floor(1200 * random() ** 2)}`, value: 1 })),
      { duplicates: 'first' },
    );
    const model = await new AlsRecommender({ factors: 6, iterations: 4, seed: 2 }).fit(chosen);
    const catalogue = await SemanticIndex.build(many, { id: 'id', text: 'text' });
    const large = contentBridge({ recommender: model, vectors: catalogue, counts: chosen });
    for (const user of ['u3', 'u77']) {
      const seen = new Set(Array.from(model.interactionsOf(user), ({ item }) => item));
      const ids = many.map(({ id }) => id).filter((id) => !seen.has(id));
      const scores = large.score(user, ids);
      const best = ids.map((item, k) => ({ item, score: scores[k] })).sort((a, b) => b.score - a.score);
      const list = large.recommend(user, { n: 10 });
      expect(list.map(({ item }) => item)).toEqual(best.slice(0, 10).map(({ item }) => item));
      expect(large.recommend(user, { n: 10, only: list.map(({ item }) => item) })).toEqual(list);
    }
  });

  it('is a source of a ranker', async () => {
    const ranker = new HybridRanker({ sources: { als, bridge } });
    const page = await ranker.rank({ user: 'u0', only: fresh }, { n: 2 });
    expect(page.items.every(({ item }) => item.startsWith('kettle'))).toBe(true);
    expect(page.skipped).toEqual([]);
    const words = await ranker.rank({ interests: ['a lamp'] }, { n: 3 });
    expect(words.strategy).toBe('content');
    expect(words.items.every(({ item }) => item.startsWith('lamp'))).toBe(true);
    expect((await ranker.rank({ user: 'nobody' })).items).toEqual([]);
  });

  it('says how much of the factors contents explain, and refuses what it cannot use', async () => {
    const ridge = contentBridge({ recommender: als, vectors: index, counts: data, method: 'ridge' });
    expect(ridge.explained).toBeGreaterThan(0.2);
    expect(ridge.penalty).toBeGreaterThan(0);
    expect(bridge.explained).toBeGreaterThan(0.05);
    expect(bridge.explained).toBeLessThan(1);
    expect(bridge.penalty).toBeUndefined();
    expect(() => contentBridge({ recommender: als, vectors: index, penalty: 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION' }),
    );
    expect(() => contentBridge({ recommender: als, vectors: index, counts: 5 as never })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION' }),
    );
    expect(() => bridge.recommendFor('i1')).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
    await expect(bridge.recommendForInterests(5 as never)).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
    expect(() => bridge.score('u1', 'i1')).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
    expect(() => bridge.factorsOf([1, 2])).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
    const vectors = { size: 0, items: [], vectorOf: () => undefined };
    expect(() => contentBridge({ recommender: als, vectors })).toThrow(expect.objectContaining({ code: 'ERR_EMPTY' }));
    expect(() => contentBridge({ recommender: {} as never, vectors: index })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });
});
