import { readId } from '../data/ids.ts';
import { readTime } from '../data/time-column.ts';
import { AttuneError, shown } from '../errors.ts';
import { checkIterable, readOptions, text } from '../options.ts';
import type { FeatureRow } from './feature-source.ts';

/** A column of {@link feastColumns}. */
export interface FeastColumn {
  /** Its name. */
  name: string;
  /** One value per row. */
  data: unknown[];
  /** The type in the file. */
  type: 'STRING' | 'TIMESTAMP' | 'DOUBLE' | 'BOOLEAN';
  /** Whether values may be missing. */
  nullable: boolean;
}

/** Options of {@link feastColumns}. */
export interface FeastColumnsOptions {
  /** Column with the id: the join key of Feast's entity. */
  entity: string;
  /** Column with the time of the values. Default `'event_timestamp'`. */
  timestamp?: string | undefined;
  /** Column with the time at which a row was written, made when it is missing. Default `'created'`. */
  created?: string | undefined;
}

/**
 * Rows of features as the columns of a Parquet file that Feast reads as a `FileSource`, in the form that `parquetWriteFile` of
 * hyparquet-writer takes: `parquetWriteFile({ filename, columnData: feastColumns(rows, { entity: 'item' }) })`. Ids are texts, times are
 * timestamps in UTC, features are texts, booleans or doubles by their first value.
 *
 * @throws ERR_BAD_ID, ERR_BAD_VALUE naming the row (from 0); ERR_EMPTY
 */
export function feastColumns(rows: Iterable<FeatureRow>, options: FeastColumnsOptions): FeastColumn[] {
  const o = readOptions('feastColumns', options, {
    entity: text(),
    timestamp: text({ default: 'event_timestamp' }),
    created: text({ default: 'created' }),
  });
  const all = [...checkIterable('feastColumns', 'rows', rows)];
  if (all.length === 0) throw new AttuneError('ERR_EMPTY', 'feastColumns: expected at least one row, got none.');
  const odd = all.findIndex((row) => row === null || typeof row !== 'object');
  if (odd >= 0) throw new AttuneError('ERR_BAD_ROW', `feastColumns: row ${odd}: expected an object, got ${shown(all[odd])}.`);
  const now = Date.now();
  const time = (column: string, missing?: number) =>
    all.map((row, k) => {
      const read = row[column] === undefined && missing !== undefined ? missing : readTime(row[column]);
      if (read !== undefined && Number.isFinite(read)) return new Date(read);
      throw new AttuneError('ERR_BAD_VALUE', `feastColumns: row ${k}: expected a time in column '${column}', got ${shown(row[column])}.`);
    });
  const ids = all.map((row, k) => readId(row[o.entity], `feastColumns: row ${k}: ${o.entity}`));
  const own = new Set([o.entity, o.timestamp, o.created]);
  const names = [...new Set(all.flatMap((row) => Object.keys(row)))].filter((name) => !own.has(name));
  return [
    { name: o.entity, data: ids, type: 'STRING', nullable: false },
    { name: o.timestamp, data: time(o.timestamp), type: 'TIMESTAMP', nullable: false },
    ...names.map((name) => featureColumn(name, all)),
    { name: o.created, data: time(o.created, now), type: 'TIMESTAMP', nullable: false },
  ];
}

function featureColumn(name: string, rows: readonly FeatureRow[]): FeastColumn {
  const data = rows.map((row) => row[name] ?? null);
  const kind = typeof (data.find((value) => value !== null) ?? '');
  const wrong = data.findIndex((value) => value !== null && typeof value !== kind);
  if (wrong >= 0 || !Object.hasOwn(types, kind)) {
    const at = Math.max(0, wrong);
    throw new AttuneError(
      'ERR_BAD_VALUE',
      `feastColumns: row ${at}: expected texts, numbers or booleans in column '${name}', got ${shown(data[at])}.`,
    );
  }
  return { name, data, type: types[kind as keyof typeof types], nullable: true };
}

const types = { string: 'STRING', number: 'DOUBLE', boolean: 'BOOLEAN' } as const;
