import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlsRecommender, BprRecommender, FactorRecommender, Interactions, mergeShards, shardByItem } from 'attune';
import { describe, expect, it } from 'vitest';
import { startChild } from '../support/child.ts';
import { zipf } from '../support/makers.ts';

const data = zipf({ users: 1000, items: 400, rows: 12_000, seed: 3 });

describe('a model in parts by item', () => {
  it('answers like the whole in four processes, for 1,000 users', { timeout: 120_000 }, async () => {
    const als = await new AlsRecommender({ factors: 16, iterations: 4, seed: 1, threads: 1 }).fit(data);
    const folder = mkdtempSync(join(tmpdir(), 'attune-shards-'));
    const parts = shardByItem(als, 4);
    expect(parts.map(({ items }) => items.size).reduce((a, b) => a + b)).toBe(als.items.size);
    const answered = parts.map((part, k) => {
      const file = join(folder, `${k}.bin`);
      writeFileSync(file, part.toBytes());
      return startChild(join(import.meta.dirname, '../support/shard-child.ts'), file).line('lists ');
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
