import type { StoredEvent } from '../../contracts/data-store.ts';
import { idText } from '../../data/ids.ts';
import { checkIterable, checkRows, choice } from '../../options.ts';
import { readStoredEvent } from './read-event.ts';

/** The five events of tracking. */
export const trackingTypes = ['page_load', 'page_visit', 'click_product', 'scroll_end', 'purchase'] as const;

/** `good`: a listed product was clicked or bought; `bad`: the list was scrolled to its end before that; `pending`: neither so far. */
export type ObservationQuality = 'good' | 'bad' | 'pending';

/** A list that somebody was shown, and what became of it. */
export interface Observation {
  /** Number of the `page_load` or `page_visit` that showed it. */
  id: number;
  /** Who saw it. */
  user: string;
  /** What page it was on, as the event said. */
  key: string;
  /** What `key` is, as the event said. */
  keyType: string;
  /** The list. */
  recommendations: string[];
  /** When it was shown, in milliseconds since 1970. */
  timestamp: number;
  /** What became of it. */
  quality: ObservationQuality;
  /** When that was decided; undefined while pending. */
  decidedAt?: number | undefined;
}

/**
 * The lists that were shown and their quality, out of the log of events alone, so the same log gives the same answer whenever and
 * wherever it is read. A `page_load` or `page_visit` with a `list_of_recommendations` shows one. A `click_product` or a `purchase` of a
 * listed product (its `key`) by the same user makes it good, whenever it comes; a `scroll_end` with the same key makes those bad that
 * are pending. Events are taken in the order of their times, and of their numbers where those are equal.
 *
 * @param events any, of which those of other types make no difference; `events.all()` of a data store
 * @returns in the order in which the lists were shown
 * @throws ERR_BAD_ROW naming an event that is none
 */
export async function observations(events: Iterable<StoredEvent> | AsyncIterable<StoredEvent>): Promise<Observation[]> {
  const log: StoredEvent[] = [];
  let row = 0;
  for await (const event of checkRows('observations', 'events', events)) {
    const { type } = readStoredEvent('observations', event, row++, true);
    if ((trackingTypes as readonly string[]).includes(type)) log.push(event);
  }
  log.sort((a, b) => a.timestamp - b.timestamp || a.id - b.id);
  const shown: Observation[] = [];
  const byUser = new Map<string, Observation[]>();
  for (const event of log) {
    const lists = byUser.get(event.user) ?? [];
    byUser.set(event.user, lists);
    const key = idText(event.key) ?? '';
    if (event.type === 'page_load' || event.type === 'page_visit') {
      const list = event.list_of_recommendations;
      if (!Array.isArray(list) || list.length === 0) continue;
      const { id, user, timestamp } = event;
      const keyType = idText(event.key_type) ?? '';
      const observation: Observation = {
        id,
        user,
        key,
        keyType,
        recommendations: list.map(idText).filter((item) => item !== undefined),
        timestamp,
        quality: 'pending',
      };
      shown.push(observation);
      lists.push(observation);
    } else {
      for (const observation of lists) decide(observation, event, key);
    }
  }
  return shown;
}

function decide(observation: Observation, { type, timestamp }: StoredEvent, key: string): void {
  const quality = type === 'scroll_end' ? 'bad' : 'good';
  const concerned = type === 'scroll_end' ? observation.key === key : observation.recommendations.includes(key);
  if (!concerned || observation.quality === 'good' || observation.quality === quality) return;
  observation.quality = quality;
  observation.decidedAt = timestamp;
}

const readQuality = choice(['good', 'bad', 'pending'] as const);

/** How many observations there are of each quality, and which share of the decided ones is good; NaN while none is. */
export function observationCounts(observations: Iterable<Observation>): Record<ObservationQuality | 'total' | 'successRate', number> {
  const counts = { total: 0, good: 0, bad: 0, pending: 0 };
  for (const observation of checkIterable('observationCounts', 'observations', observations)) {
    counts.total++;
    counts[readQuality(observation?.quality, 'observationCounts: quality of an observation')]++;
  }
  return { ...counts, successRate: counts.good / (counts.good + counts.bad) };
}
