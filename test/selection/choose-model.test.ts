import {
  AlsRecommender,
  type BlendRecommender,
  type ChosenModel,
  chooseModel,
  evaluate,
  Interactions,
  ItemKnnRecommender,
  loadRecommender,
  PopularityRecommender,
  type Recommender,
  SequenceLinearRecommender,
  split,
} from 'attune';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomBelow, randomNumbers } from '../../src/numeric/random.ts';
import { holdOut, isOrdered, shareOf } from '../../src/selection/hold-out.ts';
import { expectRejection } from '../support/conformance.ts';
import { zipf } from '../support/makers.ts';

const data = zipf({ users: 120, items: 60, rows: 2400 });

/** Users who walk around a circle of items: what comes next depends on where they are, and on nothing else. */
function walks(): Interactions {
  const users: string[] = [];
  const items: string[] = [];
  for (let u = 0; u < 150; u++) {
    for (let step = 0; step < 6; step++) {
      users.push(`u${u}`);
      items.push(`i${(u * 7 + step) % 50}`);
    }
  }
  return Interactions.fromColumns({ users, items });
}

/** Users of one taste in twelve; half of what they take follows from what they took last. With three rows an item most pairs never meet. */
function tastesAndSteps(): Interactions {
  const random = randomNumbers(5);
  const columns = { users: [] as string[], items: [] as string[] };
  for (let u = 0; u < 600; u++) {
    let item = -1;
    for (let step = 0; step < 6; step++) {
      item = item >= 0 && random() < 0.5 ? (item * 7 + 3) % 1200 : (u % 12) * 100 + randomBelow(random, 100);
      columns.users.push(`u${u}`);
      columns.items.push(`i${item}`);
    }
  }
  return Interactions.fromColumns(columns);
}

