import { AttuneError, shown } from '../../errors.ts';

/**
 * What means the same: a list of words each of which finds the others, `['fridge', 'refrigerator']`, or words that find others but not the
 * other way round, `{ hoover: ['vacuum cleaner'] }`. An entry may be several words.
 */
export type Synonyms = readonly (readonly string[] | { readonly [asked: string]: readonly string[] })[];

/** What is asked, and what is found for it, as words. */
export interface Synonym {
  from: string[];
  to: string[][];
}

/** One entry for each way in which synonyms are asked. @param cut the words of a text. @throws ERR_BAD_OPTION */
export function readSynonyms(given: Synonyms | undefined, cut: (text: string) => string[], owner: string): Synonym[] {
  if (given === undefined) return [];
  const refuse = (got: unknown): never => {
    const expected = "a list of lists such as [['fridge', 'refrigerator'], { hoover: ['vacuum cleaner'] }]";
    throw new AttuneError('ERR_BAD_OPTION', `${owner}: option 'synonyms' must be ${expected}, got ${shown(got)}.`);
  };
  const wordsOf = (text: unknown): string[] => {
    const words = typeof text === 'string' ? cut(text) : [];
    return words.length > 0 ? words : refuse(text);
  };
  const isList = (value: unknown): value is readonly string[] => Array.isArray(value);
  if (!isList(given)) return refuse(given);
  return given.flatMap((group: Synonyms[number]) => {
    if (isList(group)) {
      const all = group.map(wordsOf);
      return all.map((from, k) => ({ from, to: all.filter((_, other) => other !== k) }));
    }
    if (group === null || typeof group !== 'object') return refuse(group);
    return Object.entries(group).map(([asked, found]) => ({
      from: wordsOf(asked),
      to: isList(found) ? found.map(wordsOf) : refuse(found),
    }));
  });
}
