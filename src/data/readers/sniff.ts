import { guessDelimiter } from './csv-layout.ts';
import { CsvScanner, incomplete } from './csv-scanner.ts';
import { presets, type TablePreset } from './presets.ts';

/** What a text is, told by its beginning. */
export type TextFormat = 'json-lines' | 'json-document' | 'python' | 'csv';

/** @param head the beginning of the text. @param whole whether it is all of it. */
export function textFormat(head: Buffer, whole: boolean): TextFormat {
  const text = head.toString().trimStart();
  if (text[0] === '[') return 'json-document';
  if (text[0] !== '{') return 'csv';
  const end = text.search(/[\r\n]/);
  const line = end < 0 ? text : text.slice(0, end);
  if (/^\{\s*[uU]?'/.test(line)) return 'python';
  const more = end >= 0 && /\S/.test(text.slice(end));
  if (end < 0 && !whole) return holdsRowsAbove(line) ? 'json-document' : 'json-lines';
  try {
    const row = JSON.parse(line);
    return !more && Object.entries(row).some(([name, value]) => (holdsRows(value) || holdsNone(name, value)) && !hasIds(row, name))
      ? 'json-document'
      : 'json-lines';
  } catch {
    if (/\b(None|True|False)\b|\(/.test(line) && /\}\s*$/.test(line) && /'/.test(line)) return 'python';
    return /\}\s*,?\s*$/.test(line) && line.trim() !== '{}' ? 'json-lines' : 'json-document';
  }
}

/** How an object calls the rows it holds. */
const rowsName = /^(data|rows|records|results|hits|items|products|reviews|ratings|interactions|events)$/i;
/** Fields by which an object is a row itself, such as an order with its items. */
const idName = /user|item|asin|product|order|cart|basket|session|visit/i;

/** Whether an object has ids beside the field that may hold rows. */
function hasIds(row: object, rows: string): boolean {
  return Object.keys(row).some((name) => idName.test(name) && !(name === rows && rowsName.test(name)));
}

/** As an API answers that has found nothing: `{ "total": 0, "data": [] }`. */
function holdsNone(name: string, value: unknown): boolean {
  return Array.isArray(value) && value.length === 0 && rowsName.test(name);
}

function holdsRows(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row));
}

