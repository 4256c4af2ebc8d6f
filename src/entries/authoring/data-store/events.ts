import { type DataStoreSuite, rowsOf } from './suite.ts';

/** Events as they are appended and kept. */
export function eventsAppended({ describe, it, expect, code, open }: DataStoreSuite): void {
  describe('events', () => {
    it('are numbered, timed and kept as they came', async () => {
      const { events } = await open();
      const before = Date.now();
      const first = await events.append({ user: 'A1', type: 'click', key: 'B01', list: ['B01', { x: 1 }], absent: undefined });
      expect(first).toEqual({ id: 1, user: 'A1', type: 'click', timestamp: expect.any(Number), key: 'B01', list: ['B01', { x: 1 }] });
      expect(first.timestamp).toBeGreaterThanOrEqual(before);
      expect(
        await events.appendMany([
          { user: 'A2', type: 'buy', timestamp: 5, id: 77 },
          { user: 'A1', type: 'buy', timestamp: 9 },
        ]),
      ).toMatchObject([{ id: 2, timestamp: 5 }, { id: 3 }]);
      expect(await rowsOf(events.all())).toEqual([
        first,
        { id: 2, user: 'A2', type: 'buy', timestamp: 5 },
        { id: 3, user: 'A1', type: 'buy', timestamp: 9 },
      ]);
      expect((await events.ofUser('A1')).map(({ id }) => id)).toEqual([1, 3]);
      expect((await events.ofUser('A1', { newestFirst: true, type: ['buy', 'click'], limit: 1 })).map(({ id }) => id)).toEqual([1]);
      expect(await events.count()).toBe(3);
    });

    it('take their time as everything else does, and never mistake it in silence', async () => {
      const { events } = await open();
      const when = '2020-01-02T03:04:05.678Z';
      const stored = await events.appendMany([
        { user: 'u', type: 'a', timestamp: new Date(5) },
        { user: 'u', type: 'a', timestamp: when },
        { user: 'u', type: 'a', timestamp: 7, time: 'noon' },
        { user: 'u', type: 'a', timestamp: 8, time: null },
      ]);
      expect(stored.map(({ timestamp }) => timestamp)).toEqual([5, Date.parse(when), 7, 8]);
      expect(stored.map(({ time }) => time)).toEqual([undefined, undefined, 'noon', undefined]);
      expect(await rowsOf(events.all())).toEqual(stored);
      for (const time of [5, new Date(5), when, 5n, 'noon'] as unknown[]) {
        const error = await events.append({ user: 'u', type: 'a', time }).catch((caught) => caught);
        expect(error).toEqual(code('ERR_BAD_ROW'));
        expect(error.message).toContain("'timestamp'");
      }
      expect(await events.count()).toBe(4);
    });

    it('hold ids as text, that of the item too', async () => {
      const { events } = await open();
      const stored = await events.appendMany([
        { user: 7, type: 'a', item: 12, price: 3 },
        { user: 7n, type: 'a', item: 12n },
        { user: '7', type: 'a', item: { of: 'another kind' } },
      ]);
      expect(stored.map(({ user, item }) => [user, item])).toEqual([
        ['7', '12'],
        ['7', '12'],
        ['7', { of: 'another kind' }],
      ]);
      expect(stored[0].price).toBe(3);
      expect(await rowsOf(events.all())).toEqual(stored);
    });
  });
}

/** Which events are given, and which are refused. */
export function eventsSelected({ describe, it, expect, code, open }: DataStoreSuite): void {
  describe('events', () => {
    it('are filtered by type and time', async () => {
      const { events } = await open();
      await events.appendMany(['a', 'b', 'a', 'c'].map((type, timestamp) => ({ user: 'u', type, timestamp })));
      const ids = async (filter: object) => (await rowsOf(events.all(filter))).map(({ id }) => id);
      expect(await ids({ type: 'a' })).toEqual([1, 3]);
      expect(await ids({ type: ['b', 'c'] })).toEqual([2, 4]);
      expect(await ids({ type: [] })).toEqual([]);
      expect(await ids({ since: 1, until: 3 })).toEqual([2, 3]);
      expect(await events.count({ type: 'a', since: 1 })).toBe(1);
      expect(await events.delete({ until: 2 })).toBe(2);
      expect(await ids({})).toEqual([3, 4]);
      expect(await events.delete()).toBe(2);
      expect(await events.append({ user: 'u', type: 'a' })).toMatchObject({ id: 5 });
      for (const filter of [{ types: 'a' }, { type: 3 }, { since: '1' }] as never[])
        await expect(events.count(filter)).rejects.toEqual(code('ERR_BAD_OPTION'));
    });

    it('with a bad one among them are not appended at all, and the bad one is named', async () => {
      const { events } = await open();
      const bad: [unknown, string][] = [
        [{ user: '', type: 'a' }, 'ERR_BAD_ID'],
        [{ user: 'u' }, 'ERR_BAD_ID'],
        [{ user: 'u', type: 'a', timestamp: Number.NaN }, 'ERR_BAD_VALUE'],
        [{ user: 'u', type: 'a', timestamp: null }, 'ERR_BAD_VALUE'],
        [{ user: 'u', type: 'a', item: 1.5 }, 'ERR_BAD_ID'],
        [{ user: 'u', type: 'a', n: [1n] }, 'ERR_BAD_VALUE'],
        [null, 'ERR_BAD_ROW'],
      ];
      for (const [event, wanted] of bad) {
        const error = await events.appendMany([{ user: 'u', type: 'a' }, event as never]).catch((caught) => caught);
        expect(error).toEqual(code(wanted));
        expect(error.message).toMatch(/^Row 1: /);
      }
      expect(await events.count()).toBe(0);
    });
  });
}
