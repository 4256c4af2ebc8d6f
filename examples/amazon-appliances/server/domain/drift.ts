import type { StoredEvent } from 'attune';

/** So many events are compared at a time: with fewer, chance alone would look like a change. */
const windowLength = 500;
/** Departments with less than this share count as if they had it: the index below would be infinite otherwise. */
const leastShare = 0.005;

/**
 * Whether people want something else than they did: the population stability index, Σ (p - q) ln(p / q), of the departments of what they click, like
 * and buy, against the time before. By custom below 0.1 is the same, above 0.25 another world.
 */
export class Drift {
  readonly #departmentOf: (item: string) => string | null | undefined;
  #before: Map<string, number>;
  #now = new Map<string, number>();
  #count = 0;
  /** The index of the last window; undefined before the first. */
  index: number | undefined;

  /**
   * @param departmentOf undefined for products that the shop does not have
   * @param before how often each department was wanted, to begin with
   */
  constructor(departmentOf: (item: string) => string | null | undefined, before: ReadonlyMap<string, number>) {
    this.#departmentOf = departmentOf;
    this.#before = new Map(before);
  }

  /** Takes an event that speaks for a product. @returns the index when a window is full; what was compared is then the time before for the next */
  heard({ item, key }: StoredEvent): number | undefined {
    const department = this.#departmentOf(String(item ?? key ?? ''));
    if (department === undefined) return undefined;
    this.#now.set(department ?? '', (this.#now.get(department ?? '') ?? 0) + 1);
    if (++this.#count < windowLength) return undefined;
    this.index = stabilityIndex(this.#before, this.#now);
    this.#before = this.#now;
    this.#now = new Map();
    this.#count = 0;
    return this.index;
  }
}

/** 0 for equal shares; 0 as well where there is nothing to compare with. */
export function stabilityIndex(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): number {
  const total = (counts: ReadonlyMap<string, number>) => Array.from(counts.values()).reduce((a, b) => a + b, 0);
  const [all, allNow] = [total(before), total(now)];
  if (all === 0 || allNow === 0) return 0;
  let index = 0;
  for (const name of new Set([...before.keys(), ...now.keys()])) {
    const p = Math.max(leastShare, (now.get(name) ?? 0) / allNow);
    const q = Math.max(leastShare, (before.get(name) ?? 0) / all);
    index += (p - q) * Math.log(p / q);
  }
  return index;
}
