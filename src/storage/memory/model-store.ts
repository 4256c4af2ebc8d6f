import type { ModelInfo, ModelStore, StoredModel } from '../../contracts/model-store.ts';
import {
  byNameAndVersion,
  inUse,
  notFound,
  nothingBefore,
  readAlias,
  readMetadata,
  readModelBytes,
  readName,
  readReference,
  readVersion,
} from '../shared/model-names.ts';

/** Keeps models in memory: for tests, small programs and the browser. Gone when the process ends. */
export function memoryModelStore(): ModelStore {
  const names = new Map<string, Entry>();
  const version = (name: string, number: number): Version => {
    const found = names.get(name)?.versions.get(number);
    if (!found) throw notFound({ name, version: number });
    return found;
  };
  return {
    async put(name, bytes, metadata) {
      const model: Version = {
        info: { name: readName(name), version: 0, createdAt: Date.now(), sizeBytes: 0, metadata: readMetadata(metadata) },
        bytes: readModelBytes(bytes).slice(),
      };
      let entry = names.get(name);
      if (!entry) names.set(name, (entry = { last: 0, versions: new Map(), aliases: new Map() }));
      model.info.version = ++entry.last;
      model.info.sizeBytes = bytes.length;
      entry.versions.set(entry.last, model);
      return infoOf(entry, model);
    },
    async get(reference): Promise<StoredModel> {
      const asked = readReference(reference);
      const entry = names.get(asked.name);
      const number =
        asked.alias !== undefined
          ? entry?.aliases.get(asked.alias)?.at(-1)
          : (asked.version ?? Math.max(0, ...(entry?.versions.keys() ?? [])));
      const model = entry?.versions.get(number ?? 0);
      if (!entry || !model) throw notFound(asked);
      return { ...infoOf(entry, model), bytes: model.bytes.slice() };
    },
    async list(name) {
      const entries = name === undefined ? [...names.values()] : [names.get(readName(name))];
      return entries
        .flatMap((entry) => (entry ? Array.from(entry.versions.values(), (model) => infoOf(entry, model)) : []))
        .sort(byNameAndVersion);
    },
    async promote(name, number, alias) {
      readAlias(alias);
      version(readName(name), readVersion(number));
      const { aliases } = names.get(name) as Entry;
      const history = aliases.get(alias) ?? [];
      if (history.at(-1) !== number) aliases.set(alias, [...history, number]);
    },
    async rollback(name, alias) {
      const entry = names.get(readName(name));
      const history = entry?.aliases.get(readAlias(alias));
      if (!entry || !history) throw notFound({ name, alias });
      const before = history.at(-2);
      if (before === undefined || !entry.versions.has(before)) throw nothingBefore(name, alias, before);
      entry.aliases.set(alias, history.slice(0, -1));
    },
    async delete(name, number) {
      version(readName(name), readVersion(number));
      const entry = names.get(name) as Entry;
      const aliases = aliasesOf(entry, number);
      if (aliases.length > 0) throw inUse(name, number, aliases);
      entry.versions.delete(number);
    },
  };
}

interface Version {
  info: Omit<ModelInfo, 'aliases'>;
  bytes: Uint8Array;
}

/** What is kept of one name. The history of an alias ends with where it points. */
interface Entry {
  last: number;
  versions: Map<number, Version>;
  aliases: Map<string, number[]>;
}

function aliasesOf({ aliases }: Entry, version: number): string[] {
  return [...aliases]
    .filter(([, history]) => history.at(-1) === version)
    .map(([alias]) => alias)
    .sort();
}

function infoOf(entry: Entry, { info }: Version): ModelInfo {
  return { ...info, metadata: structuredClone(info.metadata), aliases: aliasesOf(entry, info.version) };
}
