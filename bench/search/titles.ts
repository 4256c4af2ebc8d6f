import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Peer } from '../support/peers.ts';
import type { Row } from '../support/table.ts';
import type { SearchContext, SearchTask } from './context.ts';
import { nodePeers } from './node-peers.ts';
import { indianTitles } from './sentences.ts';
import type { TextFigures, TextTask } from './text-side.ts';

/** Titles to make queries from, for each spelling and catalogue. */
const perSpelling = 120;

/**
 * Queries made from real titles by the spellings that people use: two words of a title with a number, a unit, a model number or a hyphenated
 * word of it, written another way. The title has to be found; a right answer is among the first ten. Words alone, no typing errors.
 */
export const titles: SearchTask = {
  name: 'titles',
  summary: 'Queries made from real titles by other spellings (units, model numbers, hyphens): hits in ten, against other libraries.',
  async run(context) {
    const rows: Row[] = [];
    const detail: object[] = [];
    for (const [name, all] of Object.entries(await catalogues(context))) {
      const { queries, kinds, wanted } = questions(all);
      const sides = await answers({ texts: all, queries, typed: [], n: 10, patience: 60 }, context);
      for (const [library, lists] of Object.entries(sides)) {
        for (const kind of Object.keys(spellings)) {
          const own = kinds.flatMap((each, q) => (each === kind && lists[q] ? [q] : []));
          const hits = own.filter((q) => lists[q].includes(wanted[q])).length;
          detail.push({ name, library, kind, queries: own.length, share: hits / own.length });
        }
        const hits = lists.filter((list, q) => list.includes(wanted[q])).length;
        rows.push({ task: `${name}, ${library}`, unit: '', attune: hits / lists.length, note: `hits in ten of ${lists.length} queries` });
      }
    }
    for (const each of detail) context.say(JSON.stringify(each));
    return { rows, detail };
  },
};

/** A part of a title, and how else it is written. */
const spellings: Record<string, { part: RegExp; other(part: string): string }> = {
  'unit joined': { part: /\b\d+(?:\.\d+)? (?:kg|g|ml|l|cm|mm|w|v|gb|mb|hz|inch)\b/i, other: (part) => part.replace(' ', '') },
  'unit apart': { part: /\b\d+(?:\.\d+)?(?:kg|g|ml|l|cm|mm|w|v|gb|mb|hz)\b/i, other: (part) => part.replace(/(\d)([a-z]+)$/i, '$1 $2') },
  'decimal comma': { part: /\b\d+\.\d+(?= ?[a-z]+\b)/i, other: (part) => part.replace('.', ',') },
  'model joined': { part: /\b[A-Z]{2,5}-\d{2,5}[A-Z]*\b/, other: (part) => part.replace('-', '') },
  'model apart': { part: /\b[A-Z]{2,5}\d{3,5}\b/, other: (part) => part.replace(/(\d+)$/, ' $1') },
  'hyphen out': { part: /\b[a-z]{3,8}-[a-z]{3,8}\b/i, other: (part) => part.replace('-', '') },
  'hyphen as space': { part: /\b[a-z]{3,8}-[a-z]{3,8}\b/i, other: (part) => part.replace('-', ' ') },
};

function questions(all: readonly string[]) {
  const queries: string[] = [];
  const kinds: string[] = [];
  const wanted: number[] = [];
  for (const [kind, { part, other }] of Object.entries(spellings)) {
    const having = [...all.keys()].filter((k) => part.test(all[k]));
    const step = Math.max(1, Math.floor(having.length / perSpelling));
    for (let h = 0; h < having.length && kinds.filter((each) => each === kind).length < perSpelling; h += step) {
      const title = all[having[h]];
      const found = part.exec(title)?.[0] as string;
      // The longest words of the rest say best which title is meant.
      const rest = title.replace(found, ' ').match(/\b[a-z]{4,}\b/gi) ?? [];
      const words = [...new Set(rest)].sort((a, b) => b.length - a.length).slice(0, 2);
      if (words.length < 2) continue;
      queries.push(`${words.join(' ')} ${other(found)}`);
      kinds.push(kind);
      wanted.push(having[h]);
    }
  }
  return { queries, kinds, wanted };
}

async function catalogues({ data, say, quick }: SearchContext): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  const indian = resolve(data, 'amazon-in-appliances/all_appliances.csv.gz');
  if (existsSync(indian)) found['amazon-in'] = (await indianTitles(indian)).map(({ title }) => title);
  const bestBuy = resolve(data, 'bestbuy-retrotech/products.jsonl.gz');
  if (existsSync(bestBuy) && !quick) {
    const lines = gunzipSync(readFileSync(bestBuy)).toString().trim().split('\n');
    found['best buy'] = [...new Set(lines.map((line): string => JSON.parse(line).name))];
  }
  if (Object.keys(found).length === 0) say(`skipped: no titles in ${data}; set ATTUNE_DATA to the folder that holds amazon-in-appliances/`);
  return found;
}

async function answers(task: TextTask, { folder, peers, say }: SearchContext): Promise<Record<string, number[][]>> {
  const file = join(folder, 'titles.json');
  writeFileSync(file, JSON.stringify(task));
  const lists: Record<string, number[][]> = {};
  for (const library of ['attune', ...(peers && nodePeers() ? ['minisearch', 'orama'] : [])]) {
    const script = join(import.meta.dirname, 'text-side.ts');
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', script, library, file], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (status === 0) lists[library] = (JSON.parse(stdout.trim().split('\n').at(-1) as string) as TextFigures).queries.lists;
    else say(`${library} failed: ${stderr.trim().split('\n').at(-1)}`);
  }
  const python = peers ? Peer.start('bm25s_search.py') : undefined;
  if (!python) return lists;
  try {
    lists.bm25s = (await python.ask<TextFigures>('run', { file })).queries.lists;
  } finally {
    python.close();
  }
  return lists;
}
