import type { DataStore } from '../../contracts/data-store.ts';
import { Interactions } from '../../data/interactions.ts';
import { fc } from './random-data.ts';
import { suiteOf, type TestRunner } from './test-runner.ts';

async function rowsOf<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

async function* stream<Row>(rows: Iterable<Row>): AsyncGenerator<Row> {
  for (const row of rows) yield row;
}

/**
 * What every DataStore promises. `open` makes an empty one, whose products take `title` (text) and `features` (JSON), and whose
 * interactions take `note` (text).
 */
export function dataStoreConformance(open: () => DataStore | Promise<DataStore>, runner: TestRunner): void {
  const { describe, it, expect, code } = suiteOf(runner);
  /** Three products and four interactions, in this order: A1 B01, A1 B02, A2 B01, A3 B03. */
  const filled = async () => {
    const store = await open();
    await store.products.putMany([
      { item: 'B01', title: 'Kettle', features: ['2 l', { watts: 2200 }] },
      { item: 'B02', title: 'Toaster' },
      { item: 'B03' },
    ]);
    await store.interactions.putMany([
      { user: 'A1', item: 'B01', value: 5, timestamp: 1000 },
      { user: 'A1', item: 'B02', value: 3, timestamp: 3000, note: 'loud' },
      { user: 'A2', item: 'B01', value: 4, timestamp: 2000 },
      { user: 'A3', item: 'B03', value: 1.5 },
    ]);
    return store;
  };

  describe('products', () => {
    it('come back by id as they were put, without the columns that are absent', async () => {
      const { products } = await filled();
      expect(await products.get('B01')).toEqual({ item: 'B01', title: 'Kettle', features: ['2 l', { watts: 2200 }] });
      expect(Object.keys((await products.get('B03')) as object)).toEqual(['item']);
      expect(await products.get('none')).toBeUndefined();
      expect((await products.getMany(['B02', 'none', 'B01', 'B02'])).map((row) => row?.item)).toEqual(['B02', undefined, 'B01', 'B02']);
      expect((await products.getMany(['none']))[0]).toBeUndefined();
      expect(await products.count()).toBe(3);
    });

    it('that are known are replaced as a whole and keep their place', async () => {
      const { products, interactions } = await filled();
      expect(
        await products.putMany([{ item: 'B04' }, { item: 'B01', title: 'Pot', features: null }, { item: 'B04', title: 'Pan' }]),
      ).toEqual({
        inserted: 1,
        updated: 2,
        rejected: [],
      });
      expect(await rowsOf(products.all())).toEqual([
        { item: 'B01', title: 'Pot' },
        { item: 'B02', title: 'Toaster' },
        { item: 'B03' },
        { item: 'B04', title: 'Pan' },
      ]);
      expect(await interactions.count()).toBe(4); // replacing is not deleting
    });

    it('go with their interactions', async () => {
      const { products, interactions } = await filled();
      expect(await products.delete(['B01', 'none', 'B01'])).toBe(1);
      expect((await rowsOf(interactions.all())).map(({ user, item }) => user + item)).toEqual(['A1B02', 'A3B03']);
      expect(await products.delete({ first: 1 })).toBe(1);
      expect((await rowsOf(products.all())).map(({ item }) => item)).toEqual(['B03']);
      expect(await products.delete({ last: 5 })).toBe(1);
      expect(await products.delete({ last: 5 })).toBe(0);
      expect(await interactions.count()).toBe(0);
    });

    it('come in pages, by offset and by cursor', async () => {
      const { products } = await open();
      await products.putMany(Array.from({ length: 10 }, (_, k) => ({ item: `p${k}` })));
      const page = async (options: object) => (await products.page(options)).rows.map(({ item }) => item);
      expect(await page({ limit: 3 })).toEqual(['p0', 'p1', 'p2']);
      expect(await page({ limit: 3, offset: 8 })).toEqual(['p8', 'p9']);
      expect(await page({ offset: 99 })).toEqual([]);
      expect((await products.page({})).rows).toHaveLength(10);
      const seen: string[] = [];
      for (let after: string | undefined, first = true; first || after; first = false) {
        const { rows, next } = await products.page({ limit: 4, after });
        seen.push(...rows.map(({ item }) => item));
        after = next;
        await products.delete([`p${seen.length - 1}`, 'p0']); // deletes shift nothing
      }
      expect(seen).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'p9']);
      expect((await products.page({ limit: 7 })).next).toBeUndefined();
      for (const options of [{ limit: 0 }, { limit: 1.5 }, { offset: -1 }, { after: 'x' }, { after: 3 }, { size: 3 }] as object[]) {
        await expect(products.page(options)).rejects.toEqual(code('ERR_BAD_OPTION'));
      }
    });

    it('with a bad row are stored without it, and the row is named', async () => {
      const { products } = await open();
      const bad = [
        null,
        'B01',
        [],
        {},
        { item: '' },
        { item: 1.5 },
        { item: 'half \ud800' },
        { item: 'a\0b' },
        { item: 'x', features: 1n },
        { item: 'y', features: [Number.NaN] },
      ];
      const { inserted, updated, rejected } = await products.putMany([{ item: 'B01' }, ...(bad as { item: string }[]), { item: 7 }]);
      expect({ inserted, updated }).toEqual({ inserted: 2, updated: 0 });
      expect(rejected.map(({ row }) => row)).toEqual(bad.map((_, k) => k + 1));
      expect(rejected.map((each) => each.code)).toEqual([
        ...['ERR_BAD_ROW', 'ERR_BAD_ROW', 'ERR_BAD_ROW', 'ERR_BAD_ID', 'ERR_BAD_ID', 'ERR_BAD_ID', 'ERR_BAD_ID', 'ERR_BAD_ID'],
        ...['ERR_BAD_VALUE', 'ERR_BAD_VALUE'],
      ]);
      for (const { reason } of rejected) expect(reason).toMatch(/[Ee]xpected .*got .*\.$/);
      expect(await products.get('7')).toEqual({ item: '7' }); // whole numbers are ids
    });

    it('are copies', async () => {
      const { products } = await open();
      const features = ['a'];
      await products.putMany([{ item: 'B01', features }]);
      features.push('b');
      for (const row of await products.getMany(['B01'])) (row?.features as string[] | undefined)?.push('c');
      for (const row of await rowsOf(products.all())) (row.features as string[]).push('d');
      expect(await products.get('B01')).toEqual({ item: 'B01', features: ['a'] });
    });

    it('hold anything that JSON holds', async () => {
      const { products } = await open();
      await fc.assert(
        fc.asyncProperty(fc.jsonValue(), fc.string({ minLength: 1 }), async (features, title) => {
          const clean = title.replaceAll('\0', '');
          await products.putMany([{ item: 'x', features, title: clean }]);
          const stored = await products.get('x');
          expect(stored).toEqual(JSON.parse(JSON.stringify({ item: 'x', title: clean, ...(features === null ? {} : { features }) })));
        }),
        { numRuns: 50 },
      );
    });
  });

  describe('interactions', () => {
    it('stream in the order in which their pairs first came', async () => {
      const { interactions } = await filled();
      await interactions.putMany([{ user: 'A1', item: 'B01', value: 2 }]);
      expect(await rowsOf(interactions.all())).toEqual([
        { id: 1, user: 'A1', item: 'B01', value: 2 }, // replaced as a whole: its timestamp is gone
        { id: 2, user: 'A1', item: 'B02', value: 3, timestamp: 3000, note: 'loud' },
        { id: 3, user: 'A2', item: 'B01', value: 4, timestamp: 2000 },
        { id: 4, user: 'A3', item: 'B03', value: 1.5 },
      ]);
    });

    it('that attune made itself, or rows with columns of an interface, can be put as they are', async () => {
      const { interactions } = await open();
      const data = Interactions.fromColumns({ users: ['u', 'v'], items: ['i', 'i'], values: Float32Array.of(1, 2) });
      expect(await interactions.putMany(data, { unknownProducts: 'stub' })).toEqual({ inserted: 2, updated: 0, rejected: [] });
      expect([...(await Interactions.from(interactions.all()))]).toEqual([...data]);
    });

    it('can be read as Interactions', async () => {
      const store = await open();
      await store.interactions.putMany(
        Array.from({ length: 5000 }, (_, k) => ({ user: `u${k % 700}`, item: `i${k % 11}`, value: k % 5, timestamp: k })),
        { unknownProducts: 'stub' },
      );
      const data = await Interactions.from(store.interactions.all());
      expect(data.size).toBe(5000);
      expect([...data].slice(0, 2)).toEqual([
        { user: 'u0', item: 'i0', value: 0, timestamp: 0 },
        { user: 'u1', item: 'i1', value: 1, timestamp: 1 },
      ]);
    });

    it('say how many were new, replaced, and left out, and why', async () => {
      const store = await filled();
      const result = await store.interactions.putMany([
        { user: 'A1', item: 'B01', value: 1 },
        { user: 'A9', item: 'B01', value: 1 },
        { user: 'A9', item: 'B01', value: 2 },
        { user: 'A9', item: 'nowhere', value: 1 },
        { user: '', item: 'B01', value: 1 },
        { user: 'A9', item: 'B01', value: Number.NaN },
        { user: 'A9', item: 'B01', value: null as never },
        { user: 'A9', item: 'B01', value: 1, timestamp: 'yesterday' },
        { user: 'A9', item: 'B01', value: 1e39 },
        null as never,
      ]);
      expect(result).toMatchObject({ inserted: 1, updated: 2 });
      expect(result.rejected.map(({ row, code }) => [row, code])).toEqual([
        [3, 'ERR_UNKNOWN_ITEM'],
        [4, 'ERR_BAD_ID'],
        [5, 'ERR_BAD_VALUE'],
        [6, 'ERR_BAD_VALUE'],
        [7, 'ERR_BAD_VALUE'],
        [8, 'ERR_BAD_VALUE'],
        [9, 'ERR_BAD_ROW'],
      ]);
      expect(result.rejected[0].reason).toContain('"nowhere"');
      expect(await store.interactions.count()).toBe(5);
      expect(await store.products.count()).toBe(3);
      expect(await store.interactions.ofUser('A9')).toMatchObject([{ value: 2 }]);
    });

    it('are read as Interactions.from reads them: numbers as text, a missing value as 1, dates, whole numbers as ids', async () => {
      const store = await open();
      const timestamp = '2020-01-02T03:04:05.678Z';
      const result = await store.interactions.putMany(
        [
          { user: 1, item: 2, value: ' 4.5 ', timestamp },
          { user: 'a', item: 'b', value: -0, timestamp: new Date(5) },
          { user: 'a', item: 'c', timestamp: null },
        ],
        { unknownProducts: 'stub' },
      );
      expect(result.rejected).toEqual([]);
      expect(await rowsOf(store.interactions.all())).toEqual([
        { id: 1, user: '1', item: '2', value: 4.5, timestamp: Date.parse(timestamp) },
        { id: 2, user: 'a', item: 'b', value: 0, timestamp: 5 },
        { id: 3, user: 'a', item: 'c', value: 1 },
      ]);
    });

    it("with unknown products make bare ones under 'stub'", async () => {
      const store = await filled();
      const result = await store.interactions.putMany(
        [
          { user: 'A1', item: 'new', value: 1 },
          { user: 'A2', item: 'new', value: 1 },
        ],
        { unknownProducts: 'stub' },
      );
      expect(result).toEqual({ inserted: 2, updated: 0, rejected: [] });
      expect(await store.products.get('new')).toEqual({ item: 'new' });
      expect(await store.products.get('B01')).toMatchObject({ title: 'Kettle' });
      expect(await store.products.putMany([{ item: 'new', title: 'Now known' }])).toMatchObject({ updated: 1 });
    });

    it("of which the newest shall stay are compared by time under 'newest'", async () => {
      const { interactions } = await filled();
      const put = (value: number, timestamp?: number) =>
        interactions.putMany([{ user: 'A1', item: 'B01', value, timestamp }], { onConflict: 'newest' });
      const value = async () => (await interactions.ofUser('A1'))[0].value;
      expect(await put(1, 999)).toEqual({
        inserted: 0,
        updated: 0,
        rejected: [{ row: 0, reason: expect.any(String), code: 'ERR_DUPLICATE' }],
      });
      expect(await value()).toBe(5);
      expect(await put(2, 1000)).toMatchObject({ updated: 1 }); // of equal times the later row
      expect(await put(3, 1001)).toMatchObject({ updated: 1 });
      expect(await put(4)).toMatchObject({ updated: 1 });
      expect(await put(5, 1)).toMatchObject({ updated: 1 });
      expect(await value()).toBe(5);
      expect(await interactions.putMany([{ user: 'A1', item: 'B01', value: 9, timestamp: 0 }])).toMatchObject({ updated: 1 });
    });

    it('are listed by user and by item, in stable order or newest first', async () => {
      const { interactions } = await filled();
      const pairs = (rows: { user: string; item: string }[]) => rows.map(({ user, item }) => user + item);
      expect(pairs(await interactions.ofUser('A1'))).toEqual(['A1B01', 'A1B02']);
      expect(pairs(await interactions.ofUser('A1', { newestFirst: true }))).toEqual(['A1B02', 'A1B01']);
      expect(pairs(await interactions.ofUser('A1', { newestFirst: true, limit: 1 }))).toEqual(['A1B02']);
      expect(pairs(await interactions.ofItem('B01'))).toEqual(['A1B01', 'A2B01']);
      await interactions.putMany([{ user: 'A3', item: 'B01', value: 1 }]);
      expect(pairs(await interactions.ofItem('B01', { newestFirst: true }))).toEqual(['A2B01', 'A1B01', 'A3B01']); // without a time last
      expect(await interactions.ofUser('nobody')).toEqual([]);
      expect(await interactions.ofItem('nothing')).toEqual([]);
      expect(await interactions.ofUser('A1', { limit: 0 })).toEqual([]);
      await expect(interactions.ofUser('A1', { newest: true } as never)).rejects.toEqual(code('ERR_BAD_OPTION'));
    });

    it('are deleted by pair, user, item, id, or from either end', async () => {
      const left = async (what: Parameters<DataStore['interactions']['delete']>[0]) => {
        const { interactions } = await filled();
        const gone = await interactions.delete(what);
        const rows = (await rowsOf(interactions.all())).map(({ id }) => id);
        expect(rows.length + gone).toBe(4);
        expect(await interactions.count()).toBe(rows.length);
        return rows;
      };
      expect(
        await left({
          pairs: [
            { user: 'A1', item: 'B02' },
            { user: 'A1', item: 'B03' },
          ],
        }),
      ).toEqual([1, 3, 4]);
      expect(await left({ users: ['A1', 'nobody', 'A1'] })).toEqual([3, 4]);
      expect(await left({ items: new Set(['B01']) })).toEqual([2, 4]);
      expect(await left({ ids: [4, 1, 99, -1] })).toEqual([2, 3]);
      expect(await left({ first: 3 })).toEqual([4]);
      expect(await left({ last: 3 })).toEqual([1]);
      expect(await left({ first: 0 })).toEqual([1, 2, 3, 4]);
      expect(await left({ last: 99 })).toEqual([]);
      const { interactions, products } = await filled();
      await interactions.delete({ last: 1 });
      await interactions.putMany([{ user: 'A4', item: 'B01', value: 1 }]);
      expect((await interactions.ofUser('A4'))[0].id).toBe(5); // ids are not used again
      for (const what of [
        {},
        { first: -1 },
        { last: 0.5 },
        { first: 1, last: 1 },
        { users: 'A1' },
        { ids: 3 },
        'A1',
        null,
        undefined,
      ] as never[]) {
        await expect(interactions.delete(what)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      }
      for (const what of [{ items: ['B01'] }, 'B01', null] as never[])
        await expect(products.delete(what)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    });

    it('are counted and averaged', async () => {
      const store = await open();
      expect(await store.interactions.stats()).toEqual({ total: 0, users: 0, items: 0, averageValue: Number.NaN });
      const full = await filled();
      expect(await full.interactions.stats()).toEqual({ total: 4, users: 3, items: 3, averageValue: 3.375 });
      await full.interactions.delete({ users: ['A1'] });
      expect(await full.interactions.stats()).toEqual({ total: 2, users: 2, items: 2, averageValue: 2.75 });
    });

    it('come in pages', async () => {
      const { interactions } = await filled();
      const { rows, next } = await interactions.page({ limit: 3 });
      expect(rows.map(({ id }) => id)).toEqual([1, 2, 3]);
      expect((await interactions.page({ limit: 3, after: next })).rows).toMatchObject([{ id: 4, user: 'A3' }]);
    });

    it('of one store can be put into another', async () => {
      const [from, to] = [await filled(), await open()];
      await to.products.putMany(from.products.all());
      await to.interactions.putMany(from.interactions.all());
      expect(await rowsOf(to.products.all())).toEqual(await rowsOf(from.products.all()));
      expect(await rowsOf(to.interactions.all())).toEqual(await rowsOf(from.interactions.all()));
      await from.interactions.putMany(from.interactions.all()); // and into itself, without waiting for itself
      expect(await from.interactions.count()).toBe(4);
    });

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

  it('a whole number given as an id means its digits, wherever ids are given', async () => {
    const { products, interactions, events } = await open();
    await products.putMany([{ item: 7 }, { item: 8n }, { item: '9' }]);
    await interactions.putMany([7, 8, 9].flatMap((item) => [1, 2, 3].map((user) => ({ user, item, value: 1 }))));
    await events.appendMany([
      { user: 1, type: 'a' },
      { user: '1', type: 'a' },
    ]);
    expect(await products.get(7)).toEqual({ item: '7' });
    expect(await products.get(8n)).toEqual(await products.get('8'));
    expect((await products.getMany([9, '7', 10])).map((row) => row?.item)).toEqual(['9', '7', undefined]);
    expect(await interactions.ofUser(1)).toHaveLength(3);
    expect(await interactions.ofUser(1, { newestFirst: true })).toEqual((await interactions.ofUser('1')).reverse());
    expect(await interactions.ofItem(8n)).toEqual(await interactions.ofItem('8'));
    expect(await events.ofUser(1)).toHaveLength(2);
    expect(await interactions.delete({ pairs: [{ user: 1, item: 7 }] })).toBe(1);
    expect(await interactions.delete({ users: [2] })).toBe(3);
    expect(await interactions.delete({ items: [8] })).toBe(2);
    expect(await products.delete([9])).toBe(1);
    expect((await rowsOf(interactions.all())).map(({ user, item }) => user + item)).toEqual(['37']);
    for (const none of ['', 'half \ud800', 'a\0b']) {
      expect(await products.get(none)).toBeUndefined();
      expect(await interactions.ofUser(none)).toEqual([]);
      expect(await events.ofUser(none)).toEqual([]);
      expect(await products.delete([none])).toBe(0);
      expect(await interactions.delete({ users: [none] })).toBe(0);
    }
  });

  it('what is neither text nor a whole number is no id, and is refused wherever ids are given', async () => {
    const { products, interactions, events } = await filled();
    for (const none of [1.5, null, undefined, {}, Number.NaN, 2 ** 60] as never[]) {
      const calls = [
        () => products.get(none),
        () => products.getMany(['B01', none]),
        () => products.delete(['B01', none]),
        () => interactions.ofUser(none),
        () => interactions.ofItem(none),
        () => interactions.delete({ users: ['A1', none] }),
        () => interactions.delete({ items: ['B01', none] }),
        () => interactions.delete({ ids: [1, none] }),
        () => interactions.delete({ pairs: [{ user: none, item: 'B01' }] }),
        () => interactions.delete({ pairs: [{ user: 'A1', item: none }] }),
        () => events.ofUser(none),
      ];
      for (const call of calls) await expect(call()).rejects.toEqual(code('ERR_BAD_ID'));
    }
    await expect(interactions.delete({ pairs: [null as never] })).rejects.toEqual(code('ERR_BAD_ID'));
    expect(await products.count()).toBe(3);
    expect(await interactions.count()).toBe(4);
  });

  describe('all or nothing', () => {
    const rows = (count: number, from = 0) => Array.from({ length: count }, (_, k) => ({ user: `n${k + from}`, item: 'B01', value: 1 }));

    it('a source that fails leaves the old state', async () => {
      const { interactions, products } = await filled();
      const failing = async function* () {
        yield* rows(5);
        throw new Error('the file ends here');
      };
      await expect(interactions.putMany(failing())).rejects.toThrow('the file ends here');
      await expect(products.putMany(failing())).rejects.toThrow('the file ends here');
      expect(await interactions.count()).toBe(4);
      expect(await products.count()).toBe(3);
      expect(await interactions.putMany(rows(1))).toMatchObject({ inserted: 1 });
    });

    it('an abort rejects with its reason and leaves the old state', async () => {
      const { interactions } = await filled();
      const reason = new Error('stop');
      const controller = new AbortController();
      await expect(interactions.putMany(rows(5), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const put = interactions.putMany(rows(40_000), {
        signal: controller.signal,
        onProgress: (p) => p.done > 20_000 && controller.abort(reason),
      });
      await expect(put).rejects.toBe(reason);
      expect(await interactions.count()).toBe(4);
      expect(await interactions.putMany(rows(1))).toMatchObject({ inserted: 1 });
    });

    it('progress says what is done and how much there is', async () => {
      const { interactions } = await filled();
      const seen: { phase: string; done: number; total?: number }[] = [];
      await interactions.putMany(stream(rows(20_000)), { onProgress: (p) => seen.push(p as never) });
      expect(seen[0]).toEqual({ phase: 'reading', done: 16_384 });
      expect(seen.at(-1)).toMatchObject({ done: 20_000, total: 20_000 });
    });

    it('a transaction is kept when its work resolves, and undone when it rejects', async () => {
      const store = await filled();
      const answer = await store.transaction(async (inside) => {
        await inside.products.putMany([{ item: 'B04' }]);
        await inside.interactions.putMany(rows(3));
        expect(await inside.interactions.count()).toBe(7);
        return 42;
      });
      expect(answer).toBe(42);
      const failed = store.transaction(async (inside) => {
        await inside.products.delete({ first: 2 });
        await inside.events.append({ user: 'u', type: 'a' });
        await inside.interactions.putMany(stream(rows(3, 10)), { unknownProducts: 'stub' });
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await rowsOf(store.products.all())).toMatchObject([{ item: 'B01' }, { item: 'B02' }, { item: 'B03' }, { item: 'B04' }]);
      expect(await store.interactions.count()).toBe(7);
      expect(await store.events.count()).toBe(0);
      await expect(store.transaction('work' as never)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    });

    it('calls at the same time inside a transaction all count', async () => {
      const store = await filled();
      await store.transaction(async (inside) => {
        await Promise.all([
          inside.interactions.putMany(rows(3)),
          inside.events.append({ user: 'u', type: 'a' }),
          inside.interactions.putMany(rows(3, 3)),
          inside.products.putMany([{ item: 'B04' }]),
        ]);
      });
      expect(await store.interactions.count()).toBe(10);
      expect(await store.products.count()).toBe(4);
      expect(await store.events.count()).toBe(1);
    });

    it('what fails inside a transaction fails alone when the work goes on', async () => {
      const store = await filled();
      await store.transaction(async (inside) => {
        await inside.interactions.putMany(rows(1));
        await inside
          .transaction(async (deeper) => {
            await deeper.interactions.putMany(rows(5, 1));
            throw new Error('no');
          })
          .catch(() => {});
        await inside.transaction((deeper) => deeper.interactions.putMany(rows(1, 20)));
      });
      expect((await rowsOf(store.interactions.all())).slice(4).map(({ user }) => user)).toEqual(['n0', 'n20']);
    });

    it('nobody outside sees half a transaction, and calls made meanwhile come after it', async () => {
      const store = await filled();
      let seen = -1;
      const done = store.transaction(async (inside) => {
        await inside.interactions.putMany(rows(2));
        await new Promise((resolve) => setTimeout(resolve, 5));
        await inside.interactions.putMany(rows(2, 2));
      });
      const others = Promise.all([
        store.interactions.ofItem('B01').then((found) => {
          seen = found.filter(({ user }) => /^n[0-3]$/.test(user)).length;
        }),
        store.interactions.putMany(rows(1, 9)),
        store.transaction((inside) => inside.interactions.putMany(rows(1, 10))),
        rowsOf(store.interactions.all()),
      ]);
      await done;
      await others;
      expect([0, 4]).toContain(seen); // before or after, never half
      expect(await store.interactions.count()).toBe(10);
    });

    it('a stream that is being read goes on while rows come and go', async () => {
      const store = await open();
      await store.interactions.putMany(
        Array.from({ length: 10_000 }, (_, k) => ({ user: `u${k}`, item: 'x', value: 1 })),
        { unknownProducts: 'stub' },
      );
      const seen: number[] = [];
      for await (const row of store.interactions.all()) {
        seen.push(row.id);
        if (seen.length === 10) {
          await store.interactions.putMany([{ user: 'late', item: 'x', value: 1 }]);
          await store.interactions.delete({ last: 2 });
          await store.interactions.delete({ users: ['u9000'] });
        }
      }
      expect(seen).toHaveLength(9998);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
    });

    it('what cannot be iterated, and options that are not known, are refused', async () => {
      const { products, interactions, events } = await open();
      for (const rows of [undefined, null, 5, 'B01', {}] as never[]) {
        await expect(products.putMany(rows)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
        await expect(interactions.putMany(rows)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
        await expect(events.appendMany(rows)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
        await expect(products.getMany(rows)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      }
      for (const options of [{ unknownProduct: 'stub' }, { unknownProducts: 'make' }, { onConflict: 'oldest' }] as never[]) {
        await expect(interactions.putMany([], options)).rejects.toEqual(code('ERR_BAD_OPTION'));
      }
      expect(await interactions.putMany([])).toEqual({ inserted: 0, updated: 0, rejected: [] });
    });
  });
}
