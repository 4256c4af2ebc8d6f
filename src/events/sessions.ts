import type { StoredEvent } from '../contracts/data-store.ts';
import type { PlacedEvent } from '../contracts/event-stream.ts';
import { weightOf } from './weights.ts';

/** Where a stored event came from and what it counted: its field `stream`. */
export interface StreamMark {
  /** Name of the stream and number of the partition, `'events/3'`. */
  source: string;
  /** Its number within the partition. */
  offset: number;
  /** When its session began, in milliseconds since 1970; absent without sessions. */
  session?: number;
  /** What it added to the value of its user and item; absent for nothing. */
  weight?: number;
}

/** The session of a user that is going on: its strongest weights by item so far, the positive and the negative one. */
interface Session {
  start: number;
  last: number;
  strongest: Map<string, { up: number; down: number }>;
}

/**
 * Puts events into sessions: an event begins a new one when its user did nothing for `gapMs`. Within a session an item counts once, with
 * its strongest weight: five views are one view, and a view with a purchase is a purchase. So each event adds what its weight exceeds those
 * before it. An event from before the session that is going on counts alone.
 */
export class Sessions {
  readonly #gapMs: number;
  readonly #weights: Readonly<Record<string, number>>;
  readonly #of = new Map<string, Session>();

  constructor(gapMs: number, weights: Readonly<Record<string, number>>) {
    this.#gapMs = gapMs;
    this.#weights = weights;
  }

  /** Whether the session of a user is known, or that none is going on. */
  knows(user: string): boolean {
    return this.#of.has(user);
  }

  /** Notes that a user has no session going on. */
  none(user: string): void {
    this.#of.set(user, { start: Number.NEGATIVE_INFINITY, last: Number.NEGATIVE_INFINITY, strongest: new Map() });
  }

  /** Forgets a user. */
  drop(user: string): void {
    this.#of.delete(user);
  }

  /** Forgets sessions that ended before a time, and how many there are left. */
  forget(before: number): number {
    for (const [user, { last }] of this.#of) if (last < before) this.#of.delete(user);
    return this.#of.size;
  }

  /** Takes an event that is stored already, in the order of the store. */
  replay(event: StoredEvent): void {
    const mark = event.stream as StreamMark | undefined;
    const { session } = mark ?? {};
    if (mark === undefined || session === undefined) return;
    const known = this.#of.get(event.user);
    if (known && session < known.start) return;
    const current = known?.start === session ? known : this.#begin(event.user, session);
    current.last = Math.max(current.last, event.timestamp);
    if (typeof event.item === 'string') this.#count(current, event.item, this.#weightOf(event));
  }

  /** Takes the next event. @returns its mark */
  take({ event, offset }: PlacedEvent, source: string): StreamMark {
    const { user, item, timestamp } = event;
    const weight = this.#weightOf(event);
    const known = this.#of.get(user);
    let session = timestamp;
    let added = weight;
    if (!known || timestamp >= known.start - this.#gapMs) {
      const current = known && timestamp <= known.last + this.#gapMs ? known : this.#begin(user, timestamp);
      current.last = Math.max(current.last, timestamp);
      session = current.start;
      added = item === undefined ? 0 : this.#count(current, item, weight);
    }
    return added === 0 ? { source, offset, session } : { source, offset, session, weight: added };
  }

  #weightOf(event: { [field: string]: unknown }): number {
    return weightOf(event as never, this.#weights) ?? 0;
  }

  #begin(user: string, start: number): Session {
    const session: Session = { start, last: start, strongest: new Map() };
    this.#of.set(user, session);
    return session;
  }

  /** Notes a weight. @returns by how much it exceeds the strongest one before it */
  #count(session: Session, item: string, weight: number): number {
    const strongest = session.strongest.get(item);
    if (!strongest) {
      session.strongest.set(item, { up: Math.max(0, weight), down: Math.min(0, weight) });
      return weight;
    }
    const added = weight > 0 ? Math.max(0, weight - strongest.up) : Math.min(0, weight - strongest.down);
    strongest.up = Math.max(strongest.up, weight);
    strongest.down = Math.min(strongest.down, weight);
    return added;
  }
}
