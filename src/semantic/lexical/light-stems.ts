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
    const stem = word
      .replace(word.length > 5 ? /e[mr]$/ : /(?<=^(?:bad|gut|hoh|neu|rad|rot))e[mr]$|(?<=...)[esn]$/, '')
      .replace(/(?<=...)[esn]$/, '')
      .replace(/(?<=[ai]b|dunk|^ed)el$/, 'l') // flexibel, flexible
      .replace(/^hoh$/, 'hoch');
    return stem === word ? stem : lightStems.de(stem);
  },

  /** `pannen` as `pan`, `huizen` as `huis`, `boten` as `boot`, `kinderen` as `kind`, `zwarte` as `zwart`, `kussens` as `kussen`. */
  nl(word) {
    if (word.length < 4) return word;
    const stem = word
      .replace(dutchPlural, '')
      .replace(/(?<=blad|ei|kind|lied|rund)eren$|(?<=..)(?:(?<!o|[^ei]e)en|e)$/, '')
      .replace(/([bdfgklmnprst])\1$/, '$1')
      .replace(/(?<=..)z$/, 's')
      .replace(/(?<=..)v$/, 'f')
      .replace(/(aa|ee|oo|uu)(?=[^aeiou]$)/, ([vowel]) => vowel);
    return stem === word ? stem : lightStems.nl(stem);
  },

  /** `lampes` as `lampe`, `journaux` as `journal`, `bureaux` as `bureau`, `noires` as `noir`. */
  fr(word) {
    if (word.length < 4) return word;
    if (masculines.has(word)) return word;
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
      .replace(/(?<!fran)ces$/, 'z')
      .replace(/(?<=[aeiouy])(?<!^gri)s$/, '')
      .replace(/(?<=...)[aeo]$/, '')
      .replace(/(?<=...)es$/, ''); // inglesa, as ingles without its accent
  },

  /** `tazze` as `tazza`, `specchi` as `specchio`, `bianche` as `bianco`. */
  it: (word) =>
    word.length < 4
      ? word
      : word
          .replace(/^uomini$/, 'uomo')
          .replace(/(?<=..)[aeio]$/, '')
          .replace(/(?<=...)i$/, '')
          .replace(/(?<=[cg])h$/, ''),
};

/** An `s` behind a second syllable, or behind what no Dutch word of one syllable ends with: of `tafels`, `fotos` and `mugs`, not of `glas` and `kaars`. */
const dutchPlural = /(?<=[aeiouy][^aeiouy]+(?:[aeiouy]|ie|[aeiouy]+[^aeiouys]+)|[bdgmpw]|[io]rt|aal)s$/;

/** Feminine forms of short adjectives: of longer words the ending is cut off, of short ones it tells a door (`porte`) from a port. */
const frenchAdjectives = new Map(
  `noir noire, vert verte, gris grise, bleu bleue, rond ronde, plat plate, haut haute, fin fine, court courte, chaud chaude, froid froide, lourd lourde,
  blanc blanche, sec seche, doux douce, long longue, neuf neuve, vif vive, mat mate, grand grande, beau belle, nouveau nouvelle, vieux vieille, gros grosse,
  gras grasse, bas basse, epais epaisse, frais fraiche, faux fausse, roux rousse, net nette,
  brun brune, dur dure, pur pure, sucre sucree, sale salee, carre carree, dore doree, plie pliee, fume fumee`
    .split(',')
    .map((pair) => pair.trim().split(' ').reverse() as [string, string]),
);
const masculines = new Set(frenchAdjectives.values());
