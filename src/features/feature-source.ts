import { idText } from '../data/ids.ts';
import { readTime } from '../data/time-column.ts';
import { AttuneError, shown } from '../errors.ts';
import { firstIndex } from '../numeric/first-index.ts';
import { checkRows } from '../options.ts';

/** Whose features are asked for, and when. */
export interface FeatureMoment {
  /** Id of the user, the item, or whatever a view describes. */
  key: string;
  /** In milliseconds since 1970. */
  time: number;
}

/** A row of features as a source has it. */
export type FeatureRow = Readonly<Record<string, unknown>>;

/** The columns of a view. */
export interface FeatureColumns {
  /** Column with the id. */
  entity: string;
  /** Column that says from when on the values hold. */
  timestamp: string;
  /** Column that says when the row was written; of rows of one moment the latest counts. */
  created: string | undefined;
  /** Columns with features. */
  features: readonly string[];
  /** How old values may be. */
  ttlMs: number;
}

/** Where features come from. */
export interface FeatureSource {
  /** For each moment the newest row that is neither younger than it nor older than the view's time to live; undefined where there is none. */
  join(moments: readonly FeatureMoment[], columns: FeatureColumns): Promise<(FeatureRow | undefined)[]>;
}

/**
 * Features in rows: an array, or a function that reads them anew each time, such as `() => readParquet('items.parquet')`. All rows are
 * read at each call; only those of the asked ids are kept.
 */
export function rowsSource(rows: Iterable<FeatureRow> | (() => Iterable<FeatureRow> | AsyncIterable<FeatureRow>)): FeatureSource {
  return {
    async join(moments, columns) {
      const { entity, timestamp, created } = columns;
      const histories = new Map<string, { time: number; created: number; row: FeatureRow }[]>(moments.map(({ key }) => [key, []]));
      let number = 0;
      for await (const row of checkRows('A feature source', 'rows', typeof rows === 'function' ? rows() : rows)) {
        if (row === null || typeof row !== 'object')
          throw new AttuneError('ERR_BAD_ROW', `Row ${number} of a feature source: expected an object, got ${shown(row)}.`);
        const history = histories.get(idText(row[entity]) ?? '');
        if (history) {
          const time = timeOf(row[timestamp], timestamp, number);
          const written = created === undefined ? undefined : row[created];
          history.push({ time, created: written == null ? Number.NEGATIVE_INFINITY : timeOf(written, created as string, number), row });
        }
        number++;
      }
      for (const history of histories.values()) history.sort((a, b) => a.time - b.time || a.created - b.created);
      return moments.map(({ key, time }) => {
        const history = histories.get(key) ?? [];
        const newest = history[upper(history, time) - 1];
        return newest && newest.time >= time - columns.ttlMs ? newest.row : undefined;
      });
    },
  };
}

/** What is asked of a handle of PostgreSQL: a `Pool` or a `Client` of `pg` has it, and PGlite. */
export interface FeatureQueries {
  /** Runs one statement. */
  query(text: string, values?: unknown[]): Promise<FeatureAnswer>;
}

/** What a statement gives. */
export interface FeatureAnswer {
  /** Rows as objects. */
  rows: unknown[];
}

/**
 * Features in a table of PostgreSQL: one row per id and moment, joined in the database. An index on id and time makes it quick. Columns of
 * time are `timestamptz`, `timestamp` or `date` in UTC whatever the zone of the session, or numbers in milliseconds since 1970.
 *
 * @param handle a `Pool` or an opened `Client` of `pg`, or a PGlite; it remains the caller's
 * @param options.table name of the table or view, with its schema if need be: `'features.items'`
 */
export function postgresFeatures(handle: FeatureQueries, options: { table: string }): FeatureSource {
  if (typeof handle?.query !== 'function') {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `postgresFeatures: expected an opened handle with query(text, values), got ${shown(handle)}.`,
    );
  }
  if (typeof options?.table !== 'string' || options.table === '') {
    throw new AttuneError('ERR_BAD_OPTION', `postgresFeatures: option 'table' must be the name of a table, got ${shown(options?.table)}.`);
  }
  const table = options.table.split('.').map(quoted).join('.');
  const moments = new Map<string, (ms: string) => string>();
  const query = async <Row>(text: string, values: unknown[]): Promise<Row[]> => {
    try {
      return (await handle.query(text, values)).rows as Row[];
    } catch (cause) {
      throw new AttuneError('ERR_STORE', `postgresFeatures: ${table}: ${(cause as Error)?.message ?? shown(cause)}.`, { cause });
    }
  };
  /** How a moment in milliseconds is compared with a column of time. */
  const momentFor = async (column: string): Promise<(ms: string) => string> => {
    let moment = moments.get(column);
    if (!moment) {
      const [{ type }] = await query<{ type: string }>(
        `select pg_typeof((select ${quoted(column)} from ${table} limit 1))::text as type`,
        [],
      );
      if (/with time zone$/.test(type)) moment = (ms) => `to_timestamp((${ms}) / 1000.0)`;
      else if (/^(?:timestamp|date)/.test(type)) moment = (ms) => `(to_timestamp((${ms}) / 1000.0) at time zone 'UTC')`;
      else moment = (ms) => ms;
      moments.set(column, moment);
    }
    return moment;
  };
  return {
    async join(asked, { entity, timestamp, created, features, ttlMs }) {
      const moment = await momentFor(timestamp);
      const time = `t.${quoted(timestamp)}`;
      const since = Number.isFinite(ttlMs) ? `and ${time} >= ${moment(`g.time - ${ttlMs}`)}` : '';
      const order = [`${time} desc`, ...(created === undefined ? [] : [`t.${quoted(created)} desc nulls last`])].join(', ');
      const named = features.map((name, k) => `t.${quoted(name)} as f${k}`).join(', ');
      const rows: (FeatureRow | undefined)[] = [];
      for (let from = 0; from < asked.length; from += 10_000) {
        const part = asked.slice(from, from + 10_000);
        const found = await query<{ n: number | string; f: Record<string, unknown> | null }>(
          `select g.n, f.* from unnest($1::text[], $2::float8[]) with ordinality as g(key, time, n)
           left join lateral (select true as found, ${named} from ${table} as t
             where t.${quoted(entity)}::text = g.key and ${time} <= ${moment('g.time')} ${since} order by ${order} limit 1) as f on true order by g.n`,
          [part.map(({ key }) => key), part.map(({ time }) => time)],
        );
        for (const row of found as unknown as Record<string, unknown>[]) {
          rows.push(row.found ? Object.fromEntries(features.map((name, k) => [name, row[`f${k}`]])) : undefined);
        }
      }
      return rows;
    },
  };
}

/** How many entries of an ascending list are not after a time. */
function upper(history: readonly { time: number }[], time: number): number {
  return firstIndex(history.length, (k) => history[k].time > time);
}

function timeOf(value: unknown, column: string, row: number): number {
  const time = readTime(value);
  if (time !== undefined && Number.isFinite(time)) return time;
  throw new AttuneError('ERR_BAD_VALUE', `Row ${row}: expected a time in column '${column}', got ${shown(value)}.`);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
