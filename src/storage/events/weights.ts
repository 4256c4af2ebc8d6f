import type { EventStore, StoredEvent } from '../../contracts/data-store.ts';
import type { InteractionRow } from '../../data/interactions-options.ts';
import { AttuneError, shown, shownWhole } from '../../errors.ts';
import { checkNamed, checkRows, number } from '../../options.ts';
import { readStoredEvent } from './read-event.ts';

/** What an event of a type says of a product; types that are not named say nothing. */
export type EventWeights = Readonly<Record<string, number>>;

const weight = number({});

/**
 * Events as interactions, to train on: `Interactions.from(eventInteractions(data.events.all(), { click_product: 1, purchase: 5 }), { duplicates: 'sum' })`.
 * The product is the event's `item`, or its `key`. Events of other types, and those without a product, are left out.
 * @throws ERR_BAD_OPTION for a weight that is no finite number; ERR_BAD_ROW naming an event that is none
 */
export function eventInteractions(
  events: Iterable<StoredEvent> | AsyncIterable<StoredEvent>,
  weights: EventWeights,
): AsyncIterable<InteractionRow> {
  checkRows('eventInteractions', 'events', events);
  const named = checkNamed('eventInteractions', 'weights', weights);
  const known = new Map(Object.entries(named).map(([type, value]) => [type, weight(value, `eventInteractions: weight of '${type}'`)]));
  return {
    async *[Symbol.asyncIterator]() {
      let row = 0;
      for await (const event of events) {
        const { user, type, timestamp, item, key } = readStoredEvent('eventInteractions', event, row++, false);
        const value = known.get(type);
        const product = item ?? key;
        if (value !== undefined && typeof product === 'string' && product !== '') yield { user, item: product, value, timestamp };
      }
    },
  };
}

/** Deletes the events that are older than an age. @returns how many */
export function expireEvents(events: Pick<EventStore, 'delete'>, options: { maxAgeMs: number; now?: number }): Promise<number> {
  const { maxAgeMs, now = Date.now() } = checkNamed('expireEvents', 'options', options);
  if (typeof events?.delete !== 'function')
    throw new AttuneError('ERR_BAD_ARGUMENT', `expireEvents: expected a store of events, got ${shown(events)}.`);
  const age = number({ above: 0 })(maxAgeMs, "expireEvents: option 'maxAgeMs'");
  return events.delete({ until: number({})(now, "expireEvents: option 'now'") - age });
}

/** Events as the lines of a CSV file: number, time (ISO 8601), user, type, and further fields as JSON. Quoted as in RFC 4180. @throws ERR_BAD_ROW, ERR_BAD_VALUE */
export async function* eventsToCsv(events: Iterable<StoredEvent> | AsyncIterable<StoredEvent>): AsyncGenerator<string> {
  checkRows('eventsToCsv', 'events', events);
  yield 'id,timestamp,user,type,data\r\n';
  let row = 0;
  for await (const event of events) {
    const { id, user, type, timestamp, ...data } = readStoredEvent('eventsToCsv', event, row++, true);
    const more = Object.keys(data).length > 0 ? jsonOf(data) : '';
    const cells = [String(id), new Date(timestamp).toISOString(), String(user), type, more];
    yield `${cells.map(cell).join(',')}\r\n`;
  }
}

/** The further fields of an event. @throws ERR_BAD_VALUE for what JSON does not hold */
function jsonOf(data: object): string {
  try {
    return JSON.stringify(data);
  } catch (error) {
    throw new AttuneError('ERR_BAD_VALUE', `Expected an event that JSON holds, got ${shownWhole(data)}.`, { cause: error });
  }
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A column of {@link eventColumns}. */
export interface EventColumn {
  /** Its name: `id`, `timestamp`, `user`, `type`, or `data` for everything else as JSON. */
  name: string;
  /** One value per event. */
  data: bigint[] | Date[] | string[];
  /** The type in the file. */
  type: 'INT64' | 'TIMESTAMP' | 'STRING';
  /** Whether values may be missing; never. */
  nullable: false;
}

/** Events as columns, in the form that `parquetWriteFile` of hyparquet-writer takes: `parquetWriteFile({ filename, columnData: await eventColumns(data.events.all()) })`. */
export async function eventColumns(events: Iterable<StoredEvent> | AsyncIterable<StoredEvent>): Promise<EventColumn[]> {
  checkRows('eventColumns', 'events', events);
  const columns = { id: [] as bigint[], timestamp: [] as Date[], user: [] as string[], type: [] as string[], data: [] as string[] };
  let row = 0;
  for await (const event of events) {
    const { id, user, type, timestamp, ...data } = readStoredEvent('eventColumns', event, row++, true);
    columns.id.push(BigInt(id));
    columns.timestamp.push(new Date(timestamp));
    columns.user.push(user);
    columns.type.push(type);
    columns.data.push(jsonOf(data));
  }
  return [
    { name: 'id', data: columns.id, type: 'INT64', nullable: false },
    { name: 'timestamp', data: columns.timestamp, type: 'TIMESTAMP', nullable: false },
    { name: 'user', data: columns.user, type: 'STRING', nullable: false },
    { name: 'type', data: columns.type, type: 'STRING', nullable: false },
    { name: 'data', data: columns.data, type: 'STRING', nullable: false },
  ];
}
