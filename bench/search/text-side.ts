/**
 * One library on one set of texts, in its own process so that its memory can be measured: `text-side.ts <library> <file>`. The file holds
 * a {@link TextTask}; the answer is one JSON line. Every library splits a query into words and wants any of them (OR).
 */
import { readFileSync } from 'node:fs';
import { SemanticIndex } from 'attune';
import { stemEnglish } from '../../src/semantic/lexical/stem-english.ts';
import { type Cost, timed } from '../support/clock.ts';

/** What a process is given. */
export interface TextTask {
  texts: string[];
  queries: string[];
  /** Queries whose last word is a beginning, one word misspelled. */
  typed: string[];
  /** How many answers. */
  n: number;
  /** Processor seconds of queries, after which querying stops; half of that for typed queries. */
  patience: number;
}

/** What queries cost: wall and processor milliseconds of each, after some to warm up. Fewer than were asked when patience ended. */
export interface QueryFigures {
  wall: number[];
  cpu: number[];
  /** Numbers of the texts found, best first. */
  lists: number[][];
}

/** What a process says. */
export interface TextFigures {
  build: Cost;
  /** Bytes by which the resident memory grew. */
  resident: number;
  queries: QueryFigures;
  /** Missing where a library has no such search. */
  typed?: QueryFigures;
}

interface Side {
  build(texts: string[]): unknown;
  search(query: string, n: number): number[] | Promise<number[]>;
  typed?(query: string, n: number): number[] | Promise<number[]>;
}

const peer = (name: string) => import(new URL(`../peers/node_modules/${name}`, import.meta.url).href);

const sides: Record<string, () => Promise<Side>> = {
  attune: async () => attune('english'),
  'attune-plain': async () => attune('none'),
  minisearch: () => minisearch(false),
  'minisearch-stem': () => minisearch(true),
  orama,
  flexsearch,
};

/** Words alone: its embedder makes nothing. */
async function attune(stem: 'english' | 'none'): Promise<Side> {
  const embedder = { name: 'nothing', dimensions: 1, embed: async (texts: readonly string[]) => new Float32Array(texts.length) };
  let index: SemanticIndex<{ id: number; text: string }>;
  const numbers = (found: { item: string }[]) => found.map(({ item }) => Number(item));
  return {
    async build(texts) {
      index = await SemanticIndex.build(
        texts.map((text, id) => ({ id, text })),
        { embedder, stem },
      );
      await index.search(texts[0], { mode: 'lexical', n: 1 }); // the first query prepares stems
    },
    search: async (query, n) => numbers(await index.search(query, { mode: 'lexical', n })),
    typed: async (query, n) => numbers(await index.search(query, { mode: 'lexical', n, prefix: true })),
  };
}

/** Plain, as its page begins; or with stems and without stop words, which it leaves to its user: ours and Lucene's. */
async function minisearch(stems: boolean): Promise<Side> {
  const { default: MiniSearch } = await peer('minisearch/dist/es/index.js');
  const stemmed = (word: string) => (stopWords.includes(word) ? null : /^[a-z']+$/.test(word) ? stemEnglish(word) : word);
  const index = new MiniSearch({ fields: ['text'], ...(stems && { processTerm: (word: string) => stemmed(word.toLowerCase()) }) });
  const numbers = (found: { id: number }[], n: number) => found.slice(0, n).map(({ id }) => id);
  return {
    build: (texts) => index.addAll(texts.map((text, id) => ({ id, text }))),
    search: (query, n) => numbers(index.search(query), n),
    typed: (query, n) => numbers(index.search(query, { prefix: true, fuzzy: 0.2 }), n),
  };
}

/**
 * With its stems and without stop words. A word is always the beginning of others as well, since its `exact` wants all words of a query. It looks for
 * each posting among those before it, so with common words left in a query takes seconds. `allowDuplicates` and other numbers of BM25 rank worse.
 */
async function orama(): Promise<Side> {
  const { create, insertMultiple, search } = await peer('@orama/orama/dist/esm/index.js');
  const tokenizer = { language: 'english', stemming: true, stopWords };
  const db = create({ schema: { text: 'string' }, components: { tokenizer } });
  const run = async (term: string, n: number, more = {}) => {
    const { hits } = await search(db, { term, limit: n, threshold: 1, ...more });
    return hits.map(({ id }: { id: string }) => Number(id));
  };
  return {
    build: (texts) =>
      insertMultiple(
        db,
        texts.map((text, id) => ({ id: String(id), text })),
        1000,
      ),
    search: (query, n) => run(query, n),
    typed: (query, n) => run(query, n, { tolerance: 1 }),
  };
}

/** With its own English preset (stems and stop words). It completes words only when all beginnings are indexed, so it is not asked as typed. */
async function flexsearch(): Promise<Side> {
  const { default: flex } = await peer('flexsearch/dist/flexsearch.bundle.module.min.mjs');
  const { default: english } = await peer('flexsearch/dist/module/lang/en.js');
  const index = new flex.Index({ tokenize: 'strict', encoder: new flex.Encoder(flex.Charset.Default, english) });
  return {
    build: (texts) => {
      texts.forEach((text, id) => {
        index.add(id, text);
      });
    },
    search: (query, n) => index.search(query, { limit: n, suggest: true }),
  };
}

/** Those of Lucene's English analyzer. */
const stopWords =
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  );

async function measure(asked: string[], n: number, patience: number, ask: Side['search']): Promise<QueryFigures> {
  const figures: QueryFigures = { wall: [], cpu: [], lists: [] };
  for (let spent = 0, q = 0; q < Math.min(20, asked.length) && spent < patience / 4; q++)
    spent += (await timed(() => ask(asked[q], n))).cpu;
  for (let spent = 0, q = 0; q < asked.length && spent < patience; q++) {
    const { value, wall, cpu } = await timed(() => ask(asked[q], n));
    spent += cpu;
    figures.lists.push(value);
    figures.wall.push(wall * 1000);
    figures.cpu.push(cpu * 1000);
  }
  return figures;
}

const [library, file] = process.argv.slice(2);
const { texts, queries, typed, n, patience } = JSON.parse(readFileSync(file, 'utf8')) as TextTask;
const side = await sides[library]();
const used = () => {
  globalThis.gc?.();
  return process.memoryUsage().rss;
};
const before = used();
const { wall, cpu } = await timed(() => side.build(texts));
const answer: TextFigures = { build: { wall, cpu }, resident: used() - before, queries: await measure(queries, n, patience, side.search) };
if (side.typed) answer.typed = await measure(typed, n, patience / 2, side.typed);
console.log(JSON.stringify(answer));
