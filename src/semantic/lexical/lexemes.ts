import { pattern } from '../../work/pattern.ts';
import { longestWord, pairsOf, splitScripts, unspaced } from './tokenizer.ts';

/** A piece of a folded text. */
export interface Lexeme {
  /** As it is compared. */
  term: string;
  start: number;
  end: number;
  /** A number is digits, a decimal or a fraction; a sign is a character, or a pair, of a script without spaces, or an emoji. */
  kind: 'word' | 'number' | 'sign';
  /** What a number is as well, or may be: 3/4 is 0.75, and 1.500 is 1500 where points group digits. Of a name with a plus, all of it. */
  also?: string;
}

/** A word of a text, or another spelling of some of its words. */
export interface TextTerm {
  term: string;
  /** Where it stands in the folded text. */
  start: number;
  end: number;
  /** Another spelling, which counts where it is found and is not missed where it is not. */
  isExtra?: boolean;
}

// Every repetition is bounded, or a text of one endless word would take quadratic time.
const fraction = '(?<![\\p{L}\\p{N}.,/])\\d{1,3}/\\d{1,2}(?![\\d/]|[.,]\\d)';
const decimal = '\\d{1,12}(?:[.,]\\d{1,12}){1,6}|(?<![\\p{L}\\p{N}.,/])\\.\\d{1,12}';
const ending = "(?:(?<=n)'t|'s)(?![\\p{L}\\p{N}])";
const sharp = '(?:\\+{1,3}|#)(?![\\p{L}\\p{N}+#])|(?<=c)\\+\\+(?=\\d)'; // C++17
const word = `(?=[\\p{L}\\p{N}])(?:(?!\\d{1,12}[.,]\\d)[\\p{L}\\p{N}\\p{M}]){1,${longestWord}}(?:${ending}|${sharp})?`;
const lexemes = pattern(`(?<fraction>${fraction})|(?<decimal>${decimal})|(?<word>${word})|\\p{Emoji_Presentation}`, 'uy');
const digits = /^\d+$/;

/** Cuts a folded text into words and numbers. A number keeps its point, comma or slash. */
export function lexemesOf(folded: string): Lexeme[] {
  const found: Lexeme[] = [];
  const pattern = lexemes();
  for (let at = 0; at < folded.length; ) {
    const plain = plainWordEnd(folded, at);
    if (plain > at) {
      found.push({ term: folded.slice(at, plain), start: at, end: plain, kind: 'word' });
      at = plain;
      continue;
    }
    const code = folded.codePointAt(at) as number;
    pattern.lastIndex = at;
    const match = code < 128 && !mayBegin[code] ? null : pattern.exec(folded);
    if (match) addMatch(match, at, found);
    at += match ? match[0].length : code > 0xffff ? 2 : 1;
  }
  return found;
}

/**
 * Where the run of ASCII letters ends that begins at a place, if it is a word by itself, as most are; otherwise the place, and the pattern has
 * to say what is there.
 */
function plainWordEnd(folded: string, from: number): number {
  let at = from;
  let code = folded.charCodeAt(at);
  for (const last = from + longestWord; at <= last && code >= 97 && code <= 122; ) code = folded.charCodeAt(++at);
  return at - from > longestWord || code > 127 || mayGoOn[code] ? from : at;
}

const ascii = (set: RegExp) => Uint8Array.from({ length: 128 }, (_, code) => Number(set.test(String.fromCharCode(code))));
/** What a word, a number or a sign can begin with. */
const mayBegin = ascii(/[a-z\d.]/i);
/** What does not end a word behind small letters. */
const mayGoOn = ascii(/[A-Z\d'+#]/);

function addMatch({ 0: text, groups }: RegExpExecArray, start: number, found: Lexeme[]): void {
  const end = start + text.length;
  if (groups?.fraction) found.push({ term: text, start, end, kind: 'number', ...decimalOf(text) });
  else if (groups?.decimal) found.push({ ...readNumber(text), start, end, kind: 'number' });
  else if (!groups?.word) found.push({ term: text, start, end, kind: 'sign' });
  else if (unspaced().test(text)) addScripts(text, start, found);
  else addWord(text, start, found);
}

function addWord(text: string, start: number, found: Lexeme[]): void {
  const apostrophe = text.indexOf("'");
  const suffix = /[+#]+$/.exec(text)?.[0] ?? '';
  const bare = apostrophe < 0 ? text.slice(0, text.length - suffix.length) : text.slice(0, apostrophe);
  const end = start + text.length;
  if (digits.test(bare)) found.push({ term: bare, start, end: start + bare.length, kind: 'number' });
  else if (apostrophe >= 0) {
    found.push({ term: text.endsWith("'s") ? bare : `${bare}t`, start, end, kind: 'word' });
  } else if (suffix !== '' && bare.length <= 2)
    found.push({ term: text, start, end, kind: 'word' }); // C++ is not C, and A++ not A
  else if (/^\+/.test(suffix) && /\d/.test(bare))
    found.push({ term: bare, start, end, kind: 'word', also: text }); // S23+ is an S23, and another one
  else found.push({ term: bare, start, end: start + bare.length, kind: 'word' });
}

/** Runs of scripts without spaces give characters and pairs; what stands between them is words. */
function addScripts(text: string, from: number, found: Lexeme[]): void {
  let start = from;
  for (const run of splitScripts(text)) {
    if (!unspaced().test(run)) addWord(run, start, found);
    else for (const { term, at, length } of pairsOf(run)) found.push({ term, start: start + at, end: start + at + length, kind: 'sign' });
    start += run.length;
  }
}

/** A fraction as a decimal, if it is one of those of an inch. */
function decimalOf(fraction: string): Pick<Lexeme, 'also'> {
  const [numerator, denominator] = fraction.split('/').map(Number);
  return numerator > 0 && numerator < denominator && 64 % denominator === 0 ? { also: String(numerator / denominator) } : {};
}

/** One spelling of a number: 1,5 and 1.50 are 1.5; 1,000 is 1000; 1.234.567,8 is 1234567.8. */
function readNumber(text: string): Pick<Lexeme, 'term' | 'also'> {
  if (/^\d{1,3}(,\d{3})+$/.test(text)) {
    const whole = text.replaceAll(',', '');
    const isOne = text.indexOf(',') === text.lastIndexOf(',');
    return isOne ? { term: whole, also: text.replace(',', '.') } : { term: whole };
  }
  if (/^\d{1,3}(,\d{3})+\.\d+$/.test(text)) return { term: withoutZeros(text.replaceAll(',', '')) };
  if (/^\d{1,3}(\.\d{3}){2,}$/.test(text)) return { term: text.replaceAll('.', '') };
  if (/^\d{1,3}(\.\d{3})+,\d+$/.test(text)) return { term: withoutZeros(text.replaceAll('.', '').replace(',', '.')) };
  if (/^[1-9]\d{0,2}\.\d{3}$/.test(text)) return { term: text, also: text.replace('.', '') };
  if (/^\d*[.,]\d+$/.test(text)) return { term: withoutZeros(`${text.startsWith('.') ? '0' : ''}${text.replace(',', '.')}`) };
  const all = text.replaceAll(/[.,]/g, '');
  return all.length >= 7 ? { term: text.replaceAll(',', '.'), also: all } : { term: text.replaceAll(',', '.') };
}

function withoutZeros(decimal: string): string {
  return decimal.replace(/\.?0+$/, '');
}
