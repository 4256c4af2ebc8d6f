import type { ModelInfo } from 'attune';
import type { Models } from '../../pipeline/system.ts';

/** Which kinds of model answer, and what is known of the loaded versions. */
export function modelStatus({ als, search, info }: Models) {
  const named = (name: string) => {
    const model = info.find((it) => it.name === name);
    return model && { name, version: model.version, trained_at: new Date(model.createdAt).toISOString(), size_bytes: model.sizeBytes };
  };
  return {
    mf_ready: als !== undefined,
    ss_ready: search !== undefined,
    embedding_dim: search?.dimensions ?? null,
    mf: als ? { ...named('appliances-als'), factors: als.itemFactors.columns, users: als.users.size, items: als.items.size } : null,
    ss: search ? { ...named('appliances-search'), embedder: search.embedder.name, items: search.size } : null,
  };
}

/** Versions as the routes show them. */
export function listModels(versions: readonly ModelInfo[]) {
  return versions.map(({ name, version, aliases, createdAt, metadata }) => ({
    name,
    kind: typeof metadata.kind === 'string' ? metadata.kind : name.replace(/^appliances-/, ''),
    version,
    alias: aliases[0] ?? null,
    trained_at: new Date(createdAt).toISOString(),
    metrics: (metadata.metrics ?? {}) as Record<string, unknown>,
  }));
}
