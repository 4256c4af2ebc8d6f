import type { DataStore } from '../contracts/data-store.ts';
import type { EventBatch, EventStream } from '../contracts/event-stream.ts';
import type { ModelStore } from '../contracts/model-store.ts';
import { AttuneError } from '../errors.ts';
import { abortSignal, anything, callback, number, optional, readOptions, text } from '../options.ts';
import { Background } from '../work/background.ts';
import { pause } from '../work/pause.ts';
import { ChangePublisher, putChanges } from './changes.ts';
import { StreamMetrics } from './metrics.ts';
import { ModelPublisher, type StreamRecommender } from './publisher.ts';
import { BatchStore, type Delta, sourceName, withPositions } from './store-batch.ts';

/** Options of {@link streamProcessor}. */
export interface StreamProcessorOptions {
  /** The events, such as an {@link interactionStream}. */
  stream: EventStream;
  /** Where events and interactions are kept, with the positions of the stream. */
  data: DataStore;
  /** A model that learns the events: any family with `partialFit`, fitted. Without it events are only stored. */
  recommender?: StreamRecommender | undefined;
  /** Where versions of the model go. Give it a `keep`, because there will be many. */
  models?: ModelStore | undefined;
  /** Name of the model in there. The newest version is taken up at the start. */
  name?: string | undefined;
  /** Alias that each version gets, for servers that `watch` it. Default `'production'`. */
  alias?: string | undefined;
  /**
   * Where what each batch changes goes at once, for servers that {@link followModel}: answers follow within a fraction of a second then, while
   * whole versions come every `publishEveryMs`. Give it a `keep` of all that comes within a few versions, such as 500, and its own table or folder.
   */
  changes?: ModelStore | undefined;
  /** A session ends when its user does nothing for so long. Default 30 minutes; 0 for no sessions, when every event counts in full. */
  sessionGapMs?: number | undefined;
  /** Minimum time between two versions, in milliseconds. Default 250, with `changes` 5000. */
  publishEveryMs?: number | undefined;
  /** Called with failures that are survived: of the store, which is tried again, and of commits, after which messages come again. */
  onError?: ((error: unknown) => void) | undefined;
}

/** Takes events in. */
export interface StreamProcessor {
  /** Works until the signal aborts, and finishes what it has begun then. @throws what does not pass by itself, coded */
  run(options?: { signal?: AbortSignal | undefined }): Promise<void>;
  /** Counts, lag and delays in the text format that Prometheus reads. */
  metrics(): string;
  /** The version of the model that was published last. */
  readonly version: number | undefined;
}

/**
 * From events to changed answers: each batch of a stream is stored, exactly once whatever crashes, with its positions in the same
 * transaction; grouped into sessions; weighed; learned by `partialFit`; and published as a version of the model, for servers that
 * `watch`. Only then is the batch committed to the stream. After a crash messages come again, which the store and the model recognize.
 *
 * Several processes can share the partitions of one topic, one can take over from another, and a new fit can be put under the same name.
 *
 * @throws ERR_BAD_OPTION, ERR_NOT_SUPPORTED for a store without positions
 */
export function streamProcessor(options: StreamProcessorOptions): StreamProcessor {
  return new Processor(options);
}

/** What was stored and waits to be learned. */
interface Waiting {
  deltas: Delta[];
  batch: EventBatch;
  events: number;
  /** Time of each event, where it is noted with the version; with changes it is noted when they are written. */
  times: number[];
}

/** The publisher may be so many batches behind before the store waits; with changes, which go ahead of versions, so many events. */
const mostWaiting = 4;
const mostEventsWaiting = 200_000;
/** A transaction is tried so many times, over about a minute. */
const attempts = 30;

