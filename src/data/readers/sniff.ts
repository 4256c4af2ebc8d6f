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
  if (end < 0 && !whole) return new RegExp(`^\\{\\s*"${rowsName}"\\s*:\\s*\\[\\s*\\{`).test(line) ? 'json-document' : 'json-lines';
  try {
    if (!more && new RegExp(`^\\{\\s*"${rowsName}"\\s*:\\s*\\[\\s*\\]\\s*\\}\\s*$`).test(line)) return 'json-document';
    const row = JSON.parse(line);
    return !more &&
      Object.entries(row).some(([name, value]) => holdsRows(value) || holdsNone(name, value)) &&
      !Object.keys(row).some((name) => /user|item|asin|product/i.test(name))
      ? 'json-document'
      : 'json-lines';
  } catch {
    if (/\b(None|True|False)\b|\(/.test(line) && /\}\s*$/.test(line) && /'/.test(line)) return 'python';
    return /\}\s*,?\s*$/.test(line) && line.trim() !== '{}' ? 'json-lines' : 'json-document';
  }
}

/** How an object calls the rows it holds. */
const rowsName = '(data|rows|records|results|items|reviews|ratings|interactions|events)';

/** As an API answers that has found nothing: `{ "total": 0, "data": [] }`. */
function holdsNone(name: string, value: unknown): boolean {
  return Array.isArray(value) && value.length === 0 && new RegExp(`^${rowsName}$`).test(name);
}

function holdsRows(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row));
}

/** The layout of a file of fields, where its options leave it open. */
export function guessedLayout(head: Buffer, given: { delimiter: string; quote?: string | false | undefined; escape?: string | undefined }) {
  const text = head.toString();
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.length > 1) lines.pop(); // it may be cut
  const { quote = isUnquoted(lines) ? false : undefined, escape: escaping = hasBackslashQuotes(text, given.delimiter) ? '\\' : undefined } =
    given;
  const delimiter = given.delimiter === 'auto' && areBlanks(lines) ? 'blanks' : given.delimiter;
  return { delimiter, quote, escape: quote === false || quote === escaping ? given.escape : escaping };
}

/**
 * Whether quotes are letters like any other, as in files of tabs that were written without quoting: some field begins with one that
 * does not end it, in a line that has as many tabs as the first.
 */
function isUnquoted([first, ...lines]: string[]): boolean {
  const width = first.split('\t').length;
  if (width === 1) return false;
  return lines.some((line) => {
    const fields = line.split('\t');
    return fields.length === width && fields.some((field) => field.startsWith('"') && (field.length === 1 || !field.endsWith('"')));
  });
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
