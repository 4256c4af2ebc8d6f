import { bytes, type ModelStoreSuite } from './suite.ts';

/** References, and aliases that move. */
export function modelAliases({ it, expect, code, open }: ModelStoreSuite): void {
  it('get answers a name with the newest version, name@2 with that, name@alias with where it points', async () => {
    const store = await open();
    for (const value of [1, 2, 3]) await store.put('als', bytes(value), { value });
    await store.promote('als', 1, 'production');
    expect(await store.get('als')).toMatchObject({ version: 3, metadata: { value: 3 }, aliases: [] });
    const second = await store.get('als@2');
    expect(second).toMatchObject({ version: 2, sizeBytes: 1 });
    expect(second.bytes).toEqual(bytes(2));
    expect(Object.getPrototypeOf(second.bytes)).toBe(Uint8Array.prototype);
    expect(await store.get('als@production')).toMatchObject({ version: 1, aliases: ['production'] });
  });

  it('promote moves an alias, rollback moves it back step by step', async () => {
    const store = await open();
    for (const value of [1, 2, 3]) await store.put('als', bytes(value));
    const version = async () => (await store.get('als@production')).version;
    await store.promote('als', 1, 'production');
    await store.promote('als', 3, 'production');
    await store.promote('als', 3, 'production'); // says nothing new, so there is nothing to take back
    await store.promote('als', 2, 'production');
    expect(await version()).toBe(2);
    await store.rollback('als', 'production');
    expect(await version()).toBe(3);
    await store.promote('als', 2, 'production');
    await store.rollback('als', 'production');
    expect(await version()).toBe(3);
    await store.rollback('als', 'production');
    expect(await version()).toBe(1);
    await expect(store.rollback('als', 'production')).rejects.toEqual(code('ERR_NOT_FOUND'));
    expect(await version()).toBe(1);
  });

  it('aliases of different names and different aliases do not meet', async () => {
    const store = await open();
    for (const name of ['a', 'b']) for (const value of [1, 2]) await store.put(name, bytes(value));
    await store.promote('a', 1, 'production');
    await store.promote('b', 2, 'production');
    await store.promote('a', 2, 'staging');
    await store.rollback('b', 'production').catch(() => {});
    expect(await store.get('a@production')).toMatchObject({ version: 1 });
    expect(await store.get('b@production')).toMatchObject({ version: 2 });
    expect(await store.get('a@staging')).toMatchObject({ version: 2 });
  });
}
