import type { KeyValue } from '../../contracts/key-value.ts';
import { fc } from './random-data.ts';
import { suiteOf, type TestRunner } from './test-runner.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

/** What every KeyValue promises to `keyValueModelStore`. `open` makes an empty one. */
export function keyValueConformance(open: () => KeyValue | Promise<KeyValue>, runner: TestRunner): void {
  const { it, expect } = suiteOf(runner);
  it('what was set comes back, byte for byte, and what was not is undefined', async () => {
    const store = await open();
    expect(await store.get('a/1')).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 0, maxLength: 3000 }), async (value) => {
        await store.set('a/1', value);
        expect(Uint8Array.from((await store.get('a/1')) as Uint8Array)).toEqual(value);
      }),
      { numRuns: 20 },
    );
    const large = Uint8Array.from({ length: 3_000_000 }, (_, k) => (k * 31) >> 3);
    await store.set('a/2', large);
    expect(Buffer.from((await store.get('a/2')) as Uint8Array).equals(large)).toBe(true);
  });

  it('what was set and what was got are copies, and a part of a larger buffer is stored alone', async () => {
    const store = await open();
    const value = bytes(0, 1, 2, 3, 4);
    await store.set('a', value.subarray(1, 4));
    await store.setNew('b', value.subarray(1, 4));
    value.fill(9);
    for (const key of ['a', 'b']) {
      (await store.get(key))?.fill(8);
      expect(Uint8Array.from((await store.get(key)) as Uint8Array)).toEqual(bytes(1, 2, 3));
    }
  });

  it('setNew sets what is not there and says so, and leaves what is there', async () => {
    const store = await open();
    expect(await store.setNew('a', bytes(1))).toBe(true);
    expect(await store.setNew('a', bytes(2))).toBe(false);
    expect(await store.get('a')).toMatchObject({ 0: 1, length: 1 });
    await store.set('a', bytes(3));
    expect(await store.setNew('a', bytes(4))).toBe(false);
    await store.delete('a');
    expect(await store.setNew('a', bytes())).toBe(true);
    expect(await store.get('a')).toHaveLength(0);
  });

  it('of several calls of setNew at once one gets true, and its value is there', async () => {
    const store = await open();
    const won = await Promise.all(Array.from({ length: 20 }, (_, k) => store.setNew('a', bytes(k))));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await store.get('a')).toMatchObject({ 0: won.indexOf(true) });
  });

  it('delete takes away what is there, and does not mind what is not', async () => {
    const store = await open();
    await store.set('a', bytes(1));
    await store.set('ab', bytes(2));
    await store.delete('a');
    await store.delete('a');
    expect(await store.get('a')).toBeUndefined();
    expect(await store.get('ab')).toBeDefined();
  });

  it('keys gives those that start with a prefix, letter by letter, however many there are', async () => {
    const store = await open();
    const names = ['als/1', 'als/1/model', 'als/2', 'als@production/1', 'ALS/1', 'als.x/1', 'als_x/1', 'al-s/1'];
    for (const key of names) await store.set(key, bytes(1));
    const keys = async (prefix: string) => (await store.keys(prefix)).sort();
    expect(await keys('')).toEqual([...names].sort());
    expect(await keys('als/')).toEqual(['als/1', 'als/1/model', 'als/2']);
    expect(await keys('als@')).toEqual(['als@production/1']);
    expect(await keys('als.')).toEqual(['als.x/1']);
    expect(await keys('als_')).toEqual(['als_x/1']);
    expect(await keys('none')).toEqual([]);
    for (const prefix of ['als?', 'als*', '*', 'al[s]/', '%', 'als\\/']) expect(await keys(prefix)).toEqual([]); // no patterns
    await Promise.all(Array.from({ length: 1200 }, (_, k) => store.set(`many/${k}`, bytes(1))));
    expect(await keys('many/')).toHaveLength(1200);
  });
}
