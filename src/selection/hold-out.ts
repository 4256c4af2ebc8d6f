import type { Interactions } from '../data/interactions.ts';
import { split } from '../data/splits/split.ts';
import { randomNumbers, shuffle } from '../numeric/random.ts';

/** The part that models are fitted on, and the part that judges them. */
export interface HeldOut {
  /** To fit on. */
  train: Interactions;
  /** To judge by. */
  validation: Interactions;
  /** What was held out, in words. */
  words: string;
}

/**
 * Holds out what a model is to predict: of each user the newest interaction where order means something, a tenth at random where it does not.
 * Without timestamps the order of the rows counts, unless each user's rows are sorted by item, which no order in time is.
 */
export function holdOut(interactions: Interactions, seed: number): HeldOut {
  const ordered = isOrdered(interactions);
  if (ordered) {
    const { train, test } = split(interactions, { strategy: 'leave-last-out' });
    if (test.size > 0) return { train, validation: test, words: "each user's newest interaction" };
  }
  const { train, test } = split(interactions, { strategy: 'per-user', testFraction: 0.1, seed });
  if (test.size >= leastRows) return { train, validation: test, words: "a tenth of each user's interactions, at random" };
  const last = split(interactions, { strategy: 'per-user', testFraction: 0.4, seed });
  return { train: last.train, validation: last.test, words: "two fifths of each user's interactions, at random" };
}

/** Fewer held-out rows say nothing. */
const leastRows = 20;

/** Whether the order of a user's interactions means something. */
export function isOrdered(interactions: Interactions): boolean {
  if (interactions.timestamps) return true;
  const { offsets, items } = interactions.sequences;
  let steps = 0;
  let rising = 0;
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let e = offsets[user] + 1; e < offsets[user + 1]; e++) {
      steps++;
      if (before(interactions.items.idAt(items[e - 1]), interactions.items.idAt(items[e]))) rising++;
    }
  }
  return steps === 0 || rising < steps;
}

/** As numbers if both are, else as texts. */
function before(a: string, b: string): boolean {
  const [x, y] = [Number(a), Number(b)];
  return Number.isNaN(x) || Number.isNaN(y) ? a < b : x < y;
}

/** The rows of a share of all users; the same users in both parts. */
export function shareOf({ train, validation, words }: HeldOut, fraction: number, seed: number): HeldOut {
  if (fraction >= 1) return { train, validation, words };
  const order = shuffle(
    Int32Array.from({ length: train.userCount }, (_, user) => user),
    randomNumbers(seed),
  );
  const chosen = new Uint8Array(train.userCount);
  for (let k = 0; k < Math.ceil(fraction * order.length); k++) chosen[order[k]] = 1;
  const of = (part: Interactions) => {
    const flags = Uint8Array.from(part.users, (id) => {
      const user = train.users.indexOf(id);
      return user >= 0 ? chosen[user] : 0;
    });
    const rows: number[] = [];
    part.userIndices.forEach((user, row) => {
      if (flags[user]) rows.push(row);
    });
    return part.select(rows);
  };
  return { train: of(train), validation: of(validation), words };
}
