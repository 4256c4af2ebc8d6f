import { AttuneError, shown } from '../../errors.ts';
import { define, furtherColumns, jsonText, keepable } from '../shared/rows.ts';
import { quoted } from './connection.ts';
import type { SqlValue } from './handle.ts';

/** What a further column holds. INTEGER takes whole numbers and booleans (as 0 and 1), JSON anything that JSON holds, kept as text. */
export type SqliteColumnType = 'TEXT' | 'REAL' | 'INTEGER' | 'JSON';

/** How the further columns of a row go into a table and come back. */
export interface ColumnCodec {
  /** Names of the columns in the table. */
  names: string[];
  /** Their definitions, for `create table` and `alter table add column`. */
  definitions: string[];
  /** One value a column. @throws ERR_BAD_VALUE, ERR_BAD_ROW */
  encode(row: Record<string, unknown>): SqlValue[];
  /** Sets the columns that are there on a row. `stored` has them by their names. */
  decode(stored: Record<string, unknown>, row: Record<string, unknown>): void;
}

/** Where further columns go when none are declared. */
const attributes = 'attributes';

/** The codec of declared columns; without a declaration, one JSON column `attributes` takes whatever a row carries. */
export function columnCodec(columns: Record<string, SqliteColumnType> | undefined, own: ReadonlySet<string>, table: string): ColumnCodec {
  return columns ? declaredColumns(columns, own, table) : anyColumns(own, table);
}

function declaredColumns(columns: Record<string, SqliteColumnType>, own: ReadonlySet<string>, table: string): ColumnCodec {
  const names = Object.keys(columns);
  const known = new Set(names);
  const types = names.map((name) => columns[name]);
  return {
    names,
    definitions: names.map((name, k) => `${quoted(name)} ${types[k] === 'JSON' ? 'TEXT' : types[k]}`),
    encode(row) {
      for (const name of Object.keys(row)) {
        if (known.has(name) || own.has(name) || row[name] === undefined || row[name] === null) continue;
        throw new AttuneError(
          'ERR_BAD_ROW',
          `Expected only columns of table '${table}', got ${shown(name)}. Leave it out, or declare it in 'columns'.`,
        );
      }
      return names.map((name, k) => encoded(row[name], types[k], name));
    },
    decode(stored, row) {
      for (let k = 0; k < names.length; k++) {
        const value = stored[names[k]];
        if (value !== null && value !== undefined) row[names[k]] = types[k] === 'JSON' ? parsed(value, names[k], table) : plain(value);
      }
    },
  };
}

function anyColumns(own: ReadonlySet<string>, table: string): ColumnCodec {
  return {
    names: [attributes],
    definitions: [`${quoted(attributes)} TEXT`],
    encode(row) {
      const further = furtherColumns(row, own);
      if (!further) return [null];
      return [`{${Object.keys(further).map((name) => `${JSON.stringify(name)}:${jsonText(further[name], name)}`)}}`];
    },
    decode(stored, row) {
      if (stored[attributes] === null) return;
      for (const [name, value] of Object.entries(parsed(stored[attributes], attributes, table) as object)) define(row, name, value);
    },
  };
}

function encoded(value: unknown, type: SqliteColumnType, name: string): SqlValue {
  if (value === undefined || value === null) return null;
  if (type === 'JSON') return jsonText(value, name);
  if (type === 'TEXT') {
    if (typeof value === 'string' && keepable(value)) return value;
  } else {
    const n = typeof value === 'string' && value.trim() !== '' ? Number(value) : typeof value === 'boolean' ? Number(value) : value;
    if (typeof n === 'number' && (type === 'REAL' ? Number.isFinite(n) && typeof value !== 'boolean' : Number.isSafeInteger(n)))
      return n === 0 ? 0 : n;
  }
  throw new AttuneError('ERR_BAD_VALUE', `Expected ${what[type]} in '${name}', got ${shown(value)}.`);
}

const what = { TEXT: 'text', REAL: 'a finite number', INTEGER: 'a whole number or a boolean' };

/** A driver set to safe integers gives bigints. */
export function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function parsed(value: unknown, name: string, table: string): unknown {
  try {
    return JSON.parse(value as string);
  } catch {
    throw new AttuneError('ERR_STORE', `Expected JSON in column '${name}' of '${table}', got ${shown(value)}. Repair that row.`);
  }
}
