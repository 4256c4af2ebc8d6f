import type { KeyValue } from '../../contracts/key-value.ts';
import type { ModelInfo, ModelStore, ModelStoreOptions } from '../../contracts/model-store.ts';
import { AttuneError, shown } from '../../errors.ts';
import { readOptions } from '../../options.ts';
import { checkedModelStore, type UncheckedModelStore } from '../shared/checked-model-store.ts';
import { checksumOf } from '../shared/checksum.ts';
import { inUse, notFound, nothingBefore } from '../shared/model-names.ts';
import { modelStoreChecks } from '../shared/model-store.ts';
import { type AliasEntry, AliasLog, type NumberedEntry } from './alias-log.ts';
import { JsonKeyValue } from './json.ts';
import { type Facts, Versions } from './versions.ts';

/**
 * Keeps models in any key-value store. Under `name/3` are the facts of a version, under `name/3/model` its bytes, under
 * `name@alias/5` the fifth change of an alias. Several processes may use the store at once. The facts are written last, so that a killed process leaves
 * the previous state; version numbers are never reused.
 *
 * @param client what Redis, S3, etcd or a `Map` is adapted to; `setNew` must be atomic
 * @param options `keep`: versions of a name that stay, see {@link ModelStoreOptions}
 * @returns a store whose calls reject with ERR_STORE when the client fails, ERR_BAD_FILE when a value was changed from outside
 * @throws ERR_BAD_ARGUMENT
 */
export function keyValueModelStore(client: KeyValue, options: ModelStoreOptions = {}): ModelStore {
  const store = new JsonKeyValue(readClient(client));
  return checkedModelStore(uncheckedStore(store), readOptions('keyValueModelStore', options, modelStoreChecks));
}

function uncheckedStore(store: JsonKeyValue): UncheckedModelStore {
  const versionsOf = (name: string) => new Versions(store, name);
  const aliasesOf = (name: string) => new AliasLog(store, name);

  const existing = async (name: string, version: number): Promise<Facts> => {
    const facts = await versionsOf(name).read(version);
    if (!facts) throw notFound({ name, version });
    return facts;
  };
  const listOf = async (name: string): Promise<ModelInfo[]> => {
    const found = await versionsOf(name).all();
    const aliases = found.length > 0 ? await aliasesOf(name).all() : [];
    return found.map((facts) => infoOf(facts, aliases));
  };

  const move = (name: string, alias: string, next: Next) => moveAlias(aliasesOf(name), versionsOf(name), name, alias, next);

  return {
    pointsAt: async (name, alias) => (await aliasesOf(name).last(alias))?.version,
    async put(name, bytes, metadata) {
      const facts = { name, createdAt: Date.now(), sizeBytes: bytes.length, metadata, checksum: checksumOf(bytes) };
      return infoOf(await versionsOf(name).add(facts, bytes), []);
    },
    async get(asked) {
      const versions = versionsOf(asked.name);
      const wanted = asked.version ?? (asked.alias === undefined ? undefined : (await aliasesOf(asked.name).last(asked.alias))?.version);
      const named = asked.version !== undefined || asked.alias !== undefined;
      const facts = wanted !== undefined ? await versions.read(wanted) : named ? undefined : await versions.newest();
      const bytes = facts && (await versions.bytes(facts));
      if (!facts || !bytes) throw notFound(asked);
      return { ...infoOf(facts, await aliasesOf(asked.name).all()), bytes };
    },
    async list(name) {
      if (name !== undefined) return listOf(name);
      const names = new Set((await store.keys('')).map((key) => /^([^/@]+)\/\d+$/.exec(key)?.[1]).filter((each) => each !== undefined));
      const lists = await Promise.all([...names].map(listOf));
      return lists.flat();
    },
    async promote(name, version, alias) {
      await existing(name, version);
      await move(name, alias, async (last) => (last?.version === version ? undefined : { version, before: last?.number }));
    },
    async rollback(name, alias) {
      await move(name, alias, async (last) => {
        if (!last) throw notFound({ name, alias });
        const target = last.before === undefined ? undefined : await aliasesOf(name).entry(alias, last.before);
        if (!target || !(await versionsOf(name).read(target.version))) throw nothingBefore(name, alias, target?.version);
        return { version: target.version, before: target.before };
      });
    },
    async delete(name, version) {
      const facts = await existing(name, version);
      await versionsOf(name).remove(facts, async () => {
        const aliases = (await aliasesOf(name).all()).filter((each) => each.version === version).map(({ alias }) => alias);
        if (aliases.length > 0) throw inUse(name, version, aliases);
      });
    },
  };
}

/** The next target of an alias; undefined to leave it. */
type Next = (last: NumberedEntry | undefined) => Promise<AliasEntry | undefined>;

/** Moves an alias. No concurrent change is lost, and no deleted version gets an alias. */
async function moveAlias(log: AliasLog, versions: Versions, name: string, alias: string, next: Next): Promise<void> {
  for (;;) {
    const last = await log.last(alias);
    const entry = await next(last);
    if (!entry) return;
    const added = await log.append(alias, last, entry);
    if (!added) continue;
    if (await versions.read(entry.version)) return;
    // Deleted by another process in between. Its second check of the aliases and this one cannot both miss.
    if (last) await log.append(alias, added, { version: last.version, before: last.before });
    throw notFound({ name, version: entry.version });
  }
}

function infoOf({ name, version, createdAt, sizeBytes, metadata }: Facts, aliases: { alias: string; version: number }[]): ModelInfo {
  const own = aliases.filter((each) => each.version === version).map(({ alias }) => alias);
  return { name, version, aliases: own, createdAt, sizeBytes, metadata };
}

function readClient(client: KeyValue): KeyValue {
  const methods = ['get', 'set', 'setNew', 'delete', 'keys'] as const;
  if (client !== null && typeof client === 'object' && methods.every((name) => typeof client[name] === 'function')) return client;
  throw new AttuneError('ERR_BAD_ARGUMENT', `keyValueModelStore: expected an object with ${methods.join(', ')}, got ${shown(client)}.`);
}
