import type { AnswerCache } from '../../contracts/cache.ts';
import { suiteOf, type TestRunner } from './test-runner.ts';

const minute = 60_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Computes by counting, and says how often it did. */
function counter() {
  const work = { times: 0, compute: () => ({ n: ++work.times }) };
  return work;
}

/** What every AnswerCache promises. `open` makes an empty one that keeps answers for as long as it is told. */
export function answerCacheConformance(open: (ttlMs: number) => AnswerCache | Promise<AnswerCache>, runner: TestRunner): void {
  const { it, expect, code } = suiteOf(runner);

  it('an answer is computed once and then kept, as a copy', async () => {
    const cache = await open(minute);
    const work = counter();
    const first = await cache.answer({ key: 'home' }, work.compute);
    first.n = 99;
    expect(await cache.answer({ key: 'home' }, work.compute)).toEqual({ n: 1 });
    expect(await cache.answer({ key: 'other' }, work.compute)).toEqual({ n: 2 });
    for (const value of [null, false, 0, '', [], 'é😀"\\'])
      for (let k = 0; k < 2; k++) expect(await cache.answer({ key: `v${JSON.stringify(value)}` }, () => value)).toEqual(value);
  });

  it("of callers at the same time one computes, and a failure is everybody's and nobody's for long", async () => {
    const cache = await open(minute);
    let times = 0;
    const slow = async () => {
      times++;
      await pause(30);
      return times;
    };
    expect(await Promise.all([1, 2, 3].map(() => cache.answer({ key: 'a' }, slow)))).toEqual([1, 1, 1]);
    const failing = async () => {
      times++;
      await pause(10);
      throw new Error('no');
    };
    const both = await Promise.allSettled([cache.answer({ key: 'b' }, failing), cache.answer({ key: 'b' }, failing)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(times).toBe(2);
    expect(await cache.answer({ key: 'b' }, () => 'well')).toBe('well');
  });

  it('users, and versions of models, have answers of their own', async () => {
    const cache = await open(minute);
    const ask = (answer: string, user?: string | number, models?: string | string[]) =>
      cache.answer({ key: 'home', user, models }, () => answer);
    expect(await ask('a', 'A1', 'als@1')).toBe('a');
    expect(await ask('b', 'A2', 'als@1')).toBe('b');
    expect(await ask('c', 'A1', 'als@2')).toBe('c');
    expect(await ask('d', undefined, ['als@2', 'search@1'])).toBe('d');
    expect(await ask('e', undefined, ['search@1', 'als@2'])).toBe('d');
    expect(await ask('f', 7)).toBe('f');
    expect(await ask('g', '7')).toBe('f');
    expect(await ask('h', 'A1', 'als@1')).toBe('a');
  });

  it('answers are dropped by user, by version and by model, and no others', async () => {
    const cache = await open(minute);
    const requests = [
      { key: 'x', user: 'A1', models: 'als@1' },
      { key: 'y', user: 'A1', models: 'als@2' },
      { key: 'x', user: 'A11', models: 'als@1' },
      { key: 'x', user: 'A2', models: ['als-large@1', 'als@1'] },
      { key: 'x', models: 'als-large@1' },
    ];
    const left = async (what: Parameters<AnswerCache['invalidate']>[0]) => {
      await cache.clear();
      for (const request of requests) await cache.answer(request, () => 'old');
      const dropped = await cache.invalidate(what);
      const answers: string[] = [];
      for (const request of requests) answers.push(await cache.answer(request, () => 'new'));
      expect(answers.filter((answer) => answer === 'new')).toHaveLength(dropped);
      return answers.map((answer) => (answer === 'old' ? 1 : 0)).join('');
    };
    expect(await left({ user: 'A1' })).toBe('00111');
    expect(await left({ user: 'nobody' })).toBe('11111');
    expect(await left({ model: 'als@1' })).toBe('01001');
    expect(await left({ model: 'als' })).toBe('00001');
    expect(await left({ model: 'als-large' })).toBe('11100');
    for (const bad of [{}, { user: 'a', model: 'b' }, { model: '' }, { key: 'x' }, null] as never[])
      await expect(cache.invalidate(bad)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
  });

  droppedAnswers(open, runner);
}

/** What is dropped, and when. */
function droppedAnswers(open: (ttlMs: number) => AnswerCache | Promise<AnswerCache>, runner: TestRunner): void {
  const { it, expect, code } = suiteOf(runner);

  it('an answer that is dropped while it is computed is not kept', async () => {
    const cache = await open(minute);
    const request = { key: 'home', user: 'A1', models: 'als@1' };
    const old = cache.answer(request, async () => {
      await pause(60);
      return 'old';
    });
    await pause(20);
    await cache.invalidate({ user: 'A1' });
    expect(await cache.answer(request, () => 'new')).toBe('new');
    expect(await old).toBe('old');
    expect(await cache.answer(request, () => 'newer')).toBe('new');
  });

  it('forget drops the answers of a user and those that name the user', async () => {
    const cache = await open(minute);
    await cache.answer({ key: 'home', user: 'A1' }, () => 1);
    await cache.answer({ key: 'similar users', user: 'A2' }, () => [{ user: 'A1', score: 0.5 }]);
    await cache.answer({ key: '/users/A1/history' }, () => 2);
    await cache.answer({ key: 'home', user: 'A11' }, () => [{ user: 'A3' }]);
    expect(await cache.forget('A1')).toBe(3);
    expect(await cache.answer({ key: 'similar users', user: 'A2' }, () => 'new')).toBe('new');
    expect(await cache.answer({ key: 'home', user: 'A1' }, () => 'new')).toBe('new');
    expect(await cache.answer({ key: 'home', user: 'A11' }, () => 'new')).toEqual([{ user: 'A3' }]);
  });

  it('forget finds users whose ids have marks, such as UUIDs and addresses', async () => {
    const cache = await open(minute);
    const marks = Array.from('-_.+@!~#$%^&*()[]{}|/:;,<>=?"`', (mark) => `ann${mark}b${mark}7`);
    for (const user of ['0b8f0c2e-5d3a-4c1e-9f00-7a1b2c3d4e5f', "o'neil", 'back\\slash', 'é 😀', '-', ...marks]) {
      await cache.answer({ key: 'home', user }, () => 1);
      await cache.answer({ key: `similar to ${user}` }, () => 2);
      await cache.answer({ key: `/users/${encodeURIComponent(user)}/history` }, () => 3);
      await cache.answer({ key: 'other', user: 'A2' }, () => [{ user, score: 0.5 }]);
      expect([user, await cache.forget(user)]).toEqual([user, 4]);
    }
  });

  it('an answer is kept no longer than it was told', async () => {
    const cache = await open(80);
    const work = counter();
    await cache.answer({ key: 'a', user: 'A1' }, work.compute);
    await pause(160);
    expect(await cache.answer({ key: 'a', user: 'A1' }, work.compute)).toEqual({ n: 2 });
  });

  it('clear drops all', async () => {
    const cache = await open(minute);
    const work = counter();
    await cache.answer({ key: 'a', user: 'A1', models: 'als@1' }, work.compute);
    await cache.clear();
    expect(await cache.answer({ key: 'a', user: 'A1', models: 'als@1' }, work.compute)).toEqual({ n: 2 });
  });

  it('what JSON does not hold is no answer', async () => {
    const cache = await open(minute);
    for (const bad of [undefined, 1n, () => 1]) await expect(cache.answer({ key: 'a' }, () => bad)).rejects.toEqual(code('ERR_BAD_VALUE'));
    await expect(cache.answer({ key: 3 as never }, () => 1)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
  });
}
