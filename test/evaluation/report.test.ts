import { compare, compareAll, EvaluationReport, evaluate, formatReports, reportsToHtml } from 'attune';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromRows, type Row, randomOf } from '../support/makers.ts';
import { ScoredRecommender } from './scored-recommender.ts';

const items = Array.from({ length: 20 }, (_, i) => `i${i}`);
const users = Array.from({ length: 120 }, (_, u) => `u${u}`);
/** User k wants item k mod 20; the row in train only makes the ids known. */
const wish = new Map(users.map((user, at) => [user, items[at % 20]]));
const train = fromRows(users.map((user, at): Row => [user, items[(at + 1) % 20], 1]));
const test = fromRows(users.map((user): Row => [user, wish.get(user) as string, 1]));

/** A model that puts the wanted item first with the given chance, among noise. */
async function report(name: string, chance: number, seed: number, part = test): Promise<EvaluationReport> {
  const random = randomOf(seed);
  const scores = new Map(users.flatMap((user) => items.map((item) => [`${user} ${item}`, random()])));
  for (const user of users) if (random() < chance) scores.set(`${user} ${wish.get(user)}`, 2);
  const model = await new ScoredRecommender((user, item) => scores.get(`${user} ${item}`) as number).fit(train);
  return evaluate(model, { train, test: part, name, metrics: ['ndcg', 'mrr', 'coverage', 'rmse'], k: [3, 10] });
}

let good: EvaluationReport;
let poor: EvaluationReport;
beforeAll(async () => {
  good = await report('good', 0.7, 1);
  poor = await report('poor', 0.1, 2);
});

