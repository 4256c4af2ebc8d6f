import {
  AlsRecommender,
  BprRecommender,
  gridSearch,
  halvingSearch,
  type Interactions,
  PopularityRecommender,
  randomSearch,
  type Trial,
} from 'attune';
import { describe, expect, it } from 'vitest';
import { fromRows, type Row, zipf } from '../support/makers.ts';
import { ScoredRecommender } from './scored-recommender.ts';

const users = Array.from({ length: 12 }, (_, u) => `u${u}`);
const train = fromRows(users.flatMap((user, at): Row[] => [[user, `i${at}`, 3]]));
const validation = fromRows(users.map((user, at): Row => [user, `i${(at + 1) % 12}`, 4]));
const wanted = (user: string, item: string) => item === `i${(Number(user.slice(1)) + 1) % 12}`;

/** `level` is what it predicts for everything; a `sharp` one puts the wanted item first. */
const model = ({ level, sharp }: { level: number; sharp: boolean }) =>
  new ScoredRecommender((user, item) => level + (sharp && wanted(user, item) ? 1e-4 : 0));

describe('gridSearch', () => {
  it('tries every combination, the last parameter fastest, and returns the best fitted model', async () => {
    const best = await gridSearch({
      recommender: model,
      grid: { level: [1, 4, 3], sharp: [false, true] },
      train,
      validation,
      objective: ['rmse', 'precision@1'],
      tolerance: 0.01,
    });
    expect(best.trials.map(({ parameters }) => parameters)).toEqual([
      { level: 1, sharp: false },
      { level: 1, sharp: true },
      { level: 4, sharp: false },
      { level: 4, sharp: true },
      { level: 3, sharp: false },
      { level: 3, sharp: true },
    ]);
    // By rmse alone level 4 without sharpness is best by a ten-thousandth; that counts as a tie, which precision settles.
    expect(best.parameters).toEqual({ level: 4, sharp: true });
    expect(best.score).toBe(best.scores.rmse);
    expect(best.scores['precision@1']).toBe(1);
    expect(best.model.recommend('u0', { n: 1 })[0].item).toBe('i1');
    expect(best.report.get('rmse').mean).toBe(best.score);
    expect(best.toString().split('\n')[1]).toContain('{"level":4,"sharp":true}');
  });

  it('without tolerance only equal scores are ties, and of equal settings the first wins', async () => {
    const exact = await gridSearch({
      recommender: model,
      grid: { level: [4], sharp: [true, false] },
      train,
      validation,
      objective: ['rmse', 'precision@1'],
    });
    expect(exact.parameters).toEqual({ level: 4, sharp: false });
    const first = await gridSearch({ recommender: model, grid: { level: [2, 3], sharp: [true] }, train, validation, objective: 'ndcg' });
    expect(first.parameters.level).toBe(2);
    expect(first.scores).toEqual({ 'ndcg@10': 1 });
  });

  it('knows the types of the parameters, and works on a real model', async () => {
    const best = await gridSearch({
      recommender: (p) => new PopularityRecommender(p),
      grid: { method: ['count', 'bayesian-mean'], priorWeight: [1, 10] },
      train: zipf({ seed: 1 }),
      validation: zipf({ seed: 2 }),
    });
    best.parameters satisfies { method: 'count' | 'bayesian-mean'; priorWeight: number };
    best.model satisfies PopularityRecommender;
    expect(best.trials).toHaveLength(4);
    expect(best.parameters.method).toBe('count');
  });

  it('continues where an earlier search stopped', async () => {
    const given = { grid: { level: [1, 4], sharp: [true] }, train, validation, objective: 'rmse' as const };
    const whole = await gridSearch({ recommender: model, ...given });
    const made: unknown[] = [];
    const counted = (p: { level: number; sharp: boolean }) => {
      made.push(p.level);
      return model(p);
    };
    const rest = await gridSearch({ recommender: counted, ...given, previous: whole.trials.slice(0, 1) });
    expect(made).toEqual([4]);
    expect(rest.trials.map(({ scores }) => scores)).toEqual(whole.trials.map(({ scores }) => scores));
    const none = await gridSearch({ recommender: counted, ...given, previous: whole.trials });
    expect(made).toEqual([4, 4]); // fitted once more, for the model
    expect(none.parameters).toEqual(whole.parameters);
  });

  it('reports progress and can be aborted', async () => {
    const steps: unknown[] = [];
    const controller = new AbortController();
    const search = gridSearch({
      recommender: model,
      grid: { level: [1, 2, 3], sharp: [true] },
      train,
      validation,
      signal: controller.signal,
      onProgress: ({ phase, done, total, best }) => {
        steps.push([phase, done, total, (best as Trial<{ level: number }> | undefined)?.parameters.level]);
        if (done === 2) controller.abort(new Error('enough'));
      },
    });
    await expect(search).rejects.toThrow('enough');
    expect(steps).toEqual([
      ['searching', 0, 3, undefined],
      ['searching', 1, 3, 1],
      ['searching', 2, 3, 1],
    ]);
  });

  it('stops at a setting that fails, or notes it and goes on', async () => {
    const fragile = (p: { level: number; sharp: boolean }) => {
      if (p.level === 1) throw new Error('level 1 does not converge');
      return model(p);
    };
    const given = { recommender: fragile, grid: { level: [1, 2], sharp: [true] }, train, validation };
    await expect(gridSearch(given)).rejects.toThrow('does not converge');
    const best = await gridSearch({ ...given, onError: 'skip' });
    expect(best.parameters.level).toBe(2);
    expect(best.trials[0]).toMatchObject({ error: 'level 1 does not converge', scores: { 'ndcg@10': Number.NaN } });
    const nothing = gridSearch({ ...given, grid: { level: [1], sharp: [true] }, onError: 'skip' });
    await expect(nothing).rejects.toMatchObject({ code: 'ERR_EMPTY' });
  });

  it('refuses objectives and grids that cannot be meant', async () => {
    const fails = (options: object, text: RegExp) =>
      expect(
        gridSearch({ recommender: model, grid: { level: [1], sharp: [true] }, train, validation, ...options } as never),
      ).rejects.toMatchObject({
        code: 'ERR_BAD_OPTION',
        message: expect.stringMatching(text),
      });
    await fails({ objective: 'nDCG@10' }, /got "nDCG@10"/);
    await fails({ objective: 'novelty@10' }, /got "novelty@10"/);
    await fails({ objective: 'rmse@10' }, /got "rmse@10"/);
    await fails({ objective: 'ndcg@0' }, /got "ndcg@0"/);
    await fails({ objective: [] }, /at least one/);
    await fails({ grid: { level: [] } }, /for 'level'/);
    await fails({ recommender: 7 }, /must be a function/);
    await fails({ concurrency: 0 }, /whole number from 1/);
  });
});

