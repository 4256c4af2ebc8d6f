import type { HistoryItem } from '../contracts/history.ts';
import type { ModelInfo, ModelStore } from '../contracts/model-store.ts';
import type { RecommendationList, Recommender, RecommendOptions, UnknownOptions } from '../contracts/recommender.ts';
import { type Id, textOf } from '../data/ids.ts';
import { AttuneError } from '../errors.ts';
import { abortSignal, anything, callback, number, readOptions, text } from '../options.ts';
import { pause } from '../work/pause.ts';
import { ChangeReader } from './change-reader.ts';
import type { Delta } from './store-batch.ts';

/** Options of {@link followModel}. */
export interface FollowModelOptions<Model extends Recommender = Recommender> {
  /** Where the versions of the model are. */
  models: ModelStore;
  /** Where a {@link streamProcessor} puts changes: its option `changes`. */
  changes: ModelStore;
  /** Name of the model. */
  name: string;
  /** Makes a model of its file, such as `(bytes) => AlsRecommender.fromBytes(bytes)`. */
  load: (bytes: Uint8Array) => Model | Promise<Model>;
  /** Alias that is followed. Default `'production'`. */
  alias?: string | undefined;
  /** Time between two looks for changes, in milliseconds. Default 50. */
  intervalMs?: number | undefined;
  /** Called with failures that are survived, such as a database that is away. Without it the first one ends `run`. */
  onError?: ((error: unknown) => void) | undefined;
  /** Called when some changes are in the answers, with the users they are about. */
  onChange?: ((users: ReadonlySet<string>) => void) | undefined;
}

/** A model that follows the stream: whole versions now and then, and in between what events have changed since. */
export interface FollowedModel<Model extends Recommender = Recommender> {
  /** Follows until the signal aborts. Answers can be had once {@link ready} resolves. */
  run(options?: { signal?: AbortSignal | undefined }): Promise<void>;
  /** Resolves with the first version. */
  readonly ready: Promise<void>;
  /** The version that is served. @throws ERR_NOT_FITTED before the first */
  readonly recommender: Model;
  /** Number of that version. */
  readonly version: number | undefined;
  /** Users whom events have changed since that version. */
  readonly changedUsers: number;
  /** What a user has done as of now: what the version knows, and what has come since, values of a pair added up. */
  historyOf(user: Id): {
    /** Item id. */
    item: string;
    /** Sum of the values. */
    value: number;
  }[];
  /**
   * As `recommend` of the model; for users whom events have changed since, the list of `recommendFor(historyOf(user))`. Items that are new
   * since the version are in lists from the next one on.
   */
  recommend(user: Id, options?: RecommendOptions): RecommendationList;
}

/**
 * Serves a model that a {@link streamProcessor} teaches, so that answers follow events within a fraction of a second although whole
 * versions come seldom: changes are a few bytes per event, and a changed user is folded in when asked for. A process that starts, or falls
 * behind, has all answers again with the next version.
 *
 * @example
 * const live = followModel({ models, changes, name: 'als', load: (bytes) => AlsRecommender.fromBytes(bytes) });
 * void live.run({ signal });
 * await live.ready;
 * live.recommend('A1', { n: 10 });
 * @throws ERR_BAD_OPTION
 */
export function followModel<Model extends Recommender>(options: FollowModelOptions<Model>): FollowedModel<Model> {
  return new Follower(options);
}

class Follower<Model extends Recommender> implements FollowedModel<Model> {
  readonly ready: Promise<void>;
  readonly #o: ReturnType<typeof readFollowOptions<Model>>;
  readonly #changes = new Map<string, Delta[]>();
  /** How far each source is in the version or in the changes. */
  readonly #next = new Map<string, number>();
  #positions: Record<string, number> = {};
  #model: Model | undefined;
  #version: number | undefined;
  #isReady = () => {};

  constructor(options: FollowModelOptions<Model>) {
    this.#o = readFollowOptions(options);
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
  }

