import type { ModelInfo, ModelStore, ModelStoreOptions, StoredModel } from '../../contracts/model-store.ts';
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
import { modelStoreOf } from './model-store.ts';

/** A model store behind its checks: what it is asked is valid. Its methods are those of {@link ModelStore}. */
export interface UncheckedModelStore {
  put(name: string, bytes: Uint8Array, metadata: Record<string, unknown>): Promise<ModelInfo>;
  /** The same of bytes in several pieces, in stores that write them one after the other. */
  putSections?(name: string, sections: readonly Uint8Array[], metadata: Record<string, unknown>): Promise<ModelInfo>;
  get(asked: ModelReference): Promise<StoredModel>;
  /** In any order. */
  list(name: string | undefined): Promise<ModelInfo[]>;
  promote(name: string, version: number, alias: string): Promise<void>;
  rollback(name: string, alias: string): Promise<void>;
  delete(name: string, version: number): Promise<void>;
  purge?(): Promise<void>;
  /** The version that an alias points at, or undefined. */
  pointsAt(name: string, alias: string): Promise<number | undefined>;
}

/** Puts the checks of names, versions, aliases, bytes and metadata before a store, so that all stores refuse the same with the same words; adds retention and `watch`. */
export function checkedModelStore(store: UncheckedModelStore, options: ModelStoreOptions): ModelStore {
  const { putSections } = store;
  const checked = {
    put: async (name: string, bytes: Uint8Array, metadata?: Record<string, unknown>) =>
      store.put(readName(name), readModelBytes(bytes), readMetadata(metadata)),
    get: async (reference: string) => store.get(readReference(reference)),
    list: async (name?: string) => (await store.list(name === undefined ? undefined : readName(name))).sort(byNameAndVersion),
    promote: async (name: string, version: number, alias: string) => store.promote(readName(name), readVersion(version), readAlias(alias)),
    rollback: async (name: string, alias: string) => store.rollback(readName(name), readAlias(alias)),
    delete: async (name: string, version: number) => store.delete(readName(name), readVersion(version)),
    pointsAt: store.pointsAt,
    ...(store.purge && { purge: store.purge }),
    ...(putSections && {
      putSections: async (name: string, sections: readonly Uint8Array[], metadata?: Record<string, unknown>) =>
        putSections(readName(name), sections, readMetadata(metadata)),
    }),
  };
  return modelStoreOf(checked, options);
}
