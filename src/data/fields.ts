import { AttuneError, shown } from '../errors.ts';
import { idText } from './ids.ts';

export function fieldOption(fallback: string) {
  return (value: unknown, name: string): ((row: unknown, index: number) => unknown) => {
    const field = value ?? fallback;
    if (typeof field === 'function') return field as (row: unknown, index: number) => unknown;
    if (typeof field === 'string')
      return (row) => (Object.hasOwn(row as object, field) ? (row as Record<string, unknown>)[field] : undefined);
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a key or a function of the row, got ${shown(value)}.`);
  };
}

export function readRowId(value: unknown, what: string, row: number): string {
  const id = idText(value);
  if (id !== undefined) return id;
  throw new AttuneError(
    'ERR_BAD_ID',
    `Row ${row}: expected a non-empty ${what} id, got ${shown(value)}. Name its column with the option '${what}', repair the row, or pass onBadRow: 'skip'.`,
  );
}

export function readValue(value: unknown, row: number, needed: boolean): number {
  if (value === undefined && !needed) return 1;
  const n = finiteValue(value);
  if (n !== undefined) return n;
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `Row ${row}: expected a finite value, got ${shown(value)}. Drop or repair the row, or pass onBadRow: 'skip'.`,
  );
}

/** A value as a number: one that is finite as a 32-bit float, or text or a bigint that reads as one; undefined for anything else. */
export function finiteValue(value: unknown): number | undefined {
  const n = typeof value === 'string' && value.trim() !== '' ? Number(value) : typeof value === 'bigint' ? Number(value) : value;
  return typeof n === 'number' && Number.isFinite(Math.fround(n)) ? n : undefined;
}

export function readRowTime(value: unknown, row: number, needed: boolean): number {
  if ((value === undefined || value === null) && !needed) return Number.NaN;
  const time = readTime(value);
  if (time !== undefined) return time;
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `Row ${row}: expected a timestamp in milliseconds since 1970, got ${shown(value)}. Drop or repair the row, or pass onBadRow: 'skip'.`,
  );
}

/** Milliseconds since 1970 of a number, a Date, or an ISO 8601 text; undefined for anything else. */
export function readTime(value: unknown): number | undefined {
  const time = millisecondsOf(value);
  return typeof time === 'number' && Number.isFinite(time) ? time : undefined;
}

function millisecondsOf(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return value;
  return Number.isFinite(Number(value)) ? Number(value) : Date.parse(value);
}
