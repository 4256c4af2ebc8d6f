import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Embedder, flatIndex, ngramEmbedder, type SearchOptions, SemanticIndex } from 'attune';
import { transformersEmbedder } from 'attune/transformers';

const root = resolve(import.meta.dirname, '..');

/** Quality on SciFact (BEIR; the 809 training queries), then speed and memory on a catalogue of 94,327 products. */
export const search = {
  name: 'search',
  summary: 'Search: nDCG@10 and Recall@100 on SciFact; latency and memory of 94,327 x 384 vectors, exact.',
  async run({
    data = resolve(root, process.env.ATTUNE_DATA ?? '../shared/data'),
    models = resolve(root, process.env.ATTUNE_MODELS ?? '../shared/models'),
    dtypes = ['q8'],
  }: {
    data?: string;
    models?: string;
    dtypes?: string[];
  } = {}): Promise<void> {
    const scifact = readScifact(resolve(data, 'scifact'));
    if (!scifact) console.log(`skipped: no SciFact in ${data}; set ATTUNE_DATA to the folder that holds scifact/`);
    else {
      console.log('SciFact, train            nDCG@10   R@100   ms/query');
      await quality(scifact, ngramEmbedder(), ['lexical', 'semantic', 'hybrid']);
      for (const dimensions of [256, 1024]) await quality(scifact, ngramEmbedder({ dimensions }), ['semantic', 'hybrid']);
      if (existsSync(resolve(models, 'Xenova/all-MiniLM-L6-v2'))) {
        for (const dtype of dtypes) await quality(scifact, transformersEmbedder({ localModelPath: models, dtype }), ['semantic', 'hybrid']);
      } else console.log(`skipped: no models in ${models}; set ATTUNE_MODELS to the folder that holds Xenova/all-MiniLM-L6-v2`);
    }
    await speedOfVectors();
    await speedOfTexts();
  },
};

interface Scifact {
  corpus: { _id: string; title: string; text: string }[];
  queries: { _id: string; text: string }[];
  relevant: Map<string, Set<string>>;
}

function readScifact(folder: string): Scifact | undefined {
  if (!existsSync(folder)) return undefined;
  const lines = (name: string) =>
    gunzipSync(readFileSync(resolve(folder, name)))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const relevant = new Map<string, Set<string>>();
  for (const line of readFileSync(resolve(folder, 'qrels.train.tsv'), 'utf8').trim().split('\n').slice(1)) {
    const [query, document, grade] = line.split('\t');
    if (Number(grade) > 0) relevant.set(query, (relevant.get(query) ?? new Set()).add(document));
  }
  const queries = lines('queries.train.jsonl.gz').filter(({ _id }) => relevant.has(_id));
  return { corpus: lines('corpus.jsonl.gz'), queries, relevant };
}

