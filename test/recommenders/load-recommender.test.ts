import {
  AlsRecommender,
  BprRecommender,
  EaseRecommender,
  Interactions,
  ItemKnnRecommender,
  loadRecommender,
  memoryModelStore,
  PopularityRecommender,
  SemanticIndex,
} from 'attune';
import { describe, expect, it } from 'vitest';
import { readModelFile, writeModelFile } from '../../src/data/files/model-file.ts';
import { BoughtTogether } from '../authoring/guide/bought-together.ts';
import { expectRejection } from '../support/conformance.ts';
import { zipf } from '../support/makers.ts';

describe('loadRecommender', () => {
  it('loads what an alias points at', async () => {
    const store = memoryModelStore();
    const als = await new AlsRecommender({ factors: 4, iterations: 2 }).fit(zipf());
    const { version } = await als.save(store, 'shop');
    await store.promote('shop', version, 'production');
    const model = await loadRecommender(store, 'shop@production', { onUnknown: 'empty' });
    expect(model).toBeInstanceOf(AlsRecommender);
    expect(model.recommend('u1')).toEqual(als.recommend('u1'));
    expect(model.recommend('nobody')).toEqual([]);
    await expectRejection('ERR_NOT_FOUND', loadRecommender(store, 'shop@staging'));
  });
  it('knows every family of attune', async () => {
    for (const Family of [AlsRecommender, BprRecommender, EaseRecommender, ItemKnnRecommender, PopularityRecommender]) {
      const model = await new Family().fit(zipf());
      expect(await loadRecommender(model.toBytes())).toBeInstanceOf(Family);
    }
  });
  it('finds the class of a family of your own, and says how when it was not told', async () => {
    const bytes = (await new BoughtTogether().fit(zipf())).toBytes();
    expect(await loadRecommender(bytes, { families: [AlsRecommender, BoughtTogether], threads: 2 })).toBeInstanceOf(BoughtTogether);
    await expect(loadRecommender(bytes)).rejects.toMatchObject({ code: 'ERR_WRONG_KIND', message: expect.stringContaining('families: [') });
    for (const families of [{}, null, [{}], BoughtTogether] as never[])
      await expectRejection('ERR_BAD_OPTION', loadRecommender(bytes, { families }));
    await expectRejection('ERR_BAD_FILE', loadRecommender(bytes.subarray(0, 900), { families: [BoughtTogether] }));
  });
  it('says what a file holds that is no recommender, and how to load it', async () => {
    const index = await SemanticIndex.build([{ id: 'a', text: 'kettle' }]);
    await expect(loadRecommender(await index.toBytes())).rejects.toMatchObject({
      code: 'ERR_WRONG_KIND',
      message: expect.stringContaining('SemanticIndex.load'),
    });
    let checkpoint = new Uint8Array(0);
    await new AlsRecommender({ factors: 4, iterations: 2 }).fit(zipf(), {
      checkpoint: { write: (bytes) => void (checkpoint = bytes.slice()) },
    });
    await expect(loadRecommender(checkpoint)).rejects.toMatchObject({
      code: 'ERR_WRONG_KIND',
      message: expect.stringContaining('resumeFrom'),
    });
  });
  it('refuses what is no model, and stores that are none', async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(100), new TextEncoder().encode('<!doctype html>')]) {
      await expectRejection('ERR_BAD_FILE', loadRecommender(bytes));
    }
    for (const store of [undefined, null, {}, 'models'] as never[])
      await expectRejection('ERR_BAD_ARGUMENT', loadRecommender(store, 'shop'));
    await expectRejection('ERR_BAD_ARGUMENT', loadRecommender(memoryModelStore(), undefined as never));
  });
});

it('a file whose training record is no list of iterations is refused as a bad file', async () => {
  const data = await Interactions.from([
    { user: 'a', item: 'x' },
    { user: 'b', item: 'y' },
  ]);
  for (const Class of [AlsRecommender, BprRecommender]) {
    const model = await new Class({ factors: 2, iterations: 1 }).fit(data);
    const file = readModelFile(model.toBytes(), model.kind, 1);
    for (const history of ['none', 5, {}, [null], [[1]], ['x']]) {
      const bytes = writeModelFile({ ...file, settings: { ...file.settings, history } });
      expect(() => Class.fromBytes(bytes)).toThrow(expect.objectContaining({ name: 'AttuneError', code: 'ERR_BAD_FILE' }));
    }
  }
});
