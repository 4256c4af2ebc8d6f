/** The sequences of all users; every item at most once in each. */
export interface ItemSequences {
  /** `users + 1` positions. */
  offsets: Int32Array;
  /** Dense item indices, oldest first. */
  items: Int32Array;
}

/** Parameters of the regression; decays as factors per step. */
export interface RegressionSettings {
  /** Added to the diagonal. */
  regularization: number;
  /** Factor by which the past fades per step. */
  past: number;
  /** Factor by which the future fades per step. */
  future: number;
}

/** Below this share of the first, what a gap adds is lost in the rounding of 32 bits. */
const negligible = 1e-9;

/**
 * The normal equations (A^T A + regularization I) B = A^T T of one row per user and step, where row t of A is the decayed past of step t
 * and row t of T its decayed future. Neither is made. Unknowns are scaled to a unit diagonal: z = B / scale.
 */
export class Regression {
  /** Positions of the users with a past of two items or more in `items`. */
  readonly offsets: Int32Array;
  /** Their items without the last one, which is in no past. */
  readonly items: Int32Array;
  /** The scales of these items. */
  readonly values: Float32Array;
  /** The rest of the diagonal. */
  readonly diagonal: Float32Array;
  /** Length of the longest past. */
  readonly longest: number;
  /** By item: the square root of what divides. */
  readonly scale: Float64Array;
  /** The items that ever follow another, those that do so most often first: columns that take as many iterations are beside each other. */
  readonly targets: Int32Array;
  readonly #sequences: ItemSequences;
  /** What a pair of items adds to A^T T, by how many steps they are apart. */
  readonly #gaps: number[];
  /** Occurrences by item that have something before them, and where their sequences begin. */
  readonly #byItem: { offsets: Int32Array; places: Int32Array; starts: Int32Array };

  /** Prepares the equations. @param size number of items */
  constructor(sequences: ItemSequences, size: number, settings: RegressionSettings) {
    this.#sequences = sequences;
    const { offsets, items } = sequences;
    const { regularization, past } = settings;
    const squares = new Float64Array(size).fill(regularization);
    const alone = new Float64Array(size).fill(regularization);
    const bounds = [0];
    const kept = new Int32Array(items.length);
    let end = 0;
    for (const user of byLength(offsets)) {
      const first = offsets[user];
      const last = offsets[user + 1] - 1;
      // The square of an item's share, summed over the steps that follow it.
      for (let e = last - 1, sum = 1; e >= first; e--, sum = 1 + past * past * sum) squares[items[e]] += sum;
      if (last - first === 1) alone[items[first]]++;
      if (last - first < 2) continue;
      kept.set(items.subarray(first, last), end);
      bounds.push((end += last - first));
    }
    this.offsets = Int32Array.from(bounds);
    this.items = kept.slice(0, end);
    this.longest = bounds.reduce((most, bound, k) => Math.max(most, k === 0 ? 0 : bound - bounds[k - 1]), 0);
    this.scale = squares.map((square) => 1 / Math.sqrt(square));
    this.values = Float32Array.from(this.items, (item) => this.scale[item]);
    this.diagonal = Float32Array.from(alone, (value, i) => value * this.scale[i] ** 2);
    this.#gaps = gapsOf(settings);
    this.#byItem = followersOf(sequences, size);
    const counts = this.#byItem.offsets;
    const count = (i: number) => counts[i + 1] - counts[i];
    this.targets = Int32Array.from({ length: size }, (_, i) => i)
      .filter((i) => count(i) > 0)
      .sort((a, b) => count(b) - count(a) || a - b);
  }

  /**
   * Adds a column of A^T T, scaled, to a column of zeros.
   * @param touched takes the items that are not 0
   * @returns how many those are
   */
  rightSide(target: number, column: Float64Array, touched: Int32Array): number {
    const { items } = this.#sequences;
    const { offsets, places, starts } = this.#byItem;
    let count = 0;
    for (let o = offsets[target]; o < offsets[target + 1]; o++) {
      const place = places[o];
      const most = Math.min(place - starts[o], this.#gaps.length - 1);
      for (let gap = 1; gap <= most; gap++) {
        const item = items[place - gap];
        if (column[item] === 0) touched[count++] = item;
        column[item] += this.#gaps[gap] * this.scale[item];
      }
    }
    return count;
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

/** Where each item stands behind another. */
function followersOf({ offsets, items }: ItemSequences, size: number) {
  const ends = new Int32Array(size + 1);
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let e = offsets[user] + 1; e < offsets[user + 1]; e++) ends[items[e] + 1]++;
  }
  for (let i = 0; i < size; i++) ends[i + 1] += ends[i];
  const places = new Int32Array(ends[size]);
  const starts = new Int32Array(ends[size]);
  const next = ends.slice(0, size);
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let e = offsets[user] + 1; e < offsets[user + 1]; e++) {
      const at = next[items[e]]++;
      places[at] = e;
      starts[at] = offsets[user];
    }
  }
  return { offsets: ends, places, starts };
}
