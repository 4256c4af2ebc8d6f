/**
 * One library on one set of texts, in a process of its own so that its memory can be told: `text-side.ts <library> <file>`. The file holds
 * `{ texts, queries, typed, n }`; the answer is one JSON line. Every library splits a query into words and wants any of them (OR).
 */
import { readFileSync } from 'node:fs';
import { SemanticIndex } from 'attune';
import { type Cost, timed } from '../clock.ts';

/** What a process is given. */
export interface TextTask {
  texts: string[];
  queries: string[];
  /** Queries whose last word is a beginning, one word misspelled. */
  typed: string[];
  /** How many answers. */
  n: number;
}

/** What it says. */
export interface TextFigures {
  build: Cost;
  /** Bytes by which the resident memory and the heap grew. */
  resident: number;
  /** Wall milliseconds of each query, after a round to warm up. */
  each: number[];
  /** CPU seconds of all. */
  cpu: number;
  /** Numbers of the texts found, best first. */
  lists: number[][];
  /** The same for `typed`; missing where a library has no such search. */
  typedEach?: number[];
}

interface Side {
  build(texts: string[]): unknown;
  search(query: string, n: number): number[] | Promise<number[]>;
  typed?(query: string, n: number): number[] | Promise<number[]>;
}

const peer = (name: string) => import(new URL(`../../peers/node_modules/${name}`, import.meta.url).href);

const sides: Record<string, () => Promise<Side>> = {
  attune: async () => attune('english'),
  'attune-plain': async () => attune('none'),
  async minisearch() {
    const { default: MiniSearch } = await peer('minisearch/dist/es/index.js');
    const index = new MiniSearch({ fields: ['text'] });
    const numbers = (found: { id: number }[], n: number) => found.slice(0, n).map(({ id }) => id);
    return {
      build: (texts) => index.addAll(texts.map((text, id) => ({ id, text }))),
      search: (query, n) => numbers(index.search(query), n),
      typed: (query, n) => numbers(index.search(query, { prefix: true, fuzzy: 0.2 }), n),
    };
  },
  orama: async () => orama(false),
  'orama-stem': async () => orama(true),
  async flexsearch() {
    const { default: flex } = await peer('flexsearch/dist/flexsearch.bundle.module.min.mjs');
    const index = new flex.Index({ tokenize: 'strict' });
    return {
      build: (texts) => {
        texts.forEach((text, id) => {
          index.add(id, text);
        });
      },
      search: (query, n) => index.search(query, { limit: n, suggest: true }),
    };
  },
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

async function orama(stemming: boolean): Promise<Side> {
  const { create, insertMultiple, search } = await peer('@orama/orama/dist/esm/index.js');
  const db = create({ schema: { text: 'string' }, components: { tokenizer: { stemming, language: 'english' } } });
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
    search: (query, n) => run(query, n, { exact: false }),
    typed: (query, n) => run(query, n, { tolerance: 1 }),
  };
}

const [library, file] = process.argv.slice(2);
const { texts, queries, typed, n } = JSON.parse(readFileSync(file, 'utf8')) as TextTask;
const side = await sides[library]();
const used = () => {
  globalThis.gc?.();
  return process.memoryUsage().rss;
};
const before = used();
const { value: _, ...build } = await timed(() => side.build(texts));
const resident = used() - before;
const measure = async (asked: string[], ask: Side['search']) => {
  for (const query of asked.slice(0, 20)) await ask(query, n);
  const each: number[] = [];
  const lists: number[][] = [];
  const { cpu } = await timed(async () => {
    for (const query of asked) {
      const started = performance.now();
      lists.push(await ask(query, n));
      each.push(performance.now() - started);
    }
  });
  return { each, lists, cpu };
};
const answer: TextFigures = { build, resident, ...(await measure(queries, side.search)) };
if (side.typed) answer.typedEach = (await measure(typed, side.typed)).each;
console.log(JSON.stringify(answer));
