import type { ModelStore } from '../../../contracts/model-store.ts';
import type { Recommender } from '../../../contracts/recommender.ts';
import { readModelFile, writeModelFile } from '../../../data/files/model-file.ts';
import { loadRecommender } from '../../../recommenders/load-recommender.ts';
import { expectRefusal } from './checks.ts';
import type { RecommenderSuite } from './suite.ts';

/** Settings of a stored model. */
export function loading<R extends Recommender>({ describe, it, expect, Class, everyone, fitted }: RecommenderSuite<R>): void {
  describe('a stored model', () => {
    it('takes threads and a policy for unknown ids when it is loaded', async () => {
      const bytes = fitted().toBytes();
      const lenient = Class.fromBytes(bytes, { threads: 1, onUnknown: 'empty' });
      expect(lenient.recommend('nobody')).toEqual([]);
      expect([...lenient.recommendMany(everyone)]).toEqual([...fitted().recommendMany(everyone)]);
      const strict = Class.fromBytes(lenient.toBytes(), { onUnknown: 'throw' });
      await expectRefusal('ERR_UNKNOWN_USER', () => strict.recommend('nobody'));
      expect(strict.toBytes()).toEqual(bytes);
      await expectRefusal('ERR_BAD_OPTION', () => Class.fromBytes(bytes, { thread: 1 } as never));
      await expectRefusal('ERR_BAD_OPTION', () => Class.fromBytes(bytes, { threads: 0 }));
      await expectRefusal('ERR_BAD_OPTION', () => Class.fromBytes(bytes, { onUnknown: 'ignore' as never }));
    });
    it('with settings that this version does not know is a bad file', async () => {
      const file = readModelFile(fitted().toBytes(), fitted().kind, 1000);
      for (const odd of [{ fromTheFuture: 1 }, { onUnknown: 'later' }]) {
        const bytes = writeModelFile({ ...file, settings: { ...file.settings, ...odd } });
        await expectRefusal('ERR_BAD_FILE', () => Class.fromBytes(bytes));
      }
    });
    it('is found by loadRecommender, whatever family it is', async () => {
      const bytes = fitted().toBytes();
      const model = await loadRecommender(bytes, { families: [Class], onUnknown: 'empty', threads: 2 });
      expect(model).toBeInstanceOf(Class);
      expect(model.recommend('nobody')).toEqual([]);
      const store = { get: async () => ({ bytes }), put: () => Promise.reject(new Error('not needed')) } as unknown as ModelStore;
      const stored = await loadRecommender(store, 'model@production', { families: [Class] });
      expect([...stored.recommendMany(everyone)]).toEqual([...fitted().recommendMany(everyone)]);
      await expectRefusal('ERR_BAD_OPTION', () => loadRecommender(bytes, { families: [Class], thread: 1 } as never));
    });
  });
}
