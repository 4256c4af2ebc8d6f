import { shuffle } from '../../numeric/random.ts';

/**
 * What is learned of histories: for each user the last `maxLength` items that have a next one, then those before, and so on, so that every step
 * from one item to the next is learned once an epoch.
 */
export class Windows {
  /** First input of each window among the items of all users; the next item of an input is one further. */
  readonly starts: Int32Array;
  /** Inputs of each window. */
  readonly lengths: Int32Array;
  /** The windows in the order of the epoch. */
  readonly order: Int32Array;

  /** @param chosen users whose last window alone is learned; default all windows of all */
  constructor(offsets: Int32Array, maxLength: number, chosen?: Uint8Array) {
    const starts: number[] = [];
    const lengths: number[] = [];
    for (let user = 0; user + 1 < offsets.length; user++) {
      if (chosen && chosen[user] === 0) continue;
      for (let last = offsets[user + 1] - 1; last > offsets[user]; ) {
        const start = Math.max(offsets[user], last - maxLength);
        starts.push(start);
        lengths.push(last - start);
        last = chosen ? 0 : start;
      }
    }
    this.starts = Int32Array.from(starts);
    this.lengths = Int32Array.from(lengths);
    this.order = Int32Array.from(starts, (_, window) => window);
  }

  /** Orders the windows anew. */
  shuffle(random: () => number): void {
    shuffle(this.order, random);
  }
}
