/** The best entries of a ranking, best first; ties are ordered by index. */
export interface Ranked {
  /** Dense indices, best first. */
  indices: Int32Array;
  /** Their scores, never increasing. */
  scores: Float32Array;
}

/**
 * Keeps the best `n` of what is offered. A min-heap ordered by (score, then larger index), so the worst kept entry is at
 * the root and rejecting an entry takes one comparison. NaN is never kept.
 */
export class TopK {
  readonly #n: number;
  readonly #scores: Float32Array;
  readonly #indices: Int32Array;
  #size = 0;

  /** Starts empty. @param n how many to keep; 0 keeps nothing. */
  constructor(n: number) {
    this.#n = n;
    this.#scores = new Float32Array(n);
    this.#indices = new Int32Array(n);
  }

  /** What a score must exceed (or, with a smaller index, equal) to enter: -Infinity until `n` are kept. */
  get threshold(): number {
    if (this.#n === 0) return Number.POSITIVE_INFINITY;
    return this.#size < this.#n ? Number.NEGATIVE_INFINITY : this.#scores[0];
  }

  /** Offers one entry. The score is rounded to a 32-bit float first, so that what is compared is what is returned. */
  offer(index: number, exact: number): void {
    const score = Math.fround(exact);
    if (this.#size < this.#n) {
      if (!Number.isNaN(score)) this.#up(this.#size++, index, score);
    } else if (this.#n > 0 && (score > this.#scores[0] || (score === this.#scores[0] && index < this.#indices[0]))) {
      this.#down(index, score, this.#size);
    }
  }

  /** The kept entries, best first; empties this object. */
  take(): Ranked {
    const size = this.#size;
    const ranked = { indices: new Int32Array(size), scores: new Float32Array(size) };
    for (let k = size - 1; k >= 0; k--) {
      ranked.indices[k] = this.#indices[0];
      ranked.scores[k] = this.#scores[0];
      this.#down(this.#indices[k], this.#scores[k], k);
    }
    this.#size = 0;
    return ranked;
  }

  #worse(a: number, b: number): boolean {
    return this.#scores[a] < this.#scores[b] || (this.#scores[a] === this.#scores[b] && this.#indices[a] > this.#indices[b]);
  }

  #put(at: number, index: number, score: number): void {
    this.#indices[at] = index;
    this.#scores[at] = score;
  }

  #up(at: number, index: number, score: number): void {
    this.#put(at, index, score);
    for (let parent = (at - 1) >> 1; at > 0 && this.#worse(at, parent); at = parent, parent = (at - 1) >> 1) this.#swap(at, parent);
  }

  /** Places an entry at the root of a heap of `size` and sifts it down. */
  #down(index: number, score: number, size: number): void {
    this.#put(0, index, score);
    for (let at = 0; ; ) {
      let worst = at;
      const left = 2 * at + 1;
      if (left < size && this.#worse(left, worst)) worst = left;
      if (left + 1 < size && this.#worse(left + 1, worst)) worst = left + 1;
      if (worst === at) return;
      this.#swap(at, worst);
      at = worst;
    }
  }

  #swap(a: number, b: number): void {
    const index = this.#indices[a];
    const score = this.#scores[a];
    this.#put(a, this.#indices[b], this.#scores[b]);
    this.#put(b, index, score);
  }
}

/**
 * The best `n` of a dense array of scores.
 * @param skip one flag per entry; entries whose flag is not 0 are left out.
 */
export function topK(scores: ArrayLike<number>, n: number, skip?: Uint8Array): Ranked {
  const best = new TopK(Math.min(n, scores.length));
  for (let i = 0; i < scores.length; i++) if (!skip || skip[i] === 0) best.offer(i, scores[i]);
  return best.take();
}