/** Builds one index and prints a line a mode. */
async function quality({ corpus, queries, relevant }: Scifact, embedder: Embedder, modes: SearchOptions['mode'][]): Promise<void> {
  const started = performance.now();
  const index = await SemanticIndex.build(corpus, { id: '_id', text: ['title', 'text'], embedder });
  console.log(`${index.embedder.name}: built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  for (const mode of modes) {
    const begun = performance.now();
    let ndcg = 0;
    let recall = 0;
    for (const { _id, text } of queries) {
      const wanted = relevant.get(_id) as Set<string>;
      const list = await index.search(text, { n: 100, mode });
      const hits = list.map(({ item }) => (wanted.has(item) ? 1 : 0));
      const gain = (values: number[]) => values.slice(0, 10).reduce((sum, hit, rank) => sum + hit / Math.log2(rank + 2), 0);
      ndcg += gain(hits) / gain(Array(wanted.size).fill(1));
      recall += hits.reduce((a: number, b) => a + b, 0) / wanted.size;
    }
    const each = (performance.now() - begun) / queries.length;
    console.log(
      `  ${mode?.padEnd(22)}  ${(ndcg / queries.length).toFixed(4)}   ${(recall / queries.length).toFixed(4)}   ${each.toFixed(2)}`,
    );
  }
}

const products = 94_327;

async function speedOfVectors(): Promise<void> {
  const dimensions = 384;
  const random = generator(1);
  const before = process.memoryUsage();
  const index = flatIndex();
  {
    const vectors = randomRows(products, dimensions, random);
    index.add(
      Int32Array.from({ length: products }, (_, k) => k),
      vectors,
    );
  }
  globalThis.gc?.();
  const after = process.memoryUsage();
  const bytes = products * dimensions * 4;
  const used = after.rss - before.rss; // shared memory of WebAssembly is in no other figure
  const queries = Array.from({ length: 100 }, () => randomRows(1, dimensions, random));
  const allowed = Uint8Array.from({ length: products }, (_, k) => (k % 1000 === 0 ? 1 : 0));
  const all = await median(queries, (query) => index.search(query, { n: 10 }));
  const few = await median(queries, (query) => index.search(query, { n: 10, allowed }));
  console.log(
    `flatIndex ${products} x ${dimensions}: top 10 in ${all.toFixed(2)} ms (median of ${queries.length}); 1 in 1,000 allowed ${few.toFixed(2)} ms`,
  );
  console.log(
    `  vectors ${(bytes / 2 ** 20).toFixed(0)} MiB, the process grew by ${(used / 2 ** 20).toFixed(0)} MiB${globalThis.gc ? '' : ' (run node with --expose-gc for a figure without garbage)'}`,
  );
}

async function speedOfTexts(): Promise<void> {
  const random = generator(2);
  const vocabulary = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 3 + Math.floor(random() * 8) }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join(''),
  );
  const word = () => vocabulary[Math.floor(vocabulary.length ** random())];
  const items = Array.from({ length: products }, (_, k) => ({
    id: `P${k}`,
    text: Array.from({ length: 14 }, word).join(' '),
    group: k % 1000,
  }));
  const started = performance.now();
  const index = await SemanticIndex.build(items, { metadata: ['group'] });
  console.log(
    `SemanticIndex of ${products} titles of 14 words, ${index.embedder.name}: built in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  const queries = Array.from({ length: 50 }, () => `${word()} ${word()} ${word()}`);
  for (const mode of ['lexical', 'semantic', 'hybrid'] as const) {
    const all = await median(queries, (query) => index.search(query, { mode }));
    const few = await median(queries, (query) => index.search(query, { mode, where: { group: 7 } }));
    console.log(`  ${mode.padEnd(8)} ${all.toFixed(2)} ms, under a filter that 1 in 1,000 pass ${few.toFixed(2)} ms`);
  }
  const saving = performance.now();
  const bytes = index.toBytes();
  const loading = performance.now();
  SemanticIndex.fromBytes(bytes);
  console.log(
    `  file ${(bytes.length / 2 ** 20).toFixed(0)} MiB, written in ${(loading - saving).toFixed(0)} ms, read in ${(performance.now() - loading).toFixed(0)} ms`,
  );
}

async function median<T>(inputs: T[], work: (input: T) => unknown): Promise<number> {
  for (const input of inputs.slice(0, 10)) await work(input);
  const times: number[] = [];
  for (const input of inputs) {
    const started = performance.now();
    await work(input);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

/** Rows of length 1, each number roughly normal. */
function randomRows(count: number, dimensions: number, random: () => number): Float32Array {
  const rows = new Float32Array(count * dimensions);
  for (let start = 0; start < rows.length; start += dimensions) {
    let sum = 0;
    for (let k = start; k < start + dimensions; k++) {
      rows[k] = random() + random() + random() - 1.5;
      sum += rows[k] * rows[k];
    }
    for (let k = start; k < start + dimensions; k++) rows[k] /= Math.sqrt(sum);
  }
  return rows;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
