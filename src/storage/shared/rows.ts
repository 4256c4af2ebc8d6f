import type { StoredEvent } from '../../contracts/data-store.ts';
import { finiteValue } from '../../data/fields.ts';
import { readId, textOf } from '../../data/ids.ts';
import { readTime } from '../../data/time-column.ts';
import { AttuneError, shown } from '../../errors.ts';

/** Names that are the library's own in a product, so that no further column can have them. */
export const productNames: ReadonlySet<string> = new Set(['item']);
/** The same for an interaction. */
export const interactionNames: ReadonlySet<string> = new Set(['id', 'user', 'item', 'value', 'timestamp']);
/** The same for an event. */
export const eventNames: ReadonlySet<string> = new Set(['id', 'user', 'type', 'timestamp']);

/** The library's own part of an interaction, read and checked. */
export interface InteractionKeys {
  user: string;
  item: string;
  value: number;
  timestamp: number | null;
}

/** Largest time a Date can hold, in milliseconds; also below 2^53, so that every backend keeps it exactly. */
const maxTime = 8.64e15;

/** Checks that a row is an object. @throws ERR_BAD_ROW */
export function readRow(row: unknown): Record<string, unknown> {
  if (row !== null && typeof row === 'object' && !Array.isArray(row)) return row as Record<string, unknown>;
  throw new AttuneError('ERR_BAD_ROW', `Expected an object, got ${shown(row)}.`);
}

/** The rules of `Interactions.from`; a missing value counts as 1. @throws ERR_BAD_ID, ERR_BAD_VALUE */
export function readInteraction(row: Record<string, unknown>): InteractionKeys {
  return {
    user: readKey(row.user, 'user'),
    item: readKey(row.item, 'item'),
    value: readValue(row.value),
    timestamp: timeOf(row.timestamp, 'timestamp'),
  };
}

/** The library's own part of an event, read and checked. */
export interface EventParts {
  user: string;
  type: string;
  timestamp: number;
}

/**
 * The library's own part of an event. One that calls its time `time` is refused: it would silently be dated now.
 * @throws ERR_BAD_ROW, ERR_BAD_ID, ERR_BAD_VALUE
 */
export function readEvent(row: Record<string, unknown>): EventParts {
  if (row.timestamp === null) {
    throw new AttuneError(
      'ERR_BAD_VALUE',
      'Expected the time of an event as timestamp, got null. Leave the field out to date the event now.',
    );
  }
  const timestamp = timeOf(row.timestamp, 'timestamp');
  if (timestamp === null && row.time !== undefined && row.time !== null) {
    throw new AttuneError(
      'ERR_BAD_ROW',
      `Expected the time of an event as 'timestamp', got 'time' = ${shown(row.time)}. Rename the field; an event with a timestamp may have a 'time' of its own.`,
    );
  }
  return { user: readKey(row.user, 'user'), type: readKey(row.type, 'type'), timestamp: timestamp ?? Date.now() };
}

/** The text of an id that every backend keeps. @throws ERR_BAD_ID */
export function readKey(value: unknown, name: string): string {
  const id = readId(value, name);
  if (!id.includes('\0')) return id; // well-formed, as every id is
  throw new AttuneError('ERR_BAD_ID', `${name}: expected an id without the character NUL, got ${shown(value)}.`);
}

/**
 * The text of an id to look up, or undefined for a text that no row can have.
 * @param what what the id is of, for the message, such as `ofUser: user`
 * @throws ERR_BAD_ID for what is neither text nor a whole number
 */
export function lookupKey(value: unknown, what: string): string | undefined {
  const id = textOf(value, what);
  return id !== '' && keepable(id) ? id : undefined;
}

function readValue(value: unknown): number {
  if (value === undefined) return 1;
  const n = finiteValue(value);
  if (n !== undefined) return n === 0 ? 0 : n; // no -0: not every backend keeps it
  throw new AttuneError('ERR_BAD_VALUE', `Expected a finite number as value, got ${shown(value)}.`);
}

function timeOf(value: unknown, name: string): number | null {
  if (value === undefined || value === null) return null;
  const time = readTime(value);
  if (time !== undefined && Math.abs(time) <= maxTime) return time === 0 ? 0 : time;
  throw new AttuneError('ERR_BAD_VALUE', `Expected milliseconds since 1970 as ${name}, got ${shown(value)}.`);
}

/** The further columns of a row, or undefined when there are none. Not a copy. */
export function furtherColumns(row: Record<string, unknown>, own: ReadonlySet<string>): Record<string, unknown> | undefined {
  let further: Record<string, unknown> | undefined;
  for (const name in row) {
    if (own.has(name) || !Object.hasOwn(row, name)) continue;
    const value = row[name];
    if (value === undefined || value === null) continue;
    further ??= {};
    define(further, name, value);
  }
  return further;
}

