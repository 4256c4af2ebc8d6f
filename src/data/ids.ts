import { AttuneError, shown } from '../errors.ts';
import { checkIterable } from '../options.ts';

/** An id as callers may write it: a non-empty string, or an integer, which stands for its decimal digits. Results always contain strings. */
export type Id = string | number | bigint;

/** The text of an id, or undefined for anything that is not an id: empty or ill-formed text, a fraction, a number beyond 2^53, other types. */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'string') return value !== '' && value.isWellFormed?.() !== false ? value : undefined;
  return (typeof value === 'number' && Number.isSafeInteger(value)) || typeof value === 'bigint' ? String(value) : undefined;
}

/**
 * The text of an id that a caller gave, so that a number means the same wherever it is read, excluded, removed or measured.
 * @param what what the id is of, for the message, such as `als.recommend: user`
 * @throws ERR_BAD_ID
 */
export function readId(value: unknown, what: string): string {
  const text = idText(value);
  if (text !== undefined) return text;
  throw new AttuneError('ERR_BAD_ID', `${what}: expected an id (non-empty text or a whole number below 2^53), got ${shown(value)}.`);
}

/** The text that a caller's id is looked up by. A string that cannot be an id matches nothing; any other invalid value is an error. @throws ERR_BAD_ID */
export function textOf(id: unknown, what: string): string {
  return typeof id === 'string' ? id : readId(id, what);
}

/** The dense index of an id that a caller gave, -1 when it is not known. @param what what it is of, for the message @throws ERR_BAD_ID */
export function indexOfId(ids: { indexOf(id: string): number }, id: unknown, what: string): number {
  return ids.indexOf(textOf(id, what));
}

/** The ids that a caller wants left out, or to choose among. @throws ERR_BAD_ARGUMENT if it is not a list, ERR_BAD_ID */
export function idSet(ids: Iterable<Id>, what: string): Set<string> {
  return new Set(Array.from(checkIterable(what, 'ids', ids), (id) => textOf(id, what)));
}
