import type { DataStore, StoredEvent } from '../contracts/data-store.ts';
import type { EventBatch, EventStream, PlacedEvent } from '../contracts/event-stream.ts';
import { AttuneError } from '../errors.ts';
import { type MarkedEvent, Sessions, type StreamMark } from './sessions.ts';
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
  /** What all of them add, also those that were known, for a model that may lack them. */
  deltas: Delta[];
}

/** Name under which the position of a partition is kept. */
export const sourceName = (stream: string, partition: number): string => `${stream}/${partition}`;

/**
 * Stores the events of a batch, their interactions, and the positions behind them, in one transaction. Events below the stored positions
 * are there already, from before a crash or a rebalance, and are left out: every event counts exactly once. `gapMs` undefined means without
 * sessions.
 */
export async function storeBatch(
  data: DataStore,
  stream: Pick<EventStream, 'name' | 'weights'>,
  batch: Pick<EventBatch, 'events' | 'positions'>,
  gapMs: number | undefined,
): Promise<StoredBatch> {
  return data.transaction(async (store) => {
    const { positions } = withPositions(store);
    const behind = new Map<number, number>();
    // In order of partitions, so that two processes that have several of them do not wait for each other.
    for (const { partition, next } of [...batch.positions].sort((a, b) => a.partition - b.partition)) {
      const source = sourceName(stream.name, partition);
      const stored = (await positions.get(source)) ?? 0;
      behind.set(partition, stored);
      if (next > stored) await positions.set(source, next);
    }
    const isNew = ({ partition, offset }: PlacedEvent) => offset >= (behind.get(partition) as number);
    const known = batch.events.filter((each) => !isNew(each));
    // The same message may come twice within a batch, after a rebalance.
    const fresh = [...new Map(batch.events.filter(isNew).map((each) => [`${each.partition}/${each.offset}`, each])).values()];
    const history = gapMs === undefined && known.length === 0 ? [] : await historyOf(store, batch.events, gapMs ?? 0);
    const marked = mark(fresh, history, stream, gapMs);

    await store.events.appendMany(marked.map(({ event, mark }) => ({ ...event, stream: mark })));
    const deltas = marked.flatMap(deltaOf);
    const { rejected } = await store.interactions.putMany(addedUp(deltas), { onConflict: 'sum', unknownProducts: 'stub' });
    if (rejected.length > 0) throw new AttuneError('ERR_BAD_ROW', `An event cannot be stored: ${rejected[0].reason}`);
    return { stored: fresh.length, known: batch.events.length - fresh.length, deltas: [...storedDeltas(known, history, stream.name), ...deltas] };
  });
}

/** The store, if it can do what a stream needs. @throws ERR_NOT_SUPPORTED */
export function withPositions(store: DataStore): Required<Pick<DataStore, 'positions'>> {
  if (store.positions && store.events.ofUsers) return store as Required<Pick<DataStore, 'positions'>>;
  throw new AttuneError(
    'ERR_NOT_SUPPORTED',
    'This data store does not keep positions of streams: expected `positions` and `events.ofUsers`, as the stores of attune have them.',
  );
}

/** Sums of deltas by pair, in the order in which pairs first came; the time is the latest. */
export function addedUp(deltas: readonly Delta[]): Pick<Delta, 'user' | 'item' | 'value' | 'timestamp'>[] {
  const sums = new Map<string, Pick<Delta, 'user' | 'item' | 'value' | 'timestamp'>>();
  for (const { user, item, value, timestamp } of deltas) {
    const sum = sums.get(`${user}\0${item}`);
    if (sum) {
      sum.value += value;
      sum.timestamp = Math.max(sum.timestamp, timestamp);
    } else sums.set(`${user}\0${item}`, { user, item, value, timestamp });
  }
  return [...sums.values()];
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

function mark(
  fresh: readonly PlacedEvent[],
  history: readonly StoredEvent[],
  { name, weights }: Pick<EventStream, 'name' | 'weights'>,
  gapMs: number | undefined,
): MarkedEvent[] {
  if (gapMs === undefined) {
    return fresh.map((each) => {
      const weight = weightOf(each.event, weights);
      const mark: StreamMark = { source: sourceName(name, each.partition), offset: each.offset };
      return { ...each, mark: weight ? { ...mark, weight } : mark };
    });
  }
  const sessions = new Sessions(gapMs, weights);
  for (const event of history) sessions.replay(event);
  return fresh.map((each) => sessions.take(each, sourceName(name, each.partition)));
}

function deltaOf({ event: { user, item, timestamp }, mark }: Pick<MarkedEvent, 'event' | 'mark'>): Delta[] {
  const { weight, source, offset } = mark;
  return weight === undefined || item === undefined ? [] : [{ user, item, value: weight, timestamp, source, offset }];
}

/** What events added when they were stored. */
function storedDeltas(known: readonly PlacedEvent[], history: readonly StoredEvent[], stream: string): Delta[] {
  if (known.length === 0) return [];
  const wanted = new Set(known.map(({ partition, offset }) => `${sourceName(stream, partition)}:${offset}`));
  return history.flatMap((event) => {
    const mark = event.stream as StreamMark | undefined;
    return mark && wanted.has(`${mark.source}:${mark.offset}`) ? deltaOf({ event: event as never, mark }) : [];
  });
}
