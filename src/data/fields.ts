import { AttuneError, shown } from '../errors.ts';
import { idText } from './ids.ts';
import { numberOfText } from './number-text.ts';

/** Reads a field of a row. */
export interface ReadField {
  (row: unknown, index: number): unknown;
  /** The column that it reads, unless it is a function of the caller. */
  readonly column?: string;
}

export function fieldOption(fallback: string) {
  return (value: unknown, name: string): ReadField => {
    const field = value ?? fallback;
    if (typeof field === 'function') return (row, index) => field(row, index);
    if (typeof field === 'string') {
      const read = (row: unknown) => (Object.hasOwn(row as object, field) ? (row as Record<string, unknown>)[field] : undefined);
      return Object.assign(read, { column: field });
    }
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a key or a function of the row, got ${shown(value)}.`);
  };
}

/** @param columns the columns there are, for the message when the id is missing altogether. */
export function readRowId(value: unknown, what: string, row: number, columns?: () => string): string {
  const id = idText(value);
  if (id !== undefined) return id;
  throw new AttuneError(
    'ERR_BAD_ID',
    `Row ${row}: expected a non-empty ${what} id, got ${shown(value)}${adviceOnId(value, what, columns)}`,
  );
}

function adviceOnId(value: unknown, what: string, columns: (() => string) | undefined): string {
  if (typeof value === 'number' && Number.isInteger(value)) {
    return ', a number beyond 2^53, which was rounded when it was read, so that several ids may have become one. Read the column as text or as bigint: quote the ids in JSON, or write them as INT64 or text in Parquet.';
  }
  if (value instanceof Uint8Array) {
    return ', bytes that are no UTF-8. Write the column as text, for example in hexadecimal, or convert it with a function of the row.';
  }
  const there = value === undefined && columns ? columns() : '';
  return `. ${there}Name its column with the option '${what}', repair the row, or pass onBadRow: 'skip'.`;
}

export function readValue(value: unknown, row: number, needed: boolean): number {
  if (value === undefined && !needed) return 1;
  const n = finiteValue(value);
  if (n !== undefined) return n;
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `Row ${row}: expected a finite number as value, got ${shown(value)}. Repair the row, pass value: (row) => ... to convert it, or pass onBadRow: 'skip'.`,
  );
}

/** A value as a number: one that is finite as a 32-bit float, or text or a bigint that reads as one; undefined for anything else. */
export function finiteValue(value: unknown): number | undefined {
  const n = typeof value === 'string' ? numberOfText(value) : typeof value === 'bigint' ? Number(value) : value;
  return typeof n === 'number' && Number.isFinite(Math.fround(n)) ? n : undefined;
}
