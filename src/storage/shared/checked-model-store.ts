import type { ModelInfo, ModelStore, StoredModel } from '../../contracts/model-store.ts';
import {
  byNameAndVersion,
  type ModelReference,
  readAlias,
  readMetadata,
  readModelBytes,
  readName,
  readReference,
  readVersion,
} from './model-names.ts';

/** A model store behind its checks: what it is asked is valid. Its methods are those of {@link ModelStore}. */
export interface UncheckedModelStore {
  put(name: string, bytes: Uint8Array, metadata: Record<string, unknown>): Promise<ModelInfo>;
  get(asked: ModelReference): Promise<StoredModel>;
  /** In any order. */
  list(name: string | undefined): Promise<ModelInfo[]>;
  promote(name: string, version: number, alias: string): Promise<void>;
  rollback(name: string, alias: string): Promise<void>;
  delete(name: string, version: number): Promise<void>;
}

/** Puts the checks of names, versions, aliases, bytes and metadata before a store, so that all stores refuse the same with the same words. */
export function checkedModelStore(store: UncheckedModelStore): ModelStore {
  return {
    put: async (name, bytes, metadata) => store.put(readName(name), readModelBytes(bytes), readMetadata(metadata)),
    get: async (reference) => store.get(readReference(reference)),
    list: async (name) => (await store.list(name === undefined ? undefined : readName(name))).sort(byNameAndVersion),
    promote: async (name, version, alias) => store.promote(readName(name), readVersion(version), readAlias(alias)),
    rollback: async (name, alias) => store.rollback(readName(name), readAlias(alias)),
    delete: async (name, version) => store.delete(readName(name), readVersion(version)),
  };
}
