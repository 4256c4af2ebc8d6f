import { AlsRecommender, memoryModelStore } from 'attune';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { IdMap } from '../../../src/data/id-map.ts';
import { toFloat16 } from '../../../src/numeric/float16.ts';
import { topK } from '../../../src/numeric/top-k.ts';
import type { AlsModel } from '../../../src/recommenders/als/model.ts';
import { AlsServing } from '../../../src/recommenders/als/serving.ts';
import { PrefilteredUsers } from '../../../src/recommenders/factors/prefiltered-users.ts';
import { type UserRows, userSimilarity } from '../../../src/recommenders/factors/similar-users.ts';
import { atOnce } from '../../../src/work/steps.ts';
import { randomOf, zipf } from '../../support/makers.ts';

const factors = 40;
const count = 1500; // enough for the prefilter to take part

/**
 * Item rows with all that could lead a bound astray: rows that are equal, or differ by a factor only, zero rows, norms over many
 * decades down to where single precision ends, crowds of rows that nearly agree.
 */
function madeRows(seed: number, style: 'whole' | 'crowded' | 'decades'): Float32Array {
  const random = randomOf(seed);
  const rows = new Float32Array(count * factors);
  const centres = Array.from({ length: 8 }, () => Array.from({ length: factors }, () => random() - 0.5));
  for (let i = 0; i < count; i++) {
    const row = rows.subarray(i * factors, (i + 1) * factors);
    const lot = random();
    if (lot < 0.03) continue;
    if (lot < 0.3 && i > 0) {
      const twin = Math.floor(random() * i);
      const scale = random() < 0.5 ? 1 : 2;
      row.set(rows.subarray(twin * factors, (twin + 1) * factors).map((v) => scale * v));
    } else if (style === 'whole') {
      for (let q = 0; q < factors; q++) row[q] = Math.floor(random() * 5) - 2;
    } else if (style === 'crowded') {
      const centre = centres[Math.floor(random() * 8)];
      for (let q = 0; q < factors; q++) row[q] = centre[q] + 0.1 * (random() - 0.5);
    } else {
      const size = 10 ** (Math.floor(random() * 46) - 40);
      for (let q = 0; q < factors; q++) row[q] = size * (random() - 0.5);
    }
  }
  return rows;
}

function modelOf(itemFactors: Float32Array, feedback: 'implicit' | 'explicit', biased: boolean, threads = 1): AlsModel {
  return {
    settings: new AlsRecommender({ factors, feedback, threads }).options,
    users: new IdMap(),
    items: new IdMap(Array.from({ length: count }, (_, i) => `i${i}`)),
    byUser: { rows: 0, columns: count, offsets: new Int32Array(1), indices: new Int32Array(0), values: new Float32Array(0) },
    itemFactors,
    rows: new Float32Array(0),
    rowOf: new Int32Array(0),
    scaleOf: new Float32Array(0),
    userWeights: undefined,
    biases: biased
      ? { global: 1, users: new Float32Array(0), items: Float32Array.from({ length: count }, (_, i) => (i % 7) / 7) }
      : undefined,
    history: [],
  };
}

const cases = fc.record({
  seed: fc.nat(),
  style: fc.constantFrom('whole', 'crowded', 'decades'),
  feedback: fc.constantFrom('implicit', 'explicit'),
  n: fc.oneof(fc.constantFrom(1, 10, 50), fc.integer({ min: 0, max: 2 * count })),
  share: fc.constantFrom(0, 0.1, 0.99, 1),
  vector: fc.constantFrom('row', 'minus a row', 'random', 'zero', 'faint'),
  biased: fc.boolean(),
});

