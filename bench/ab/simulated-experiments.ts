import { fixedHorizonTest, type Sample, sequentialTest } from 'attune/experiments';
import { generator } from '../support/random.ts';

/** What one user does: how likely they buy, and, when they do, for how much (log-normal with this spread). */
export interface Shop {
  rate: number;
  /** Undefined: only whether they bought counts. */
  spread?: number;
}

/** A simulated experiment. */
export interface Simulation {
  control: Shop;
  treatment: Shop;
  /** Users per group and day. */
  daily: [control: number, treatment: number];
  days: number;
  /** How many experiments. */
  runs: number;
  seed: number;
}

/** Shares of all runs, and how long the sequential test needed. */
export interface Simulated {
  /** Significant at one of the daily looks of the sequential test. */
  sequential: number;
  /** The same, when the last day was said before (`maximumUsers`). */
  planned: number;
  /** Significant at one of the daily looks of a test that is made for one. */
  peeked: number;
  /** Significant at the last look, the only one. */
  fixed: number;
  /** Mean share of all days until the sequential test stopped; 1 when it did not. */
  duration: number;
  /** The same for the planned one. */
  plannedDuration: number;
}

/** Runs experiments day by day; the same seed gives the same figures. */
export function simulate({ control, treatment, daily, days, runs, seed }: Simulation): Simulated {
  const random = generator(seed);
  const expectedUsers = days * (daily[0] + daily[1]);
  const counts = { sequential: 0, planned: 0, peeked: 0, fixed: 0, duration: 0, plannedDuration: 0 };
  for (let run = 0; run < runs; run++) {
    const a = new Group(control, random);
    const b = new Group(treatment, random);
    let stopped = 0;
    let ended = 0;
    let peeked = false;
    let last = false;
    for (let day = 1; day <= days; day++) {
      a.grow(daily[0]);
      b.grow(daily[1]);
      if (!stopped && sequentialTest(a.sample, b.sample, { expectedUsers }).significant) stopped = day;
      if (!ended && sequentialTest(a.sample, b.sample, { maximumUsers: expectedUsers }).significant) ended = day;
      if (peeked && day < days) continue;
      last = fixedHorizonTest(a.sample, b.sample).significant;
      peeked ||= last;
    }
    counts.sequential += stopped ? 1 : 0;
    counts.peeked += peeked ? 1 : 0;
    counts.fixed += last ? 1 : 0;
    counts.duration += (stopped || days) / days;
    counts.planned += ended ? 1 : 0;
    counts.plannedDuration += (ended || days) / days;
  }
  for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] /= runs;
  return counts;
}

/** The users of one group so far, added up. */
class Group {
  readonly #shop: Shop;
  readonly #random: () => number;
  #users = 0;
  #buyers = 0;
  #sum = 0;
  #squares = 0;

  constructor(shop: Shop, random: () => number) {
    this.#shop = shop;
    this.#random = random;
  }

  get sample(): Sample {
    const users = this.#users;
    if (this.#shop.spread === undefined) return { users, conversions: this.#buyers };
    const mean = this.#sum / users;
    return { users, mean, variance: Math.max(0, this.#squares - users * mean * mean) / (users - 1) };
  }

  /** Adds users; jumps from buyer to buyer, since most do not buy. */
  grow(users: number): void {
    const { rate, spread } = this.#shop;
    const skip = Math.log1p(-rate);
    for (let at = Math.floor(Math.log1p(-this.#random()) / skip); at < users; at += 1 + Math.floor(Math.log1p(-this.#random()) / skip)) {
      this.#buyers++;
      if (spread === undefined) continue;
      const value = Math.exp(spread * this.#normal());
      this.#sum += value;
      this.#squares += value * value;
    }
    this.#users += users;
  }

  /** Box & Muller. */
  #normal(): number {
    return Math.sqrt(-2 * Math.log1p(-this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }
}
