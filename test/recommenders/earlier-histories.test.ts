import { LightGcnRecommender, NcfRecommender, TwoTowerRecommender } from 'attune';
import { expect, it } from 'vitest';
import { type ModelFile, writeModelFile } from '../../src/data/files/model-file.ts';
import { zipf } from '../support/makers.ts';

const settings = { factors: 8, epochs: 3, seed: 1, historyExponent: 0.5, temperature: 0.1 };
const data = zipf({ users: 60, items: 40, rows: 800 });

/** The file of a model of before there were `popularity` and `historyExponent`. */
function earlier(model: { file(): ModelFile }): Uint8Array<ArrayBuffer> {
  const file = model.file();
  const { popularity: _, historyExponent: __, ...stored } = file.settings;
  return writeModelFile({ ...file, settings: stored });
}

it('a LightGCN model of before there was popularity answers as it did', async () => {
  const model = await new LightGcnRecommender({ ...settings, popularity: 0 }).fit(data);
  const loaded = LightGcnRecommender.fromBytes(earlier(model));
  expect(loaded.recommend('u3', { n: 30 })).toEqual(model.recommend('u3', { n: 30 }));
  expect(loaded.toBytes()).toEqual(model.toBytes());
});

it('a two-tower model of before there were popularity and an exponent answers as it did', async () => {
  const model = await new TwoTowerRecommender({ ...settings, popularity: 0 }).fit(data);
  const loaded = TwoTowerRecommender.fromBytes(earlier(model));
  expect(loaded.recommend('u3', { n: 30 })).toEqual(model.recommend('u3', { n: 30 }));
  expect(loaded.toBytes()).toEqual(model.toBytes());
});

it('a NeuMF model of before there was popularity answers as it did', async () => {
  const model = await new NcfRecommender({ factors: 8, layers: [16, 8], epochs: 2, seed: 1, popularity: 0 }).fit(data);
  const loaded = NcfRecommender.fromBytes(earlier(model));
  expect(loaded.recommend('u3', { n: 30 })).toEqual(model.recommend('u3', { n: 30 }));
  expect(loaded.toBytes()).toEqual(model.toBytes());
});
