/** The sequences of all users; every item at most once in each. */
export interface ItemSequences {
  /** `users + 1` positions. */
  offsets: Int32Array;
  /** Dense item indices, oldest first. */
  items: Int32Array;
  /** Their times in milliseconds; NaN where one has none. Read where `timeDecay` is set. */
  times?: Float64Array | undefined;
}

/** Parameters of the regression; decays as factors per step. */
export interface RegressionSettings {
  /** Added to the diagonal. */
  regularization: number;
  /** Factor by which the past fades per step. */
  past: number;
  /** Factor by which the future fades per step. */
  future: number;
  /** Share of whole histories in what is minimized, 0 to 1; the rest are the steps. */
  sessionWeight: number;
  /** Milliseconds before a step after which an item counts e times less; undefined: time does not count. */
  timeDecay: number | undefined;
}

/** Below this share of the first, what a gap adds is lost in the rounding of 32 bits. */
const negligible = 1e-9;

/**
 * The normal equations
 *
 *     ((1 - w) A^T A + w X^T X + regularization I) B = (1 - w) A^T T + w X^T X,   w = sessionWeight
 *
 * of one row of A and T per user and step, where row t of A is the decayed past of step t and row t of T its decayed future, and one row of X
 * per user, a 1 for each item. None of them is made. Unknowns are scaled to a unit diagonal: z = B / scale.
 */
export class Regression {
  /** Positions of the users with two items or more in `items`. */
  readonly offsets: Int32Array;
  /** Their items; without the last one, which is in no past, where whole histories do not count. */
  readonly items: Int32Array;
  /** The scales of these items. */
  readonly values: Float32Array;
  /** By entry what the past fades by before it, and what the step behind it counts in A^T A; undefined where all are the same. */
  readonly entries: { fades: Float32Array; weights: Float32Array } | undefined;
  /** The rest of the diagonal. */
  readonly diagonal: Float32Array;
  /** Length of the longest past. */
  readonly longest: number;
  /** By item: the square root of what divides. */
  readonly scale: Float64Array;
  /** The items that a weight can lead to, the most frequent first: columns that take as many iterations are beside each other. */
  readonly targets: Int32Array;
  readonly #sequences: ItemSequences;
  readonly #settings: RegressionSettings;
  /** What a pair of items adds to A^T T, by how many steps they are apart, where time does not count. */
  readonly #gaps: number[];
  /** Occurrences by item that count, and whose they are. */
  readonly #byItem: { offsets: Int32Array; places: Int32Array; users: Int32Array };

  /** Prepares the equations. @param size number of items */
  constructor(sequences: ItemSequences, size: number, settings: RegressionSettings) {
    this.#sequences = sequences;
    this.#settings = settings;
    const { offsets, items } = sequences;
    const { regularization, sessionWeight } = settings;
    const squares = new Float64Array(size).fill(regularization);
    const alone = new Float64Array(size).fill(regularization);
    const bounds = [0];
    const kept = new Int32Array(items.length);
    let end = 0;
    for (const user of byLength(offsets)) {
      const first = offsets[user];
      const last = offsets[user + 1] - (sessionWeight > 0 ? 0 : 1);
      // The square of an item's share, summed over the steps that follow it.
      for (let e = offsets[user + 1] - 2, sum = 0; e >= first; e--) {
        sum = this.#near(e) ** 2 + this.#fade(e + 1) ** 2 * sum;
        squares[items[e]] += (1 - sessionWeight) * sum;
        if (last - first === 1) alone[items[e]] += (1 - sessionWeight) * sum;
      }
      if (sessionWeight > 0) for (let e = first; e < last; e++) squares[items[e]] += sessionWeight;
      if (sessionWeight > 0 && last - first === 1) alone[items[first]] += sessionWeight;
      if (last - first < 2) continue;
      for (let e = first; e < last; e++) kept[end + e - first] = e;
      bounds.push((end += last - first));
    }
    const places = kept.subarray(0, end);
    this.offsets = Int32Array.from(bounds);
    this.items = places.map((e) => items[e]);
    this.longest = bounds.reduce((most, bound, k) => Math.max(most, k === 0 ? 0 : bound - bounds[k - 1]), 0);
    this.scale = squares.map((square) => 1 / Math.sqrt(square));
    this.values = Float32Array.from(this.items, (item) => this.scale[item]);
    this.diagonal = Float32Array.from(alone, (value, i) => value * this.scale[i] ** 2);
    this.entries = this.#entriesOf(places);
    this.#gaps = gapsOf(settings);
    this.#byItem = occurrencesOf(sequences, size, sessionWeight > 0 ? 0 : 1);
    const counts = this.#byItem.offsets;
    const count = (i: number) => counts[i + 1] - counts[i];
    this.targets = Int32Array.from({ length: size }, (_, i) => i)
      .filter((i) => count(i) > 0)
      .sort((a, b) => count(b) - count(a) || a - b);
  }