describe('chooseModel', () => {
  let chosen: ChosenModel;
  beforeAll(async () => {
    chosen = await chooseModel(data, { budgetSeconds: Number.POSITIVE_INFINITY, seed: 1, families: ['popularity', 'item-knn', 'ease'] });
  });

  it('answers by the first family however small the budget', async () => {
    const { family, recommender } = await chooseModel(data, { budgetSeconds: 1e-6, families: ['popularity', 'ease'] });
    expect(family).toBe('popularity');
    expect(recommender.recommend(data.users.idAt(0), { n: 3 })).toHaveLength(3);
  });

  it('fits the best of all families on everything, and says how it did on what was held out', async () => {
    const { recommender, report, trials, family, refitted } = chosen;
    expect(refitted).toBe(true);
    expect(recommender.users.size).toBe(data.userCount);
    expect(recommender.kind).toBe(family);
    const best = Math.max(...trials.filter(({ round }) => round < 3).map(({ score }) => score));
    if (family !== 'blend') expect(report.get('ndcg', 10).mean).toBe(best);
    expect(new Set(trials.map((trial) => trial.family))).toEqual(new Set(['popularity', 'item-knn', 'ease', 'blend']));
    expect(chosen.toString()).toContain('ndcg@10');
    expect(await loadRecommender(recommender.toBytes())).toBeInstanceOf(recommender.constructor);
  });
  it('chooses the same again when time does not decide', async () => {
    const again = await chooseModel(data, {
      budgetSeconds: Number.POSITIVE_INFINITY,
      seed: 1,
      families: ['popularity', 'item-knn', 'ease'],
    });
    const timeless = ({ trials }: ChosenModel) => trials.map(({ seconds: _, fitSeconds: __, ...rest }) => rest);
    expect(timeless(again)).toEqual(timeless(chosen));
    expect(again.recommender.toBytes()).toEqual(chosen.recommender.toBytes());
  });
  it('finds that the order counts where it does', async () => {
    const { recommender, heldOut } = await chooseModel(walks(), {
      budgetSeconds: Number.POSITIVE_INFINITY,
      families: ['popularity', 'item-knn', 'sequence-linear'],
      blend: false,
    });
    expect(recommender).toBeInstanceOf(SequenceLinearRecommender);
    expect(heldOut).toBe("each user's newest interaction");
    expect(recommender.recommendFor(['i10', 'i11', 'i12'], { n: 1 })[0].item).toBe('i13');
  });
  it('takes two models together when a test over users, who had no part in choosing them, shows that they are better', async () => {
    // Half of the items are chosen by taste, half in a circle: each of the models knows one half.
    const columns = { users: [] as string[], items: [] as string[] };
    for (let u = 0; u < 400; u++) {
      for (let step = 0; step < 7; step++) {
        columns.users.push(`u${u}`);
        columns.items.push(u % 2 ? `i${(u * 7 + step) % 40}` : `t${u % 8}-${(u * 5 + step * step * 3) % 9}`);
      }
    }
    const { comparison, family, recommender, trials } = await chooseModel(Interactions.fromColumns({ ...columns }), {
      budgetSeconds: Number.POSITIVE_INFINITY,
      families: ['item-knn', 'sequence-linear', 'als'],
    });
    const blend = trials.find((trial) => trial.family === 'blend');
    expect(blend?.parameters).toMatchObject({ parts: [{ family: 'sequence-linear' }, {}] });
    expect(family === 'blend').toBe(comparison?.better === 'a');
    if (family === 'blend')
      expect((recommender as BlendRecommender).weights).toEqual(
        (blend as unknown as { parameters: { weights: number[] } }).parameters.weights,
      );
  });
  it('takes no model that is right at the head of its lists and has no idea of most items, where two together know both', async () => {
    const { train, test } = split(tastesAndSteps(), { strategy: 'leave-last-out' });
    const taste = () => new AlsRecommender({ factors: 16, seed: 1 });
    const next = () => new SequenceLinearRecommender();
    const { recommender, trials } = await chooseModel(train, {
      budgetSeconds: Number.POSITIVE_INFINITY,
      families: [
        { name: 'taste', make: taste, settings: [{}] },
        { name: 'next', make: next, settings: [{}] },
      ],
    });
    expect(trials.filter(({ sampledScore }) => sampledScore === undefined)).toEqual([]);
    const ndcg = async (model: Recommender, candidates: 'all' | { negatives: number }) =>
      (await evaluate(model, { train, test, metrics: ['ndcg'], k: 10, candidates })).get('ndcg').mean;
    for (const make of [taste, next]) {
      const single = await make().fit(train);
      expect(await ndcg(recommender, 'all')).toBeGreaterThan(0.95 * (await ndcg(single, 'all')));
      expect(await ndcg(recommender, { negatives: 99 })).toBeGreaterThan(1.1 * (await ndcg(single, { negatives: 99 })));
    }
  });
  it('looks at models once where candidates are given, or hits do not count', async () => {
    const families = ['popularity', 'item-knn'] as const;
    for (const more of [{ evaluation: { candidates: { negatives: 20 } } }, { objective: 'coverage@10' as const }]) {
      const { trials } = await chooseModel(data, { families, budgetSeconds: 5, blend: false, ...more });
      expect(trials.every(({ sampledScore }) => sampledScore === undefined)).toBe(true);
    }
  });
  it('tries families of your own beside those of attune, and goes on when one fails', async () => {
    const { trials, family } = await chooseModel(data, {
      budgetSeconds: Number.POSITIVE_INFINITY,
      blend: false,
      families: [
        'popularity',
        { name: 'mine', make: (parameters) => new ItemKnnRecommender(parameters), settings: [{ neighbors: 5 }, { neighbors: 20 }] },
        { name: 'broken', make: () => new AlsRecommender({ factors: -1 }), settings: [{}] },
      ],
    });
    expect(trials.filter((trial) => trial.family === 'mine').length).toBe(2);
    expect(trials.find((trial) => trial.family === 'broken')?.error).toContain('factors');
    expect(['mine', 'popularity']).toContain(family);
  });
  it('judges by a validation part that it is given, and then fits on the rest alone', async () => {
    const { train, validation } = holdOut(data, 1);
    const { recommender, refitted, heldOut } = await chooseModel(train, { validation, budgetSeconds: 5, families: ['popularity', 'ease'] });
    expect(refitted).toBe(false);
    expect(heldOut).toBe('the given validation part');
    const user = data.users.idAt(0);
    expect(recommender.interactionsOf(user).length).toBe(
      train.filter({ minPerUser: 1 }).byUser.offsets[train.users.indexOf(user) + 1] - train.byUser.offsets[train.users.indexOf(user)],
    );
  });
  it('chooses among models of ratings when values are to be predicted', async () => {
    const users = Array.from({ length: 900 }, (_, k) => `u${k % 45}`);
    const items = Array.from({ length: 900 }, (_, k) => `i${(k * 7 + (k >> 5)) % 30}`);
    const values = Float32Array.from({ length: 900 }, (_, k) => 1 + ((k % 45) + ((k * 7 + (k >> 5)) % 30)) / 18);
    const rated = Interactions.fromColumns({ users, items, values });
    const { recommender, report } = await chooseModel(rated, { objective: 'rmse', budgetSeconds: Number.POSITIVE_INFINITY });
    expect(recommender).toBeInstanceOf(AlsRecommender);
    expect(report.get('rmse').mean).toBeLessThan(0.5);
  });
  it('keeps to its budget, and says which trials it stopped', async () => {
    const slow = {
      name: 'slow',
      settings: [{}],
      make: () => {
        const model = new PopularityRecommender();
        const fitNow = model.fit.bind(model);
        model.fit = async (rows, options) => {
          await new Promise((resolve, reject) => {
            const timer = setTimeout(resolve, 30_000);
            options?.signal?.addEventListener('abort', () => {
              clearTimeout(timer);
              reject(options.signal?.reason);
            });
          });
          return fitNow(rows);
        };
        return model;
      },
    };
    const started = performance.now();
    const { family, trials, seconds } = await chooseModel(data, { families: ['popularity', slow], budgetSeconds: 3 });
    expect(performance.now() - started).toBeLessThan(8000);
    expect(seconds).toBeLessThan(8);
    expect(family).toBe('popularity');
    expect(trials.find((trial) => trial.family === 'slow')?.error).toContain('stopped');
  });
  it('tries all families again on fewer users when most of them fail on all', async () => {
    const many = zipf({ users: 3000, items: 300, rows: 60_000 });
    const small = (name: string) => ({
      name,
      settings: [{}],
      make: () => {
        const model = new PopularityRecommender();
        const fitNow = model.fit.bind(model);
        model.fit = async (rows, options) => {
          if (rows.size > 30_000) throw new Error('too many rows');
          return fitNow(rows, options);
        };
        return model;
      },
    });
    const families = ['popularity' as const, small('one'), small('two')];
    const { trials } = await chooseModel(many, { families, budgetSeconds: 60, blend: false });
    const firsts = trials.filter(({ round }) => round === 1);
    expect(firsts.filter(({ family, error }) => family === 'one' && error === undefined).length).toBe(1);
    expect(Math.min(...firsts.map(({ rows }) => rows))).toBeLessThan(30_000);
  });
  it('ends with the reason of a signal', async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error('enough'));
    await expect(chooseModel(data, { signal: stop.signal, onProgress, families: ['popularity', 'ease'] })).rejects.toThrow('enough');
    await expect(chooseModel(data, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });
  it('refuses options that mean nothing, and data that cannot be judged', async () => {
    for (const options of [
      { objective: 'ndgc@10' },
      { budgetSeconds: 0 },
      { families: [] },
      { families: ['als', 'als'] },
      { families: ['svd'] },
      { families: [{ name: 'x' }] },
      { families: [undefined] },
      { families: [null] },
      { blend: 'yes' },
      { seeds: 1 },
    ])
      await expectRejection('ERR_BAD_OPTION', chooseModel(data, options as never));
    await expectRejection('ERR_BAD_ARGUMENT', chooseModel([] as never));
    await expectRejection('ERR_EMPTY', chooseModel(Interactions.fromColumns({ users: ['a'], items: ['x'] }), { budgetSeconds: 2 }));
  });
});

describe('what is held out to choose by', () => {
  it('is the newest where rows have times or an order, and a part at random where rows are sorted by item', () => {
    expect(isOrdered(walks())).toBe(true);
    const sorted = Interactions.fromColumns({ users: ['a', 'a', 'a', 'b', 'b'], items: ['9', '10', '11', '2', '30'] });
    expect(isOrdered(sorted)).toBe(false);
    const timed = Interactions.fromColumns({ users: ['a', 'a'], items: ['1', '2'], timestamps: Float64Array.of(2, 1) });
    expect(isOrdered(timed)).toBe(true);
  });
  it('is the same share of users in both parts of a sample', () => {
    const held = holdOut(data, 3);
    const some = shareOf(held, 0.3, 3);
    expect(some.train.userCount).toBe(Math.ceil(0.3 * held.train.userCount));
    for (const user of some.validation.users) expect(some.train.users.has(user)).toBe(true);
    expect(shareOf(held, 1, 3)).toEqual(held);
  });
});
