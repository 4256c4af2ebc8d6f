import { type Id, readId } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';

/** What an event must have to be analyzed; it may carry anything else, as an object or an interface of your own. */
export interface EventKeys {
  /** Id of the user; a number stands for its digits. */
  readonly user: Id;
  /** What happened. */
  readonly type: string;
  /** When, in milliseconds since 1970. */
  readonly timestamp: number;
}

/** An event with whatever else was logged; those of a data store are such. */
export interface LoggedEvent extends EventKeys {
  /** Id of the user. */
  readonly user: string;
  /** Anything else. */
  readonly [field: string]: unknown;
}

/**
 * Checks an event that counts.
 * @param row its number from 0, for the message.
 * @returns the id of its user as text, and its time.
 * @throws ERR_BAD_ROW, ERR_BAD_ID, ERR_BAD_VALUE
 */
export function readEvent(event: EventKeys, row: number): { user: string; timestamp: number } {
  const owner = `analyzeExperiment: event ${row}`;
  if (typeof event !== 'object' || event === null) {
    throw new AttuneError('ERR_BAD_ROW', `${owner}: expected an object { user, type, timestamp }, got ${shown(event)}.`);
  }
  const user = readId(event.user, `${owner}, user`);
  const { timestamp } = event;
  if (Number.isFinite(timestamp)) return { user, timestamp };
  const advice =
    timestamp === undefined && 'time' in event
      ? "The event has 'time'; rename it to 'timestamp'."
      : timestamp === undefined
        ? 'Add it: without its time an event cannot be counted.'
        : 'Convert it first.';
  throw new AttuneError('ERR_BAD_VALUE', `${owner}: expected 'timestamp' in milliseconds since 1970, got ${shown(timestamp)}. ${advice}`);
}
