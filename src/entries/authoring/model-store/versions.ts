import { bytes, type ModelStoreSuite } from './suite.ts';

/** Versions and lists of them. */
export function modelVersions({ it, expect, open }: ModelStoreSuite): void {
  it('put numbers the versions of a name from 1', async () => {
    const store = await open();
    const before = Date.now();
    const first = await store.put('als', bytes(1, 2, 3), { ndcg: 0.4 });
    expect(first).toEqual({
      name: 'als',
      version: 1,
      aliases: [],
      createdAt: expect.any(Number),
      sizeBytes: 3,
      metadata: { ndcg: 0.4 },
    });
    expect(first.createdAt).toBeGreaterThanOrEqual(before);
    expect(first.createdAt).toBeLessThanOrEqual(Date.now());
    expect((await store.put('als', bytes(4))).version).toBe(2);
    expect((await store.put('other', bytes(5))).version).toBe(1);
  });

  it('list gives a name oldest first, and all names in order', async () => {
    const store = await open();
    expect(await store.list()).toEqual([]);
    expect(await store.list('als')).toEqual([]);
    for (let k = 0; k < 11; k++) await store.put('b', bytes(k));
    await store.put('a.x-1_Y', bytes(1, 2));
    await store.promote('b', 2, 'staging');
    await store.promote('b', 2, 'production');
    expect((await store.list('b')).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const all = await store.list();
    expect(all.map(({ name, version }) => `${name}@${version}`).slice(0, 3)).toEqual(['a.x-1_Y@1', 'b@1', 'b@2']);
    expect(all[2].aliases).toEqual(['production', 'staging']);
    expect(all[2]).not.toHaveProperty('bytes');
    expect(await store.get('b')).toMatchObject({ version: 11 });
  });
}