/** Whether the beginning of a line, an object without an end, has come to an array of objects, with no id before it. */
function holdsRowsAbove(line: string): boolean {
  const plain = line.replace(/"(?:[^"\\]|\\.)*"/g, (text) => (/^"\w*"$/.test(text) ? text : '""')); // no brackets in texts
  const [above, name] = /^(\{(?:[^[\]{}]|\[[^[\]{}]*\]|\{[^{}]*\})*?)"(\w*)"\s*:\s*\[\s*\{/.exec(plain)?.slice(1) ?? [];
  if (above === undefined) return false;
  return rowsName.test(name) && ![...above.matchAll(/"(\w*)"\s*:/g)].some(([, key]) => idName.test(key));
}

/** What a caller says about the layout. */
interface GivenLayout {
  delimiter: string;
  quote?: string | false | undefined;
  escape?: string | undefined;
  comment?: string | undefined;
  skipLines: number;
}

/** The layout of a file of fields, where its options leave it open. @param whole whether the head is all of the file. */
export function guessedLayout(head: Buffer, whole: boolean, given: GivenLayout) {
  const text = head.toString();
  const all = text.split(/\r\n|\n|\r/);
  if (all.length > 1) all.pop(); // it may be cut
  const lines = all.slice(given.skipLines).filter((line) => line !== '' && !(given.comment && line.startsWith(given.comment)));
  const delimiter = given.delimiter === 'auto' ? guessedDelimiter(lines) : given.delimiter;
  const { escape: escaping = hasBackslashQuotes(text, given.delimiter) ? '\\' : undefined } = given;
  const { quote = hasLettersAsQuotes(lines, delimiter, escaping, whole) ? false : undefined } = given;
  return { delimiter, quote, escape: quote === false || quote === escaping ? given.escape : escaping };
}

/**
 * `'auto'`, which takes the most frequent delimiter of the first line, unless that one is in texts there and another one separates all lines alike,
 * as in a file of tabs with commas in its titles.
 */
function guessedDelimiter(lines: string[]): string {
  if (areBlanks(lines)) return 'blanks';
  const some = lines.slice(0, 20);
  if (some.length < 2 || /::|"|^sep=/i.test(some[0])) return 'auto';
  const counts = [...',;\t|\x01'].map((delimiter) => ({ delimiter, of: some.map((line) => line.split(delimiter).length - 1) }));
  const [most] = counts.sort((a, b) => b.of[0] - a.of[0]);
  const isEven = ({ of }: typeof most) => of[0] > 0 && of.every((count) => count === of[0]);
  return isEven(most) ? 'auto' : (counts.find(isEven)?.delimiter ?? 'auto');
}

/**
 * Whether quotes are letters like any other, as in files of tabs that were written without quoting: some field begins with one that does not end
 * it, in a line with as many fields as the first. Not where lines differ in that and quotes explain why, because they hold delimiters or lines.
 */
function hasLettersAsQuotes(lines: string[], given: string, escaping: string | undefined, whole: boolean): boolean {
  const delimiter = given === 'auto' ? guessDelimiter(Buffer.from(lines[0] ?? ''), 0, 10, 34) : given;
  if (/^(,|;|blanks)$/.test(delimiter)) return false; // they are in texts too, so that files of them are quoted
  const fields = lines.map((line) => line.split(delimiter));
  const width = fields[0]?.length ?? 0;
  if (width < 2) return false;
  const isOpen = (field: string) => field.startsWith('"') && (field.length === 1 || !field.endsWith('"'));
  if (!fields.some((parts) => parts.length === width && parts.some(isOpen))) return false;
  return fields.every((parts) => parts.length === width) || !areQuotedRecords(lines, delimiter, escaping, whole);
}

/** A quoted text of more lines is rather one whose quote is a letter, so that it runs over the records behind it. */
const mostTextLines = 200;

/** Whether the lines are records of as many fields as the first, with texts in quotes that may be longer than a line. */
function areQuotedRecords(lines: string[], delimiter: string, escaping: string | undefined, whole: boolean): boolean {
  const data = Buffer.from(`${lines.join('\n')}\n`);
  const scanner = new CsvScanner({
    delimiter: Buffer.from(delimiter),
    quote: 34,
    escape: escaping?.charCodeAt(0) ?? -1,
    newline: 10,
    blanks: false,
  });
  let width = 0;
  for (let at = 0; at < data.length; ) {
    const next = scanner.scan(data, at, whole);
    if (next === incomplete) return data.subarray(at).filter((byte) => byte === 10).length <= mostTextLines;
    if (scanner.problem || scanner.newlines > mostTextLines) return false;
    width ||= scanner.count;
    if (scanner.count !== width) return false;
    at = next;
  }
  return true;
}

/** Whether a backslash stands before quotes in texts, and not just at the end of one. */
function hasBackslashQuotes(text: string, delimiter: string): boolean {
  const inside = /(?:^|[,;\t|\r\n]|::)"[^"\r\n]*\\"(?!::)[^,;\t|\r\n"]/g;
  for (const { 0: found, index } of text.matchAll(inside)) if (!text.startsWith(delimiter, index + found.length - 1)) return true;
  return false;
}

/** Whether the lines have no other delimiter than blanks, and all as many fields as the first. */
function areBlanks(lines: string[]): boolean {
  const some = lines.filter((line) => line.trim() !== '').slice(0, 20);
  const width = (line: string) => line.trim().split(/[ \t]+/).length;
  return some.length > 1 && some.every((line) => !/[,;|\t]|::|"/.test(line) && width(line) > 1 && width(line) === width(some[0]));
}

/** Whether the first line names columns that the preset knows. */
export function hasHeader(head: Buffer, preset: TablePreset): boolean {
  const first = head
    .toString()
    .trimStart()
    .split(/[\r\n]/, 1)[0];
  const known = Object.keys(presets[preset as keyof typeof presets].names);
  return first.split(/[,;\t|]|::/).some((name) => known.includes(name.replaceAll('"', '').trim()));
}
