import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  AlsRecommender,
  answerCache,
  BprRecommender,
  EaseRecommender,
  forgetUser,
  Interactions,
  ItemKnnRecommender,
  LightGcnRecommender,
  loadRecommender,
  memoryModelStore,
  NcfRecommender,
  PopularityRecommender,
  type Recommender,
  SequenceLinearRecommender,
  TwoTowerRecommender,
} from 'attune';
import { fileModelStore } from 'attune/node';
import { sqliteDataStore, sqliteModelStore } from 'attune/sqlite';
import Database from 'libsql';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { path: folder } = temporaryFolder();
const user = 'AFORGETME7QX';

/** The files under a folder that have a text in them. */
function filesWith(text: string, path = folder): string[] {
  return readdirSync(path).flatMap((name) => {
    const file = join(path, name);
    return statSync(file).isDirectory() ? filesWith(text, file) : readFileSync(file).includes(text) ? [file] : [];
  });
}

it('a user who is forgotten is in no file, database, model or cache afterwards, and a report says what went', async () => {
  const data = await sqliteDataStore(new Database(join(folder, 'shop.db')));
  const rows = Array.from({ length: 400 }, (_, k) => ({ user: `u${k % 40}`, item: `i${(k * 7) % 23}`, value: 1 + (k % 5) }));
  rows.splice(100, 0, { user, item: 'i3', value: 5 }, { user, item: 'i4', value: 4 });
  await data.interactions.putMany(rows, { unknownProducts: 'stub' });
  await data.interactions.putMany([{ user, item: 'i3', value: 2 }]); // leaves the old row in the file
  await data.events.appendMany([
    { user, type: 'purchase', item: 'i3' },
    { user: 'u1', type: 'purchase', item: 'i3' },
  ]);
  const train = await Interactions.from(data.interactions.all());

  const models = fileModelStore(join(folder, 'models'));
  const inDatabase = sqliteModelStore(new Database(join(folder, 'models.db')));
  const families = {
    als: new AlsRecommender({ factors: 4, seed: 1 }),
    bpr: new BprRecommender({ factors: 4, seed: 1 }),
    ease: new EaseRecommender(),
    knn: new ItemKnnRecommender(),
    popularity: new PopularityRecommender(),
  };
  for (const [name, model] of Object.entries(families)) await (await model.fit(train)).save(models, name);
  await families.als.save(models, 'als', { note: 'second' });
  await models.put('als', Uint8Array.of(1, 2, 3)); // no model
  await models.promote('als', 1, 'production');
  await families.als.save(inDatabase, 'als');
  const cache = answerCache();
  await cache.answer({ key: 'home', user }, () => ['i1']);
  const before = families.als.recommend('u5', { n: 5 });
  expect(filesWith(user).length).toBeGreaterThan(5);

  const report = await forgetUser(user, { data, models: [models, inDatabase], caches: cache });
  expect(report).toEqual({
    user,
    interactions: 2,
    events: 1,
    answers: 1,
    models: [
      { name: 'als', version: 1, replacedBy: 4, aliases: ['production'] },
      { name: 'als', version: 2, replacedBy: 5, aliases: [] },
      { name: 'als', version: 3, replacedBy: 6, aliases: [] },
      ...['bpr', 'ease', 'knn', 'popularity'].map((name) => ({ name, version: 1, replacedBy: 2, aliases: [] })),
      { name: 'als', version: 1, replacedBy: 2, aliases: [] },
    ],
  });
  expect(filesWith(user)).toEqual([]);
  expect(await models.get('als@5')).toMatchObject({ metadata: { note: 'second' } });
  const als = await AlsRecommender.load(models, 'als@production');
  expect(als.recommend('u5', { n: 5 })).toEqual(before);
  expect(() => als.recommend(user)).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_USER' }));
  for (const name of ['bpr', 'ease', 'knn', 'popularity']) {
    const model = await loadRecommender(models, name);
    expect(() => model.recommend(user)).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_USER' }));
    expect(model.recommend('u5', { n: 5 })).toEqual((families as never as Record<string, AlsRecommender>)[name].recommend('u5', { n: 5 }));
  }
  expect(await data.interactions.count()).toBe(train.size - 2);
  expect(await forgetUser(user, { data, models: [models, inDatabase], caches: [cache], events: data.events })).toEqual({
    user,
    interactions: 0,
    events: 0,
    models: [],
    answers: 0,
  });
  await expect(forgetUser('', { data })).rejects.toMatchObject({ code: 'ERR_BAD_ID' });
});

it('the lists of the others stay as they were, but for families whose answers count the users of an item', async () => {
  const rows = Array.from({ length: 240 }, (_, k) => ({ user: `u${k % 30}`, item: `i${(k * k * 7 + k) % 23}`, value: 1 }));
  const train = await Interactions.from(rows);
  const changed = async (model: Recommender & { save: AlsRecommender['save'] }) => {
    await model.fit(train);
    const store = memoryModelStore();
    await model.save(store, 'model');
    await forgetUser('u3', { models: store });
    const after = await loadRecommender(store, 'model');
    const others = [...train.users].filter((id) => id !== 'u3');
    return others.some((id) => JSON.stringify(after.recommend(id, { n: 5 })) !== JSON.stringify(model.recommend(id, { n: 5 })));
  };
  const small = { factors: 8, epochs: 2, seed: 1 };
  expect(await changed(new LightGcnRecommender(small))).toBe(true); // by popularity, and by what items of a history count
  expect(await changed(new LightGcnRecommender({ ...small, popularity: 0, historyExponent: 0 }))).toBe(false);
  expect(await changed(new TwoTowerRecommender({ ...small, popularity: 0 }))).toBe(false);
  expect(await changed(new NcfRecommender({ ...small, popularity: 0 }))).toBe(false);
  expect(await changed(new SequenceLinearRecommender())).toBe(false);
});
