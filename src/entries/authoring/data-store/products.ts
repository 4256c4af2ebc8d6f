import { fc } from '../random-data.ts';
import { type DataStoreSuite, rowsOf } from './suite.ts';

/** Products as rows that are put, replaced and deleted. */
export function productRows({ describe, it, expect, open, filled }: DataStoreSuite): void {
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
}

/** Products in pages, and rows that are no products. */
export function productPagesAndBadRows({ describe, it, expect, code, open }: DataStoreSuite): void {
  describe('products', () => {
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
  });
}
