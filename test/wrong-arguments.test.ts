import {
  compareAll,
  eventColumns,
  eventInteractions,
  eventsToCsv,
  expireEvents,
  feastColumns,
  featureStore,
  fitMany,
  forgetUser,
  formatReports,
  markHtml,
  mergeShards,
  observationCounts,
  observations,
  PopularityRecommender,
  reportsToHtml,
  ShardFoldIn,
} from 'attune';
import { cuped, sampleRatioTest } from 'attune/experiments';
import { storedInteractions } from 'attune/kafka';
import { fitAlsOnDisk } from 'attune/node';
import { fromSparkModel } from 'attune/spark';
import { formatRuns } from 'attune/tracking';
import { describe, expect, it } from 'vitest';

const none = undefined as never;
const views = [{ name: 'v', entity: 'item', source: [null as never], features: ['f'] }];

/** Calls with an argument that is none: a program without types makes such mistakes, and is told which. */
const calls: [string, () => unknown][] = [
  ['compareAll', () => compareAll(none, 'ndcg@10')],
  ['eventColumns', () => eventColumns(none)],
  ['eventInteractions, events', () => eventInteractions(none, {})],
  ['eventInteractions, weights', () => eventInteractions([], none)],
  ['eventsToCsv', () => eventsToCsv(none).next()],
  ['expireEvents', () => expireEvents({ delete: async () => 0 }, none)],
  ['feastColumns', () => feastColumns([null as never], { entity: 'item' })],
  ['features.at, source', () => featureStore(views).at([{ item: 'x', timestamp: 5 }])],
  ['features.at, rows', () => featureStore(views).at([null as never])],
  ['fitMany, tenants', () => fitMany(5 as never, { family: PopularityRecommender, workers: 0 }).next()],
  ['fitMany, a tenant', () => fitMany([null as never], { family: PopularityRecommender, workers: 0 }).next()],
  ['fitAlsOnDisk', () => fitAlsOnDisk([{ user: 'a', item: 'b' }], { folder: '/nowhere/at/all' })],
  ['forgetUser', () => forgetUser('u', none)],
  ['formatReports', () => formatReports(none)],
  ['formatRuns', () => formatRuns(none)],
  ['fromSparkModel', () => fromSparkModel(none)],
  ['markHtml', () => markHtml(none, [])],
  ['mergeShards, lists', () => mergeShards('x' as never, 5)],
  ['mergeShards, a list', () => mergeShards([none], 5)],
  ['observations', () => observations(none)],
  ['observationCounts', () => observationCounts(none)],
  ['reportsToHtml', () => reportsToHtml(none)],
  ['sampleRatioTest', () => sampleRatioTest(none, { a: 1 })],
  ['cuped', () => cuped(none)],
  ['ShardFoldIn.of', () => ShardFoldIn.of(none)],
  ['storedInteractions', () => storedInteractions(none)],
];

describe('an argument that is none', () => {
  it.each(calls)('is refused by name: %s', async (_, call) => {
    const error = await Promise.resolve()
      .then(call)
      .then(
        () => undefined,
        (thrown) => thrown,
      );
    expect(error).toMatchObject({ name: 'AttuneError', code: expect.stringMatching(/^ERR_/) });
  });
});