describe('several settings at a time', () => {
  /** Fits slowly: the earlier in the grid, the later it ends. Says who is at work. */
  class SlowRecommender extends ScoredRecommender {
    static atWork = 0;
    static most = 0;
    static aborted = 0;
    readonly #milliseconds: number;
    constructor(level: number, sharp: boolean, milliseconds: number) {
      super((user, item) => level + (sharp && wanted(user, item) ? 1e-4 : 0));
      this.#milliseconds = milliseconds;
    }
    override async fit(interactions: Interactions, { signal }: { signal?: AbortSignal } = {}): Promise<this> {
      SlowRecommender.most = Math.max(SlowRecommender.most, ++SlowRecommender.atWork);
      await new Promise((resolve) => setTimeout(resolve, this.#milliseconds));
      SlowRecommender.atWork--;
      if (signal?.aborted) SlowRecommender.aborted++;
      signal?.throwIfAborted();
      return super.fit(interactions);
    }
  }
  const slow = ({ level, sharp }: { level: number; sharp: boolean }) => new SlowRecommender(level, sharp, 40 - 8 * level);
  const given = { grid: { level: [1, 2, 3, 4], sharp: [true, false] }, train, validation, objective: 'ndcg@10' as const };
  const timeless = (trials: readonly Trial<unknown>[]) => trials.map(({ seconds: _, ...trial }) => trial);

  it('finds the same in the same order as one after the other, whichever ends first', async () => {
    const one = await gridSearch({ recommender: slow, ...given });
    expect(SlowRecommender.most).toBe(1);
    expect(one.parameters).toEqual({ level: 1, sharp: true }); // the first of four that are equally good
    for (const concurrency of [2, 3, 100]) {
      SlowRecommender.most = 0;
      const ended: number[] = [];
      const several = await gridSearch({
        recommender: slow,
        ...given,
        concurrency,
        onProgress: ({ trial }) => trial && ended.push((trial as Trial<{ level: number }>).parameters.level),
      });
      expect(SlowRecommender.most).toBe(Math.min(8, concurrency));
      if (concurrency > 2) expect(ended).not.toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
      expect(timeless(several.trials)).toEqual(timeless(one.trials));
      expect(several.parameters).toEqual(one.parameters);
      expect(several.report.toJSON().metrics).toEqual(one.report.toJSON().metrics);
    }
  });

  it('goes on where an earlier search stopped', async () => {
    const whole = await gridSearch({ recommender: slow, ...given });
    const rest = await gridSearch({ recommender: slow, ...given, previous: whole.trials.slice(0, 3), concurrency: 2 });
    expect(timeless(rest.trials)).toEqual(timeless(whole.trials));
    expect(rest.parameters).toEqual(whole.parameters);
  });

  it.each([
    ['ALS', (p: { factors: number }) => new AlsRecommender({ ...p, iterations: 4, threads: 2 })],
    ['BPR', (p: { factors: number }) => new BprRecommender({ ...p, iterations: 4, threads: 2 })],
  ])('fits the same %s, byte for byte', async (_, recommender) => {
    const settings = { grid: { factors: [4, 7, 8] }, train: zipf({ seed: 1 }), validation: zipf({ seed: 2 }) };
    const one = await gridSearch<{ factors: number[] }, AlsRecommender | BprRecommender>({ recommender, ...settings });
    const three = await gridSearch<{ factors: number[] }, AlsRecommender | BprRecommender>({ recommender, ...settings, concurrency: 3 });
    expect(three.parameters).toEqual(one.parameters);
    expect(three.model.toBytes()).toEqual(one.model.toBytes());
    expect(timeless(three.trials)).toEqual(timeless(one.trials));
  });

  it('aborts all that are at work when one fails or the caller has had enough, and ends when they have', async () => {
    const fragile = (p: { level: number; sharp: boolean }) => {
      if (p.level === 2) throw new Error('level 2 does not converge');
      return slow(p);
    };
    SlowRecommender.aborted = 0;
    await expect(gridSearch({ recommender: fragile, ...given, concurrency: 3 })).rejects.toThrow('level 2 does not converge');
    expect([SlowRecommender.atWork, SlowRecommender.aborted]).toEqual([0, 2]);
    const controller = new AbortController();
    const search = gridSearch({ recommender: slow, ...given, concurrency: 3, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(search).rejects.toThrow('enough');
    expect([SlowRecommender.atWork, SlowRecommender.aborted]).toEqual([0, 5]);
    const skipped = await gridSearch({ recommender: fragile, ...given, concurrency: 3, onError: 'skip' });
    expect(skipped.trials.map(({ error }) => error !== undefined)).toEqual([false, false, true, true, false, false, false, false]);
  });

  it('halves to the same survivors', async () => {
    const halve = (concurrency: number) =>
      halvingSearch({
        recommender: (p: { level: number; iterations: number }) => slow({ level: p.level, sharp: true }),
        space: { level: { min: 0, max: 5 } },
        resource: { parameter: 'iterations', min: 1, max: 3 },
        count: 6,
        train,
        validation,
        objective: 'rmse',
        concurrency,
      });
    const [one, three] = [await halve(1), await halve(3)];
    expect(timeless(three.trials)).toEqual(timeless(one.trials));
    expect(three.parameters).toEqual(one.parameters);
  });
});

describe('randomSearch', () => {
  it('draws from lists, ranges and functions, the same for a seed', async () => {
    const seen: { level: number; sharp: boolean; factors: number; regularization: number }[] = [];
    const given = {
      recommender: (p: (typeof seen)[number]) => {
        seen.push(p);
        return model(p);
      },
      space: {
        level: (random: () => number) => Math.floor(random() * 5),
        sharp: [true, false],
        factors: { min: 1, max: 3, integer: true },
        regularization: { min: 0.01, max: 100, scale: 'log' as const },
      },
      count: 60,
      train,
      validation,
      objective: 'rmse' as const,
    };
    const best = await randomSearch(given);
    expect(best.parameters.level).toBe(4);
    expect(new Set(seen.map(({ factors }) => factors))).toEqual(new Set([1, 2, 3]));
    expect(seen.every(({ regularization }) => regularization >= 0.01 && regularization <= 100)).toBe(true);
    expect(seen.filter(({ regularization }) => regularization < 1).length).toBeGreaterThan(18);
    const first = [...seen];
    await randomSearch(given);
    expect(seen.slice(first.length)).toEqual(first);
    await expect(randomSearch({ ...given, space: { ...given.space, regularization: { min: 0, max: 1, scale: 'log' } } })).rejects.toThrow(
      /above 0/,
    );
  });
});

describe('halvingSearch', () => {
  it('gives more of the resource to fewer settings', async () => {
    const rounds: Record<number, number> = {};
    const best = await halvingSearch({
      recommender: (p: { level: number; iterations: number }) => {
        rounds[p.iterations] = (rounds[p.iterations] ?? 0) + 1;
        return model({ level: p.level, sharp: true });
      },
      space: { level: { min: 0, max: 8 } },
      resource: { parameter: 'iterations', min: 1, max: 9 },
      count: 18,
      train,
      validation,
      objective: 'rmse',
    });
    expect(rounds).toEqual({ 1: 18, 3: 6, 9: 2 });
    expect(best.parameters.iterations).toBe(9);
    expect(best.trials).toHaveLength(26);
    const closest = Math.min(...best.trials.map(({ parameters }) => Math.abs(parameters.level - 4)));
    expect(Math.abs(best.parameters.level - 4)).toBe(closest);
  });
});