  /**
   * Adds a column of the right-hand side, scaled, to a column of zeros.
   * @param touched takes the items that are not 0
   * @returns how many those are
   */
  rightSide(target: number, column: Float64Array, touched: Int32Array): number {
    const { offsets, items } = this.#sequences;
    const { future, sessionWeight, timeDecay } = this.#settings;
    const { offsets: bounds, places, users } = this.#byItem;
    let count = 0;
    const add = (item: number, value: number) => {
      if (value === 0) return;
      if (column[item] === 0) touched[count++] = item;
      column[item] += value * this.scale[item];
    };
    for (let o = bounds[target]; o < bounds[target + 1]; o++) {
      const place = places[o];
      const first = offsets[users[o]];
      const most = Math.min(place - first, this.#gaps.length - 1);
      // The sum over the steps from an item to the target: those that the item after it shares, faded, and the one behind it.
      for (let gap = 1, sum = 0, share = 1; gap <= most; gap++, share *= future) {
        const e = place - gap;
        if (timeDecay !== undefined) sum = this.#fade(e + 1) * sum + share * this.#near(e);
        add(items[e], (1 - sessionWeight) * (timeDecay === undefined ? this.#gaps[gap] : sum));
      }
      if (sessionWeight > 0) for (let e = first; e < offsets[users[o] + 1]; e++) add(items[e], sessionWeight);
    }
    return count;
  }

  /** What the time between entry e of the sequences and the one after it leaves of the past. */
  #near(e: number): number {
    const { times } = this.#sequences;
    const { timeDecay } = this.#settings;
    if (times === undefined || timeDecay === undefined) return 1;
    const apart = times[e + 1] - times[e];
    return apart > 0 ? Math.exp(-apart / timeDecay) : 1;
  }

  /** The factor between the shares of entry e and the one before it in the same past. */
  #fade(e: number): number {
    return this.#settings.past * this.#near(e - 1);
  }

  #entriesOf(places: Int32Array): { fades: Float32Array; weights: Float32Array } | undefined {
    const { sessionWeight, timeDecay } = this.#settings;
    if (sessionWeight === 0 && timeDecay === undefined) return undefined;
    const fades = new Float32Array(places.length);
    const weights = new Float32Array(places.length);
    for (let user = 0; user + 1 < this.offsets.length; user++) {
      const first = this.offsets[user];
      const end = this.offsets[user + 1];
      for (let k = first + 1; k < end; k++) fades[k] = this.#fade(places[k]);
      const steps = sessionWeight > 0 ? end - 1 : end;
      for (let k = first; k < steps; k++) weights[k] = (1 - sessionWeight) * this.#near(places[k]) ** 2;
    }
    return { fades, weights };
  }
}

/**
 * The sum over the steps t between an item and one that comes `gap` later of the share of the first in the past of t and of the second in
 * the future of t: sum over m < gap of past^m future^(gap - 1 - m). Cut where it no longer counts.
 */
function gapsOf({ past, future }: RegressionSettings): number[] {
  const gaps = [0, 1];
  for (let power = past; gaps[gaps.length - 1] > negligible && gaps.length < 100_000; power *= past) {
    gaps.push(gaps[gaps.length - 1] * future + power);
  }
  return gaps;
}

/** Users, those with the shortest sequence first: the loops of a kernel that end after as many steps as before are predicted. */
function byLength(offsets: Int32Array): Int32Array {
  const length = (user: number) => offsets[user + 1] - offsets[user];
  return Int32Array.from({ length: offsets.length - 1 }, (_, user) => user).sort((a, b) => length(a) - length(b) || a - b);
}

/** Where each item stands in a sequence, from place `from` of it on. */
function occurrencesOf({ offsets, items }: ItemSequences, size: number, from: number) {
  const ends = new Int32Array(size + 1);
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let e = offsets[user] + from; e < offsets[user + 1]; e++) ends[items[e] + 1]++;
  }
  for (let i = 0; i < size; i++) ends[i + 1] += ends[i];
  const places = new Int32Array(ends[size]);
  const users = new Int32Array(ends[size]);
  const next = ends.slice(0, size);
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let e = offsets[user] + from; e < offsets[user + 1]; e++) {
      const at = next[items[e]]++;
      places[at] = e;
      users[at] = user;
    }
  }
  return { offsets: ends, places, users };
}
