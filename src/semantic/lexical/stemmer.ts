import { stemOfEnglish } from './english-forms.ts';
import type { Language } from './languages.ts';
import { lightStems } from './light-stems.ts';

/** What the forms of a word have in common. */
export interface Stemmer {
  /** Takes a word of the letters a to z, in lower case. */
  of(word: string): string;
  /** Whether different words may share a stem more than now and then. */
  isLight: boolean;
}

/** How words are stemmed, as an index and its file say it. */
export type Stem = 'english' | 'light';

export const isLightLanguage = (language: Language): language is keyof typeof lightStems => language in lightStems;

export function stemmerOf(stem: Stem | undefined, language: Language): Stemmer | undefined {
  if (stem === 'english') return { of: stemOfEnglish, isLight: false };
  return stem === 'light' && isLightLanguage(language) ? { of: lightStems[language], isLight: true } : undefined;
}
