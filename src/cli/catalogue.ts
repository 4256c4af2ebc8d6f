import { readTable } from '../entries/node.ts';
import { UsageError } from './command.ts';
import { firstRow, tableOptions } from './input.ts';

/** Options of every command that reads a catalogue. */
export const catalogueOptions = {
  id: { type: 'text', help: 'column of the catalogue with the id of the item (guessed)' },
  title: { type: 'text', help: 'column of the catalogue with the title (guessed)' },
  columns: { type: 'text', help: 'names of all columns of the catalogue in order, for a file without a header: id,title' },
  encoding: { type: 'text', help: 'of the catalogue (default utf-8)', choices: ['utf-8', 'latin1', 'utf-16le', 'utf-16be'] },
} as const;

export interface Catalogue {
  rows: AsyncIterable<Record<string, unknown>>;
  id: string;
  title: string;
  columns: string[];
}

const usualIds = /^(parent_?asin|asin|item|item_?id|product_?id|movie_?id|book_?id|isbn|sku|id)(:.*)?$/i;
const usualTitles = /^(title|name|item_?name|product_?name|movie_?title)(:.*)?$/i;

/** Opens a catalogue: which column is what is told from its first row. */
export async function openCatalogue(
  file: string,
  o: { id?: string | undefined; title?: string | undefined; columns?: string | undefined; encoding?: string | undefined },
): Promise<Catalogue> {
  const options = tableOptions(o);
  const columns = Object.keys(await firstRow(file, options));
  if (columns.length === 0) throw new UsageError(`${file} has no rows, so there is nothing to search.`);
  const pick = (flag: 'id' | 'title', usual: RegExp): string => {
    const given = o[flag];
    const name = given ?? columns.find((column) => usual.test(column));
    if (name !== undefined && columns.includes(name)) return name;
    throw new UsageError(
      `--${flag}: ${given === undefined ? `no column of '${file}' looks like the ${flag}` : `'${file}' has no column '${given}'`}. ${given === undefined ? `Name it with --${flag}. ` : ''}The columns are ${columns.join(', ')}.`,
    );
  };
  return { rows: readTable(file, options), id: pick('id', usualIds), title: pick('title', usualTitles), columns };
}

/** Titles by id, for lists that people read. */
export async function readTitles(file: string | undefined, o: { encoding?: string | undefined } = {}): Promise<Map<string, string>> {
  const titles = new Map<string, string>();
  if (file === undefined) return titles;
  const { rows, id, title } = await openCatalogue(file, o);
  for await (const row of rows) titles.set(String(row[id]), String(row[title] ?? ''));
  return titles;
}
