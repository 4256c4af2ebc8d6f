import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Embedder, ngramEmbedder, SemanticIndex, staticEmbedder } from 'attune';
import { readCsv } from 'attune/node';
import { makeCatalogue } from '../../examples/amazon-appliances/sample/products.ts';
import type { Row } from '../support/table.ts';
import type { SearchContext, SearchTask } from './context.ts';
import { type Sentence, sampleSentences, titleSentences } from './sentences-data.ts';

/** Sentences as people type them, on the shop's sample and on real titles: how many have three right among the first five. */
export const sentences: SearchTask = {
  name: 'sentences',
  summary: 'Labelled sentences on the sample shop and on real titles: the share with 3 of the first 5 right, by embedder.',
  async run(context) {
    const embedders = { ngram: ngramEmbedder(), 'static-en': readTable() };
    const rows: Row[] = [];
    const detail: object[] = [];
    for (const { name, items, sets } of await shops(context)) {
      for (const [label, embedder] of Object.entries(embedders)) {
        if (!embedder) continue;
        const index = await SemanticIndex.build(items, { text: ['title', 'more'], embedder });
        const titles = new Map(items.map(({ id, title }) => [id, title]));
        for (const [part, list] of Object.entries(sets)) {
          const judged = await judge(index, titles, list);
          const share = judged.filter(({ right }) => right >= 3).length / judged.length;
          detail.push({ name, label, part, judged });
          rows.push({ task: `${name}, ${part}, ${label}`, unit: '', attune: share, goal: label === 'static-en' ? '>= .85' : undefined });
        }
      }
    }
    return { rows, detail };
  },
};

interface Shop {
  name: string;
  items: { id: string; title: string; more: string }[];
  sets: Record<string, Sentence[]>;
}

async function shops({ data, say }: SearchContext): Promise<Shop[]> {
  const sample = makeCatalogue(2828, 7).products.map((product) => ({
    id: product.asin,
    title: product.title,
    more: [product.title, product.brand, ...product.type.path, ...product.features, ...product.description].join(' '),
  }));
  const all: Shop[] = [{ name: 'sample shop', items: sample, sets: sampleSentences }];
  const file = resolve(data, 'amazon-in-appliances/all_appliances.csv.gz');
  if (existsSync(file)) all.push({ name: 'amazon-in titles', items: await indianTitles(file), sets: titleSentences });
  else say(`skipped: no real titles in ${data}; set ATTUNE_DATA to the folder that holds amazon-in-appliances/`);
  return all;
}

/** The distinct titles of the catalogue. */
export async function indianTitles(file: string): Promise<Shop['items']> {
  const titles = new Set<string>();
  for await (const row of readCsv(file)) {
    const title = String(row.name ?? '');
    if (title.length > 8) titles.add(title);
  }
  return Array.from(titles, (title, id) => ({ id: String(id), title, more: '' }));
}

/** The table of `packages/static-en`, if it has been made. */
export function readTable(): Embedder | undefined {
  const file = resolve(import.meta.dirname, '../../packages/static-en/table.attune');
  return existsSync(file) ? staticEmbedder(readFileSync(file)) : undefined;
}

async function judge(index: SemanticIndex, titles: ReadonlyMap<string, string>, list: readonly Sentence[]) {
  const judged: { query: string; right: number; first: string[] }[] = [];
  for (const { query, wanted } of list) {
    const found = await index.search(query, { n: 5 });
    const first = found.map(({ item }) => titles.get(item) ?? '');
    judged.push({ query, right: first.filter((title) => wanted.test(title)).length, first });
  }
  return judged;
}
