import type { EventStore, StoredEvent } from '../../contracts/data-store.ts';
import { checkIterable } from '../../options.ts';
import { type EventCondition, lookupKeys, readFilter, readFilteredList } from '../shared/checks.ts';
import { eventJson, eventRow, lookupKey, ofRow, readEvent, readRow } from '../shared/rows.ts';
import type { SqlValue, Use } from './connection.ts';
import { numbered, parameters, type SqlDialect } from './dialect.ts';
import { counted, endsSelect, ManyRows, type Placed, placeParameter, streamed, tuples } from './rows.ts';

interface Stored extends Placed {
  timestamp: number;
  type: string;
  user: string;
  data: string | null;
}

/** Events in a table whose times are in the column `time`. */
export function sqlEvents(dialect: SqlDialect, table: string, time: string, use: Use): EventStore {
  const name = dialect.quote(table);
  const [id, at, type, user, data] = ['id', time, 'type', 'user', 'data'].map(dialect.quote);
  const text = (sql: string) => numbered(dialect, sql);
  const insert = new ManyRows(
    dialect,
    4,
    (size) => `insert into ${name} (${at}, ${type}, ${user}, ${data}) values ${tuples(4, size)} returning ${id} as "attune_place"`,
  );
  const select = `select ${id} as "attune_place", ${at} as "timestamp", ${type} as "type", ${user} as "user", ${dialect.text(data)} as "data" from ${name}`;
  const ends = endsSelect(name, id);
  const given = placeParameter(dialect);
  const where = conditionsOn(at, type, user);
  const rowOf = (stored: Stored): StoredEvent =>
    eventRow(
      Number(stored.attune_place),
      { user: stored.user, type: stored.type, timestamp: Number(stored.timestamp) },
      stored.data === null ? {} : JSON.parse(stored.data),
    );

  const append = (events: Iterable<unknown>) => {
    const read = Array.from(events, readOneEvent);
    return use((connection) =>
      connection.atomic(async () => {
        const stored: StoredEvent[] = [];
        await insert.run(read, valuesOf, async (sql, values, events) => {
          const places = (await connection.all<Placed>(sql, ...values)).map((row) => Number(row.attune_place));
          places.sort((a, b) => a - b); // ids rise in the order of the values, and come back in any
          events.forEach((event, k) => void stored.push(rowOf({ ...event, attune_place: places[k] })));
        });
        return stored;
      }),
    );
  };

  return {
    append: async (event) => (await append([event]))[0],
    appendMany: async (events) => append(checkIterable('events.appendMany', 'events', events)),
    all(filter) {
      const { condition, values } = where(readFilter(filter));
      const chunk = text(`${select} ${condition} and ${id} > ${given} order by ${id} limit ?`);
      return streamed<Stored, StoredEvent>(use, ends, (connection, after, count) => connection.all(chunk, ...values, after, count), rowOf);
    },
    async ofUser(given, options) {
      const o = readFilteredList(options);
      const wanted = lookupKey(given, 'events.ofUser: user');
      if (wanted === undefined) return [];
      const { condition, values } = where(o);
      const order = o.newestFirst ? `${at} desc, ${id} desc` : id;
      const limit = o.limit === undefined ? [] : [o.limit];
      const sql = text(`${select} ${condition} and ${user} = ? order by ${order}${limit.length > 0 ? ' limit ?' : ''}`);
      const rows = await use((connection) => connection.all<Stored>(sql, ...values, wanted, ...limit));
      return rows.map(rowOf);
    },
    async ofUsers(given, filter) {
      const users = [...new Set(lookupKeys(checkIterable('events.ofUsers', 'ids', given), 'events.ofUsers: user'))];
      const { condition, values } = where(readFilter(filter));
      const rows = await use((connection) => {
        if (dialect.list)
          return connection.all<Stored>(text(listed(dialect, select, condition, user)), dialect.list.value(users), ...values);
        const sql = (count: number) => text(`${select} ${condition} and ${user} in (${parameters(count)}) order by ${id}`);
        return inParts(users, Math.min(dialect.maxParameters, 10_000) - values.length, (part) =>
          connection.all<Stored>(sql(part.length), ...values, ...part),
        );
      });
      return rows.map(rowOf).sort((a, b) => a.id - b.id);
    },
    async count(filter) {
      const { condition, values } = where(readFilter(filter));
      return use((connection) => counted(connection, text(`select count(*) as n from ${name} ${condition}`), ...values));
    },
    async delete(filter) {
      const { condition, values } = where(readFilter(filter));
      return use((connection) => connection.run(text(`delete from ${name} ${condition}`), ...values));
    },
  };
}

/**
 * The events of a list of users, each through the index. Without statistics, as of a table that grows by a stream, a planner takes some users for
 * most of the table and reads all of it; `offset 0` keeps it from making a join of this.
 */
function listed({ list }: SqlDialect, select: string, condition: string, user: string): string {
  const ofOne = `${select} ${condition} and ${user} = g.id offset 0`;
  return `select e.* from unnest(${list?.texts}) as g(id) cross join lateral (${ofOne}) as e order by e."attune_place"`;
}

/** Makes the condition on a filter, and its parameters. Columns are quoted already. */
function conditionsOn(at: string, type: string, user: string) {
  return ({ user: of, types, since, until }: EventCondition): { condition: string; values: SqlValue[] } => {
    if (types?.length === 0) return { condition: 'where 1 = 0', values: [] };
    const parts = ['where 1 = 1'];
    const values: SqlValue[] = [];
    const add = (part: string, ...given: SqlValue[]) => {
      parts.push(part);
      values.push(...given);
    };
    if (since > Number.MIN_SAFE_INTEGER) add(`${at} >= ?`, since);
    if (until < Number.MAX_SAFE_INTEGER) add(`${at} < ?`, until);
    if (of !== undefined) add(`${user} = ?`, of);
    if (types) add(`${type} in (${parameters(types.length)})`, ...types);
    return { condition: parts.join(' and '), values };
  };
}

/** What a statement finds for each part of a list that is too long for one. */
async function inParts<T, Row>(list: readonly T[], most: number, find: (part: readonly T[]) => Row[] | Promise<Row[]>): Promise<Row[]> {
  const found: Row[] = [];
  for (let from = 0; from < list.length; from += most) for (const row of await find(list.slice(from, from + most))) found.push(row);
  return found;
}

const valuesOf = ({ timestamp, type, user, data }: ReturnType<typeof readOneEvent>): SqlValue[] => [timestamp, type, user, data];

/** An event to append, with its further fields as JSON. @throws AttuneError naming its row */
export function readOneEvent(event: unknown, k: number) {
  try {
    const row = readRow(event);
    const { user, type, timestamp } = readEvent(row); // no spread, which takes longer than the checks
    return { user, type, timestamp, data: eventJson(row) };
  } catch (error) {
    throw ofRow(k, error);
  }
}
