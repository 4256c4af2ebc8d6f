import type { StoredEvent } from 'attune';
import type { EventLog } from './event-log.ts';

/** Decisions of the administrator stand in the log of events under this user, so that they are as durable as the rest and go where it goes. */
const author = 'admin';

/** What an administrator decided; each type is read by the part of the shop that it is for. */
export type DecisionType =
  | 'product_hidden'
  | 'product_shown'
  | 'placement_saved'
  | 'placement_removed'
  | 'api_key_issued'
  | 'api_key_revoked';

/** Writes and reads what administrators decide: which products are hidden, what placements show. The log keeps every version. */
export class Decisions {
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  add(type: DecisionType, about: Record<string, unknown>): Promise<StoredEvent> {
    return this.#log.append({ ...about, user: author, type });
  }

  /** All of some types, in order. */
  all(...types: DecisionType[]): Promise<StoredEvent[]> {
    return this.#log.data.events.ofUser(author, { type: types });
  }
}
