import type { TextRange } from './highlight.ts';
import type { Placed } from './orders.ts';

/** Whether a query asks for a word of a text, or for two neighbours as one word, of which a beginning is not enough. */
export type IsFound = (word: string, isJoined?: boolean) => boolean;

/** How an index cuts texts and queries into words. An index keeps the version that it was built with: its postings are of those words. */
export interface Words {
  /** The words of a document, and other spellings of them, which do not make it longer. */
  ofDocument(text: string): DocumentWords;
  /** The words of a query, and what may stand for some of them together. */
  ofQuery(text: string): QueryWords;
  /** What a query ends with, as a word and as the end of others; undefined when there is no word. */
  last(text: string): Set<string> | undefined;
  /** The parts of a text whose words pass a test, in order; they neither overlap nor touch. */
  ranges(text: string, isFound: IsFound): TextRange[];
  /** Whether a word that no text has is looked for as two. */
  readonly splits: boolean;
  /** The words of a text in their places, all spellings; without it an index keeps no order and knows no phrases. */
  placed?: ((text: string, isQuery: boolean) => Placed<string>[]) | undefined;
  /** Words that hardly say what is wanted. */
  readonly stopWords: ReadonlySet<string>;
  /** Whether a word may stand inside a longer one, as in German and Korean. */
  readonly hasCompounds: (word: string) => boolean;
}

/** Words, and other spellings of them. */
export interface DocumentWords {
  words: string[];
  extras: string[];
  /** All of them in their places, where the order is kept. */
  placed?: Placed<string>[];
}

/** Words, and spellings that stand for each of several: `antivirus` for `anti` and for `virus`. */
export interface QueryWords {
  words: string[];
  extras: { word: string; of: string[] }[];
}
