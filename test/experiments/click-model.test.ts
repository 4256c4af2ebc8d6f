import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type ClickSession, fitClickModel, simulateClicks } from 'attune/click-models';
import { describe, expect, it } from 'vitest';
import { randomOf } from '../support/makers.ts';
import { sharedData } from '../support/shared-data.ts';

const code = (wanted: string) => expect.objectContaining({ name: 'AttuneError', code: wanted });
const items = Array.from({ length: 12 }, (_, k) => `i${k}`);
const attraction = (item: string) => 0.05 + 0.06 * Number(item.slice(1)); // 0.05 to 0.71
const satisfaction = (item: string) => 0.8 - 0.05 * Number(item.slice(1));
const examination = [1, 0.7, 0.5, 0.4, 0.3, 0.2];

/** Lists of six in random order, clicked as one model or the other says; three in ten clicks buy. */
function sessions(kind: 'position-based' | 'dynamic-bayesian', count: number, perseverance = 0.85, seed = 7): ClickSession[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => {
    const order = items.map((item) => ({ item, at: random() })).sort((a, b) => a.at - b.at);
    const list = order.slice(0, 6).map(({ item }) => item);
    const clicked: string[] = [];
    for (const [rank, item] of list.entries()) {
      if (kind === 'position-based' && random() >= examination[rank]) continue;
      const clicks = random() < attraction(item);
      if (clicks) clicked.push(item);
      if (kind === 'dynamic-bayesian' && ((clicks && random() < satisfaction(item)) || random() >= perseverance)) break;
    }
    return { query: 'q', items: list, clicked, converted: clicked.filter(() => random() < 0.3) };
  });
}

