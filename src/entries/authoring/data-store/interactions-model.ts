import { fc } from '../random-data.ts';
import { type DataStoreSuite, rowsOf } from './suite.ts';

/** Random calls against a plain model of a store. */
export function interactionsModel({ describe, it, expect, open }: DataStoreSuite): void {
  describe('interactions', () => {
    it('obey a plain model of themselves, whatever is done to them', async () => {
      const id = fc.constantFrom('a', 'b', 'A', '__proto__', 'constructor', 'é', 'e\u0301', '😀', "x'y", 'x"y', ' ', '1', '01', '%');
      const row = fc.record({
        user: id,
        item: id,
        value: fc.float(),
        timestamp: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
      });
      const step = fc.oneof(
        fc.record({ put: fc.array(row, { maxLength: 6 }), newest: fc.boolean() }),
        fc.record({ dropUser: id }),
        fc.record({ dropItem: id }),
        fc.record({ dropPair: fc.record({ user: id, item: id }) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
          const { interactions, products } = await open();
          const model = new Map<string, { user: string; item: string; value: number; timestamp?: number }>();
          const key = (pair: { user: string; item: string }) => JSON.stringify([pair.user, pair.item]);
          for (const done of steps) {
            if ('put' in done) {
              const result = await interactions.putMany(done.put, {
                unknownProducts: 'stub',
                onConflict: done.newest ? 'newest' : 'replace',
              });
              let [inserted, updated, older] = [0, 0, 0];
              for (const { timestamp, ...rest } of done.put) {
                const known = model.get(key(rest));
                if (done.newest && known?.timestamp !== undefined && timestamp !== undefined && timestamp < known.timestamp) older++;
                else {
                  known ? updated++ : inserted++;
                  model.set(key(rest), {
                    ...rest,
                    value: rest.value === 0 ? 0 : rest.value,
                    ...(timestamp === undefined ? {} : { timestamp }),
                  });
                }
              }
              expect({ ...result, rejected: result.rejected.length }).toEqual({ inserted, updated, rejected: older });
            } else if ('dropUser' in done) {
              await interactions.delete({ users: [done.dropUser] });
              for (const [k, each] of model) if (each.user === done.dropUser) model.delete(k);
            } else if ('dropItem' in done) {
              await products.delete([done.dropItem]);
              for (const [k, each] of model) if (each.item === done.dropItem) model.delete(k);
            } else {
              await interactions.delete({ pairs: [done.dropPair] });
              model.delete(key(done.dropPair));
            }
          }
          const rows = await rowsOf(interactions.all());
          expect(rows.map(({ id, ...rest }) => rest)).toEqual([...model.values()]);
          expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).sort((a, b) => a - b));
          for (const user of new Set(rows.map((each) => each.user)))
            expect(await interactions.ofUser(user)).toEqual(rows.filter((each) => each.user === user));
        }),
        { numRuns: 40 },
      );
    });
  });
}
