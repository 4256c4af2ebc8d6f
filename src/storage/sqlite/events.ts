import type { EventInput, EventStore, StoredEvent } from '../../contracts/data-store.ts';
import { iterable, readFilter, readFilteredList } from '../shared/checks.ts';
import { eventNames, eventRow, furtherColumns, jsonText, ofRow, readEvent, readRow } from '../shared/rows.ts';
import { type Connection, quoted } from './connection.ts';
import type { SqlValue } from './handle.ts';
import { sqlLimit } from './interactions.ts';
import { firstPlace, type Run, streamed } from './rows.ts';

interface Stored {
  place: number;
  time: number;
  type: string;
  user: string;
  data: string | null;
}

/** Events in a table. */
export function sqliteEvents(connection: Connection, table: string, run: Run): EventStore {
  const name = quoted(table);
  const selected = '"id" as "place", "time", "type", "user", "data"';
  const passes = '"time" >= ? and "time" < ? and (? is null or "type" in (select value from json_each(?)))';
  const sql = {
    insert: connection.prepare(`insert into ${name} ("time", "type", "user", "data") values (?, ?, ?, ?) returning "id" as "place"`),
    chunk: connection.prepare(`select ${selected} from ${name} where ${passes} and "id" > ? and "id" <= ? order by "id" limit ?`),
    ofUser: connection.prepare(`select ${selected} from ${name} where ${passes} and "user" = ? order by "id" limit ?`),
    ofUserNewest: connection.prepare(
      `select ${selected} from ${name} where ${passes} and "user" = ? order by "time" desc, "id" desc limit ?`,
    ),
    last: connection.prepare(`select max("id") as n from ${name}`),
    count: connection.prepare(`select count(*) as n from ${name} where ${passes}`),
    delete: connection.prepare(`delete from ${name} where ${passes}`),
  };
  const rowOf = ({ place, time, type, user, data }: Stored): StoredEvent =>
    eventRow(Number(place), { user, type, timestamp: Number(time) }, data === null ? {} : JSON.parse(data));

  const append = (events: Iterable<EventInput>) => {
    const read = Array.from(events, readOne);
    return run(() =>
      connection.atomic(() =>
        read.map(({ user, type, timestamp: time, data }) => {
          const { place } = sql.insert.one<{ place: number }>(time, type, user, data) as { place: number };
          return rowOf({ place, time, type, user, data });
        }),
      ),
    );
  };

  return {
    append: async (event) => (await append([event]))[0],
    appendMany: async (events) => append(iterable(events, 'events')),
    all(filter) {
      const condition = conditionOf(readFilter(filter));
      return streamed<Stored, StoredEvent>(
        run,
        () => Number(sql.last.one<{ n: number }>()?.n ?? firstPlace),
        (after, last, count) => sql.chunk.all(...condition, after, last, count),
        rowOf,
      );
    },
    async ofUser(user, options) {
      const o = readFilteredList(options);
      if (typeof user !== 'string') return [];
      const statement = o.newestFirst ? sql.ofUserNewest : sql.ofUser;
      return run(() => statement.all<Stored>(...conditionOf(o), user, sqlLimit(o.limit)).map(rowOf));
    },
    async count(filter) {
      const condition = conditionOf(readFilter(filter));
      return run(() => Number(sql.count.one<{ n: number }>(...condition)?.n));
    },
    async delete(filter) {
      const condition = conditionOf(readFilter(filter));
      return run(() => sql.delete.run(...condition));
    },
  };
}

function conditionOf({ types, since, until }: { types: string[] | undefined; since: number; until: number }): SqlValue[] {
  const list = types ? JSON.stringify(types) : null;
  return [since, until, list, list];
}

function readOne(event: EventInput, k: number) {
  try {
    const row = readRow(event);
    const further = furtherColumns(row, eventNames);
    const data = further && `{${Object.keys(further).map((name) => `${JSON.stringify(name)}:${jsonText(further[name], name)}`)}}`;
    return { ...readEvent(row), data: data ?? null };
  } catch (error) {
    throw ofRow(k, error);
  }
}