describe('a click model', () => {
  it('finds attraction and examination of a position-based log again', () => {
    const model = fitClickModel(sessions('position-based', 20_000));
    expect(model.examination).toHaveLength(6);
    // Only their products are known, so both are compared on the scale of the first rank.
    for (const [rank, truth] of examination.entries()) expect(Math.abs(model.examination[rank] - truth)).toBeLessThan(0.04);
    for (const item of items) expect(Math.abs(model.attraction('q', item) - attraction(item))).toBeLessThan(0.04);
    expect(model.warnings).toEqual([]);
  });

  it('finds attraction and perseverance of a cascading log again', () => {
    const model = fitClickModel(sessions('dynamic-bayesian', 20_000), { model: 'dynamic-bayesian' });
    expect(Math.abs(model.perseverance - 0.85)).toBeLessThan(0.03);
    for (const item of items) expect(Math.abs(model.attraction('q', item) - attraction(item))).toBeLessThan(0.03);
  });

  it('predicts sessions it has not seen better than a click rate, and the right model best', () => {
    for (const kind of ['position-based', 'dynamic-bayesian'] as const) {
      const [train, test] = [sessions(kind, 6000, 0.85, 1), sessions(kind, 3000, 0.85, 2)];
      const other = kind === 'position-based' ? 'dynamic-bayesian' : 'position-based';
      const right = fitClickModel(train, { model: kind }).evaluate(test);
      const wrong = fitClickModel(train, { model: other }).evaluate(test);
      expect(right.logLikelihood).toBeGreaterThan(wrong.logLikelihood);
      expect(wrong.logLikelihood).toBeGreaterThan(right.baseline.logLikelihood);
      expect(right.perplexity).toBeLessThan(right.baseline.perplexity);
    }
  });

  it.each(['position-based', 'dynamic-bayesian'] as const)('%s: what is expected is what is drawn', (kind) => {
    const model = fitClickModel(sessions(kind, 3000), { model: kind });
    const list = ['i11', 'i3', 'i7', 'i0', 'new', 'i9'];
    const { clicks, anyClick, conversion } = model.expect('q', list);
    const random = randomOf(3);
    const drawn = { clicks: new Float64Array(6), any: 0, conversion: 0 };
    const runs = 40_000;
    for (let run = 0; run < runs; run++) {
      const { clicked, converted } = model.simulate('q', list, random);
      for (const item of clicked) drawn.clicks[list.indexOf(item)]++;
      drawn.any += clicked.length > 0 ? 1 : 0;
      drawn.conversion += converted?.length ? 1 : 0;
    }
    for (const [rank, chance] of clicks.entries()) expect(Math.abs(drawn.clicks[rank] / runs - chance)).toBeLessThan(0.01);
    expect(Math.abs(drawn.any / runs - anyClick)).toBeLessThan(0.01);
    expect(Math.abs(drawn.conversion / runs - conversion)).toBeLessThan(0.01);
  });

  it('takes numbers as ids, which stand for their digits', () => {
    const text = sessions('position-based', 500).map(({ query, items, clicked, converted }) => {
      const digits = (ids: readonly unknown[] = []) => ids.map((id) => String(id).slice(1));
      return { query, items: digits(items), clicked: digits(clicked), converted: digits(converted) };
    });
    const numbers = text.map(({ query, items, clicked, converted }) => {
      return { query, items: items.map(Number), clicked: clicked.map(Number), converted: converted.map(Number) };
    });
    const [a, b] = [fitClickModel(text), fitClickModel(numbers)];
    expect(b.attraction('q', 3)).toBe(a.attraction('q', '3'));
    expect(b.attraction('q', '3')).not.toBe(b.attraction('q', 'unknown'));
    expect(b.has('q', 3n)).toBe(true);
    expect(b.evaluate(numbers)).toEqual(a.evaluate(text));
    expect(() => fitClickModel([{ items: [3, '3'], clicked: [] }])).toThrow(code('ERR_BAD_ROW'));
  });

  it('chances of all that can happen in a session add up to 1', () => {
    for (const kind of ['position-based', 'dynamic-bayesian'] as const) {
      const model = fitClickModel(sessions(kind, 2000), { model: kind });
      const list = ['i1', 'i8', 'i4'];
      let total = 0;
      for (let pattern = 0; pattern < 8; pattern++) {
        const clicked = list.filter((_, k) => pattern & (1 << k));
        total += Math.exp(model.evaluate([{ query: 'q', items: list, clicked }]).logLikelihood);
      }
      expect(total).toBeCloseTo(1, 9);
    }
  });

  it('says when ranks cannot be told from items', () => {
    const fixed = Array.from({ length: 50 }, (_, k) => ({ items: ['a', 'b', 'c'], clicked: k % 2 ? ['a'] : [] }));
    expect(fitClickModel(fixed).warnings[0]).toContain('3 groups');
    expect(fitClickModel([...fixed, { items: ['b', 'a', 'c'], clicked: [] }]).warnings[0]).toContain('2 groups');
    expect(fitClickModel([...fixed, { items: ['c', 'a', 'b'], clicked: [] }]).warnings).toEqual([]);
  });

  it('refuses sessions that cannot be', () => {
    const good = { items: ['a', 'b'], clicked: ['a'] };
    for (const bad of [
      { ...good, clicked: ['z'] },
      { ...good, items: ['a', 'a'] },
      { ...good, items: 'ab' },
      { ...good, converted: ['b'] },
      { ...good, query: 5 },
      null,
    ]) {
      expect(() => fitClickModel([good, bad as ClickSession])).toThrow(code('ERR_BAD_ROW'));
      expect(() => fitClickModel([good, bad as ClickSession])).toThrow('Session 1');
    }
    expect(() => fitClickModel([])).toThrow(code('ERR_EMPTY'));
    expect(() => fitClickModel([good], { perseverance: 0.5 })).toThrow(code('ERR_BAD_OPTION'));
    expect(() => fitClickModel([good], { modle: 'x' } as never)).toThrow(code('ERR_BAD_OPTION'));
    for (const list of [5, 'ab', null, undefined])
      expect(() => fitClickModel(list as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });
});

describe('simulateClicks', () => {
  it('refuses models that are none, and rankers that are none, by a coded error that says which', () => {
    const model = fitClickModel(sessions('position-based', 50));
    const lists = [{ items: ['i1'] }];
    for (const none of [undefined, null, {}] as never[]) expect(() => simulateClicks(none, { lists })).toThrow(code('ERR_BAD_ARGUMENT'));
    const rankers = [null, undefined, lists, { lists, candidate: () => [] }, { lists, seed: 7 }, { lists: [null] }, { lists: [{}] }];
    for (const none of [...rankers, { lists: [{ items: 'i1' }] }, { lists: [{ items: [], query: 3 }] }] as never[])
      expect(() => simulateClicks(model, none)).toThrow(code('ERR_BAD_ARGUMENT'));
    expect(() => simulateClicks(model, { lists, seed: 7 } as never)).toThrow(/'seed'/);
    expect(() => simulateClicks(model, { lists: [{ items: [{} as never] }] })).toThrow(code('ERR_BAD_ID'));
  });

  const model = fitClickModel(sessions('position-based', 20_000));
  const lists = (order: (k: number) => string[]) => Array.from({ length: 30 }, (_, k) => ({ query: 'q', items: order(k) }));
  const worst = lists((k) => ['i0', 'i1', 'i2', 'i3', 'i4', `i${5 + (k % 2)}`]);
  const best = lists((k) => ['i11', 'i10', 'i9', 'i8', 'i7', `i${5 + (k % 2)}`]);

  it('says what a better ranker would bring, with an interval that holds the truth', () => {
    const { current, candidate } = simulateClicks(model, { current: worst, candidate: best });
    const truth = (list: string[]) => list.reduce((sum, item, rank) => sum + attraction(item) * examination[rank], 0);
    for (const [result, list] of [
      [current, worst[0].items],
      [candidate, best[0].items],
    ] as const) {
      expect(Math.abs(result.clicks.mean - truth(list))).toBeLessThan(0.06);
      expect(result.clicks.low).toBeLessThan(result.clicks.mean);
      expect(result.clicks.high).toBeGreaterThan(result.clicks.mean);
      expect(result.unseen).toBe(0);
    }
    expect(current.lift).toBeUndefined();
    expect(candidate.lift?.ctr.low).toBeGreaterThan(0);
    expect(candidate.lift?.conversion.low).toBeGreaterThan(0);
    expect(candidate.conversion.mean).toBeLessThan(candidate.ctr.mean);
  });

  it('a ranker against itself has no lift at all, and the same seed gives the same figures', () => {
    const { same } = simulateClicks(model, { current: worst, same: worst });
    expect(same.lift?.ctr).toEqual({ mean: 0, low: 0, high: 0 });
    expect(simulateClicks(model, { a: best }, { seed: 4 })).toEqual(simulateClicks(model, { a: best }, { seed: 4 }));
  });

  it('counts what was never shown', () => {
    expect(simulateClicks(model, { a: [{ query: 'q', items: ['i1', 'never'] }] }).a.unseen).toBe(0.5);
  });

  it('refuses rankers with different queries', () => {
    expect(() => simulateClicks(model, { a: worst, b: best.slice(1) })).toThrow(code('ERR_BAD_ARGUMENT'));
    expect(() => simulateClicks(model, { a: worst, b: best.map((each) => ({ ...each, query: 'p' })) })).toThrow(code('ERR_BAD_ARGUMENT'));
    expect(() => simulateClicks(model, { a: [] })).toThrow(code('ERR_EMPTY'));
  });
});

const folder = sharedData('bestbuy-retrotech/sessions');
describe.skipIf(!folder)('on the sessions of a shop', () => {
  it('both models beat the click rate on sessions kept back; position-based is the better one here', () => {
    const all = readdirSync(folder as string).flatMap((file) => {
      const found = new Map<string, { query: string; items: string[]; clicked: string[] }>();
      for (const line of gunzipSync(readFileSync(join(folder as string, file)))
        .toString()
        .trim()
        .split('\n')
        .slice(1)) {
        const [id, query, rank, item, clicked] = line.trim().split(',');
        const session = found.get(id) ?? { query, items: [], clicked: [] };
        found.set(id, session);
        session.items[Math.round(Number(rank))] = item;
        if (clicked === 'True') session.clicked.push(item);
      }
      return [...found.values()];
    });
    expect(all).toHaveLength(25_000);
    const [train, test] = [all.filter((_, k) => k % 5 > 0), all.filter((_, k) => k % 5 === 0)];
    const position = fitClickModel(train);
    const quality = { position: position.evaluate(test), cascade: fitClickModel(train, { model: 'dynamic-bayesian' }).evaluate(test) };
    console.log(
      `perplexity on 5,000 sessions: position-based ${quality.position.perplexity.toFixed(4)}, dynamic Bayesian ${quality.cascade.perplexity.toFixed(4)}, click rate ${quality.position.baseline.perplexity.toFixed(4)}`,
    );
    expect(quality.position.perplexity).toBeLessThan(quality.cascade.perplexity);
    expect(quality.cascade.perplexity).toBeLessThan(quality.position.baseline.perplexity);
    expect(quality.cascade.logLikelihood).toBeGreaterThan(quality.position.baseline.logLikelihood);
    expect(position.examination[0]).toBe(1);
    expect(position.examination[9]).toBeLessThan(0.3);
  });
});
