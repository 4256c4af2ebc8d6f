import type { ModelInfo, ModelStore, ModelStoreOptions, WatchOptions } from '../../contracts/model-store.ts';
import { AttuneError } from '../../errors.ts';
import { abortSignal, callback, integer, number, optional, readOptions } from '../../options.ts';
import { pause } from '../../work/pause.ts';
import { readAlias, readName } from './model-names.ts';
import { type PutSections, takesSections } from './sections.ts';

/** What a backend provides; the rest is the same for all. */
export interface ModelBackend extends Omit<ModelStore, 'watch'> {
  /** The version that an alias points at, or undefined. */
  pointsAt(name: string, alias: string): Promise<number | undefined>;
  putSections?: PutSections;
}

/** Checks of {@link ModelStoreOptions}. */
export const modelStoreChecks = { keep: optional(integer({ min: 1 })) };

/** A model store with retention and `watch`. */
export function modelStoreOf(backend: ModelBackend, { keep }: ModelStoreOptions): ModelStore {
  const { pointsAt, putSections, ...store } = backend;
  const kept = async (put: Promise<ModelInfo>) => {
    const info = await put;
    if (keep !== undefined) await deleteOld(store, info.name, keep);
    return info;
  };
  const put: ModelStore['put'] = (name, bytes, metadata) => kept(store.put(name, bytes, metadata));
  if (putSections) takesSections(put, (name, sections, metadata) => kept(putSections(name, sections, metadata)));
  return {
    ...store,
    put,
    watch: (name, alias, options) => watchAlias(pointsAt, store.list, name, alias, options),
  };
}

/** The model is stored already, so what cannot be deleted now is left to the next put. */
async function deleteOld(store: Omit<ModelStore, 'watch'>, name: string, keep: number): Promise<void> {
  try {
    const old = (await store.list(name)).slice(0, -keep).filter(({ aliases }) => aliases.length === 0);
    for (const { version } of old) await store.delete(name, version).catch(ignore);
  } catch {
    // as above
  }
}

function ignore(): void {}

/**
 * `watch` for a model store of one's own, by looking again and again.
 * @param pointsAt the version that an alias points at, or undefined
 * @param list as in the contract
 */
export function watchAlias(
  pointsAt: (name: string, alias: string) => Promise<number | undefined>,
  list: (name: string) => Promise<ModelInfo[]>,
  name: string,
  alias: string,
  options?: WatchOptions,
): AsyncIterable<ModelInfo> {
  readName(name);
  readAlias(alias);
  const { signal, since, intervalMs, onError } = readOptions('watch', options, {
    signal: abortSignal,
    since: optional(integer({ min: 1 })),
    intervalMs: number({ default: 250, min: 1 }),
    onError: callback<(error: unknown) => void>(),
  });
  // Looked at now and not when the first is asked for, so that no promotion after this call is missed.
  const first = since === undefined && !signal?.aborted ? pointsAt(name, alias) : Promise.resolve(since);
  first.catch(ignore);
  return { [Symbol.asyncIterator]: () => changes() };

  async function* changes(): AsyncGenerator<ModelInfo, void, undefined> {
    let seen: number | undefined;
    let known = false;
    while (!signal?.aborted) {
      let found: ModelInfo | undefined;
      try {
        if (!known) seen = await first.catch(() => pointsAt(name, alias));
        known = true;
        const version = await pointsAt(name, alias);
        if (version !== seen && version !== undefined) found = (await list(name)).find((info) => info.version === version);
        if (found || version === undefined) seen = version;
      } catch (error) {
        if (!onError) throw error;
        onError(error);
      }
      if (signal?.aborted) return;
      if (found) yield found;
      else await pause(intervalMs, signal);
    }
  }
}

/** The error for bytes that are not those that were put. */
export function damaged(name: string, version: number, what: string): AttuneError {
  return new AttuneError(
    'ERR_BAD_FILE',
    `Version ${version} of '${name}' is damaged: expected ${what}. Restore it from a copy, or delete this version.`,
  );
}
