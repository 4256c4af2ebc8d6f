import type { EventStore, StoredEvent } from '../../contracts/data-store.ts';
import { checkIterable } from '../../options.ts';
import { eventRow } from '../shared/rows.ts';
import type { SqlConnection, Use } from '../sql/connection.ts';
import { readOneEvent } from '../sql/events.ts';
import { postgresDialect as dialect } from './dialect.ts';
import { CopyText, mostInArrays, withGiven } from './given.ts';

/** Appends events, by statements over many at once. */
export function eventWriter(table: string, time: string, use: Use): Pick<EventStore, 'append' | 'appendMany' | 'addMany'> {
  const [id, at, type, user, data] = ['id', time, 'type', 'user', 'data'].map(dialect.quote);
  const types = [dialect.types.time, 'TEXT', 'TEXT', 'TEXT'];
  const insert = (source: string) =>
    `insert into ${dialect.quote(table)} (${at}, ${type}, ${user}, ${data}) select g.c1, g.c2, g.c3, g.c4::json from ${source} order by g.n returning ${id} as "attune_place"`;

  const insertAll = async (connection: SqlConnection, read: readonly ReadEvent[]) => {
    const rows = read.map((event, row) => ({ row, values: valuesOf(event) }));
    const ids: number[] = [];
    for (let from = 0; from < rows.length; from += mostInArrays) {
      const stored = await withGiven(connection, types, rows.slice(from, from + mostInArrays), async ({ source, values }) =>
        connection.all<{ attune_place: number }>(insert(source), ...values),
      );
      ids.push(...stored.map((row) => Number(row.attune_place)).sort((a, b) => a - b));
    }
    return ids;
  };
  const store = (connection: SqlConnection, read: readonly ReadEvent[]) =>
    read.length === 1 ? insertAll(connection, read) : connection.atomic(() => insertAll(connection, read));
  const append = async (events: Iterable<unknown>): Promise<StoredEvent[]> => {
    const read = Array.from(events, readOneEvent);
    const ids = await use((connection) => store(connection, read));
    return read.map((event, k) => eventRow(ids[k], event, event.data === null ? {} : JSON.parse(event.data)));
  };
  const copy = `copy ${dialect.quote(table)} (${at}, ${type}, ${user}, ${data}) from stdin`;
  return {
    append: async (event) => (await append([event]))[0],
    appendMany: async (events) => append(checkIterable('events.appendMany', 'events', events)),
    async addMany(given) {
      const events = checkIterable('events.addMany', 'events', given);
      // All are read before the first is sent, and once: work is begun anew after a deadlock.
      if (!(await use((connection) => connection.canCopy))) {
        const read = Array.from(events, readOneEvent);
        if (read.length > 0) await use((connection) => store(connection, read));
        return read.length;
      }
      // Straight into the table: ids come in the order of the rows, and nobody asks for them. Row by row into text, because what lives for a
      // moment only is little work for the garbage collector.
      const rows = new CopyText();
      for (const event of events) rows.add(valuesOf(readOneEvent(event, rows.size)));
      if (rows.size > 0) await use((connection) => connection.copyIn(copy, rows.chunks()));
      return rows.size;
    },
  };
}

type ReadEvent = ReturnType<typeof readOneEvent>;

const valuesOf = ({ timestamp, type, user, data }: ReadEvent) => [timestamp, type, user, data];
