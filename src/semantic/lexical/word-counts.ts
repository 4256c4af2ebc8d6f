import type { IdMap } from '../../data/id-map.ts';
import { grown } from '../../numeric/grown.ts';
import type { DocumentWords } from './cut-words.ts';

/** Counts the words of one text at a time by their numbers: a map of strings for each text would take longer than cutting it. */
export class WordCounts {
  #counts = new Int32Array(0); // by word; all 0 between texts
  #distinct: number[] = [];

  /** Visits the distinct words of a text, in order, and how often each is there. Other spellings count once, where the word itself is not there. */
  read({ words, extras }: DocumentWords, numbers: IdMap, visit: (word: number, count: number) => void): void {
    for (const word of words) {
      const number = this.#numberOf(word, numbers); // may replace the array
      this.#counts[number]++;
    }
    for (const word of extras) {
      const number = this.#numberOf(word, numbers);
      if (this.#counts[number] === 0) this.#counts[number] = 1;
    }
    for (const number of this.#distinct) {
      visit(number, this.#counts[number]);
      this.#counts[number] = 0;
    }
    this.#distinct.length = 0;
  }

  #numberOf(word: string, numbers: IdMap): number {
    const number = numbers.add(word);
    this.#counts = grown(this.#counts, number + 1);
    if (this.#counts[number] === 0) this.#distinct.push(number);
    return number;
  }
}
