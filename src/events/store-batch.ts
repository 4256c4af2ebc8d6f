import type { DataStore, StoredEvent } from '../contracts/data-store.ts';
import type { EventBatch, EventStream, PartitionPosition, PlacedEvent, StreamEvent } from '../contracts/event-stream.ts';
import { AttuneError } from '../errors.ts';
import { Sessions, type StreamMark } from './sessions.ts';
import { weightOf } from './weights.ts';

/** What an event adds to the value of a pair, and where it stands in the stream. */
export interface Delta {
  user: string;
  item: string;
  value: number;
  timestamp: number;
  source: string;
  offset: number;
}

/** What became of a batch. */
export interface StoredBatch {
  /** Events that were new. */
  stored: number;
  /** Events that the store had already. */
  known: number;
  /** Offsets between what was stored and this batch, for which no message came. */
  missing: number;
  /** What all of them add, also those that were known, for a model that may lack them. */
  deltas: Delta[];
}

/** Name under which the position of a partition is kept. */
export const sourceName = (stream: string, partition: number): string => `${stream}/${partition}`;

/**
 * Stores batches of one stream: the events, their interactions, and the positions behind them, in one transaction. Events below the stored
 * positions are there already, from before a crash or a rebalance, and are left out: every event counts exactly once.
 *
 * Sessions that are going on are kept for as long as nobody else has moved the position of their partition; else they are read from the
 * store.
 */
export class BatchStore {
  readonly #data: DataStore;
  readonly #stream: Pick<EventStream, 'name' | 'weights'>;
  readonly #gapMs: number | undefined;
  readonly #kept = new Map<number, { next: number; sessions: Sessions }>();
  #batches = 0;

  /** @param gapMs undefined: without sessions */
  constructor(data: DataStore, stream: Pick<EventStream, 'name' | 'weights'>, gapMs: number | undefined) {
    this.#data = data;
    this.#stream = stream;
    this.#gapMs = gapMs;
  }

  async store(batch: Pick<EventBatch, 'events' | 'positions'>): Promise<StoredBatch> {
    try {
      const stored = await this.#data.transaction((store) => this.#store(store, batch));
      for (const { partition, next } of batch.positions) {
        const kept = this.#kept.get(partition);
        if (kept) kept.next = Math.max(kept.next, next);
      }
      this.#forget(batch.events);
      return stored;
    } catch (error) {
      for (const { partition } of batch.positions) this.#kept.delete(partition); // they know events that were not stored
      throw error;
    }
  }

  async #store(store: DataStore, batch: Pick<EventBatch, 'events' | 'positions'>): Promise<StoredBatch> {
    const { name } = this.#stream;
    const behind = await advanced(store, name, batch.positions);
    const { fresh, known } = sorted(batch.events, behind);
    const marks = await this.#mark(store, fresh, behind);

