/** Levels of the largest score there can be; bounds are a little larger. */
const levels = 210;

/** A query of a batch in whole numbers, as its kernel takes it. */
export abstract class BatchQuery {
  /** What the kernel knows of it beside its digits: see kernels/codes-batch/coarse.ts. */
  readonly own = new Float32Array(8);

  /** Takes a query. @param longest no row is longer @returns whether it could: not if it is zero, not finite, or very large or small */
  abstract take(query: Float32Array, longest: number): boolean;

  /** Writes its digits among those of others, as the k-th. @param digits of as many bytes as the kernel wants for each query */
  abstract placeIn(digits: Uint8Array, k: number): void;

  /** Rules out rows that cannot score as much as this. */
  mustReach(score: number): void {
    this.own[6] = score;
  }

  /** The level of a score: a row with a lower one scores less. */
  levelOf(score: number): number {
    const level = Math.fround(score * this.own[5]);
    return level >= 255 ? 255 : level > 0 ? Math.trunc(level) : 0; // NaN rules nothing out
  }

  /** Levels per unit of a score. */
  protected unit(norm: number, longest: number): number {
    return levels / (norm * longest);
  }
}
