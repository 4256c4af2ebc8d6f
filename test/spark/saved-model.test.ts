import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Interactions } from 'attune';
import { readCsv } from 'attune/node';
import { fromSparkModel, sparkAlsJob } from 'attune/spark';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What Spark 3.5.7 wrote when it ran the job of rank 4, 5 iterations, alpha 10, regularization 0.1 on rows.csv. */
const fixture = join(import.meta.dirname, 'fixtures/spark-3.5.7');
const model = join(fixture, 'model');
const rows = () => Interactions.from(readCsv(join(fixture, 'rows.csv')), { user: 'wer', duplicates: 'sum' });

/** The same without what the job adds, as `model.save` writes it. */
let bare = '';
beforeAll(() => {
  bare = mkdtempSync(join(tmpdir(), 'attune-spark-model-'));
  for (const part of ['metadata', 'userFactors', 'itemFactors']) cpSync(join(model, part), join(bare, part), { recursive: true });
});
afterAll(() => rmSync(bare, { recursive: true }));

describe('a model that Spark 3 trained by the job', () => {
  it('has the ids and the history of the rows', async () => {
    const [als, data] = [await fromSparkModel(model), await rows()];
    expect([...als.users].sort()).toEqual([...data.users].sort());
    expect([...als.items].sort()).toEqual([...data.items].sort());
    expect(als.options).toMatchObject({ factors: 4, alpha: 10, regularization: 0.1, regularizationScaling: 'count', feedback: 'implicit' });
    for (const user of data.users) {
      const own = [...data].filter((row) => row.user === user);
      const list = als.recommend(user, { n: 100 });
      expect(list).toHaveLength(data.itemCount - own.length);
      const folded = als.recommendFor(own, { n: 100 });
      for (const [k, { score }] of list.entries()) expect(folded[k].score).toBeCloseTo(score, 4);
    }
    await als.partialFit(Interactions.fromColumns({ users: ['new'], items: [data.items.idAt(0)] }));
    expect(als.recommend('new', { n: 2 })).toHaveLength(2);
  });
});

describe('a model that Spark saved', () => {
  const trained = { implicit: true, alpha: 10, regularization: 0.1 };
  it('has the numbers as ids, or those that are given', async () => {
    const numbered = await fromSparkModel(bare, trained);
    const whole = await fromSparkModel(model);
    expect([...numbered.users].slice(0, 3)).toEqual(['0', '1', '2']);
    expect(numbered.itemFactors.data).toEqual(whole.itemFactors.data);
    const named = await fromSparkModel(bare, {
      ...trained,
      userIds: [...whole.users],
      itemIds: (k) => whole.items.idAt(k),
      history: await rows(),
    });
    expect(named.recommend('ü1', { n: 5 })).toEqual(whole.recommend('ü1', { n: 5 }));
  });
  it.each([
    [{}, 'ERR_BAD_OPTION', /'implicit'/],
    [{ implicit: true, regularization: 0.1 }, 'ERR_BAD_OPTION', /'alpha'/],
    [{ ...trained, userIds: ['a'] }, 'ERR_BAD_ID', /user 1/],
    [{ ...trained, regParam: 1 }, 'ERR_BAD_OPTION', /regParam/],
  ] as const)('is refused with %j', async (options, code, message) => {
    await expect(fromSparkModel(bare, options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
  it('is refused where there is none', async () => {
    await expect(fromSparkModel(join(bare, 'nowhere'), trained)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});

describe('the job', () => {
  const job = (options = {}) => sparkAlsJob({ interactions: '/rows', output: '/model', ...options });
  it('holds any text as a literal of Python', () => {
    const text = job({ interactions: { query: 'SELECT "ü\\n\'\\\\" AS `a"b` -- 😀\n' } });
    const literal = /json\.loads\((".*")\)/.exec(text)?.[1] as string;
    expect(literal).toMatch(/^[ -~]*$/);
    expect(JSON.parse(JSON.parse(literal)).query).toBe('SELECT "ü\\n\'\\\\" AS `a"b` -- 😀\n');
  });
  it.each([
    [{ output: undefined }],
    [{ interactions: Interactions.fromColumns({ users: ['a'], items: ['x'] }) }],
    [{ cluster: 'sc://spark' }],
    [{ duplicates: 'first' }],
  ])('is refused with options like %j', (options) => {
    expect(() => job(options)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });
});
