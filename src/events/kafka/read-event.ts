import type { StreamEvent } from '../../contracts/event-stream.ts';
import { readId } from '../../data/ids.ts';
import { readTime } from '../../data/time-column.ts';
import { AttuneError, shown } from '../../errors.ts';
import { bytesOf } from './clients.ts';

/**
 * What an event must be besides what every event is: a function that throws or returns what is wrong, or a schema of any library that
 * keeps the Standard Schema (zod, valibot, arktype), whose output is taken.
 */
// biome-ignore lint/suspicious/noExplicitAny: a function may name the fields that it looks at.
export type EventSchema = ((event: any) => unknown) | StandardSchema;

/** The interface of https://standardschema.dev, version 1, as far as it is used. */
export interface StandardSchema {
  /** Its properties. */
  readonly '~standard': {
    /** Checks a value. */
    // biome-ignore lint/suspicious/noExplicitAny: libraries type their results in their own ways.
    validate(value: unknown): any;
  };
}

/**
 * Checks an event, and gives it back with ids as text and the time in milliseconds; at once where there is no schema, because a promise per
 * event takes as long as the checks.
 * @throws ERR_BAD_ROW, ERR_BAD_ID, ERR_BAD_VALUE
 */
export function checkEvent(given: unknown, schema: EventSchema | undefined, now: number): StreamEvent | Promise<StreamEvent> {
  const event = readEvent(given, now);
  return schema === undefined ? event : checkSchema(event, schema, now);
}

async function checkSchema(event: StreamEvent, schema: EventSchema, now: number): Promise<StreamEvent> {
  if (typeof schema === 'function' && !('~standard' in schema)) {
    const wrong = await schema(event);
    if (wrong === undefined || wrong === true) return event;
    throw new AttuneError('ERR_BAD_ROW', `The event breaks the schema: ${wrong === false ? 'refused' : text(wrong)}.`);
  }
  const result = await (schema as StandardSchema)['~standard'].validate(event);
  if (!result.issues) return readEvent(result.value, now);
  throw new AttuneError('ERR_BAD_ROW', `The event breaks the schema: ${result.issues.map(issue).join('; ')}.`);
}

/** Reads the value of a message: JSON as text or bytes, or an object that a deserializer made. @throws ERR_BAD_ROW */
export function readJson(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) return value;
  const bytes = bytesOf(value);
  if (!bytes) throw new AttuneError('ERR_BAD_ROW', 'Expected an event as JSON, got a message without a value.');
  try {
    return JSON.parse(textOf(bytes));
  } catch (error) {
    throw new AttuneError('ERR_BAD_ROW', `Expected an event as JSON in UTF-8, got ${bytes.length} bytes that are none.`, { cause: error });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A Buffer, as both libraries give values, makes text of few bytes in a fraction of the time; what it may have replaced is looked at again. */
function textOf(bytes: Uint8Array): string {
  const { Buffer } = globalThis as { Buffer?: { isBuffer(value: unknown): boolean } };
  const text = Buffer?.isBuffer(bytes) ? bytes.toString() : undefined;
  return text === undefined || text.includes('\ufffd') || text.startsWith('\ufeff') ? utf8.decode(bytes) : text;
}

function readEvent(given: unknown, now: number): StreamEvent {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw new AttuneError('ERR_BAD_ROW', `Expected an event { user, type, item }, got ${shown(given)}.`);
  }
  const event = { ...(given as Record<string, unknown>) } as StreamEvent;
  event.user = key(event.user, 'user');
  if (typeof event.type !== 'string' || event.type === '') {
    throw new AttuneError('ERR_BAD_ROW', `Expected a text as 'type' of an event, got ${shown(event.type)}.`);
  }
  key(event.type, 'type');
  if (event.item === null || event.item === undefined) delete event.item;
  else event.item = key(event.item, 'item');
  if (event.value === null || event.value === undefined) delete event.value;
  else if (typeof event.value !== 'number' || !(Math.abs(event.value) <= Number.MAX_SAFE_INTEGER)) {
    throw new AttuneError('ERR_BAD_VALUE', `Expected a number below 2^53 as 'value' of an event, got ${shown(event.value)}.`);
  }
  const time = event.timestamp === undefined ? now : readTime(event.timestamp);
  if (time === undefined || !(Math.abs(time) <= maxTime)) {
    throw new AttuneError('ERR_BAD_VALUE', `Expected milliseconds since 1970 as 'timestamp' of an event, got ${shown(event.timestamp)}.`);
  }
  event.timestamp = time;
  for (const name in event) {
    const value = event[name];
    if (typeof value === 'object' && value !== null && !isShallow(value, maxDepth))
      throw new AttuneError('ERR_BAD_ROW', `Expected at most ${maxDepth} levels of lists and objects in '${name}' of an event.`);
  }
  return event;
}

// What a store would refuse must be refused here, where there is a dead-letter topic: a processor could get past it never more.

/** Largest time that a Date can hold, in milliseconds. */
const maxTime = 8.64e15;
/** Maximum length of ids and types: PostgreSQL keeps 2,700 bytes for a user and an item together in an index. */
const maxLength = 400;
/** Maximum depth of further fields: whoever writes or reads JSON needs stack for each level. */
const maxDepth = 100;

/** An id, or a type, that every store keeps. */
function key(value: unknown, name: string): string {
  const id = readId(value, `event: ${name}`);
  if (id.includes('\0')) throw new AttuneError('ERR_BAD_ID', `event: ${name}: expected no character NUL, got ${shown(value)}.`);
  if (id.length > maxLength)
    throw new AttuneError(
      'ERR_BAD_ID',
      `event: ${name}: expected at most ${maxLength} characters, got ${id.length}, ${shown(id.slice(0, 40))} at first.`,
    );
  return id;
}

/** Whether lists and objects are in each other at most so deep. */
function isShallow(value: object, levels: number): boolean {
  if (levels === 0) return false;
  return Object.values(value).every((each) => typeof each !== 'object' || each === null || isShallow(each, levels - 1));
}

function text(wrong: unknown): string {
  return Array.isArray(wrong) ? wrong.map(text).join('; ') : typeof wrong === 'string' ? wrong : shown(wrong);
}

function issue({ message, path }: { message: string; path?: readonly unknown[] }): string {
  const names = path?.map((part) => (typeof part === 'object' && part !== null ? (part as { key: unknown }).key : part));
  return names?.length ? `${names.join('.')}: ${message}` : message;
}
