import { type Ranked, TopK } from '../../numeric/top-k.ts';

/** Some texts, and a number for each. */
export interface TextValues {
  texts: Int32Array;
  values: Float64Array;
  /** How many there are. */
  size: number;
}

/** The scores of the texts that one query has found so far. */
export class MatchScores {
  #scores = new Float64Array(0);
  #found = new Int32Array(0);
  #hits = new Uint16Array(0); // how many of the words that it must have a text has
  #count = 0;

  /** How many texts are found. */
  get count(): number {
    return this.#count;
  }

  /** Forgets the last query, and makes room for so many texts. */
  clear(texts: number): void {
    for (let t = 0; t < this.#count; t++) {
      this.#scores[this.#found[t]] = 0;
      this.#hits[this.#found[t]] = 0;
    }
    this.#count = 0;
    if (this.#scores.length >= texts) return;
    this.#scores = new Float64Array(texts);
    this.#hits = new Uint16Array(texts);
    this.#found = new Int32Array(texts);
  }

  /** Forgets everything, whatever numbers texts have now. */
  reset(): void {
    this.#scores.fill(0);
    this.#hits.fill(0);
    this.#count = 0;
  }

  /** Adds to the scores of texts, which are found by it. */
  add({ texts, values, size }: TextValues, weight: number): void {
    const scores = this.#scores;
    const found = this.#found;
    let count = this.#count;
    for (let e = 0; e < size; e++) {
      const text = texts[e];
      const score = scores[text];
      if (score === 0) found[count++] = text;
      scores[text] = score + weight * values[e];
    }
    this.#count = count;
  }

  /** Adds to the scores of those of the texts that are found already. */
  addToFound({ texts, values, size }: TextValues, weight: number): void {
    const scores = this.#scores;
    for (let e = 0; e < size; e++) if (scores[texts[e]] !== 0) scores[texts[e]] += weight * values[e];
  }

  /** Counts one more of the words that texts must have. */
  hit({ texts, size }: TextValues): void {
    for (let e = 0; e < size; e++) this.#hits[texts[e]]++;
  }

  /** Keeps the texts that have so many of the words that they must have. */
  keepHits(required: number): void {
    this.keep((text) => this.#hits[text] === required);
  }

  /** Keeps of what was found the texts that pass a test. */
  keep(passes: (text: number) => boolean): void {
    let kept = 0;
    for (let t = 0; t < this.#count; t++) {
      const text = this.#found[t];
      if (passes(text)) this.#found[kept++] = text;
      else {
        this.#scores[text] = 0;
        this.#hits[text] = 0;
      }
    }
    this.#count = kept;
  }

  /** The score of a text, 0 when it is not found. */
  of(text: number): number {
    return this.#scores[text] ?? 0;
  }

  /** The keys of the best texts. */
  top(n: number, keyOf: Int32Array, allowed: Uint8Array | undefined): Ranked {
    const best = new TopK(Math.min(n, this.#count));
    const [scores, found, count] = [this.#scores, this.#found, this.#count];
    let least = best.threshold; // most texts are below it, so that it is compared here
    for (let t = 0; t < count; t++) {
      const text = found[t];
      if (Math.fround(scores[text]) < least) continue;
      if (allowed && allowed[keyOf[text]] === 0) continue;
      best.offer(keyOf[text], scores[text]);
      least = best.threshold;
    }
    return best.take();
  }
}
