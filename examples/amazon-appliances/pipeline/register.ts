import type { ModelStore } from 'attune';
import type { Settings } from '../settings.ts';
import type { TrainedModel } from './system.ts';

/** The production version, when it was made from the same data and settings. */
export async function upToDate(store: ModelStore, name: string, fingerprint: string): Promise<TrainedModel | undefined> {
  const current = (await store.list(name)).find((it) => it.aliases.includes('production'));
  if (current?.metadata.fingerprint !== fingerprint) return undefined;
  const { metrics = {}, seconds = 0 } = current.metadata as { metrics?: Record<string, number>; seconds?: number };
  return { name, version: current.version, trained: false, seconds, metrics };
}

interface ModelMetadata extends Record<string, unknown> {
  metrics: Record<string, number>;
  seconds: number;
}

/** Stores a version, points `production` at it, and drops versions that are too old. */
export async function register(
  store: ModelStore,
  name: string,
  bytes: Uint8Array,
  metadata: ModelMetadata,
  { keepVersions, promote }: Settings & { promote: boolean },
): Promise<TrainedModel> {
  const { version } = await store.put(name, bytes, metadata);
  if (promote) await store.promote(name, version, 'production');
  const versions = await store.list(name);
  for (const old of versions.slice(0, -keepVersions)) if (old.aliases.length === 0) await store.delete(name, old.version);
  return { name, version, trained: true, seconds: metadata.seconds, metrics: metadata.metrics };
}