/** The further fields of an event, or undefined when there are none; an `item` given as a number becomes text, as every id does. @throws ERR_BAD_ID */
export function eventFields(row: Record<string, unknown>): Record<string, unknown> | undefined {
  const further = furtherColumns(row, eventNames);
  if (typeof further?.item === 'number' || typeof further?.item === 'bigint') further.item = readKey(further.item, 'item');
  return further;
}

/** The same as JSON, or null when there are none. @throws ERR_BAD_ID, ERR_BAD_VALUE */
export function eventJson(row: Record<string, unknown>): string | null {
  let text = '';
  for (const name in row) {
    if (eventNames.has(name) || !Object.hasOwn(row, name)) continue;
    let value = row[name];
    if (value === undefined || value === null) continue;
    if (name === 'item' && (typeof value === 'number' || typeof value === 'bigint')) value = readKey(value, 'item');
    text += `${text === '' ? '{' : ','}${quoted(name)}:${jsonText(value, name)}`;
  }
  return text === '' ? null : `${text}}`;
}

/** The text of anything that JSON holds without loss. @throws ERR_BAD_VALUE naming the column. */
export function jsonText(value: unknown, name: string): string {
  if (typeof value === 'string') return quoted(value);
  // Numbers may be ones that JSON does not know; a look at each value by a function takes several times as long as the writing.
  if (isPlain(value) || holdsPlain(value)) return JSON.stringify(value);
  try {
    const text = typeof value === 'object' ? JSON.stringify(value, finiteOnly) : JSON.stringify(finiteOnly('', value));
    if (text !== undefined) return text;
  } catch {
    // circular, a bigint, or a number that JSON does not know
  }
  throw new AttuneError('ERR_BAD_VALUE', `Expected something that JSON holds in '${name}', got ${shown(value)}.`);
}

/** A text as JSON; ids, names and numbers of most kinds need no more than quotes. */
function quoted(text: string): string {
  return unescaped.test(text) ? `"${text}"` : JSON.stringify(text);
}

const unescaped = /^[\w .,:;/@+=-]*$/;

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) || typeof value === 'boolean' || value === null;
}

/** Whether it is a plain list or object of nothing but texts, numbers and the like, as features and descriptions are. */
function holdsPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.every(isPlain);
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const name of Object.keys(value)) if (!isPlain((value as Record<string, unknown>)[name])) return false;
  return true;
}

/** Further columns as one JSON object, or null when there are none. @throws ERR_BAD_VALUE naming the column. */
export function jsonObject(further: Record<string, unknown> | undefined): string | null {
  return further ? `{${Object.keys(further).map((name) => `${JSON.stringify(name)}:${jsonText(further[name], name)}`)}}` : null;
}

/** The row as JSON would give it back. @throws ERR_BAD_VALUE naming the column. */
export function jsonCopy(further: Record<string, unknown> | undefined): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  if (further) for (const name of Object.keys(further)) define(copy, name, JSON.parse(jsonText(further[name], name)));
  return copy;
}

/** An independent copy of a stored row. */
export function copied<Row extends object>(row: Row): Row {
  const copy = { ...row };
  for (const name of Object.keys(copy) as (keyof Row)[]) {
    if (typeof copy[name] === 'object') define(copy, name as string, structuredClone(copy[name]));
  }
  return copy;
}

/** Latest first, of equal times the later row; those without a time last. */
export function newestFirst(a: { id: number; timestamp?: number }, b: typeof a): number {
  const [x, y] = [a.timestamp, b.timestamp];
  if (x === y) return b.id - a.id;
  return x === undefined ? 1 : y === undefined ? -1 : y - x;
}

/** Adds the row's number to its error. */
export function ofRow(row: number, error: unknown): unknown {
  return error instanceof AttuneError ? new AttuneError(error.code, `Row ${row}: ${error.message}`) : error;
}

/** An event as it comes back. */
export function eventRow(id: number, { user, type, timestamp }: EventParts, further: Record<string, unknown>): StoredEvent {
  const { timestamp: _, ...fields } = further; // written by a build that kept it as a field and dated the event itself
  return { id, user, type, timestamp, ...fields };
}

/** Whether every backend gives a text back as it was: database drivers truncate it at a NUL, and a lone surrogate becomes another character. */
export function keepable(text: string): boolean {
  return !text.includes('\0') && (text.isWellFormed?.() ?? true);
}

function finiteOnly(_: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('not finite');
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('not data');
  return value;
}

/** Sets an own property whatever its name is; `__proto__` by assignment would set the prototype. */
export function define(target: object, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  else (target as Record<string, unknown>)[name] = value;
}