class Processor implements StreamProcessor {
  readonly #o: ReturnType<typeof readProcessorOptions>;
  readonly #metrics: StreamMetrics;
  readonly #publisher: ModelPublisher | undefined;
  readonly #store: BatchStore;
  readonly #changes: ChangePublisher | undefined;
  #waiting: Waiting[] = [];
  #wake = () => {};
  #taken = () => {};
  #failure: unknown;
  #ended = false;
  #deadLetters = 0;

  constructor(options: StreamProcessorOptions) {
    this.#o = readProcessorOptions(options);
    this.#metrics = new StreamMetrics(this.#o.stream.name);
    this.#store = new BatchStore(this.#o.data, this.#o.stream, this.#o.sessionGapMs || undefined);
    const { recommender, models, name, alias, changes } = this.#o;
    if (recommender && models && name !== '') this.#publisher = new ModelPublisher({ recommender, models, name, alias });
    if (changes) {
      const put = putChanges(changes, name);
      this.#changes = new ChangePublisher(async (deltas) => {
        await this.#again(() => put(deltas));
        this.#observe(deltas.map(({ timestamp }) => timestamp));
      });
    }
  }

  get version(): number | undefined {
    return this.#publisher?.version;
  }

  metrics(): string {
    const letters = (this.#o.stream as { deadLetters?: number }).deadLetters ?? 0;
    this.#metrics.count('dead_letters', letters - this.#deadLetters);
    this.#deadLetters = letters;
    return this.#metrics.text(this.#o.stream.lag(), this.version);
  }

  async run(options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { signal } = readOptions('run', options, { signal: abortSignal });
    const { stream, data } = this.#o;
    const { positions } = withPositions(data);
    await this.#publisher?.start(await positions.all(`${stream.name}/`));
    const stop = new AbortController();
    const abort = () => stop.abort();
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    this.#failure = undefined;
    this.#ended = false;
    const publishing = this.#publish(stop.signal).catch((error) => {
      this.#failure = error ?? new Error('unknown');
      abort();
      this.#taken();
    });
    const finish = async () => {
      abort();
      this.#ended = true; // and not the signal: a batch may be in its transaction when that aborts
      this.#wake();
      await publishing;
    };
    try {
      const { allBatches } = stream as { allBatches?: (options: object) => AsyncIterable<EventBatch> };
      const batches = allBatches
        ? allBatches.call(stream, { signal: stop.signal, beforeStop: finish })
        : stream.batches({ signal: stop.signal });
      for await (const batch of batches) await this.#take(batch);
    } finally {
      signal?.removeEventListener('abort', abort);
      await finish();
    }
    if (this.#failure) throw this.#failure;
  }

  async #take(batch: EventBatch): Promise<void> {
    const { stored, known, missing, deltas } = await this.#again(() => this.#store.store(batch));
    this.#metrics.count('batches');
    this.#metrics.count('events', stored);
    this.#metrics.count('duplicates', known);
    this.#metrics.count('missing', missing);
    this.#metrics.count('interactions', deltas.length);
    this.#changes?.add(deltas);
    const times = this.#changes ? [] : batch.events.map(({ event }) => event.timestamp);
    this.#waiting.push({ deltas, batch, events: batch.events.length, times });
    (batch as { release?: () => void }).release?.();
    this.#wake();
    while (this.#isFull() && !this.#failure) {
      await new Promise<void>((resolve) => {
        this.#taken = resolve;
      });
    }
  }

  #isFull(): boolean {
    if (!this.#changes) return this.#waiting.length >= mostWaiting;
    return this.#waiting.reduce((sum, { events }) => sum + events, 0) >= mostEventsWaiting;
  }

  /** Learns and publishes what is stored, and commits it; in its own pace, so that the store does not wait. */
  async #publish(signal: AbortSignal): Promise<void> {
    for (let last = Number.NEGATIVE_INFINITY; ; ) {
      if (this.#waiting.length === 0) {
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const early = last + this.#o.publishEveryMs - performance.now();
      if (this.#publisher && early > 0) await pause(early, signal);
      last = performance.now();
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#taken();
      const next = new Map<number, number>();
      for (const { partition, next: to } of waiting.flatMap(({ batch }) => batch.positions)) {
        next.set(partition, Math.max(to, next.get(partition) ?? 0));
      }
      const positions = Object.fromEntries(Array.from(next, ([partition, next]) => [sourceName(this.#o.stream.name, partition), next]));
      const deltas = waiting.flatMap((each) => each.deltas);
      if (this.#publisher && deltas.length > 0) {
        const publisher = this.#publisher;
        // With changes, answers do not wait for versions: events are more urgent.
        const background = new Background(this.#o.changes ? this.#o.publishEveryMs / 2 : 0, signal);
        this.#metrics.count('versions', await publisher.publish(deltas, positions, background));
      }
      await this.#changes?.written();
      if (!this.#changes) this.#observe(waiting.flatMap(({ times }) => times));
      await this.#commit(waiting);
    }
  }

  /** Notes when events are in answers. */
  #observe(times: readonly number[]): void {
    const now = Date.now();
    for (const time of times) this.#metrics.observe((now - time) / 1000, 1);
  }

  /** A commit may fail, as during a rebalance: the messages come again then, and are recognized. */
  async #commit(waiting: readonly Waiting[]): Promise<void> {
    for (const { batch } of waiting) {
      try {
        await batch.commit();
      } catch (error) {
        this.#metrics.count('retries');
        this.#o.onError?.(error);
      }
    }
  }

  /** Tries what a database refused again: it may be away for a while, or have stopped one of two that waited for each other. */
  async #again<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof AttuneError) || error.code !== 'ERR_STORE' || attempt === attempts) throw error;
        this.#metrics.count('retries');
        this.#o.onError?.(error);
        await new Promise((resolve) => setTimeout(resolve, Math.min(2000, 50 * 2 ** attempt) * (0.5 + Math.random() / 2)));
      }
    }
  }
}

function readProcessorOptions(options: StreamProcessorOptions) {
  const owner = 'streamProcessor';
  const o = readOptions(owner, options, {
    stream: anything<EventStream>(),
    data: anything<DataStore>(),
    recommender: anything<StreamRecommender | undefined>(),
    models: anything<ModelStore | undefined>(),
    name: text({ default: '', allowEmpty: true }),
    alias: text({ default: 'production' }),
    sessionGapMs: number({ default: 30 * 60_000, min: 0 }),
    changes: anything<ModelStore | undefined>(),
    publishEveryMs: optional(number({ min: 0 })),
    onError: callback<(error: unknown) => void>(),
  });
  const stream = o.stream as EventStream | undefined;
  const data = o.data as DataStore | undefined;
  const refuse = (what: string) => new AttuneError('ERR_BAD_OPTION', `${owner}: ${what}`);
  if (typeof stream?.batches !== 'function') throw refuse("option 'stream' must be an event stream, such as interactionStream({ ... }).");
  if (typeof data?.transaction !== 'function') throw refuse("option 'data' must be a data store, such as postgresDataStore(pool).");
  withPositions(data);
  const given = [o.recommender, o.models, o.name || undefined].filter((each) => each !== undefined).length;
  if (given !== 0 && given !== 3) throw refuse("options 'recommender', 'models' and 'name' belong together: give all or none.");
  if (o.recommender && typeof o.recommender.partialFit !== 'function') {
    throw refuse(`the family '${o.recommender.kind}' has no partialFit. Use one that has, such as AlsRecommender.`);
  }
  const changes = o.changes as ModelStore | undefined;
  if (changes !== undefined && typeof changes.put !== 'function')
    throw refuse("option 'changes' must be a model store, such as postgresModelStore(pool).");
  if (changes && given === 0)
    throw refuse("option 'changes' is for the answers of a model: give 'recommender', 'models' and 'name' as well.");
  return { ...o, publishEveryMs: o.publishEveryMs ?? (changes ? 5000 : 250), stream, data, changes };
}
