import type { ModelStore } from '../../../contracts/model-store.ts';
import type { Recommender } from '../../../contracts/recommender.ts';
import { readModelFile, writeModelFile } from '../../../data/files/model-file.ts';
import { readSafetensors } from '../../../data/files/safetensors.ts';
import { AttuneError } from '../../../errors.ts';
import { hostileIds } from '../makers.ts';
import type { Expect } from '../test-runner.ts';
import type { RecommenderSuite } from './suite.ts';

/** A model as bytes and in a store. */
export function files<R extends Recommender>({ it, expect, Class, data, fitted, fittedLenient, fittedHostile }: RecommenderSuite<R>): void {
  it('it comes back with the same lists and the same bytes', () => {
    const bytes = fitted().toBytes();
    const copy = Class.fromBytes(bytes);
    expectSameLists(expect, copy, fitted());
    expect(copy.toBytes()).toEqual(bytes);
    expect(copy).toBeInstanceOf(Class);
  });
  it('it keeps no hold on the bytes it was read from, wherever they lie', () => {
    const bytes = fitted().toBytes();
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const copy = Class.fromBytes(shifted.subarray(1));
    const aligned = Class.fromBytes(bytes);
    shifted.fill(0);
    bytes.fill(0);
    expectSameLists(expect, copy, fitted());
    expectSameLists(expect, aligned, fitted());
  });
  it('it remembers its settings, the policy for unknown ids among them', async () => {
    expect(Class.fromBytes(fittedLenient().toBytes()).recommend('nobody')).toEqual([]);
    const refitted = await Class.fromBytes(fitted().toBytes()).fit(data);
    expect(refitted.toBytes()).toEqual(fitted().toBytes());
  });
  it('it holds strange ids', () => {
    const odd = fittedHostile();
    const copy = Class.fromBytes(odd.toBytes());
    expectSameLists(expect, copy, odd);
    expect([...copy.items].sort()).toEqual([...hostileIds].sort());
  });
  it('it goes through a store by version', async () => {
    const store = tinyStore();
    const first = await fitted().save(store, 'conformance', { note: 'first' });
    expect(first).toMatchObject({ name: 'conformance', version: 1, metadata: { kind: fitted().kind, note: 'first' } });
    const odd = fittedHostile();
    await odd.save(store, 'conformance');
    expectSameLists(expect, await Class.load(store, 'conformance@1'), fitted());
    expectSameLists(expect, await Class.load(store, 'conformance'), odd);
    await expect(Class.load(store, 'nothing')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    for (const noStore of ['models', {}, undefined] as never[]) {
      await expect(fitted().save(noStore, 'conformance')).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
      await expect(Class.load(noStore, 'conformance')).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
    }
    await expect(fitted().save(store, 'conformance', 5 as never)).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
  });
}

/** Files of another kind, and damaged ones. */
export function refusedFiles<R extends Recommender>({ it, expect, Class, fitted }: RecommenderSuite<R>): void {
  it('of another kind or a newer format is refused', () => {
    const { kind } = fitted();
    const settings = JSON.parse(readSafetensors(fitted().toBytes()).metadata.settings ?? '{}');
    const file = { settings, tensors: { other: { data: new Float32Array(8), shape: [8] } }, ids: {} };
    const codeOf = (bytes: Uint8Array) => {
      try {
        Class.fromBytes(bytes);
      } catch (error) {
        return (error as AttuneError).code;
      }
      return 'none';
    };
    expect(codeOf(writeModelFile({ ...file, kind: `not-${kind}`, formatVersion: 1 }))).toBe('ERR_WRONG_KIND');
    expect(codeOf(writeModelFile({ ...file, kind, formatVersion: 1000 }))).toBe('ERR_NEWER_FORMAT');
    expect(codeOf(writeModelFile({ ...file, kind, formatVersion: 1 }))).toBe('ERR_BAD_FILE');
    const whole = readModelFile(fitted().toBytes(), kind, 1000);
    for (const name of Object.keys(whole.tensors)) {
      const { [name]: _, ...tensors } = whole.tensors;
      expect(codeOf(writeModelFile({ ...whole, tensors }))).toBe('ERR_BAD_FILE');
      const data = whole.tensors[name].data;
      const short = { data: data.slice(0, Math.max(0, data.length - 1)), shape: [Math.max(0, data.length - 1)] };
      if (data.length > 0)
        expect([name, codeOf(writeModelFile({ ...whole, tensors: { ...tensors, [name]: short } }))]).toEqual([name, 'ERR_BAD_FILE']);
    }
  });
  it('that is damaged anywhere is refused with a code', () => {
    const bytes = fitted().toBytes();
    const expectRefused = (damaged: Uint8Array) => {
      let caught: unknown;
      try {
        Class.fromBytes(damaged);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(AttuneError);
      expect(['ERR_BAD_FILE', 'ERR_NOT_SUPPORTED', 'ERR_WRONG_KIND', 'ERR_NEWER_FORMAT']).toContain((caught as AttuneError).code);
    };
    for (const length of [0, 1, 8, 9, 100, bytes.length >> 1, bytes.length - 1]) expectRefused(bytes.subarray(0, length));
    const step = Math.max(1, Math.floor(bytes.length / 500));
    for (let at = 0; at < bytes.length; at += at < 600 ? 1 : step) {
      const damaged = bytes.slice();
      damaged[at] ^= 1 << (at % 8);
      expectRefused(damaged);
    }
    expectRefused(new TextEncoder().encode('<!doctype html><title>Not a model</title>'));
    for (const bad of [undefined, null, 'bytes', {}, [1, 2, 3]]) expectRefused(bad as never);
  });
}

/** The least that `save` and `load` need of a store. */
function tinyStore(): ModelStore {
  const versions: { name: string; bytes: Uint8Array; metadata: Record<string, unknown> }[] = [];
  const info = (name: string, version: number) => {
    const own = versions.filter((v) => v.name === name)[version - 1];
    if (!own) throw new AttuneError('ERR_NOT_FOUND', `Nothing under ${name}.`);
    return { ...own, version, aliases: [], createdAt: 0, sizeBytes: own.bytes.length };
  };
  const count = (name: string) => versions.filter((v) => v.name === name).length;
  const unused = () => Promise.reject(new Error('not needed here'));
  return {
    async put(name, bytes, metadata = {}) {
      versions.push({ name, bytes: bytes.slice(), metadata });
      return info(name, count(name));
    },
    async get(reference) {
      const [name, version] = reference.split('@');
      return info(name, version ? Number(version) : count(name));
    },
    list: unused,
    promote: unused,
    rollback: unused,
    watch: () => {
      throw new Error('not needed here');
    },
    delete: unused,
  };
}

function expectSameLists(expect: Expect, a: Recommender, b: Recommender): void {
  expect(a.kind).toBe(b.kind);
  expect([...a.users]).toEqual([...b.users]);
  expect([...a.items]).toEqual([...b.items]);
  expect([...a.recommendMany(a.users, { n: 20 })]).toEqual([...b.recommendMany(b.users, { n: 20 })]);
  expect(a.recommendFor([a.items.idAt(0)])).toEqual(b.recommendFor([b.items.idAt(0)]));
}
