import type { StoredEvent } from '../../contracts/data-store.ts';
import { idText } from '../../data/ids.ts';
import { AttuneError, shownWhole } from '../../errors.ts';

/** The last moment that a Date can hold, in milliseconds. */
const lastTime = 8.64e15;

/** An event as a store gives it, checked; events also come from files. @param row its number from 0 @throws ERR_BAD_ROW */
export function readStoredEvent(owner: string, event: StoredEvent, row: number, needsNumber: boolean): StoredEvent {
  const { id, user, type, timestamp } = (event ?? {}) as Partial<StoredEvent>;
  const isTime = typeof timestamp === 'number' && Math.abs(timestamp) <= lastTime;
  if (idText(user) !== undefined && typeof type === 'string' && isTime && (!needsNumber || Number.isSafeInteger(id))) return event;
  const fields = needsNumber ? 'id, user, type, timestamp' : 'user, type, timestamp';
  throw new AttuneError('ERR_BAD_ROW', `${owner}: event ${row}: expected { ${fields} }, got ${shownWhole(event)}.`);
}