    const rows = marked(fresh, marks);
    await (store.events.addMany ? store.events.addMany(rows) : store.events.appendMany(rows));
    const deltas: Delta[] = [];
    for (let k = 0; k < fresh.length; k++) addDelta(deltas, fresh[k].event, marks[k]);
    const sums = new PairSums();
    for (const delta of deltas) sums.add(delta);
    const { rejected } = await store.interactions.putMany(sums.values(), { onConflict: 'sum', unknownProducts: 'stub' });
    if (rejected.length > 0) throw new AttuneError('ERR_BAD_ROW', `An event cannot be stored: ${rejected[0].reason}`);
    const again = known.length > 0 ? storedDeltas(known, await historyOf(store, known, 0), name) : [];
    const missing = batch.positions.reduce((sum, { partition, first }) => {
      return sum + (first === undefined ? 0 : Math.max(0, first - (behind.get(partition) ?? first)));
    }, 0);
    return { stored: fresh.length, known: batch.events.length - fresh.length, missing, deltas: [...again, ...deltas] };
  }

  async #mark(store: DataStore, fresh: readonly PlacedEvent[], behind: ReadonlyMap<number, number>): Promise<StreamMark[]> {
    const { name, weights } = this.#stream;
    const gapMs = this.#gapMs;
    const sources = new Map(Array.from(behind.keys(), (partition) => [partition, sourceName(name, partition)]));
    const sourceOf = (partition: number) => sources.get(partition) as string;
    if (gapMs === undefined) {
      return fresh.map(({ event, partition, offset }) => {
        const weight = weightOf(event, weights);
        const mark: StreamMark = { source: sourceOf(partition), offset };
        return weight ? { ...mark, weight } : mark;
      });
    }
    for (const [partition, next] of behind) {
      if (this.#kept.get(partition)?.next !== next) this.#kept.set(partition, { next, sessions: new Sessions(gapMs, weights) });
    }
    const sessionsOf = (partition: number) => (this.#kept.get(partition) as { sessions: Sessions }).sessions;
    const strangers = fresh.filter(({ event, partition }) => !sessionsOf(partition).knows(event.user));
    const places = new Map(strangers.map(({ event, partition }) => [event.user, partition]));
    const history = strangers.length > 0 ? await historyOf(store, strangers, gapMs) : [];
    for (const [user, partition] of places) {
      // Users move when a topic gets more partitions: what the old one knows of them is no longer all.
      for (const { sessions } of this.#kept.values()) sessions.drop(user);
      sessionsOf(partition).none(user);
    }
    for (const event of history) sessionsOf(places.get(event.user) as number).replay(event);
    return fresh.map((each) => sessionsOf(each.partition).take(each, sourceOf(each.partition)));
  }

  /** Lets go of sessions that have ended. */
  #forget(events: readonly PlacedEvent[]): void {
    if (this.#gapMs === undefined || ++this.#batches % 256 > 0) return;
    const newest = events.reduce((last, { event }) => Math.max(last, event.timestamp), Number.NEGATIVE_INFINITY);
    for (const [partition, { sessions }] of this.#kept) {
      if (sessions.forget(newest - 2 * this.#gapMs) > mostSessions) this.#kept.delete(partition);
    }
  }
}

/** Sessions of a partition that are kept; more are read from the store anew. */
const mostSessions = 1_000_000;

/** The store, if it can do what a stream needs. @throws ERR_NOT_SUPPORTED */
export function withPositions(store: DataStore): Required<Pick<DataStore, 'positions'>> {
  if (store.positions && store.events.ofUsers) return store as Required<Pick<DataStore, 'positions'>>;
  throw new AttuneError(
    'ERR_NOT_SUPPORTED',
    'This data store does not keep positions of streams: expected `positions` and `events.ofUsers`, as the stores of attune have them.',
  );
}

/** Moves the positions of partitions ahead, which nobody else can do until the transaction ends. @returns where they were */
async function advanced(store: DataStore, stream: string, to: readonly PartitionPosition[]): Promise<Map<number, number>> {
  const { positions } = withPositions(store);
  if (positions.advance) {
    const before = await positions.advance(Object.fromEntries(to.map(({ partition, next }) => [sourceName(stream, partition), next])));
    return new Map(to.map(({ partition }) => [partition, before[sourceName(stream, partition)]]));
  }
  const behind = new Map<number, number>();
  // In order of partitions, so that two processes that have several of them do not wait for each other.
  for (const { partition, next } of [...to].sort((a, b) => a.partition - b.partition)) {
    const source = sourceName(stream, partition);
    const before = (await positions.get(source)) ?? 0;
    behind.set(partition, before);
    if (next > before) await positions.set(source, next);
  }
  return behind;
}

type Sum = Pick<Delta, 'user' | 'item' | 'value' | 'timestamp'>;

/** Sums of deltas by pair, in the order in which pairs first came; the time is the latest. */
export class PairSums {
  readonly #sums = new Map<string, Sum>();

  get size(): number {
    return this.#sums.size;
  }

  add({ user, item, value, timestamp }: Sum): void {
    const sum = this.#sums.get(`${user}\0${item}`);
    if (sum) {
      sum.value += value;
      sum.timestamp = Math.max(sum.timestamp, timestamp);
    } else this.#sums.set(`${user}\0${item}`, { user, item, value, timestamp });
  }

  values(): IterableIterator<Sum> {
    return this.#sums.values();
  }
}

/** What is stored of the users of a batch, from the beginning of the sessions that it may continue. */
async function historyOf(store: DataStore, events: readonly PlacedEvent[], gapMs: number): Promise<StoredEvent[]> {
  const ofUsers = store.events.ofUsers as NonNullable<DataStore['events']['ofUsers']>;
  const users = new Set(events.map(({ event }) => event.user));
  const since = events.reduce((first, { event }) => Math.min(first, event.timestamp), Number.POSITIVE_INFINITY) - gapMs;
  const found = users.size > 0 ? await ofUsers(users, { since }) : [];
  const longer = found.filter(({ stream }) => ((stream as StreamMark | undefined)?.session ?? since) < since);
  if (longer.length === 0) return found;
  const began = longer.reduce((first, { stream }) => Math.min(first, (stream as StreamMark).session as number), since);
  const long = new Set(longer.map(({ user }) => user));
  return [...found.filter(({ user }) => !long.has(user)), ...(await ofUsers(long, { since: began }))];
}

/** Events with their marks, as they are stored. */
function* marked(events: readonly PlacedEvent[], marks: readonly StreamMark[]) {
  for (let k = 0; k < events.length; k++) yield { ...events[k].event, stream: marks[k] };
}

/** Adds what an event with a mark adds to the value of a pair. */
function addDelta(to: Delta[], { user, item, timestamp }: StreamEvent, { weight, source, offset }: StreamMark): void {
  if (weight !== undefined && item !== undefined) to.push({ user, item, value: weight, timestamp, source, offset });
}

/** Which events are not stored yet, each once: the same message may come twice within a batch, after a rebalance. */
function sorted(events: readonly PlacedEvent[], behind: ReadonlyMap<number, number>): { fresh: PlacedEvent[]; known: PlacedEvent[] } {
  const fresh: PlacedEvent[] = [];
  const known: PlacedEvent[] = [];
  const taken = new Map(Array.from(behind.keys(), (partition) => [partition, new Set<number>()]));
  for (const each of events) {
    const { partition, offset } = each;
    if (offset < (behind.get(partition) as number)) known.push(each);
    else if (!taken.get(partition)?.has(offset)) {
      taken.get(partition)?.add(offset);
      fresh.push(each);
    }
  }
  return { fresh, known };
}

/** What events added when they were stored. */
function storedDeltas(known: readonly PlacedEvent[], history: readonly StoredEvent[], stream: string): Delta[] {
  const wanted = new Set(known.map(({ partition, offset }) => `${sourceName(stream, partition)}:${offset}`));
  const deltas: Delta[] = [];
  for (const event of history) {
    const mark = event.stream as StreamMark | undefined;
    if (mark && wanted.has(`${mark.source}:${mark.offset}`)) addDelta(deltas, event as never, mark);
  }
  return deltas;
}
