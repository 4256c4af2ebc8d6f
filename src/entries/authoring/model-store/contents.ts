import { fc } from '../random-data.ts';
import { bytes, type ModelStoreSuite } from './suite.ts';

/** Bytes and metadata of a version. */
export function modelContents({ it, expect, code, open }: ModelStoreSuite): void {
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
}
