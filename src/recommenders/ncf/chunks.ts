import { shuffle } from '../../numeric/random.ts';

/** Interactions of a user that are learned together: left out of the history, so that it predicts them. */
const mostPerChunk = 8;

/**
 * The interactions of an epoch in chunks: some of one user, at most a quarter of what they have, so that the rest of their history still says
 * who they are. A profile is then pooled once per chunk and not once per interaction.
 */
export class Chunks {
  /** User of each chunk. */
  readonly users: Int32Array;
  /** Where each begins in `entries`, and the end. */
  readonly starts: Int32Array;
  /** Positions of interactions in the rows of all users. */
  readonly entries: Int32Array;
  /** The chunks in the order of the epoch. */
  readonly order: Int32Array;
  readonly #offsets: Int32Array;
  readonly #bounds: Int32Array;

  /** @param chosen which interactions are learned; default all */
  constructor(offsets: Int32Array, chosen?: Uint8Array) {
    this.#offsets = offsets;
    const users = offsets.length - 1;
    const entries = Int32Array.from({ length: offsets[users] }, (_, e) => e);
    this.entries = chosen ? entries.filter((e) => chosen[e] === 1) : entries;
    const bounds = new Int32Array(users + 1);
    const chunkUsers: number[] = [];
    const starts: number[] = [];
    for (let user = 0, at = 0; user < users; user++) {
      bounds[user] = at;
      while (at < this.entries.length && this.entries[at] < offsets[user + 1]) at++;
      bounds[user + 1] = at;
      const size = Math.max(1, Math.min(mostPerChunk, Math.floor((offsets[user + 1] - offsets[user]) / 4)));
      for (let start = bounds[user]; start < at; start += size) {
        chunkUsers.push(user);
        starts.push(start);
      }
    }
    this.#bounds = bounds;
    this.users = Int32Array.from(chunkUsers);
    this.starts = Int32Array.from([...starts, this.entries.length]);
    this.order = Int32Array.from({ length: this.users.length }, (_, chunk) => chunk);
  }

  /** Orders anew: the interactions of each user, and the chunks. */
  shuffle(random: () => number): void {
    for (let user = 0; user + 1 < this.#bounds.length; user++)
      shuffle(this.entries.subarray(this.#bounds[user], this.#bounds[user + 1]), random);
    shuffle(this.order, random);
  }

  /** Length of a chunk's history without its own interactions. */
  rest(chunk: number): number {
    const user = this.users[chunk];
    return this.#offsets[user + 1] - this.#offsets[user] - (this.starts[chunk + 1] - this.starts[chunk]);
  }
}