  get recommender(): Model {
    if (this.#model) return this.#model;
    throw new AttuneError(
      'ERR_NOT_FITTED',
      `followModel: no version of '${this.#o.name}' is loaded yet. Await \`ready\` of a running one first.`,
    );
  }

  get version(): number | undefined {
    return this.#version;
  }

  get changedUsers(): number {
    return this.#changes.size;
  }

  historyOf(user: Id): { item: string; value: number }[] {
    const id = textOf(user, 'followModel.historyOf: user');
    const values = new Map<string, number>();
    for (const { item, value } of this.recommender.interactionsOf(id, { onUnknown: 'empty' })) values.set(item, value);
    for (const { item, value } of this.#changes.get(id) ?? []) values.set(item, (values.get(item) ?? 0) + value);
    return Array.from(values, ([item, value]) => ({ item, value }));
  }

  recommend(user: Id, options: RecommendOptions & UnknownOptions = {}): RecommendationList {
    const id = textOf(user, 'followModel.recommend: user');
    if (!this.#changes.has(id)) return this.recommender.recommend(id, options);
    return this.recommender.recommendFor(this.historyOf(id) satisfies HistoryItem[], options);
  }

  async run(options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { signal } = readOptions('run', options, { signal: abortSignal });
    const stop = new AbortController();
    const abort = () => stop.abort();
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    try {
      await Promise.all([this.#followVersions(stop.signal), this.#followChanges(stop.signal)]);
    } finally {
      abort(); // one of the two has failed: the other ends as well
      signal?.removeEventListener('abort', abort);
    }
  }

  async #followVersions(signal: AbortSignal): Promise<void> {
    const { models, name, alias, intervalMs, onError } = this.#o;
    // Begun first, so that no promotion after the first load is missed.
    const versions = models.watch(name, alias, { signal, intervalMs: Math.max(intervalMs, 250), ...(onError && { onError }) });
    while (!signal.aborted && !(await this.#survives(() => this.#take(`${name}@${alias}`)))) await pause(intervalMs, signal);
    for await (const { version } of versions) {
      if (version !== this.#version) await this.#survives(() => existing(this.#take(`${name}@${version}`))); // deleted meanwhile, as not among the last
    }
  }

  async #take(reference: string): Promise<void> {
    const { bytes, version, metadata } = await this.#o.models.get(reference);
    const model = await this.#o.load(bytes);
    this.#model = model;
    this.#version = version;
    this.#positions = positionsOf({ metadata });
    for (const [source, next] of Object.entries(this.#positions)) this.#next.set(source, Math.max(next, this.#next.get(source) ?? 0));
    for (const [user, deltas] of this.#changes) {
      const left = deltas.filter(({ source, offset }) => offset >= (this.#positions[source] ?? 0));
      if (left.length === 0) this.#changes.delete(user);
      else if (left.length < deltas.length) this.#changes.set(user, left);
    }
    this.#isReady();
  }

  async #followChanges(signal: AbortSignal): Promise<void> {
    const { changes, name, intervalMs } = this.#o;
    const reader = new ChangeReader(changes, name);
    while (!signal.aborted) {
      const went = await this.#survives(async () => {
        const deltas = await reader.read();
        if (deltas) this.#apply(deltas);
        return deltas !== undefined;
      });
      if (!went) await pause(intervalMs, signal);
    }
  }

  /** Several processes may put changes of one partition, after a rebalance: what comes again is known by its offset. */
  #apply(deltas: readonly Delta[]): void {
    const users = new Set<string>();
    // What a process finds stored already comes in the order of the store.
    for (const delta of [...deltas].sort((a, b) => a.offset - b.offset)) {
      if (delta.offset < (this.#next.get(delta.source) ?? 0)) continue;
      this.#next.set(delta.source, delta.offset + 1);
      const own = this.#changes.get(delta.user);
      if (own) own.push(delta);
      else this.#changes.set(delta.user, [delta]);
      users.add(delta.user);
    }
    if (users.size > 0) this.#o.onChange?.(users);
  }

  /** What the work gives; undefined where it failed and that is survived. */
  async #survives<T>(work: () => Promise<T>): Promise<T | true | undefined> {
    try {
      return (await work()) ?? true;
    } catch (error) {
      if (!this.#o.onError) throw error;
      this.#o.onError(error);
      return undefined;
    }
  }
}

/** A version, or undefined where it is not there. */
async function existing<T>(got: Promise<T>): Promise<T | undefined> {
  try {
    return await got;
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'ERR_NOT_FOUND') return undefined;
    throw error;
  }
}

function positionsOf({ metadata }: Pick<ModelInfo, 'metadata'>): Record<string, number> {
  return { ...(metadata.positions as Record<string, number> | undefined) };
}

function readFollowOptions<Model extends Recommender>(options: FollowModelOptions<Model>) {
  const owner = 'followModel';
  const o = readOptions(owner, options, {
    models: anything<ModelStore>(),
    changes: anything<ModelStore>(),
    name: text(),
    load: callback<(bytes: Uint8Array) => Model | Promise<Model>>(),
    alias: text({ default: 'production' }),
    intervalMs: number({ default: 50, min: 1 }),
    onError: callback<(error: unknown) => void>(),
    onChange: callback<(users: ReadonlySet<string>) => void>(),
  });
  const { load } = o;
  for (const name of ['models', 'changes'] as const) {
    if (typeof (o[name] as ModelStore | undefined)?.get !== 'function')
      throw new AttuneError('ERR_BAD_OPTION', `${owner}: option '${name}' must be a model store, such as postgresModelStore(pool).`);
  }
  if (!load)
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option 'load' must be a function of bytes, such as (bytes) => AlsRecommender.fromBytes(bytes).`,
    );
  return { ...o, load, models: o.models as ModelStore, changes: o.changes as ModelStore };
}
