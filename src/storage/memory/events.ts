import type { EventStore, StoredEvent } from '../../contracts/data-store.ts';
import { checkIterable } from '../../options.ts';
import type { Mutex } from '../../work/mutex.ts';
import { type EventCondition, lookupKeys, readFilter, readFilteredList } from '../shared/checks.ts';
import { copied, eventFields, eventRow, jsonCopy, lookupKey, newestFirst, ofRow, readEvent, readRow } from '../shared/rows.ts';
import { streamed } from './lists.ts';
import type { MemoryState } from './state.ts';

/** Events of a memory store. */
export function memoryEvents(state: () => MemoryState, mutex: Mutex): EventStore {
  const append = (events: Iterable<unknown>) => {
    const read = readEvents(events);
    return mutex.run(() =>
      read.map(({ keys, further }) => {
        const event = eventRow(++state().last.event, keys, further);
        state().events.set(event.id, event);
        return copied(event);
      }),
    );
  };
  return {
    append: async (event) => (await append([event]))[0],
    appendMany: async (events) => append(checkIterable('events.appendMany', 'events', events)),
    all(filter) {
      const passes = passing(readFilter(filter));
      return streamed(
        mutex,
        () => ({ map: state().events, last: state().last.event }),
        (event) => event.id,
        (event) => (passes(event) ? copied(event) : undefined),
      );
    },
    async ofUser(given, options) {
      const o = readFilteredList(options);
      const user = lookupKey(given, 'events.ofUser: user');
      const passes = passing(o);
      return mutex.run(() => {
        const rows = [...state().events.values()].filter((event) => event.user === user && passes(event));
        return (o.newestFirst ? rows.sort(newestFirst) : rows).slice(0, o.limit).map(copied);
      });
    },
    async ofUsers(given, options) {
      const users = new Set(lookupKeys(checkIterable('events.ofUsers', 'ids', given), 'events.ofUsers: user'));
      const passes = passing(readFilter(options));
      return mutex.run(() => [...state().events.values()].filter((event) => users.has(event.user) && passes(event)).map(copied));
    },
    async count(filter) {
      const passes = passing(readFilter(filter));
      return mutex.run(() => [...state().events.values()].filter(passes).length);
    },
    async delete(filter) {
      const passes = passing(readFilter(filter));
      return mutex.run(() => {
        let gone = 0;
        for (const event of state().events.values()) if (passes(event) && state().events.delete(event.id)) gone++;
        return gone;
      });
    },
  };
}

function passing({ user, types, since, until }: EventCondition) {
  return (event: StoredEvent) =>
    (user === undefined || event.user === user) &&
    event.timestamp >= since &&
    event.timestamp < until &&
    (!types || types.includes(event.type));
}

function readEvents(events: Iterable<unknown>) {
  return Array.from(events, (event, k) => {
    try {
      const row = readRow(event);
      return { keys: readEvent(row), further: jsonCopy(eventFields(row)) };
    } catch (error) {
      throw ofRow(k, error);
    }
  });
}
