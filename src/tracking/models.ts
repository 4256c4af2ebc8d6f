import type { ModelStore } from '../contracts/model-store.ts';
import type { RegisteredModel } from './tracker.ts';

/** Models of a tracker that keeps them in a {@link ModelStore}. */
export const registeredModel = {
  /** @returns the version */
  async put(
    store: ModelStore,
    { run, name, bytes, alias }: { run: string; name: string; bytes: Uint8Array; alias: string | undefined },
  ): Promise<number> {
    const { version } = await store.put(name, bytes, { run });
    if (alias !== undefined) await store.promote(name, version, alias);
    return version;
  },

  async get(store: ModelStore, reference: string): Promise<RegisteredModel> {
    const { name, version, bytes, metadata } = await store.get(reference);
    return { name, version, bytes, run: String(metadata.run ?? '') };
  },
};