describe('a report', () => {
  it('gives means with intervals, and the number of users behind them', () => {
    const { mean, low, high, users: count } = good.get('ndcg', 10);
    expect(low).toBeLessThan(mean);
    expect(mean).toBeLessThan(high);
    expect(count).toBe(120);
    expect(good.get('ndcg@10')).toEqual(good.get('ndcg', 10));
    const { mean: coverage, low: from, high: to } = good.get('coverage', 10);
    expect([from, to]).toEqual([coverage, coverage]);
    const error = good.get('rmse');
    expect(error.low).toBeLessThan(error.mean);
  });

  it('names what it has when asked for something else', () => {
    expect(() => good.get('recall', 10)).toThrow(/no "recall@10".*ndcg@3, ndcg@10, mrr@3/);
    expect(() => good.get('ndcg')).toThrow(/It has/);
    expect(() => good.perUser('coverage', 3)).toThrow(expect.objectContaining({ code: 'ERR_NOT_SUPPORTED' }));
  });

  it('is a table, Markdown, or JSON without NaN', () => {
    expect(good.toString()).toMatch(/ndcg@10 +0\.\d{4} \[0\.\d{4}, 0\.\d{4}\]/);
    expect(good.toString()).toContain('120 users, ranked over all items, 95 % intervals');
    expect(good.toMarkdown()).toMatch(/^\| {2}\| good \|\n\| --- \| --- \|\n\| ndcg@3 \|/);
    const json = JSON.parse(JSON.stringify(good));
    expect(json.metrics['ndcg@10']).toEqual(good.get('ndcg', 10));
    expect(json.protocol).toMatchObject({ candidates: 'ranked over all items', k: [3, 10] });
  });

  it('is Markdown that no name can break', () => {
    const table = formatReports({ '<img src=x onerror=alert(1)>\nB & C': good }, { format: 'markdown' });
    expect(table.split('\n')[0]).toBe('|  | &lt;img src=x onerror=alert(1)&gt; B &amp; C |');
  });

  it('refuses options it does not know', () => {
    for (const options of [{ form: 'markdown' }, { format: 'html' }, { digits: -1 }])
      expect(() => formatReports({ good }, options as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    expect(() => good.segments(5 as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });

  it('stands beside others in one table', () => {
    const table = formatReports({ Good: good, 'Very | poor': poor });
    const [head, , first] = table.split('\n');
    expect(head.trim()).toMatch(/^Good +Very \| poor$/);
    expect(first.match(/\[/g)).toHaveLength(2);
    expect(table.match(/120 users/g)).toHaveLength(1); // said once, as it holds for both
    expect(table).toContain('rmse ↓');
    expect(formatReports({ Good: good, 'Very | poor': poor }, { format: 'markdown', digits: 2 })).toContain('Very \\| poor');
  });
});

describe('parts and pages', () => {
  it('a report splits by kind of user, and the parts add up', () => {
    const parts = good.segments((user) => (user === 'u0' ? undefined : Number(user.slice(1)) < 40 ? 'early' : 'late'));
    expect(Object.keys(parts)).toEqual(['early', 'late']);
    const [early, late] = [parts.early.get('ndcg', 10), parts.late.get('ndcg', 10)];
    expect([early.users, late.users]).toEqual([39, 80]);
    const own = good.perUser('ndcg', 10);
    expect((early.mean * 39 + late.mean * 80 + (own.get('u0') as number)) / 120).toBeCloseTo(good.get('ndcg', 10).mean, 12);
    expect(parts.early.keys).not.toContain('coverage@3');
    expect(parts.early.get('rmse').users).toBe(39);
    expect(compare(parts.early, poor, 'ndcg@10').users).toBe(39);
  });

  it('the page is self-contained, has a picture a metric, and cannot be broken by a name', () => {
    const page = reportsToHtml({ '<b>Good</b>': good, poor });
    expect(page).not.toMatch(/<script|<b>|https?:|src=/);
    expect(page.match(/<svg /g)).toHaveLength(good.keys.length);
    expect(page).toContain('&lt;b&gt;Good&lt;/b&gt;');
    expect(page).not.toContain('NaN');
    expect(good.toHTML()).toContain('<title>Evaluation: good</title>');
    expect(page.match(/class="dot"/g)).toHaveLength(2); // the heads have the colours of the pictures
    const row = page.split('<tr>').find((part) => part.includes('>ndcg@10<')) as string;
    expect(row.match(/class="best">([\d.]+)/)?.[1]).toBe(good.get('ndcg', 10).mean.toFixed(4));
    expect(good.toHTML()).not.toContain('class="best"');
  });
});

describe('compare', () => {
  it('says which is better, by how much, and how sure that is', () => {
    const verdict = compare(good, poor, 'ndcg@10');
    expect(verdict.better).toBe('a');
    expect(verdict.pValue).toBeLessThan(0.001);
    expect(verdict.difference).toBeCloseTo(good.get('ndcg', 10).mean - poor.get('ndcg', 10).mean, 12);
    expect(verdict.low).toBeGreaterThan(0);
    expect(verdict.effectSize).toBeGreaterThan(0.5);
    expect(verdict.summary).toMatch(
      /^good is better than poor in ndcg@10: good - poor = \+0\.\d{4} \[.*\], p = .*, dz = .* \((medium|large)\), 120 users\.$/,
    );
    expect(compare(poor, good, 'ndcg@10')).toMatchObject({ better: 'b', summary: expect.stringMatching(/^good is better than poor/) });
  });

  it('does not see a difference where there is none', async () => {
    const twin = await report('twin', 0.7, 3);
    const verdict = compare(good, twin, 'mrr@10');
    expect(verdict.better).toBe('neither');
    expect(verdict.summary).toMatch(/^No difference between good and twin is shown/);
    expect(compare(good, good, 'mrr@10')).toMatchObject({ pValue: 1, difference: 0 });
    expect(() => compare(good, twin, 'mrr@10', { alpha: 5 })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    expect(() => compare(good, {} as never, 'mrr@10')).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });

  it('knows that small errors are better', () => {
    const { better, difference } = compare(good, poor, 'rmse');
    expect(better).toBe(
      difference === 0 ? 'neither' : compare(good, poor, 'rmse').pValue < 0.05 ? (difference < 0 ? 'a' : 'b') : 'neither',
    );
  });

  it('uses the users that both have, whatever their order', async () => {
    const half = await report('half', 0.1, 2, test.select(Array.from({ length: 60 }, (_, k) => 119 - k)));
    const verdict = compare(good, half, 'ndcg@10');
    expect(verdict.users).toBe(60);
    const own = half.perUser('ndcg', 10);
    expect(verdict.meanB).toBeCloseTo([...own.values()].reduce((sum, value) => sum + value) / 60, 12);
    const theirs = [...own.keys()].map((user) => good.perUser('ndcg', 10).get(user) as number);
    expect(verdict.meanA).toBeCloseTo(theirs.reduce((sum, value) => sum + value) / 60, 12);
  });

  it('the figures of a sentence have the sign that it says, whichever report comes first', () => {
    const [there, back] = [compare(good, poor, 'ndcg@10'), compare(poor, good, 'ndcg@10')];
    expect(there.summary).toMatch(/^good is better than poor in ndcg@10: good - poor = \+0\.\d{4} \[\+[\d.]+, \+[\d.]+\], .*dz = \+/);
    expect(back.summary).toBe(there.summary);
    expect(back.difference).toBeCloseTo(-there.difference, 12); // a - b all the same
    const [all] = compareAll({ poor, good }, 'ndcg@10');
    expect(all).toMatchObject({ a: 'poor', b: 'good', better: 'b' });
    expect(all.summary).toMatch(/^good is better than poor in ndcg@10: good - poor = \+/);
  });

  it('of an error the smaller one is better, and the sentence says so', () => {
    const errors = (name: string, sum: number) =>
      new EvaluationReport({
        name,
        metrics: ['rmse'],
        measures: new Map([
          [
            'rmse',
            {
              kind: 'error',
              users: Array.from({ length: 20 }, (_, u) => `u${u}`),
              sums: new Float64Array(20).map((_, u) => sum + u / 100),
              counts: new Float64Array(20).fill(1),
              root: true,
            },
          ],
        ]),
        users: 20,
        leftOut: good.leftOut,
        warnings: [],
        protocol: good.protocol,
        seconds: 0,
      });
    const sentence = /^small is better than large in rmse \(lower is better\): small - large = −[\d.]+ \[−[\d.]+, −[\d.]+\]/;
    expect(compare(errors('small', 1), errors('large', 4), 'rmse').summary).toMatch(sentence);
    expect(compare(errors('large', 4), errors('small', 1), 'rmse').summary).toMatch(sentence);
  });

  it('compareAll corrects for the number of pairs', async () => {
    const reports = { good, poor, twin: await report('twin', 0.7, 3) };
    const all = compareAll(reports, 'ndcg@10');
    expect(all.map(({ a, b }) => [a, b])).toEqual([
      ['good', 'poor'],
      ['good', 'twin'],
      ['poor', 'twin'],
    ]);
    for (const { pValue, adjustedPValue } of all) expect(adjustedPValue).toBeGreaterThanOrEqual(pValue);
    expect(compareAll(reports, 'ndcg@10', { baseline: 'poor' }).map(({ better }) => better)).toEqual(['a', 'a']);
    expect(() => compareAll(reports, 'ndcg@10', { baseline: 'none' })).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });
});
