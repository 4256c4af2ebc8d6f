import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useSmallShop } from './use-small-shop.ts';

const { shop } = useSmallShop();

/** Numbers that the shop tells of itself, by name and labels. */
async function metrics(): Promise<Map<string, number>> {
  const lines = (await (await shop.get('/metrics')).text()).split('\n').filter((line) => !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]));
}

const sum = (all: Map<string, number>, name: string) =>
  [...all].filter(([key]) => key.startsWith(name)).reduce((total, [, value]) => total + value, 0);

const shown = async () => sum(await metrics(), 'recommendation_duration_seconds_count');
const missed = async () => sum(await metrics(), 'cache_misses_total{cache="answers"}');

it('the lists that the shop makes for nobody after its start are not counted as shown', async () => {
  for (let left = 100; left > 0 && (await missed()) < 5; left--) await sleep(50);
  expect(await missed()).toBeGreaterThanOrEqual(5);
  expect(await shown()).toBe(0);
  await shop.get('/recommendations?user_id=user-2');
  expect(await shown()).toBe(1);
});
