import { AttuneError, type ModelInfo, type ModelStore } from 'attune';
import {
  checkModelAlias,
  checkModelBytes,
  checkModelMetadata,
  checkModelName,
  checkModelVersion,
  parseModelReference,
} from 'attune/authoring';

/** What we need of a client; a Redis, an etcd, a bucket, a Map. */
export interface KeyValue {
  get(key: string): Promise<Uint8Array | undefined>;
  set(key: string, value: Uint8Array): Promise<void>;
  /** Sets only what is not there, and says whether it did: what makes a version belong to one writer. */
  setNew(key: string, value: Uint8Array): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** The keys that start so. */
  keys(prefix: string): Promise<string[]>;
}

type Facts = Omit<ModelInfo, 'aliases'> & { state: 'claimed' | 'ready' | 'deleted' };

/** Models in a key-value store: `name/3` are the facts of a version, `name/3/model` its bytes, `name@alias` where an alias has pointed. */
export function keyValueModelStore(client: KeyValue): ModelStore {
  const json = async <T>(key: string): Promise<T | undefined> => {
    const value = await client.get(key);
    return value && JSON.parse(new TextDecoder().decode(value));
  };
  const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const versions = async (name: string) => {
    const all = await Promise.all((await client.keys(`${name}/`)).filter((key) => /^[^/]+\/\d+$/.test(key)).map((key) => json<Facts>(key)));
    return all.filter((facts) => facts !== undefined).sort((a, b) => a.version - b.version);
  };
  const history = async (name: string, alias: string) => (await json<number[]>(`${name}@${alias}`)) ?? [];
  const info = async ({ state, ...facts }: Facts): Promise<ModelInfo> => {
    const aliases: string[] = [];
    for (const key of (await client.keys(`${facts.name}@`)).sort()) {
      const alias = key.slice(facts.name.length + 1);
      if ((await history(facts.name, alias)).at(-1) === facts.version) aliases.push(alias);
    }
    return { ...facts, aliases };
  };
  const ready = async (name: string, version = 0): Promise<Facts> => {
    const facts = await json<Facts>(`${name}/${version}`);
    if (facts?.state === 'ready') return facts;
    throw new AttuneError('ERR_NOT_FOUND', `Expected version ${version} of '${name}', got nothing. list('${name}') says what there is.`);
  };

  return {
    async put(name, bytes, metadata) {
      checkModelBytes(bytes);
      const facts = { name: checkModelName(name), createdAt: Date.now(), sizeBytes: bytes.length, metadata: checkModelMetadata(metadata) };
      let version = ((await versions(name)).at(-1)?.version ?? 0) + 1;
      while (!(await client.setNew(`${name}/${version}`, bytesOf({ ...facts, version, state: 'claimed' })))) version++;
      await client.set(`${name}/${version}/model`, bytes.slice());
      await client.set(`${name}/${version}`, bytesOf({ ...facts, version, state: 'ready' })); // last: nobody sees half a model
      return { ...facts, version, aliases: [] };
    },
    async get(reference) {
      const { name, version, alias } = parseModelReference(reference);
      const newest = async () => (await versions(name)).filter(({ state }) => state === 'ready').at(-1)?.version;
      const facts = await ready(name, alias ? (await history(name, alias)).at(-1) : (version ?? (await newest())));
      const bytes = (await client.get(`${name}/${facts.version}/model`)) as Uint8Array;
      return { ...(await info(facts)), bytes: new Uint8Array(bytes) };
    },
    async list(name) {
      const names = name === undefined ? new Set((await client.keys('')).map((key) => key.split(/[/@]/)[0])) : [checkModelName(name)];
      const all = (await Promise.all([...names].sort().map(versions))).flat();
      return Promise.all(all.filter(({ state }) => state === 'ready').map(info));
    },
    async promote(name, version, alias) {
      checkModelAlias(alias);
      await ready(checkModelName(name), checkModelVersion(version));
      const before = await history(name, alias);
      if (before.at(-1) !== version) await client.set(`${name}@${alias}`, bytesOf([...before, version]));
    },
    async rollback(name, alias) {
      const before = (await history(checkModelName(name), checkModelAlias(alias))).slice(0, -1);
      await ready(name, before.at(-1));
      await client.set(`${name}@${alias}`, bytesOf(before));
    },
    async delete(name, version) {
      const facts = await ready(checkModelName(name), checkModelVersion(version));
      const { aliases } = await info(facts);
      if (aliases.length > 0)
        throw new AttuneError('ERR_IN_USE', `Expected a version without an alias, but it has ${aliases}. Promote another first.`);
      await client.set(`${name}/${version}`, bytesOf({ ...facts, state: 'deleted' })); // stays, so that the number is never used again
      await client.delete(`${name}/${version}/model`);
    },
  };
}
