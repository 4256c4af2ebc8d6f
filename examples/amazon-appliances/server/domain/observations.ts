import type { DataStore, StoredEvent } from 'attune';

export const qualities = ['good', 'bad', 'pending'] as const;
export type Quality = (typeof qualities)[number];

/** A list that somebody was shown, and what came of it. */
export interface Observation {
  id: number;
  user_id: string;
  event_type: string;
  key: string;
  key_type: string;
  list_of_recommendations: readonly string[];
  quality: Quality;
  timestamp: number;
  /** The product that was clicked or bought, and when. */
  chosen: string | null;
  settled_at: number | null;
}

/** What a page tells of a visit, and nothing but observations follows from. */
export const viewTypes = ['page_load', 'page_visit', 'scroll_end'] as const;
/** Clicks and purchases count for the taste of a user as well, and for the placement whose list they follow from. */
export const trackingTypes = [...viewTypes, 'click_product', 'purchase'] as const;
/** An event of this type begins the observations anew, after an administrator has cleared them. */
export const clearedType = 'observations_cleared';

/** Only so many of the latest observations can be listed; older ones are in the counts alone. */
const listed = 20_000;

/** Older lists of a user than the last so many stay as they are. */
const openPerUser = 100;

/**
 * The quality of what was shown, a pure function of the log of events. A page that loads with a list opens an observation. A click or a purchase
 * of a listed product by the same user makes it good, also later. The end of the page without such a choice makes it bad; until then it is
 * pending. A click or an end whose list was not announced by a page is an observation of its own.
 */
export class Observations {
  #list: Observation[] = [];
  /** Those that can still change, by user. */
  #open = new Map<string, Observation[]>();
  #counts = noCounts();
  #last = 0;

  get counts(): Readonly<Record<Quality | 'total', number>> {
    return this.#counts;
  }

  /** Newest first. */
  list({ quality, user }: { quality?: Quality; user?: string } = {}): Observation[] {
    return this.#list.filter((it) => (!quality || it.quality === quality) && (!user || it.user_id === user)).reverse();
  }

  /** Takes the next event of the log; one that it had before changes nothing. */
  take(event: StoredEvent): void {
    if (event.id <= this.#last) return;
    this.#last = event.id;
    if (event.type === clearedType) this.#clear();
    else if (event.type === 'page_load' || event.type === 'page_visit') this.#begin(event, 'pending');
    else if (event.type === 'click_product' || event.type === 'purchase') this.#choose(event);
    else if (event.type === 'scroll_end') this.#end(event);
  }

  #choose(event: StoredEvent): void {
    const product = productOf(event);
    const about = (this.#open.get(event.user) ?? []).filter((it) => it.list_of_recommendations.includes(product));
    if (about.length === 0 && listOf(event).includes(product)) about.push(this.#begin(event, 'pending') as Observation);
    for (const one of about) this.#settle(one, 'good', event, product);
  }

  #end(event: StoredEvent): void {
    const shown = new Set(listOf(event));
    const about = (this.#open.get(event.user) ?? []).filter(
      (it) => it.key === String(event.key ?? '') || it.list_of_recommendations.some((id) => shown.has(id)),
    );
    if (about.length === 0) {
      const own = this.#begin(event, 'pending');
      if (own) about.push(own);
    }
    for (const one of about) if (one.quality === 'pending') this.#settle(one, 'bad', event, null);
  }

  #begin(event: StoredEvent, quality: Quality): Observation | undefined {
    const list_of_recommendations = listOf(event);
    if (list_of_recommendations.length === 0) return undefined;
    const { id, user, type, timestamp } = event;
    const one: Observation = {
      id,
      user_id: user,
      event_type: type,
      key: String(event.key ?? ''),
      key_type: String(event.key_type ?? ''),
      list_of_recommendations,
      quality,
      timestamp,
      chosen: null,
      settled_at: null,
    };
    this.#list.push(one);
    this.#counts[quality]++;
    this.#counts.total++;
    const open = this.#open.get(user);
    if (open) open.push(one);
    else this.#open.set(user, [one]);
    if (open && open.length > openPerUser) open.shift();
    if (this.#list.length >= listed * 1.1) for (const old of this.#list.splice(0, this.#list.length - listed)) this.#close(old);
    return one;
  }

  #settle(one: Observation, quality: Quality, event: StoredEvent, chosen: string | null): void {
    this.#counts[one.quality]--;
    this.#counts[quality]++;
    Object.assign(one, { quality, chosen, settled_at: event.timestamp });
    if (quality === 'good') this.#close(one);
  }

  #close(one: Observation): void {
    const left = this.#open.get(one.user_id)?.filter((it) => it !== one) ?? [];
    if (left.length > 0) this.#open.set(one.user_id, left);
    else this.#open.delete(one.user_id);
  }

  #clear(): void {
    this.#list = [];
    this.#open = new Map();
    this.#counts = noCounts();
  }
}

const noCounts = () => ({ good: 0, bad: 0, pending: 0, total: 0 });

const productOf = ({ item, key }: StoredEvent) => String(item ?? key ?? '');

const listOf = ({ list_of_recommendations: list }: StoredEvent): string[] =>
  Array.isArray(list) ? list.filter((it): it is string => typeof it === 'string') : [];

/** Reads the whole log, in order. */
export async function observationsOf(data: DataStore): Promise<Observations> {
  const observations = new Observations();
  for await (const event of data.events.all({ type: [...trackingTypes, clearedType] })) observations.take(event);
  return observations;
}
