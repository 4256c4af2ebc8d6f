import type { ModelInfo, ModelStore } from '../../contracts/model-store.ts';
import { joined } from '../../data/files/safetensors.ts';

/** As `put`, of bytes that are in several pieces. */
export type PutSections = (name: string, sections: readonly Uint8Array[], metadata?: Record<string, unknown>) => Promise<ModelInfo>;

/**
 * Which `put` has a counterpart that writes pieces one after the other. Kept by function and not as a method of the store: whoever wraps a
 * store with a `put` of their own, such as one that encrypts, still gets every model.
 */
const counterparts = new WeakMap<ModelStore['put'], PutSections>();

/** Says how a `put` writes pieces. */
export function takesSections(put: ModelStore['put'], putSections: PutSections): void {
  counterparts.set(put, putSections);
}

/** Puts a model whose bytes are in several pieces; they are only joined where the store needs them in one. */
export function putSections(
  store: ModelStore,
  name: string,
  sections: readonly Uint8Array[],
  metadata: Record<string, unknown>,
): Promise<ModelInfo> {
  const counterpart = counterparts.get(store.put);
  return counterpart ? counterpart(name, sections, metadata) : store.put(name, joined(sections), metadata);
}
