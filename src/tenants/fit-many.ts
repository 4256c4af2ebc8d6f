import type { ModelInfo, ModelStore } from '../contracts/model-store.ts';
import { Interactions } from '../data/interactions.ts';
import { AttuneError, shown } from '../errors.ts';
import {
  abortSignal,
  anything,
  type Check,
  callback,
  checkNamed,
  checkOptions,
  checkRows,
  integer,
  number,
  optional,
  type Progress,
  readOptions,
  text,
} from '../options.ts';
import { eachUntilAborted, untilAborted } from '../work/until-aborted.ts';
import { type FittableFamily, type Fitter, hereFitter, threadFitter } from './fit-threads.ts';

export type { FittableFamily } from './fit-threads.ts';

/** A tenant to fit a model for. */
export interface Tenant {
  /** Its name, under which its model is stored. */
  readonly name: string;
  /** Its data; or a function that loads it when it is its turn, so that not all are in memory. */
  readonly interactions: Interactions | (() => Interactions | Promise<Interactions>);
  /** Options of its own, besides those of all. */
  readonly options?: object | undefined;
}

/** Options of {@link fitMany}. */
export interface FitManyOptions {
  /** The class of the models, such as `AlsRecommender`. */
  family: FittableFamily;
  /** Options of every model; each is fitted by one thread. */
  options?: object | undefined;
  /** Where models go, each as a new version under the name of its tenant. Default: nowhere, they are in the results only. */
  store?: ModelStore | undefined;
  /** Alias that each new version gets, such as `'production'`. Default none. */
  alias?: string | undefined;
  /** Fits at the same time, each in a thread of its own; 0: one after the other in this thread. Default: one per core. */
  workers?: number | undefined;
  /** Most memory that the fits at the same time may need together, as estimated by `bytesOf`. Default 1 GB. */
  maxBytes?: number | undefined;
  /** About how many bytes the fit of some data takes. Default: four times its columns, four times its factors, and 8 MB. */
  bytesOf?: ((interactions: Interactions, options: object) => number) | undefined;
  /** Called after each tenant. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Ends it; the loop over the results then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What became of a tenant. */
export interface TenantFit {
  /** The tenant. */
  name: string;
  /** The model file, as `toBytes` gives it; undefined after an error. */
  bytes?: Uint8Array | undefined;
  /** The version in the store, when there is one. */
  info?: ModelInfo | undefined;
  /** Why there is no model. The others are fitted all the same. */
  error?: unknown;
}

/**
 * Fits a model for each of many small tenants, in parallel threads under one bound of memory. Models have the same bytes as when each
 * is fitted alone. Yields what became of each tenant, in the order in which they are done; a tenant that fails does not stop the others.
 *
 * @throws ERR_BAD_OPTION; ERR_NOT_SUPPORTED where there are no threads and `workers` is not 0; the signal's reason
 * @example
 * for await (const { name, info, error } of fitMany(tenants, { family: AlsRecommender, options: { factors: 32 }, store })) { }
 */
export async function* fitMany(
  tenants: Iterable<Tenant> | AsyncIterable<Tenant>,
  options: FitManyOptions,
): AsyncGenerator<TenantFit, void, undefined> {
  const o = readFitMany(options);
  o.signal?.throwIfAborted();
  const idle: Fitter[] = [];
  const all: Fitter[] = [];
  const running = new Set<Promise<void>>();
  const results: TenantFit[] = [];
  let used = 0;
  let done = 0;

  const work = async (tenant: Tenant, interactions: Interactions, settings: object, bytes: number) => {
    const fitter = idle.pop() ?? newFitter(o.workers, o.signal, all);
    try {
      results.push(await finished(tenant.name, await fitter.fit({ family: o.family, options: settings, interactions }), o));
      idle.push(fitter);
    } catch (error) {
      results.push({ name: tenant.name, error });
      const outOfMemory = error instanceof AttuneError && error.code === 'ERR_OUT_OF_MEMORY';
      if (outOfMemory || fitter.ended) await fitter.close();
      else idle.push(fitter);
    } finally {
      used -= bytes;
    }
  };
  const over = new AbortController();
  const abort = new Promise<never>((_, reject) => {
    o.signal?.addEventListener('abort', () => reject(o.signal?.reason), { once: true, signal: over.signal });
  });
  abort.catch(() => {});
  function* take() {
    for (let next = results.shift(); next; next = results.shift()) {
      o.onProgress?.({ phase: 'fitting', done: ++done });
      yield next;
    }
  }

  try {
    for await (const tenant of eachUntilAborted(checkRows('fitMany', 'tenants', tenants), o.signal)) {
      checkNamed('fitMany', 'the fields of a tenant', tenant);
      text()(tenant.name, 'fitMany: name of a tenant');
      o.signal?.throwIfAborted();
      while (running.size >= Math.max(1, o.workers)) await Promise.race([...running, abort]);
      const settings = { ...o.options, ...checkOptions(`fitMany: options of '${tenant.name}'`, tenant.options) };
      try {
        const interactions = await untilAborted(load(tenant), o.signal);
        const bytes = number({ min: 0 })(o.bytesOf(interactions, settings), `fitMany: bytesOf of '${tenant.name}'`);
        if (bytes > o.maxBytes) throw tooLarge(tenant.name, bytes, o.maxBytes);
        while (used + bytes > o.maxBytes) await Promise.race([...running, abort]);
        used += bytes;
        const fit: Promise<void> = work(tenant, interactions, settings, bytes).finally(() => running.delete(fit));
        running.add(fit);
      } catch (error) {
        if (o.signal?.aborted) throw error;
        results.push({ name: tenant.name, error });
      }
      yield* take();
    }
    while (running.size > 0) {
      await Promise.race([...running, abort]);
      yield* take();
    }
    yield* take();
  } finally {
    over.abort();
    await Promise.all(all.map((fitter) => fitter.close()));
  }
}

function newFitter(workers: number, signal: AbortSignal | undefined, all: Fitter[]): Fitter {
  const fitter = workers === 0 ? hereFitter(signal) : threadFitter();
  all.push(fitter);
  return fitter;
}

async function finished(name: string, bytes: Uint8Array, { store, alias }: ReturnType<typeof readFitMany>): Promise<TenantFit> {
  if (!store) return { name, bytes };
  const info = await store.put(name, bytes);
  if (alias !== undefined) await store.promote(name, info.version, alias);
  return { name, bytes, info };
}

async function load({ name, interactions }: Tenant): Promise<Interactions> {
  const loaded = typeof interactions === 'function' ? await interactions() : interactions;
  if (loaded instanceof Interactions) return loaded;
  throw new AttuneError('ERR_BAD_ARGUMENT', `fitMany: expected Interactions of tenant '${name}', got ${shown(loaded)}.`);
}

function tooLarge(name: string, bytes: number, most: number): AttuneError {
  const mb = (value: number) => `${Math.ceil(value / 1e6)} MB`;
  return new AttuneError(
    'ERR_OUT_OF_MEMORY',
    `fitMany: the fit of '${name}' takes about ${mb(bytes)}, more than the ${mb(most)} of 'maxBytes'. Raise it, or fit this one alone.`,
  );
}

function bytesOfFit({ size, userCount, itemCount }: Interactions, options: object): number {
  const { factors } = options as { factors?: unknown };
  const width = typeof factors === 'number' && factors > 0 ? factors : 128;
  return 4 * (20 * size + 40 * (userCount + itemCount)) + 4 * 4 * width * (userCount + itemCount) + 8e6;
}

const modelStore: Check<ModelStore> = (value, name) => {
  if (typeof (value as ModelStore | null)?.put === 'function') return value as ModelStore;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a model store, got ${shown(value)}.`);
};

function readFitMany(options: FitManyOptions) {
  const owner = 'fitMany';
  const o = readOptions(owner, options, {
    family: anything<FittableFamily>(),
    options: (value: unknown, name: string): object => checkOptions(name, value),
    store: optional(modelStore),
    alias: optional(text()),
    workers: optional(integer({ min: 0, max: 256 })),
    maxBytes: integer({ default: 1e9, min: 1 }),
    bytesOf: callback<(interactions: Interactions, options: object) => number>(),
    onProgress: callback<(progress: Progress) => void>(),
    signal: abortSignal,
  });
  if (typeof (o.family as { prototype?: { fit?: unknown } } | undefined)?.prototype?.fit !== 'function') {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option 'family' must be a class of recommenders, such as AlsRecommender, got ${shown(o.family)}.`,
    );
  }
  new o.family(o.options); // a wrong option is an error now, and not one per tenant
  return { ...o, family: o.family as FittableFamily, bytesOf: o.bytesOf ?? bytesOfFit, workers: o.workers ?? cores() };
}

function cores(): number {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const os = process?.getBuiltinModule?.('node:os') as { availableParallelism?(): number } | undefined;
  return os?.availableParallelism?.() ?? 1;
}
