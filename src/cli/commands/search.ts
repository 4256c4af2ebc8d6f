import { readFile } from 'node:fs/promises';
import { SemanticIndex } from '../../entries/index.ts';
import { replaceFile } from '../../storage/file/writing.ts';
import { type Catalogue, catalogueOptions, openCatalogue } from '../catalogue.ts';
import { command } from '../command.ts';
import { printList } from '../lists.ts';
import { checkOutputs } from '../output.ts';
import { count, remark, withProgress } from '../terminal.ts';

export default command({
  summary: 'Searches a catalogue by words and by meaning.',
  usage: '<catalogue> <query>',
  more: 'Example: attune search products.csv "quiet dishwasher"\nA catalogue is a table, or an index written by --save-index, which answers at once.',
  options: {
    n: { type: 'integer', short: 'n', help: 'length of the list', default: 10, min: 1 },
    mode: { type: 'text', help: 'what counts', choices: ['hybrid', 'lexical', 'semantic'], default: 'hybrid' },
    text: { type: 'text', help: 'columns to search, separated by commas (default: all)' },
    ...catalogueOptions,
    saveIndex: { type: 'text', help: 'write the index to this file' },
    json: { type: 'flag', help: 'print JSON' },
  },
  async run([file, query], o, { signal }) {
    await checkOutputs({ saveIndex: o.saveIndex });
    const index = (await savedIndex(file)) ?? (await buildIndex(file, await openCatalogue(file, o), o.text, signal));
    if (o.saveIndex !== undefined) await replaceFile(o.saveIndex, index.toBytes());
    const list = await index.search(query, { n: o.n, mode: o.mode as 'hybrid' });
    const titles = new Map(
      list.map(({ item }) => [item, String((index.metadataOf(item) as { title?: unknown } | undefined)?.title ?? '')]),
    );
    if (list.fallback !== undefined) remark('No item has a word of the query; these come closest.');
    printList(list, titles, o.json);
  },
});

/** The index in a file that attune wrote; undefined when the file is something else. */
async function savedIndex(file: string): Promise<SemanticIndex<{ title: string }> | undefined> {
  if (!file.endsWith('.attune')) return undefined;
  return SemanticIndex.fromBytes(new Uint8Array(await readFile(file)));
}

export async function buildIndex(file: string, { rows, id, title, columns }: Catalogue, text: string | undefined, signal: AbortSignal) {
  const searched = text?.split(',').map((name) => name.trim()) ?? columns.filter((name) => name !== id);
  return withProgress(
    `indexing ${file}`,
    (onProgress) =>
      SemanticIndex.build(rows, {
        id: (row) => row[id] as string,
        text: (row) => [title, ...searched.filter((name) => name !== title)].map((name) => wordsOf(row[name])),
        metadata: (row) => ({ title: String(row[title] ?? '') }),
        signal,
        onProgress,
      }),
    (index) => `${count(index.size)} items`,
  );
}

const wordsOf = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : Array.isArray(value)
      ? value.map(wordsOf).join('. ')
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
