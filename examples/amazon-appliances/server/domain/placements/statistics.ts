import type { DataStore, StoredEvent } from 'attune';
import { sequentialTest } from 'attune/experiments';
import { shownType } from './serve.ts';

/** What came of the lists of a variant. */
interface Counts {
  lists: number;
  clicked: number;
  bought: number;
  users: Map<string, { clicked: boolean; bought: boolean }>;
  days: Map<string, { lists: number; clicked: number; bought: number }>;
}

/** Lists that wait for a click or a purchase; older ones no longer count. */
const openLists = 100_000;

/** Clicks and purchases by placement and variant: a pure function of the log of events. */
export class PlacementStatistics {
  readonly #counts = new Map<string, Map<string, Counts>>();
  readonly #open = new Map<string, { counts: Counts; user: string; day: string; clicked: boolean; bought: boolean }>();
  #last = 0;

  static async read(data: DataStore): Promise<PlacementStatistics> {
    const statistics = new PlacementStatistics();
    for await (const event of data.events.all({ type: [shownType, 'click_product', 'purchase'] })) statistics.take(event);
    return statistics;
  }

  /** Takes the next event of the log; one that it had before changes nothing. */
  take(event: StoredEvent): void {
    if (event.id <= this.#last) return;
    this.#last = event.id;
    const list = String(event.list ?? '');
    if (event.type === shownType) this.#shown(event, list);
    else if (event.type === 'click_product' || event.type === 'purchase') this.#followed(list, event.type);
  }

  /**
   * Rates of each variant, and against the first one with intervals that hold however often they are looked at.
   * @param order variants of the experiment that runs, the control first; those of earlier ones and of none follow
   */
  of(placement: string, order: readonly string[] = []) {
    const counted = this.#counts.get(placement) ?? new Map<string, Counts>();
    const names = [...new Set([...order.filter((it) => counted.has(it)), ...counted.keys()])];
    const variants = names.map((name): [string, Counts] => [name, counted.get(name) as Counts]);
    const control = variants[0]?.[1];
    return variants.map(([variant, counts]) => ({
      variant: variant || null,
      lists: counts.lists,
      users: counts.users.size,
      click_rate: rate(counts.clicked, counts.lists),
      conversion_rate: rate(counts.bought, counts.lists),
      days: Array.from(counts.days, ([day, it]) => ({ day, ...it })),
      against:
        counts === control || !control
          ? null
          : { clicks: compare(control, counts, 'clicked'), purchases: compare(control, counts, 'bought') },
    }));
  }

  #shown({ user, placement, variant, timestamp }: StoredEvent, list: string): void {
    const counts = this.#countsOf(String(placement), String(variant ?? ''));
    counts.lists++;
    if (!counts.users.has(user)) counts.users.set(user, { clicked: false, bought: false });
    const day = new Date(timestamp).toISOString().slice(0, 10);
    const ofDay = counts.days.get(day) ?? { lists: 0, clicked: 0, bought: 0 };
    counts.days.set(day, ofDay);
    ofDay.lists++;
    if (!this.#open.has(list)) this.#open.set(list, { counts, user, day, clicked: false, bought: false });
    if (this.#open.size > openLists) this.#open.delete(this.#open.keys().next().value as string);
  }

  /** A list counts once, however often something on it is clicked. A purchase is a click as well. */
  #followed(id: string, type: 'click_product' | 'purchase'): void {
    const list = this.#open.get(id);
    if (!list) return;
    const { counts, user, day } = list;
    const ofDay = counts.days.get(day) as { clicked: number; bought: number };
    const person = counts.users.get(user) as { clicked: boolean; bought: boolean };
    for (const what of type === 'purchase' ? (['clicked', 'bought'] as const) : (['clicked'] as const)) {
      if (list[what]) continue;
      list[what] = person[what] = true;
      counts[what]++;
      ofDay[what]++;
    }
  }

  #countsOf(placement: string, variant: string): Counts {
    const ofPlacement = this.#counts.get(placement) ?? new Map<string, Counts>();
    this.#counts.set(placement, ofPlacement);
    const counts = ofPlacement.get(variant) ?? { lists: 0, clicked: 0, bought: 0, users: new Map(), days: new Map() };
    ofPlacement.set(variant, counts);
    return counts;
  }
}

const rate = (some: number, all: number) => (all > 0 ? some / all : null);

/** Users who did something among users who saw a list. */
function compare(control: Counts, treatment: Counts, what: 'clicked' | 'bought') {
  const sample = ({ users }: Counts) => ({ users: users.size, conversions: [...users.values()].filter((it) => it[what]).length });
  const { difference, low, high, pValue, significant } = sequentialTest(sample(control), sample(treatment));
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return { difference, low: finite(low), high: finite(high), p_value: pValue, significant };
}
