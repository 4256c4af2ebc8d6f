/**
 * The stem of an English word, by the Snowball English stemmer (Porter2; Porter 2001, as of Snowball 3.1). Stems are for comparing, not
 * for reading: `relational` gives `relat`.
 *
 * @param word lower case; what is not a to z is left alone by most rules.
 */
export function stemEnglish(word: string): string {
  const exception = exceptions[word];
  if (exception !== undefined) return exception;
  if (word.length < 3) return word;
  // A y that is a consonant is written Y until the end.
  const marked = word.replace(/^'/, '').replace(/^y/, 'Y').replace(consonantY, '$1Y');
  const region1 = regionAfter(marked, 0);
  const region2 = regionAfter(marked, region1);
  let stem = plural(marked);
  stem = pastAndProgressive(stem, region1);
  if (/[^aeiouy][yY]$/.test(stem) && stem.length > 2) stem = `${stem.slice(0, -1)}i`;
  stem = derived(stem, region1);
  stem = adjectival(stem, region1, region2);
  stem = residual(stem, region2);
  stem = final(stem, region1, region2);
  return stem.replaceAll('Y', 'y');
}

const consonantY = /([aeiouy])y/g;

const exceptions: Record<string, string | undefined> = Object.assign(Object.create(null), {
  skis: 'ski',
  skies: 'sky',
  idly: 'idl',
  gently: 'gentl',
  ugly: 'ugli',
  early: 'earli',
  only: 'onli',
  singly: 'singl',
  ...Object.fromEntries(['sky', 'news', 'howe', 'atlas', 'cosmos', 'bias', 'andes'].map((word) => [word, word])),
});

const irregularStarts = /^(?:arsen|commun|emerg|gener|inter|later|organ|past|univers)/;
const vowelThenConsonant = /[aeiouy][^aeiouy]/g;

/** Where the region after the first consonant that follows a vowel begins; the end of the word when there is none. */
function regionAfter(word: string, from: number): number {
  const irregular = from === 0 ? irregularStarts.exec(word) : null;
  if (irregular) return irregular[0].length;
  vowelThenConsonant.lastIndex = from;
  return vowelThenConsonant.test(word) ? vowelThenConsonant.lastIndex : word.length;
}

/** Whether a word ends in a short syllable. */
const endsShort = (word: string) => /[^aeiouy][aeiouy][^aeiouywxY]$|^[aeiouy][^aeiouy]$|past$/.test(word);

/** Step 1a. */
function plural(given: string): string {
  const word = given.replace(/(?:'s'|'s|')$/, '');
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (/ie[ds]$/.test(word)) return word.slice(0, word.length > 4 ? -2 : -1);
  if (/[us]s$/.test(word) || !word.endsWith('s')) return word;
  return /[aeiouy].+s$/.test(word) ? word.slice(0, -1) : word;
}

/** Step 1b. */
function pastAndProgressive(word: string, region1: number): string {
  const ending = /(?:eedly|ingly|edly|eed|ing|ed)$/.exec(word)?.[0];
  if (!ending) return word;
  const rest = word.slice(0, -ending.length);
  if (ending.startsWith('eed')) return rest.length < region1 || /^(?:succ|proc|exc)$/.test(rest) ? word : `${rest}ee`;
  if (ending === 'ing') {
    if (/^[^aeiouy]y$/.test(rest)) return `${rest[0]}ie`;
    if (/^(?:even|cann|inn|earr|herr|out)$/.test(rest)) return word;
  }
  if (!/[aeiouy]/.test(rest)) return word;
  if (/(?:at|bl|iz)$/.test(rest)) return `${rest}e`;
  if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(rest)) return /^[aeo]..$/.test(rest) ? rest : rest.slice(0, -1);
  return rest.length === region1 && endsShort(rest) ? `${rest}e` : rest;
}

/** Endings and what takes their place; of several that fit, the longest decides. */
type Rules = readonly (readonly [ending: string, replacement: string])[];

const longestFirst = (rules: Rules): Rules => [...rules].sort(([a], [b]) => b.length - a.length);
const firstOf = (rules: Rules, word: string) => rules.find(([ending]) => word.endsWith(ending));

const derivedRules = longestFirst([
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['abli', 'able'],
  ['entli', 'ent'],
  ['izer', 'ize'],
  ['ization', 'ize'],
  ['ational', 'ate'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['alli', 'al'],
  ['fulli', 'ful'],
  ['fulness', 'ful'],
  ['ousli', 'ous'],
  ['ousness', 'ous'],
  ['iveness', 'ive'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['bli', 'ble'],
  ['ogist', 'og'],
  ['ogi', 'og'],
  ['lessli', 'less'],
  ['li', ''],
]);

/** Step 2. */
function derived(word: string, region1: number): string {
  const rule = firstOf(derivedRules, word);
  if (!rule || word.length - rule[0].length < region1) return word;
  const rest = word.slice(0, -rule[0].length);
  if (rule[0] === 'ogi' && !rest.endsWith('l')) return word;
  if (rule[0] === 'li' && !/[cdeghkmnrt]$/.test(rest)) return word;
  return rest + rule[1];
}

const adjectivalRules = longestFirst([
  ['tional', 'tion'],
  ['ational', 'ate'],
  ['alize', 'al'],
  ['icate', 'ic'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
  ['ative', ''],
]);

/** Step 3. */
function adjectival(word: string, region1: number, region2: number): string {
  const rule = firstOf(adjectivalRules, word);
  const rest = rule ? word.length - rule[0].length : -1;
  if (!rule || rest < region1 || (rule[0] === 'ative' && rest < region2)) return word;
  return word.slice(0, rest) + rule[1];
}

const residualEnding = /(?:ement|ance|ence|able|ible|ment|ant|ent|ism|ate|iti|ous|ive|ize|ion|al|er|ic)$/;

/** Step 4. */
function residual(word: string, region2: number): string {
  const ending = residualEnding.exec(word)?.[0];
  if (!ending) return word;
  const rest = word.slice(0, -ending.length);
  return rest.length < region2 || (ending === 'ion' && !/[st]$/.test(rest)) ? word : rest;
}

/** Step 5. */
function final(word: string, region1: number, region2: number): string {
  const rest = word.slice(0, -1);
  if (word.endsWith('e')) return rest.length >= region2 || (rest.length >= region1 && !endsShort(rest)) ? rest : word;
  return word.endsWith('ll') && rest.length >= region2 ? rest : word;
}
