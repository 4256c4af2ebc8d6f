import type { ModelStore } from '../contracts/model-store.ts';
import type { Recommender } from '../contracts/recommender.ts';
import { AttuneError, shown } from '../errors.ts';
import { callback, integer, number, readOptions } from '../options.ts';
import { loadRecommender } from '../recommenders/load-recommender.ts';

/** Options of {@link modelCache}. */
export interface ModelCacheOptions<Model> {
  /** Most bytes of model files in memory; beyond, the models that were longest unused leave. Default 1 GB. */
  maxBytes?: number | undefined;
  /** How long a model is given out without looking whether its reference means another version by now, in milliseconds. Default 1000. */
  refreshMs?: number | undefined;
  /** Makes a model of its file. Default: `loadRecommender`, for any family. */
  load?: ((bytes: Uint8Array, reference: string) => Model | Promise<Model>) | undefined;
}

/** Models of many names, of which those in use are in memory. */
export interface ModelCache<Model> {
  /**
   * The model of a reference: `name`, `name@3`, `name@production`. Loaded when it is not in memory or its version has changed; calls at
   * the same time load it once. @throws what the store and `load` throw
   */
  get(reference: string): Promise<Model>;
  /** Removes the models of a name, or all. */
  drop(name?: string): void;
  /** Models in memory. */
  readonly size: number;
  /** Bytes of their files. */
  readonly bytes: number;
}

interface Entry<Model> {
  model: Model;
  version: number;
  bytes: number;
  /** When the version was looked at last. */
  looked: number;
}

/**
 * Models of many tenants for one process: each is loaded when it is asked for, and the ones that were longest unused leave when their
 * files together exceed `maxBytes`. A model that alone is larger is given out and not kept.
 *
 * @throws ERR_BAD_OPTION
 */
export function modelCache<Model = Recommender>(store: ModelStore, options: ModelCacheOptions<Model> = {}): ModelCache<Model> {
  if (typeof store?.get !== 'function' || typeof store.list !== 'function') {
    throw new AttuneError('ERR_BAD_ARGUMENT', `modelCache: expected a model store, got ${shown(store)}.`);
  }
  const o = readOptions('modelCache', options, {
    maxBytes: integer({ default: 1e9, min: 0 }),
    refreshMs: number({ default: 1000, min: 0 }),
    load: callback<(bytes: Uint8Array, reference: string) => Model | Promise<Model>>(),
  });
  const load = o.load ?? ((bytes: Uint8Array) => loadRecommender(bytes) as Promise<Model>);
  const entries = new Map<string, Entry<Model>>(); // the longest unused first
  const loading = new Map<string, Promise<Model>>();
  let bytes = 0;

  const remove = (reference: string) => {
    bytes -= entries.get(reference)?.bytes ?? 0;
    entries.delete(reference);
  };
  const keep = (reference: string, entry: Entry<Model>) => {
    remove(reference);
    if (entry.bytes > o.maxBytes) return;
    entries.set(reference, entry);
    bytes += entry.bytes;
    for (const oldest of entries.keys()) {
      if (bytes <= o.maxBytes) break;
      remove(oldest);
    }
  };
  const fetched = async (reference: string): Promise<Model> => {
    const known = entries.get(reference);
    if (known && (await versionOf(store, reference)) === known.version) {
      known.looked = performance.now();
      return known.model;
    }
    const looked = performance.now();
    const { bytes: file, version } = await store.get(reference);
    const model = await load(file, reference);
    keep(reference, { model, version, bytes: file.byteLength, looked });
    return model;
  };
  return {
    async get(reference) {
      const known = entries.get(reference);
      if (known) {
        entries.delete(reference);
        entries.set(reference, known);
        if (performance.now() - known.looked < o.refreshMs || /@\d+$/.test(reference)) return known.model;
      }
      let fetching = loading.get(reference);
      if (!fetching) {
        fetching = fetched(reference).finally(() => loading.delete(reference));
        loading.set(reference, fetching);
      }
      return fetching;
    },
    drop(name) {
      for (const reference of [...entries.keys()]) if (name === undefined || reference.split('@')[0] === name) remove(reference);
    },
    get size() {
      return entries.size;
    },
    get bytes() {
      return bytes;
    },
  };
}

/** Which version a reference means now, without its bytes. */
async function versionOf(store: ModelStore, reference: string): Promise<number | undefined> {
  const [name, which] = reference.split('@');
  const versions = await store.list(name);
  return (which === undefined ? versions.at(-1) : versions.find(({ version, aliases }) => aliases.includes(which) || String(version) === which))?.version;
}
