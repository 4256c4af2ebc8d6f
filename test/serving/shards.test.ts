import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AlsRecommender,
  BprRecommender,
  FactorRecommender,
  type HistoryFactors,
  Interactions,
  mergeShards,
  type Recommendation,
  ShardFoldIn,
  shardByItem,
} from 'attune';
import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../../src/numeric/random.ts';
import { startChild } from '../support/child.ts';
import { zipf } from '../support/makers.ts';

const data = zipf({ users: 1000, items: 400, rows: 12_000, seed: 3 });

describe('a model in parts by item', () => {
  it('answers like the whole in four processes, for 1,000 users', { timeout: 240_000 }, async () => {
    const als = await new AlsRecommender({ factors: 16, iterations: 4, seed: 1, threads: 1 }).fit(data);
    const folder = mkdtempSync(join(tmpdir(), 'attune-shards-'));
    const parts = shardByItem(als, 4);
    expect(parts.map(({ items }) => items.size).reduce((a, b) => a + b)).toBe(als.items.size);
    const answered = parts.map(async (part, k) => {
      const file = join(folder, `${k}.bin`);
      writeFileSync(file, part.toBytes());
      return (await startChild(join(import.meta.dirname, '../support/shard-child.ts'), file)).line('lists ');
    });
    const answers: { item: string; score: number }[][][] = (await Promise.all(answered)).map((line) =>
      JSON.parse(line.slice('lists '.length)),
    );
    rmSync(folder, { recursive: true });
    let k = 0;
    for (const user of als.users) {
      const merged = mergeShards(
        answers.map((lists) => lists[k]),
        10,
        als.items,
      );
      const whole = als.recommend(user, { n: 10 });
      expect(merged.map(({ item }) => item)).toEqual(whole.map(({ item }) => item));
      for (const [place, { score }] of merged.entries()) expect(score).toBeCloseTo(whole[place].score, 5);
      k++;
    }
    expect(k).toBe(1000);
  });

  it.each(['implicit', 'explicit'] as const)(
    'folds 1,000 visitors in as the whole does, from four processes, %s',
    { timeout: 240_000 },
    async (feedback) => {
      const als = await new AlsRecommender({ factors: 16, iterations: 4, seed: 1, threads: 1, feedback, biases: false }).fit(data);
      const folder = mkdtempSync(join(tmpdir(), 'attune-shards-'));
      const random = randomNumbers(7);
      const histories = Array.from({ length: 1000 }, () =>
        Array.from({ length: 1 + Math.floor(30 * random()) }, () => ({
          item: random() < 0.05 ? 'nobody knows it' : als.items.idAt(Math.floor(random() * als.items.size)),
          value: Math.floor(random() * 7) - 1,
        })),
      );
      const [asked, solved] = [join(folder, 'histories.json'), join(folder, 'solved.json')];
      writeFileSync(asked, JSON.stringify(histories));
      const processes = shardByItem(als, 4).map((part, k) => {
        const file = join(folder, `${k}.bin`);
        writeFileSync(file, part.toBytes());
        return startChild(join(import.meta.dirname, '../support/shard-child.ts'), file, asked, solved);
      });
      const answers = async <T>(name: string): Promise<T[]> => {
        const lines = await Promise.all(processes.map(async (each) => (await each).line(name)));
        return lines.map((line) => JSON.parse(line.slice(name.length)));
      };
      const visitors = answers<Recommendation[][]>('visitors ');
      const rows = await answers<HistoryFactors[][]>('rows ');
      const foldIn = ShardFoldIn.from(JSON.parse(JSON.stringify(ShardFoldIn.of(als))));
      const known = histories.map((_, k) => rows.flatMap((part) => part[k]));
      expect(known.some((each, k) => each.length < new Set(histories[k].map(({ item }) => item)).size)).toBe(true);
      // A history that nobody knows has no factors; the whole refuses it as well.
      const vectors = known.map((each) => (each.length > 0 ? foldIn.solve(each) : new Float32Array(16)));
      writeFileSync(`${solved}.part`, JSON.stringify(vectors.map((vector) => [...vector])));
      renameSync(`${solved}.part`, solved);
      const lists = await visitors;
      rmSync(folder, { recursive: true });
      for (const [k, history] of histories.entries()) {
        const whole = als.recommendFor(history, { n: als.items.size, onUnknown: 'empty' });
        if (known[k].length === 0) {
          expect(whole).toHaveLength(0);
          expect(() => foldIn.solve([])).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_HISTORY' }));
          continue;
        }
        const merged = mergeShards(
          lists.map((part) => part[k]),
          10,
          als.items,
        );
        const scale = Math.max(1e-3, ...whole.map(({ score }) => Math.abs(score)));
        for (const [place, { score, item }] of merged.entries()) {
          expect(Math.abs(score - whole[place].score)).toBeLessThan(2e-5 * scale);
          // Items may change places where scores are as close as the two ways to compute them.
          const there = whole.find((each) => each.item === item);
          expect(Math.abs((there?.score ?? Number.NaN) - score)).toBeLessThan(2e-5 * scale);
        }
      }
    },
  );

  it('lists equal scores in the order of the whole model', () => {
    const whole = FactorRecommender.from({
      userIds: ['u'],
      itemIds: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      userFactors: Float32Array.of(1),
      itemFactors: Float32Array.of(1, 2, 2, 2, 1, 2, 2),
    });
    const lists = shardByItem(whole, 3).map((part) => part.recommend('u', { n: 4 }));
    expect(mergeShards(lists, 4, whole.items)).toEqual(whole.recommend('u', { n: 4 }));
    expect(mergeShards([], 4)).toEqual([]);
  });

  it('is refused for a model whose scores are more than inner products', async () => {
    const ratings = Interactions.fromColumns({ users: ['a', 'a', 'b'], items: ['x', 'y', 'x'], values: [5, 1, 4] });
    const biased = await new AlsRecommender({ factors: 2, feedback: 'explicit', biases: true, iterations: 1 }).fit(ratings);
    expect(() => shardByItem(biased, 2)).toThrow(/without biases/);
    expect(() => shardByItem(new BprRecommender(), 2)).toThrow(expect.objectContaining({ code: 'ERR_NOT_FITTED' }));
    expect(() => shardByItem(biased, 0)).toThrow(/1 up to 1024/);
  });
});
