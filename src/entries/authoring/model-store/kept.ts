import type { ModelStore } from '../../../contracts/model-store.ts';
import { bytes, type ModelStoreSuite } from './suite.ts';

/** What else the suite of a model store can look at. */
export interface ModelStoreFamily {
  /** Makes an empty store that keeps so many versions of a name. */
  openKeeping?: ((keep: number) => ModelStore | Promise<ModelStore>) | undefined;
  /** Changes a byte of a stored version behind the store's back. */
  damage?: ((store: ModelStore, name: string, version: number) => Promise<void>) | undefined;
}

/** Which versions stay, and whether their bytes do. */
export function modelsKept({ it, expect, code, open }: ModelStoreSuite, { openKeeping, damage }: ModelStoreFamily): void {
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
