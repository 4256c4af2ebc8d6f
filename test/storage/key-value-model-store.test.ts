import { type KeyValue, keyValueModelStore, memoryKeyValue } from 'attune';
import { describe, expect, it } from 'vitest';
import { keyValueConformance } from '../support/conformance.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe('keys and values in memory', () => keyValueConformance(() => memoryKeyValue()));

/** A client that dies at its call number `at`: before that call takes effect, or after. Everything later fails as well. */
function dying(client: KeyValue, at: number, effect: 'before' | 'after'): KeyValue {
  let calls = 0;
  const wrap =
    <A extends unknown[], T>(method: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      calls++;
      if (calls > at || (calls === at && effect === 'before')) throw new Error('the connection is gone');
      const answer = await method(...args);
      if (calls === at) throw new Error('the connection is gone');
      return answer;
    };
  return {
    get: wrap(client.get),
    set: wrap(client.set),
    setNew: wrap(client.setNew),
    delete: wrap(client.delete),
    keys: wrap(client.keys),
  };
}

describe('a model store over keys and values', () => {
  it('keeps what was there when a client dies in the middle of anything, and never gives a number twice', async () => {
    for (const effect of ['before', 'after'] as const) {
      for (const act of ['put', 'promote', 'rollback', 'delete'] as const) {
        for (let at = 1; at < 16; at++) {
          const client = memoryKeyValue();
          const store = keyValueModelStore(client);
          for (const value of [1, 2, 3]) await store.put('als', bytes(value));
          await store.promote('als', 1, 'production');
          await store.promote('als', 2, 'production');
          const broken = keyValueModelStore(dying(client, at, effect));
          const done = await {
            put: () => broken.put('als', bytes(4)),
            promote: () => broken.promote('als', 3, 'production'),
            rollback: () => broken.rollback('als', 'production'),
            delete: () => broken.delete('als', 3),
          }
            [act]()
            .then(
              () => true,
              (error) => error,
            );
          if (done !== true) expect(done).toEqual(code('ERR_STORE'));
          for (const { version, sizeBytes } of await store.list('als')) {
            const got = await store.get(`als@${version}`);
            expect([act, at, got.bytes]).toEqual([act, at, bytes(version)]);
            expect(sizeBytes).toBe(1);
          }
          const { version } = await store.get('als@production');
          expect(act === 'promote' ? [2, 3] : act === 'rollback' ? [1, 2] : [2]).toContain(version);
          expect((await store.list('als')).length).toBeGreaterThanOrEqual(act === 'delete' ? 2 : 3);
          const next = await store.put('als', bytes(9));
          expect(next.version).toBeGreaterThanOrEqual(4);
          expect((await store.get('als')).version).toBe(next.version);
        }
      }
    }
  });

  it('clears away the model of a put that died a day ago', async () => {
    const client = memoryKeyValue();
    const store = keyValueModelStore(client);
    const claim = { name: 'als', version: 1, createdAt: Date.now(), sizeBytes: 3, metadata: {}, state: 'claimed' };
    const set = (facts: object) => client.set('als/1', new TextEncoder().encode(JSON.stringify(facts)));
    await client.set('als/1/model', bytes(1, 2, 3));
    await set(claim);
    expect(await store.put('als', bytes(1))).toMatchObject({ version: 2 });
    expect(await client.get('als/1/model')).toBeDefined(); // it may be a slow one
    await set({ ...claim, createdAt: Date.now() - 25 * 60 * 60 * 1000 });
    expect(await store.put('als', bytes(1))).toMatchObject({ version: 3 });
    expect(await client.get('als/1/model')).toBeUndefined();
    expect((await store.list('als')).map(({ version }) => version)).toEqual([2, 3]);
  });

  it('loses no change of an alias when two processes make one at once', async () => {
    const client = memoryKeyValue();
    const [one, two] = [keyValueModelStore(client), keyValueModelStore(client)];
    for (let k = 1; k <= 6; k++) await one.put('als', bytes(k));
    await Promise.all([1, 2, 3, 4, 5, 6].map((version) => (version % 2 ? one : two).promote('als', version, 'production')));
    const seen = new Set([(await one.get('als@production')).version]);
    for (let k = 0; k < 5; k++) {
      await two.rollback('als', 'production');
      seen.add((await one.get('als@production')).version);
    }
    expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    await expect(one.rollback('als', 'production')).rejects.toEqual(code('ERR_NOT_FOUND'));
  });

  it('never lets an alias point at a version that is deleted at the same time', async () => {
    for (let wait = 0; wait < 12; wait++) {
      const client = memoryKeyValue();
      const store = keyValueModelStore(client);
      for (const value of [1, 2]) await store.put('als', bytes(value));
      await store.promote('als', 1, 'production');
      const late = async () => {
        for (let k = 0; k < wait; k++) await null;
        await store.delete('als', 2);
      };
      await Promise.allSettled([store.promote('als', 2, 'production'), late()]);
      const { version } = await store.get('als@production');
      expect((await store.list('als')).map((info) => info.version)).toContain(version);
    }
  });

  it('says what was changed from outside, and what a client is', async () => {
    const client = memoryKeyValue();
    const store = keyValueModelStore(client);
    await store.put('als', bytes(1, 2));
    await client.set('als/1/model', bytes(1));
    await expect(store.get('als')).rejects.toEqual(code('ERR_BAD_FILE'));
    await client.set('als/1', bytes(123));
    await expect(store.get('als')).rejects.toEqual(code('ERR_BAD_FILE'));
    await client.set('something else', bytes(1)); // which others keep beside it
    expect(await keyValueModelStore(memoryKeyValue()).list()).toEqual([]);
    for (const bad of [null, {}, 'redis', new Map()] as never[])
      expect(() => keyValueModelStore(bad)).toThrow(code('ERR_BAD_ARGUMENT') as never);
  });
});
