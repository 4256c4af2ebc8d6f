import { bytes, type ModelStoreSuite } from './suite.ts';

/** What can be deleted, what is not there, and calls at the same time. */
export function modelsDeleted({ it, expect, code, open }: ModelStoreSuite): void {
  it('a version with an alias cannot be deleted, one without can, and its number is never used again', async () => {
    const store = await open();
    for (const value of [1, 2, 3]) await store.put('als', bytes(value));
    await store.promote('als', 2, 'production');
    await expect(store.delete('als', 2)).rejects.toEqual(code('ERR_IN_USE'));
    await store.delete('als', 3);
    await expect(store.get('als@3')).rejects.toEqual(code('ERR_NOT_FOUND'));
    await expect(store.delete('als', 3)).rejects.toEqual(code('ERR_NOT_FOUND'));
    await expect(store.promote('als', 3, 'production')).rejects.toEqual(code('ERR_NOT_FOUND'));
    expect(await store.get('als')).toMatchObject({ version: 2 });
    expect(await store.put('als', bytes(4))).toMatchObject({ version: 4 });
    expect((await store.list('als')).map(({ version }) => version)).toEqual([1, 2, 4]);
    await store.promote('als', 4, 'production');
    await store.delete('als', 2);
    await expect(store.rollback('als', 'production')).rejects.toEqual(code('ERR_NOT_FOUND')); // it was deleted
    expect(await store.get('als@production')).toMatchObject({ version: 4 });
  });

  it('when every version is deleted, the name is empty and numbers go on', async () => {
    const store = await open();
    await store.put('als', bytes(1));
    await store.delete('als', 1);
    await expect(store.get('als')).rejects.toEqual(code('ERR_NOT_FOUND'));
    expect(await store.list('als')).toEqual([]);
    expect(await store.put('als', bytes(2))).toMatchObject({ version: 2 });
  });

  it('what is not there is said with the name that was asked for', async () => {
    const store = await open();
    await store.put('als', bytes(1));
    for (const reference of ['none', 'als@2', 'als@production', 'none@production']) {
      const error = await store.get(reference).catch((caught) => caught);
      expect(error).toEqual(code('ERR_NOT_FOUND'));
      expect(error.message).toContain(reference.split('@')[0]);
    }
    await expect(store.promote('none', 1, 'production')).rejects.toEqual(code('ERR_NOT_FOUND'));
    await expect(store.rollback('als', 'production')).rejects.toEqual(code('ERR_NOT_FOUND'));
    await expect(store.rollback('none', 'production')).rejects.toEqual(code('ERR_NOT_FOUND'));
    await expect(store.delete('none', 1)).rejects.toEqual(code('ERR_NOT_FOUND'));
  });

  it('puts at the same time get different versions', async () => {
    const store = await open();
    const infos = await Promise.all(Array.from({ length: 12 }, (_, k) => store.put('als', bytes(k + 1))));
    expect(infos.map(({ version }) => version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    for (const [k, { version }] of infos.entries()) expect((await store.get(`als@${version}`)).bytes).toEqual(bytes(k + 1));
  });
}
