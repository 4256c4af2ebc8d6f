import { likelyColumn } from '../../src/data/guess-columns.ts';
import type { Row, Table } from './messages.ts';

/** A dropped file as rows: CSV, TSV, semicolons, JSON lines or a JSON array, also gzipped. @throws with what is missing, in words */
export async function readFile(file: Blob & { name?: string }): Promise<Table> {
  const text = await textOf(file);
  const rows = /^\s*[[{]/.test(text) ? jsonRows(text) : delimitedRows(text);
  return tableOf(file.name ?? 'your file', rows);
}

async function textOf(file: Blob): Promise<string> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  const stream = gzip ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  return (await new Response(stream).text()).replace(/^\ufeff/, '');
}

type Fields = Record<string, unknown>;

function jsonRows(text: string): Fields[] {
  if (text.trimStart().startsWith('[')) return JSON.parse(text);
  return text.split('\n').flatMap((line, k) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as Fields];
    } catch {
      throw new Error(`Line ${k + 1} is not JSON: ${line.slice(0, 60)}`);
    }
  });
}

function delimitedRows(text: string): Fields[] {
  const firstLine = text.slice(0, text.search(/\r?\n|$/));
  const counts = [',', '\t', ';', '|'].map((mark) => [firstLine.split(mark).length, mark] as const);
  const [[columns, delimiter]] = counts.sort(([a], [b]) => b - a);
  if (columns < 2) throw new Error('Expected a table with a header: columns with commas, tabs or semicolons between them, or JSON lines.');
  const [names, ...lines] = [...fieldsOf(text, delimiter)];
  return lines.map((line) => Object.fromEntries(names.map((name, c) => [name, line[c]])));
}

/** Lines of fields; a field in quotation marks may hold the delimiter, line ends and doubled quotation marks. */
export function* fieldsOf(text: string, delimiter: string): Generator<string[]> {
  let line: string[] = [];
  for (let at = 0; at < text.length; ) {
    let field: string;
    if (text[at] === '"') {
      let end = at + 1;
      while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) end += text[end] === '"' ? 2 : 1;
      field = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      let end = at;
      while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end++;
      field = text.slice(at, end).replace(/\r$/, '');
      at = end;
    }
    line.push(field);
    if (text[at] === '\r') at++;
    if (text[at] === delimiter) {
      at++;
      if (at < text.length) continue;
      line.push('');
    }
    at++;
    if (line.length > 1 || line[0] !== '') yield line;
    line = [];
  }
}

function tableOf(name: string, rows: Fields[]): Table {
  if (rows.length === 0) throw new Error('The file has a header and no rows.');
  const columns = Object.keys(rows[0]);
  const [user, item, value, timestamp] = (['user', 'item', 'value', 'timestamp'] as const).map((what) => likelyColumn(what, columns));
  if (!user || !item)
    throw new Error(
      `No column looks like the ${user ? 'item' : 'user'}. Call it ${user ? 'item' : 'user'}. The columns are: ${columns.join(', ')}.`,
    );
  const title = columns.find((column) => /^(title|name|item_?name|product_?name)$/i.test(column));
  const titles: Record<string, string> = {};
  const read = rows.flatMap((row): Row[] => {
    if (row[user] === undefined || row[user] === '' || row[item] === undefined || row[item] === '') return [];
    if (title && row[title]) titles[String(row[item])] = String(row[title]);
    const number = value === undefined || row[value] === '' ? undefined : Number(row[value]);
    return [
      {
        user: String(row[user]),
        item: String(row[item]),
        ...(Number.isFinite(number) && { value: number }),
        ...(timestamp !== undefined && { timestamp: timeOf(row[timestamp]) }),
      },
    ];
  });
  if (read.length === 0) throw new Error(`No row has both a ${user} and a ${item}.`);
  return { name, rows: read, titles };
}

/** Milliseconds since 1970 of a number of seconds or milliseconds, or of a date. */
function timeOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') return number < 1e11 ? number * 1000 : number;
  const time = Date.parse(String(value));
  return Number.isNaN(time) ? undefined : time;
}
