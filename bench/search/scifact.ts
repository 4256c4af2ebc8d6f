import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Embedder, type SearchOptions, SemanticIndex } from 'attune';

/** SciFact of BEIR: abstracts, the 809 training queries, and what answers them. */
export interface Scifact {
  corpus: { _id: string; title: string; text: string }[];
  queries: { _id: string; text: string }[];
  relevant: Map<string, Set<string>>;
}

/** Undefined when the folder is not there. */
export function readScifact(folder: string): Scifact | undefined {
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

/** How well and how fast an index answers the training queries. */
export interface ScifactFigures {
  embedder: string;
  mode: string;
  ndcg: number;
  recall: number;
  msPerQuery: number;
  buildSeconds: number;
}

/** Builds one index and asks it in each mode; `queryEmbedder` as in `SemanticIndex.build`. */
export async function scifactFigures(
  { corpus, queries, relevant }: Scifact,
  embedder: Embedder,
  modes: NonNullable<SearchOptions['mode']>[],
  queryEmbedder?: Embedder,
): Promise<ScifactFigures[]> {
  const started = performance.now();
  const index = await SemanticIndex.build(corpus, { id: '_id', text: ['title', 'text'], embedder, queryEmbedder });
  const buildSeconds = (performance.now() - started) / 1000;
  const figures: ScifactFigures[] = [];
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
    const msPerQuery = (performance.now() - begun) / queries.length;
    figures.push({
      embedder: index.embedder.name + (queryEmbedder ? `, queries: ${queryEmbedder.name}` : ''),
      mode,
      ndcg: ndcg / queries.length,
      recall: recall / queries.length,
      msPerQuery,
      buildSeconds,
    });
  }
  return figures;
}
