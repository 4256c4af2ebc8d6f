import { AlsRecommender, type FitOptions, Interactions } from 'attune';
import { opinionsAfter } from './opinions.ts';
import { register } from './register.ts';
import type { System, TrainResult } from './system.ts';
import { modelNames } from './train.ts';

/**
 * Takes what people said since into the factors, and promotes what comes out. Only the rows of these users and products change, so that it takes a
 * fraction of a training; the next training begins again from the ratings, and the update after it takes in everything that was said.
 */
export async function updateFactors(
  { data, store, settings }: Pick<System, 'data' | 'store' | 'settings'>,
  options: FitOptions = {},
): Promise<TrainResult> {
  const started = performance.now();
  const name = modelNames.als;
  const before = (await store.list(name)).find((it) => it.aliases.includes('production'));
  if (!before) return { seconds: 0, models: [] };
  const { opinions, last } = await opinionsAfter(data, Number(before.metadata.opinions ?? 0));
  const als = await AlsRecommender.load(store, `${name}@${before.version}`);
  const rows = opinions.flatMap(({ user, item, value, timestamp }) => {
    if (!als.items.has(item)) return []; // a product that the factors do not know is ranked by its contents until the next training
    const rated = als.users.has(user) ? [...als.interactionsOf(user)].find((it) => it.item === item)?.value : undefined;
    if (value === 0 && rated === undefined) return [];
    return [{ user, item, value: value === 0 ? 0 : Math.max(value, rated ?? 0), timestamp }];
  });
  const { metrics = {} } = before.metadata as { metrics?: Record<string, number> };
  if (rows.length === 0) return { seconds: 0, models: [{ name, version: before.version, trained: false, seconds: 0, metrics }] };
  await als.partialFit(await Interactions.from(rows), options);
  const seconds = Math.round(performance.now() - started) / 1000;
  const about = { ...before.metadata, metrics, opinions: last, updated_from: before.version, seconds };
  return { seconds, models: [await register(store, name, als.toBytes(), about, { ...settings, promote: true })] };
}
