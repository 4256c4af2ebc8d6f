import type { Ranked } from '../../numeric/top-k.ts';
import { type Filter, union } from './filters.ts';
import type { RankRequest } from './lists.ts';

export const none = new Int32Array(0);

/** Which items a ranking leaves out, as one flag per item. */
export class Exclusions {
  /** All 0 between rankings. One array for all of them, because a new one takes longer than a list. */
  #flags = new Uint8Array(0);

  /** Runs one ranking with a flag on each item that is left out, and clears the flags again. No code of a caller runs in between. */
  rank(size: number, seen: Int32Array, { n, exclude = none, only }: Filter, rank: (request: RankRequest) => Ranked): Ranked {
    if (seen.length === 0 && exclude.length === 0) return rank({ n, skip: undefined, skipped: none, only });
    const skipped = union(seen, exclude);
    if (this.#flags.length !== size) this.#flags = new Uint8Array(size);
    const skip = this.#flags;
    for (let k = 0; k < skipped.length; k++) skip[skipped[k]] = 1;
    try {
      return rank({ n, skip, skipped, only });
    } finally {
      for (let k = 0; k < skipped.length; k++) skip[skipped[k]] = 0;
    }
  }
}
