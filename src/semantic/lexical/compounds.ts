import type { IdMap } from '../../data/id-map.ts';
import { firstIndex } from '../../numeric/first-index.ts';
import { isHangul } from './korean.ts';

/** Letters between the parts of a compound. */
const links = ['', 's', 'n', 'en', 'es', 'er', 'e'];
/** Parts shorter than this are no words; the first parts below are. */
const shortest = 4;
const shortParts = new Set(
  'auto bad bar bett blei brot buch bus eis ei eier erd eck fahr fuss gas gel glas gold haar hand haus hof holz hut kalt klo kuh lack leim luft mut obst ohr ol ole pc pkw rad rest rohr rot rund salz see ski spul tee teer tank tasche tier tisch tor tur tv uhr wand wc wein zahn zeit zoo boot brood deur eet fiets gras heet ijs kam kas klok koel koffie lamp muur oog oor pan raam tas thee tuin vis vlees voor was water zak zee zon'.split(
    ' ',
  ),
);
/** Parts of three letters that only begin a compound, or only end one: elsewhere they are in too many other words. */
const shortFirst = new Set(['arm', 'bed']);
const shortLast = new Set('bak bed jas kap kom mes pot rek'.split(' '));

/** Letters, or syllables in Korean, that a part has at least. */
const leastOf = (word: string) => (isHangul().test(word) ? 2 : 3);

/**
 * Finds compounds among the words of an index, and the parts of one that a query has: German and Dutch write them as one word, Korean often.
 */
export class Compounds {
  readonly #words: IdMap;
  #size = 0;
  #all = '\n';
  #starts: number[] = [];

  constructor(words: IdMap) {
    this.#words = words;
  }

  /** The numbers of the words that a word is a part of: `filter` of `kuhlschrankfilter`. */
  containing(word: string): number[] {
    if (word.length < leastOf(word) || !/^\p{L}+$/u.test(word)) return [];
    this.#update();
    const found: number[] = [];
    for (let at = this.#all.indexOf(word); at >= 0; at = this.#all.indexOf(word, at + 1)) {
      const number = this.#numberAt(at);
      const start = this.#starts[number];
      const end = this.#all.indexOf('\n', at);
      const before = this.#all.slice(start, at);
      const after = this.#all.slice(at + word.length, end);
      if ((before !== '' || after !== '') && this.#isPart(word, before, after)) found.push(number);
    }
    return found;
  }

  /** A word as several that texts have, links between them left out, the fewest parts first; undefined when it is no such compound. */
  partsOf(word: string, isKnown: (part: string) => boolean): string[] | undefined {
    const least = leastOf(word);
    if (word.length < 2 * least || word.length > 48 || !/^\p{L}+$/u.test(word)) return undefined;
    return this.#split(word, 3, least, isKnown, false);
  }

  #split(word: string, most: number, least: number, isKnown: (part: string) => boolean, alone: boolean): string[] | undefined {
    if (alone && word.length >= least && isKnown(word)) return [word];
    if (most === 1) return undefined;
    for (let at = word.length - least; at >= least; at--) {
      const head = word.slice(0, at);
      const first = links.find(
        (link) => head.endsWith(link) && head.length - link.length >= least && isKnown(head.slice(0, head.length - link.length)),
      );
      if (first === undefined) continue;
      const rest = this.#split(word.slice(at), most - 1, least, isKnown, true);
      if (rest) return [head.slice(0, head.length - first.length), ...rest];
    }
    return undefined;
  }

  #isPart(word: string, before: string, after: string): boolean {
    const isKoreanWord = (part: string) => part.length >= 2 && isHangul().test(part) && this.#words.indexOf(part) >= 0;
    if (isHangul().test(word)) return [before, after].every((part) => part === '' || isKoreanWord(part));
    const isWord = (part: string, short: ReadonlySet<string>) =>
      part === '' ||
      short.has(part) ||
      part.length >= shortest ||
      shortParts.has(part) ||
      links.some((link) => link !== '' && part.endsWith(link) && shortParts.has(part.slice(0, -link.length)));
    if (word.length === 3) {
      if (before !== '') return after === '' && (shortParts.has(word) || shortLast.has(word)) && this.#isKnown(before);
      return after.length >= shortest && (shortParts.has(word) || (shortFirst.has(word) && this.#isKnown(after)));
    }
    if (after !== '' && before !== '' && word.length < 5) return false;
    // An ending is no part: `filtern` is not a compound of `filter`.
    return isWord(before, shortFirst) && (after === '' || (isWord(after, shortLast) && /[aeiouy]/.test(after)));
  }

  /** Whether texts have it alone, without what links it to the next part: `Tür` is in `Kühlschranktür`, and not in `Reparatur`. */
  #isKnown(part: string): boolean {
    return links.some((link) => {
      const bare = part.endsWith(link) ? part.slice(0, part.length - link.length) : '';
      return shortParts.has(bare) || (bare.length >= shortest && this.#words.indexOf(bare) >= 0);
    });
  }

  #update(): void {
    if (this.#size === this.#words.size) return;
    const added: string[] = [];
    let at = this.#all.length;
    for (let number = this.#size; number < this.#words.size; number++) {
      const word = this.#words.idAt(number);
      this.#starts.push(at);
      added.push(word);
      at += word.length + 1;
    }
    this.#all += `${added.join('\n')}\n`;
    this.#size = this.#words.size;
  }

  #numberAt(at: number): number {
    return firstIndex(this.#starts.length, (k) => this.#starts[k] > at) - 1;
  }
}
