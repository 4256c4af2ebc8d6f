import type { ColumnType, ColumnTypes } from '../../contracts/data-store.ts';
import { numberOfText } from '../../data/number-text.ts';
import { AttuneError, shown } from '../../errors.ts';
import { define, furtherColumns, jsonObject, jsonText, keepable } from './rows.ts';

/** What a further column is stored as. */
export type ColumnValue = string | number | null;

/** How the further columns of a row go into a table and come back. */
export interface ColumnCodec {
  /** Names of the columns in the table. */
  names: string[];
  /** Their types. */
  types: ColumnType[];
  /** One value per column. @throws ERR_BAD_VALUE, ERR_BAD_ROW */
  encode(row: Record<string, unknown>): ColumnValue[];
  /** Sets the columns that are there on a row. `stored` has them by their names. */
  decode(stored: Record<string, unknown>, row: object): void;
}

/** Where further columns go when none are declared. */
const attributes = 'attributes';

/** The codec of declared columns; without a declaration, one JSON column `attributes` takes whatever a row carries. */
export function columnCodec(columns: ColumnTypes | undefined, own: ReadonlySet<string>, table: string): ColumnCodec {
  return columns ? declaredColumns(columns, own, table) : anyColumns(own, table);
}

function declaredColumns(columns: ColumnTypes, own: ReadonlySet<string>, table: string): ColumnCodec {
  const names = Object.keys(columns);
  const known = new Set(names);
  const types = names.map((name) => columns[name]);
  return {
    names,
    types,
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
        if (value !== null && value !== undefined)
          define(row, names[k], types[k] === 'JSON' ? parsed(value, names[k], table) : types[k] === 'TEXT' ? value : Number(value));
      }
    },
  };
}

function anyColumns(own: ReadonlySet<string>, table: string): ColumnCodec {
  return {
    names: [attributes],
    types: ['JSON'],
    encode: (row) => [jsonObject(furtherColumns(row, own))],
    decode(stored, row) {
      if (stored[attributes] === null || stored[attributes] === undefined) return;
      for (const [name, value] of Object.entries(parsed(stored[attributes], attributes, table) as object)) define(row, name, value);
    },
  };
}

function encoded(value: unknown, type: ColumnType, name: string): ColumnValue {
  if (value === undefined || value === null) return null;
  if (type === 'JSON') return jsonText(value, name);
  if (type === 'TEXT') {
    if (typeof value === 'string' && keepable(value)) return value;
  } else {
    const n = typeof value === 'string' ? numberOfText(value) : typeof value === 'boolean' ? Number(value) : value;
    if (typeof n === 'number' && (type === 'REAL' ? Number.isFinite(n) && typeof value !== 'boolean' : Number.isSafeInteger(n)))
      return n === 0 ? 0 : n;
  }
  throw new AttuneError('ERR_BAD_VALUE', `Expected ${what[type]} in '${name}', got ${shown(value)}.`);
}

const what = { TEXT: 'text', REAL: 'a finite number', INTEGER: 'a whole number or a boolean' };

function parsed(value: unknown, name: string, table: string): unknown {
  try {
    return JSON.parse(value as string);
  } catch {
    throw new AttuneError('ERR_STORE', `Expected JSON in column '${name}' of '${table}', got ${shown(value)}. Repair that row.`);
  }
}