describe('the pruned lists of an AlsRecommender', () => {
  it('are those of scoring everything, ties included', () => {
    fc.assert(
      fc.property(cases, ({ seed, style, feedback, n, share, vector, biased }) => {
        const rows = madeRows(seed, style);
        const serving = atOnce(AlsServing.making(modelOf(rows, feedback, biased && feedback === 'explicit'))).factors;
        const random = randomOf(seed + 1);
        const skip = Uint8Array.from({ length: count }, () => Number(random() < share));
        const skipped = Int32Array.from({ length: count }, (_, i) => i).filter((i) => skip[i] !== 0);
        for (let query = 0; query < 4; query++) {
          const item = Math.floor(random() * count);
          const own = rows.slice(item * factors, (item + 1) * factors);
          const x = {
            row: own,
            'minus a row': own.map((v) => -v),
            random: own.map(() => random() - 0.5),
            zero: own.fill.call(own.slice(), 0),
            faint: own.map(() => 1e-30 * (random() - 0.5)),
          }[vector];
          const scores = new Float32Array(count);
          serving.scoreAll({ vector: x, add: 0.25 * Number(biased) }, scores);
          expect(serving.rank({ vector: x, add: 0.25 * Number(biased), n: Math.min(n, count), skipped })).toEqual(topK(scores, n, skip));
          for (const metric of ['cosine', 'dot'] as const) {
            serving.similarity(item, metric, scores);
            expect(serving.rankSimilar(item, metric, { n: Math.min(n, count), skip, skipped, only: undefined }), metric).toEqual(
              topK(scores, n, skip),
            );
          }
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('are the same for many vectors at once, on one thread and on three', () => {
    const rows = madeRows(3, 'crowded');
    const random = randomOf(4);
    const orders = Array.from({ length: 600 }, (_, k) => ({
      vector:
        k % 9 === 0 ? new Float32Array(factors) : rows.slice((k + 1) * factors, (k + 2) * factors).map((v) => v + 0.1 * (random() - 0.5)),
      add: k % 7 === 0 ? 0.5 : 0,
      n: k === 5 ? count : k % 31,
      skipped: Int32Array.from({ length: count }, (_, i) => i).filter((i) => k === 6 || (i * 7) % 101 === k % 101),
    }));
    const alone = atOnce(AlsServing.making(modelOf(rows, 'implicit', false))).factors;
    const expected = orders.map((order) => alone.rank(order));
    for (const threads of [1, 3]) {
      const serving = atOnce(AlsServing.making(modelOf(rows, 'implicit', false, threads))).factors;
      for (let turn = 0; turn < 3; turn++) expect(serving.rankMany(orders.length, (k) => orders[k])).toEqual(expected);
      serving.close();
      expect(serving.rankMany(orders.length, (k) => orders[k])).toEqual(expected); // now on this thread alone
    }
  }, 60_000);

  it('are ready after a load, and made by steps there, so that a server that changes models goes on answering', async () => {
    const data = zipf({ users: 3000, items: 2500, rows: 9000 });
    const store = memoryModelStore();
    const als = await new AlsRecommender({ factors, iterations: 1, seed: 1 }).fit(data);
    await als.save(store, 'als');
    const making = AlsServing.making(AlsRecommender.fromBytes(als.toBytes())['model' as keyof AlsRecommender] as unknown as AlsModel);
    expect([...making].length).toBeGreaterThan(5); // copies, sums of products and rotations, 1,024 rows at a time
    const made = vi.spyOn(AlsServing, 'making');
    const loaded = await AlsRecommender.load(store, 'als');
    expect(made).toHaveBeenCalledTimes(1);
    const user = data.users.idAt(0);
    expect(loaded.recommend(user)).toEqual(als.recommend(user));
    const calls = made.mock.calls.length;
    expect(loaded.recommend(data.users.idAt(1))).toEqual(als.recommend(data.users.idAt(1)));
    expect(made).toHaveBeenCalledTimes(calls);
    made.mockRestore();
  });

  it('have the scores that arithmetic gives', async () => {
    const data = zipf({ users: 50, items: 40 });
    for (const options of [{}, { feedback: 'explicit', biases: true }] as const) {
      const als = await new AlsRecommender({ factors: 12, iterations: 3, ...options }).fit(data);
      const { data: y, columns: f } = als.itemFactors;
      const product = (a: number, b: number) => {
        let sum = 0;
        for (let q = 0; q < f; q++) sum += y[a * f + q] * y[b * f + q];
        return sum;
      };
      const index = (id: string) => als.items.indexOf(id);
      for (const { item, score } of als.similarItems('i3', { n: 100 })) {
        const norms = Math.sqrt(product(index(item), index(item)) * product(index('i3'), index('i3')));
        expect(score).toBeCloseTo(product(index('i3'), index(item)) / norms, 5);
      }
      for (const { item, score } of als.similarItems('i3', { n: 100, metric: 'dot' })) {
        expect(score).toBeCloseTo(product(index('i3'), index(item)), 5);
      }
    }
  });
});

describe('the similar users of an AlsRecommender', () => {
  const made = fc.record({
    seed: fc.nat(),
    style: fc.constantFrom('whole', 'crowded', 'decades'),
    n: fc.constantFrom(1, 10, 50),
    share: fc.constantFrom(0, 0.1, 0.9),
    half: fc.boolean(),
  });
  it('are those of scoring everybody, ties included', () => {
    let prefiltered = 0;
    fc.assert(
      fc.property(made, ({ seed, style, n, share, half }) => {
        const floats = madeRows(seed, style).map((v) => Math.max(-1e4, Math.min(1e4, v)));
        const random = randomOf(seed + 1);
        const users = 2 * count;
        const model: UserRows = {
          stride: factors,
          f: factors,
          rows: half ? toFloat16(floats) : floats,
          rowOf: Int32Array.from({ length: users }, (_, u) => (u < 3 ? -1 : Math.floor(count * random() ** 2))),
          scaleOf: Float32Array.from({ length: users }, () => 0.5 + random()),
        };
        const similar = PrefilteredUsers.of(model) as PrefilteredUsers;
        const skip = Uint8Array.from({ length: users }, () => Number(random() < share));
        const skipped = Int32Array.from({ length: users }, (_, u) => u).filter((u) => skip[u] !== 0);
        for (let query = 0; query < 4; query++) {
          const user = Math.floor(random() * users);
          const found = similar.rank(user, { n, skip, skipped, only: undefined });
          if (!found) continue;
          prefiltered++;
          const scores = new Float32Array(users);
          userSimilarity(model, user, 'cosine', scores);
          expect(found).toEqual(topK(scores, n, skip));
        }
      }),
      { numRuns: 30 },
    );
    expect(prefiltered).toBeGreaterThan(40);
  }, 60_000);

  it('are the same with and without a prefilter, and forget who was taken out', async () => {
    const als = await new AlsRecommender({ factors: 32, iterations: 2, seed: 1 }).fit(zipf({ users: 1500, items: 300 }));
    const all = Array.from({ length: als.users.size }, (_, u) => als.users.idAt(u));
    for (const user of all.slice(0, 20)) {
      const exclude = all.slice(30, 60);
      const scanned = als.similarUsers(user, { n: 15, exclude, only: all });
      expect(als.similarUsers(user, { n: 15, exclude })).toEqual(scanned);
      expect(scanned.map((entry) => entry.user)).not.toContain(user);
    }
    const nearest = als.similarUsers(all[0], { n: 1 })[0].user;
    als.forget(nearest);
    expect(als.similarUsers(all[0], { n: 50 }).map((entry) => entry.user)).not.toContain(nearest);
  });
});
