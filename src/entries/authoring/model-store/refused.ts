import { bytes, type ModelStoreSuite } from './suite.ts';

/** Names, versions, aliases and bytes that cannot be, and odd names that can. */
export function modelsRefused({ it, expect, code, open }: ModelStoreSuite): void {
  it('names, versions, aliases and bytes that cannot be are refused', async () => {
    const store = await open();
    await store.put('als', bytes(1));
    const hostileNames = [
      '',
      '.',
      '..',
      '../als',
      'a/b',
      'a\\b',
      '/etc/passwd',
      '.hidden',
      '-x',
      'a@1',
      'a b',
      'é',
      'a\0',
      'a.',
      'con',
      'NUL.x',
      'x'.repeat(101),
    ];
    for (const name of [...hostileNames, 5, null, undefined, {}] as string[]) {
      await expect(store.put(name, bytes(1))).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      await expect(store.get(name)).rejects.toThrow(); // 'a@1' is a reference, of a model that is not there
      await expect(store.delete(name, 1)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      await expect(store.promote(name, 1, 'production')).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      await expect(store.rollback(name, 'production')).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      if (name !== undefined) await expect(store.list(name)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    for (const reference of ['als@', 'als@0', 'als@-1', 'als@../x', 'als@1@2', 'als@99999999999999999999']) {
      await expect(store.get(reference)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    for (const version of [0, -1, 1.5, Number.NaN, '1', null] as number[]) {
      await expect(store.delete('als', version)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      await expect(store.promote('als', version, 'production')).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    for (const alias of ['', '3', '../x', 'a@b', 7] as string[]) {
      await expect(store.promote('als', 1, alias)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      await expect(store.rollback('als', alias)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    for (const data of [bytes(), 'text', [1, 2], undefined, new ArrayBuffer(3)] as Uint8Array[]) {
      await expect(store.put('als', data)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    expect(await store.list()).toHaveLength(1);
  });

  it('names of objects of the language are names like any other', async () => {
    const store = await open();
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(await store.list(name)).toEqual([]);
      await store.put(name, bytes(1));
      await store.promote(name, 1, 'constructor');
      expect(await store.get(`${name}@constructor`)).toMatchObject({ name, version: 1 });
    }
  });
}
