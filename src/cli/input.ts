import { columnsThereAre, likelyColumn } from '../data/guess-columns.ts';
import { tablePresets } from '../data/readers/presets.ts';
import { Interactions } from '../entries/index.ts';
import { readTable, type TableOptions, type TablePreset } from '../entries/node.ts';
import { forCommandLine } from './advice.ts';
import type { Context } from './command.ts';
import { UsageError } from './command.ts';
import { count, remark, withProgress } from './terminal.ts';

/** Options of every command that reads interactions. */
export const interactionOptions = {
  user: { type: 'text', help: 'column with the user (guessed from the usual names)' },
  item: { type: 'text', help: 'column with the item' },
  value: { type: 'text', help: 'column with the rating, count or weight; without one, each row counts as 1' },
  timestamp: { type: 'text', help: 'column with the time' },
  timestampUnit: { type: 'text', help: 'unit of times that are numbers (guessed)', choices: ['s', 'ms', 'us', 'ns'] },
  columns: { type: 'text', help: 'names of all columns in order, for a file without a header: user,item,rating' },
  preset: { type: 'text', help: 'the file of a known data set', choices: tablePresets },
  delimiter: { type: 'text', help: 'what separates fields (guessed)' },
  encoding: { type: 'text', help: 'of the file (default utf-8)', choices: ['utf-8', 'latin1', 'utf-16le', 'utf-16be'] },
  decimalComma: { type: 'flag', help: 'values are written as 4,5' },
  duplicates: { type: 'text', help: 'which row of a (user, item) pair stays', choices: ['last', 'first', 'sum', 'max', 'mean', 'error'] },
  minPerUser: { type: 'integer', help: 'leave out users with fewer rows', min: 1 },
  minPerItem: { type: 'integer', help: 'leave out items with fewer rows', min: 1 },
  skipBadRows: { type: 'flag', help: 'leave out rows that cannot be read, and say how many' },
} as const;

interface InteractionOptions {
  user: string | undefined;
  item: string | undefined;
  value: string | undefined;
  timestamp: string | undefined;
  timestampUnit: string | undefined;
  columns: string | undefined;
  preset: string | undefined;
  delimiter: string | undefined;
  encoding: string | undefined;
  decimalComma: boolean | undefined;
  duplicates: string | undefined;
  minPerUser: number | undefined;
  minPerItem: number | undefined;
  skipBadRows: boolean | undefined;
}

/** Reads a file of interactions of any format that `readTable` knows. */
export const readInteractions = async (file: string, o: InteractionOptions, context: Context): Promise<Interactions> =>
  (await readCounted(file, o, context)).data;

/** The same, with how many rows were left out: lines that cannot be read, and lines with an id, a value or a time that is none. */
export async function readCounted(
  file: string,
  o: InteractionOptions,
  { signal }: Context,
): Promise<{ data: Interactions; skipped: number }> {
  const options = tableOptions(o);
  const columns = o.preset ? {} : await columnsOf(file, options, o);
  const table = readTable(file, { ...options, ...(o.skipBadRows && { onBadLine: 'skip' as const }) });
  const leftOut = (read: Interactions) => table.skipped + read.skipped;
  const data = await withProgress(
    `reading ${file}`,
    async (onProgress) =>
      Interactions.from(table, {
        ...columns,
        ...(o.decimalComma && columns.value !== undefined && { value: commaValue(columns.value) }),
        ...(o.timestampUnit !== undefined && { timestampUnit: o.timestampUnit as 's' }),
        ...(o.duplicates !== undefined && { duplicates: o.duplicates as 'last' }),
        ...(o.skipBadRows && { onBadRow: 'skip' as const }),
        signal,
        onProgress,
      }),
    (read) =>
      `${count(read.size)} rows, ${count(read.userCount)} users, ${count(read.itemCount)} items${leftOut(read) > 0 ? `, ${count(leftOut(read))} left out` : ''}`,
  );
  for (const notice of data.notices) remark(forCommandLine(notice));
  const { minPerUser = 1, minPerItem = 1 } = o;
  const kept = minPerUser > 1 || minPerItem > 1 ? data.filter({ minPerUser, minPerItem }) : data;
  return { data: kept, skipped: leftOut(data) };
}

export function tableOptions(o: {
  columns?: string | undefined;
  preset?: string | undefined;
  delimiter?: string | undefined;
  encoding?: string | undefined;
}): TableOptions {
  return {
    ...(o.columns !== undefined && { header: o.columns.split(',').map((name) => name.trim()) }),
    ...(o.preset !== undefined && { preset: o.preset as TablePreset }),
    ...(o.delimiter !== undefined && { delimiter: o.delimiter.replace('\\t', '\t') }),
    ...(o.encoding !== undefined && { encoding: o.encoding as 'latin1' }),
  };
}

/** The columns as given, else the likely ones of the first row. */
async function columnsOf(file: string, options: TableOptions, o: InteractionOptions): Promise<Record<string, string>> {
  if (file.endsWith('.attune')) throw new UsageError(`${file} is a model or an index, and this command reads a table of what users did.`);
  const row = await firstRow(file, options);
  if (Object.keys(row).length === 0) throw new UsageError(`${file} has no rows, so there is nothing to learn from it.`);
  const names = Object.keys(row);
  const found: Record<string, string> = {};
  for (const what of ['user', 'item', 'value', 'timestamp'] as const) {
    const name = o[what] ?? likelyColumn(what, names);
    if (o[what] !== undefined && !names.includes(o[what]))
      throw new UsageError(`--${what}: '${file}' has no column '${o[what]}'. ${columnsThereAre(row)}`);
    if (name !== undefined) found[what] = name;
  }
  if (!found.user || !found.item)
    throw new UsageError(
      `${file}: no column looks like the ${found.user ? 'item' : 'user'}. ${howToName(names)} ${columnsThereAre(row)}${isCatalogue(names) ? ` If it is a catalogue, attune search ${file} "..." searches it.` : ''}`.trim(),
    );
  if (names.length > 0)
    remark(
      `columns: ${Object.entries(found)
        .map(([what, name]) => (what === name ? what : `${what} = ${name}`))
        .join(', ')}`,
    );
  return found;
}

/** Whether the columns are those of items and their texts rather than of what users did. */
function isCatalogue(names: string[]): boolean {
  return !likelyColumn('user', names) && names.some((name) => /^(title|name|description|text)$/i.test(name));
}

/** Reads a column of values such as `4,5`. */
const commaValue = (column: string) => (row: Record<string, unknown>) => {
  const given = row[column];
  return typeof given === 'string' ? given.replace(',', '.') : given;
};

/** A name that is a number is a value of the first row, in a file without a header. */
function howToName(names: string[]): string {
  if (!names.some((name) => Number.isFinite(Number(name)))) return 'Name the columns with --user and --item.';
  const example = ['user', 'item', 'rating', 'timestamp'].slice(0, names.length).join(',');
  return `Its first line looks like a row and not a header: name all columns in their order, such as --columns ${example}.`;
}

export async function firstRow(file: string, options: TableOptions = {}): Promise<Record<string, unknown>> {
  for await (const row of readTable(file, options)) return row;
  return {};
}
