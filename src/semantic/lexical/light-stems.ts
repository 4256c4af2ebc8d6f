import type { Language } from './languages.ts';

/** Languages whose words are stemmed lightly. */
export type LightLanguage = Exclude<Language, 'en' | 'none'>;

/**
 * What the singular and the plural of a noun and the forms of an adjective have in common, in the tradition of Savoy's light stemmers (Savoy 2006, "Light
 * stemming approaches for the French, Portuguese, German and Hungarian languages"). Verbs stay as they are: what is sold has nouns. Takes words of a to z,
 * lower case, without accents, as words are folded.
 */
export const lightStems: Record<LightLanguage, (word: string) => string> = {
  /** `lampen` as `lampe`, `topfe` as `topf`, `bilder` as `bild`, `messern` as `messer`. */
  de(word) {
    const stem = word.replace(word.length > 5 ? /e[mr]$/ : /(?<=...)[esn]$/, '').replace(/(?<=...)[esn]$/, '');
    return stem === word ? stem : lightStems.de(stem);
  },

  /** `pannen` as `pan`, `huizen` as `huis`, `boten` as `boot`, `kinderen` as `kind`, `zwarte` as `zwart`. */
  nl(word) {
    if (word.length < 4) return word;
    return word
      .replace(/(?<=..)(?:eren|en|e)$/, '')
      .replace(/([bdfgklmnprst])\1$/, '$1')
      .replace(/z$/, 's')
      .replace(/v$/, 'f')
      .replace(/(?<=..)s$/, '')
      .replace(/(aa|ee|oo|uu)(?=[^aeiou]$)/, ([vowel]) => vowel);
  },

  /** `lampes` as `lampe`, `journaux` as `journal`, `bureaux` as `bureau`, `noires` as `noir`. */
  fr(word) {
    if (word.length < 4) return word;
    const singular = word
      .replace(/(?<=[aeo]u)x$/, '')
      .replace(/(?<=[^s])s$/, '')
      .replace(/(?<=[^e])au$/, 'al');
    const masculine = frenchAdjectives.get(singular);
    if (masculine !== undefined || singular.length < 6) return masculine ?? singular;
    return singular
      .replace(/e+$/, '')
      .replace(/([lnt])\1$/, '$1')
      .replace(/v$/, 'f')
      .replace(/eu[rs]$/, 'eu');
  },

  /** `mesas` as `mesa`, `luces` as `luz`, `relojes` as `reloj`, `blancas` as `blanco`. */
  es(word) {
    if (word.length < 4) return word;
    return word
      .replace(/ces$/, 'z')
      .replace(/(?<=[aeiou])s$/, '')
      .replace(/(?<=...)[aeo]$/, '');
  },

  /** `tazze` as `tazza`, `specchi` as `specchio`, `bianche` as `bianco`. */
  it: (word) =>
    word.length < 4
      ? word
      : word
          .replace(/(?<=..)[aeio]$/, '')
          .replace(/(?<=...)i$/, '')
          .replace(/(?<=[cg])h$/, ''),
};

/** Feminine forms of short adjectives: of longer words the ending is cut off, of short ones it tells a door (`porte`) from a port. */
const frenchAdjectives = new Map(
  `noir noire, vert verte, gris grise, bleu bleue, rond ronde, plat plate, haut haute, fin fine, court courte, chaud chaude, froid froide, lourd lourde,
  blanc blanche, sec seche, doux douce, long longue, neuf neuve, vif vive, mat mate, grand grande`
    .split(',')
    .map((pair) => pair.trim().split(' ').reverse() as [string, string]),
);
