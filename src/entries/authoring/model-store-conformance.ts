import type { ModelStore } from '../../contracts/model-store.ts';
import { fc } from './random-data.ts';
import { suiteOf, type TestRunner } from './test-runner.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

/** What else the suite of a model store can look at. */
export interface ModelStoreFamily {
  /** Makes an empty store that keeps so many versions of a name. */
  openKeeping?: ((keep: number) => ModelStore | Promise<ModelStore>) | undefined;
  /** Changes a byte of a stored version behind the store's back. */
  damage?: ((store: ModelStore, name: string, version: number) => Promise<void>) | undefined;
}

/** What every ModelStore promises. `open` makes an empty one. */
export function modelStoreConformance(
  open: () => ModelStore | Promise<ModelStore>,
  runner: TestRunner,
  { openKeeping, damage }: ModelStoreFamily = {},
): void {
  const { it, expect, code } = suiteOf(runner);
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

  it('every byte comes back as it was', async () => {
    const store = await open();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 3000 }), async (data) => {
        const { version } = await store.put('random', data);
        expect((await store.get(`random@${version}`)).bytes).toEqual(data);
      }),
      { numRuns: 20 },
    );
  });

  it('what is put and what is got are copies', async () => {
    const store = await open();
    const data = bytes(1, 2, 3);
    const metadata = { tags: ['a'] };
    await store.put('als', data, metadata);
    data.fill(9);
    metadata.tags.push('b');
    const first = await store.get('als');
    expect(first.bytes).toEqual(bytes(1, 2, 3));
    first.bytes.fill(8);
    (first.metadata.tags as string[]).push('c');
    expect(await store.get('als')).toMatchObject({ bytes: bytes(1, 2, 3), metadata: { tags: ['a'] } });
    expect(await store.list()).toMatchObject([{ metadata: { tags: ['a'] } }]);
  });

  it('a part of a larger buffer is stored alone', async () => {
    const store = await open();
    await store.put('als', bytes(0, 1, 2, 3, 4).subarray(1, 4));
    expect((await store.get('als')).bytes).toEqual(bytes(1, 2, 3));
  });

  it('metadata come back as JSON holds them', async () => {
    const store = await open();
    const when = new Date(0);
    const metadata = { when, gone: undefined, deep: { list: [1, null, 'é😀'] }, ['__proto__']: 1, 'a"b': true };
    await store.put('als', bytes(1), metadata);
    expect((await store.get('als')).metadata).toEqual(JSON.parse(JSON.stringify(metadata)));
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const bad of [circular, { n: 1n }, [1], 'text', null]) {
      await expect(store.put('als', bytes(1), bad as never)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    expect(await store.list('als')).toHaveLength(1);
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

  it('puts at the same time get different versions', async () => {
    const store = await open();
    const infos = await Promise.all(Array.from({ length: 12 }, (_, k) => store.put('als', bytes(k + 1))));
    expect(infos.map(({ version }) => version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    for (const [k, { version }] of infos.entries()) expect((await store.get(`als@${version}`)).bytes).toEqual(bytes(k + 1));
  });

  it('watch yields where an alias points after each promote and rollback, within a second, and ends with its signal', async () => {
    const store = await open();
    for (const value of [1, 2, 3]) await store.put('als', bytes(value), { value });
    await store.promote('als', 1, 'production');
    const controller = new AbortController();
    const changes = store.watch('als', 'production', { signal: controller.signal })[Symbol.asyncIterator]();
    await new Promise((resolve) => setTimeout(resolve, 300)); // so that it has seen where the alias points now
    for (const [version, move] of [
      [3, () => store.promote('als', 3, 'production')],
      [2, () => store.promote('als', 2, 'production')],
      [3, () => store.rollback('als', 'production')],
    ] as const) {
      const next = changes.next();
      await store.promote('als', 1, 'another');
      await move();
      const moved = Date.now();
      expect((await next).value).toMatchObject({ name: 'als', version, metadata: { value: version }, aliases: ['production'] });
      expect(Date.now() - moved).toBeLessThan(2000); // a second, on a machine that is busy with other things
    }
    const last = changes.next();
    controller.abort();
    expect(await last).toEqual({ done: true, value: undefined });
  });

  it('watch yields at once when the alias has moved on from the version that the caller has', async () => {
    const store = await open();
    for (const value of [1, 2]) await store.put('als', bytes(value));
    await store.promote('als', 2, 'production');
    for await (const { version } of store.watch('als', 'production', { since: 1 })) {
      expect(version).toBe(2);
      break;
    }
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    for await (const _ of store.watch('als', 'staging', { signal: controller.signal })) throw new Error('nothing was promoted');
    for await (const _ of store.watch('als', 'staging', { signal: AbortSignal.abort() })) throw new Error('it has ended');
    for (const [name, alias] of [
      ['a b', 'x'],
      ['als', '3'],
    ] as const)
      expect(() => store.watch(name, alias)).toThrow();
    expect(() => store.watch('als', 'x', { every: 5 } as never)).toThrow();
  });

  it.runIf(openKeeping)('only the newest versions stay when it is told how many, and those that an alias points at', async () => {
    const store = await (openKeeping as NonNullable<typeof openKeeping>)(3);
    await store.put('als', bytes(1));
    await store.promote('als', 1, 'production');
    for (const value of [2, 3, 4, 5, 6]) await store.put('als', bytes(value));
    await store.put('other', bytes(1));
    expect((await store.list('als')).map(({ version }) => version)).toEqual([1, 4, 5, 6]);
    await store.promote('als', 5, 'production');
    expect(await store.put('als', bytes(7))).toMatchObject({ version: 7 });
    expect((await store.list('als')).map(({ version }) => version)).toEqual([5, 6, 7]);
    expect(await store.get('als@production')).toMatchObject({ version: 5, bytes: bytes(5) });
    expect(await store.list('other')).toHaveLength(1);
    for (const keep of [0, 1.5, '5']) await expect(async () => openKeeping?.(keep as number)).rejects.toEqual(code('ERR_BAD_OPTION'));
  });

  it.runIf(damage)('bytes that are not those that were put are no model, and the error names the version', async () => {
    const store = await open();
    const data = Uint8Array.from({ length: 100_000 }, (_, k) => k >> 3);
    for (let k = 0; k < 3; k++) await store.put('als', data);
    await (damage as NonNullable<typeof damage>)(store, 'als', 2);
    const error = await store.get('als@2').catch((caught) => caught);
    expect(error).toEqual(code('ERR_BAD_FILE'));
    expect(error.message).toContain("Version 2 of 'als'");
    expect((await store.get('als@3')).bytes).toEqual(data);
    expect(await store.list('als')).toHaveLength(3);
    await store.delete('als', 2);
  });
}
