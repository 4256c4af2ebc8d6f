import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { cachedEmbedder, distil, type Embedder, ngramEmbedder, staticEmbedder } from 'attune';
import { fileEmbeddingCache } from 'attune/node';
import { transformersEmbedder } from 'attune/transformers';
import { type Cost, medianCost, timed } from '../support/clock.ts';
import { Peer } from '../support/peers.ts';
import { type Row, ratioOf } from '../support/table.ts';
import type { SearchContext, SearchTask } from './context.ts';
import { readScifact, type Scifact, type ScifactFigures, scifactFigures } from './scifact.ts';

const bothModes: ('semantic' | 'hybrid')[] = ['semantic', 'hybrid'];

/** Quality on SciFact (BEIR; the 809 training queries) of the embedders, alone and beside BM25, and how fast they embed titles. */
export const embedders: SearchTask = {
  name: 'embedders',
  summary: 'Embedders on SciFact: nDCG@10 and Recall@100, alone and hybrid; titles embedded a processor second.',
  async run(context) {
    const { data, quick, say } = context;
    const scifact = readScifact(resolve(data, 'scifact'));
    if (!scifact) say(`skipped: no SciFact in ${data}; set ATTUNE_DATA to the folder that holds scifact/`);
    const table = readStatic(context);
    const miniLm = readMiniLm(context);
    const rows: Row[] = [];
    const detail: ScifactFigures[] = [];
    if (scifact) {
      detail.push(...(await scifactFigures(scifact, ngramEmbedder(), ['lexical', ...bothModes])));
      for (const dimensions of quick ? [] : [256, 1024])
        detail.push(...(await scifactFigures(scifact, ngramEmbedder({ dimensions }), bothModes)));
      if (table) detail.push(...(await scifactFigures(scifact, table, bothModes)));
      rows.push(...detail.map(qualityRow));
      if (miniLm && !quick) rows.push(...(await withTeacher(scifact, miniLm, context, detail)));
    }
    rows.push(...(await speed(context, table, miniLm)));
    return { rows, detail };
  },
};

/** Documents by MiniLM; queries by MiniLM, and by a table distilled from it on the corpus. Vectors are kept for the next run. */
async function withTeacher(scifact: Scifact, miniLm: MiniLm, { threads, say }: SearchContext, detail: ScifactFigures[]): Promise<Row[]> {
  const folder = join(import.meta.dirname, '../out/embeddings');
  const cache = fileEmbeddingCache(folder);
  say(`vectors of MiniLM are kept in ${folder}; the first run makes them, which takes minutes`);
  const rows: Row[] = [];
  for (const dtype of process.env.ATTUNE_BENCH_FP32 ? ['q8', 'fp32'] : ['q8']) {
    const teacher = cachedEmbedder(miniLm(dtype, threads), cache);
    const figures = await scifactFigures(scifact, teacher, bothModes);
    detail.push(...figures);
    rows.push(...figures.map(qualityRow));
    if (dtype !== 'q8') continue;
    const texts = scifact.corpus.map(({ title, text }) => [title, text].filter((part) => part !== '').join(' '));
    const vectors = await teacher.embed(texts);
    const made = await timed(() => distil({ teacher, texts, vectors, threads }));
    const asymmetric = await scifactFigures(scifact, teacher, bothModes, made.value);
    detail.push(...asymmetric);
    rows.push(...asymmetric.map((each) => ({ ...qualityRow(each), goal: each.mode === 'hybrid' ? '>= .700' : undefined })));
    rows.push({ task: `distil on ${texts.length} abstracts, without the teacher`, unit: 's', attune: made.wall, attuneCpu: made.cpu });
    const queries = scifact.queries.map(({ text }) => text);
    await embedEach(made.value, queries);
    const each = await timed(() => embedEach(made.value, queries));
    const ms = (seconds: number) => (1000 * seconds) / queries.length;
    rows.push({ task: 'a query through the distilled table', unit: 'ms', attune: ms(each.wall), attuneCpu: ms(each.cpu), goal: '< 0.2' });
  }
  if (!process.env.ATTUNE_BENCH_FP32) say('skipped: MiniLM fp32, which takes many minutes; set ATTUNE_BENCH_FP32=1');
  return rows;
}

async function embedEach(embedder: Embedder, texts: string[]): Promise<void> {
  for (const text of texts) await embedder.embed([text]);
}

/** Processor seconds for the titles of a catalogue of 94,327 products, from a part of as many as are there. */
async function speed(context: SearchContext, table: Embedder | undefined, miniLm: MiniLm | undefined): Promise<Row[]> {
  const { data, quick, threads, say } = context;
  const file = resolve(data, 'bestbuy-retrotech/products.jsonl.gz');
  if (!existsSync(file)) {
    say(`skipped: no product names in ${data}; set ATTUNE_DATA to the folder that holds bestbuy-retrotech/`);
    return [];
  }
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  const titles = [...new Set(lines.map((line): string => JSON.parse(line).name))];
  const some = (count: number) => titles.filter((_, k) => k % Math.ceil(titles.length / count) === 0);
  const rows: Row[] = [];
  const measure = async (task: string, part: string[], work: () => Promise<unknown>, goal?: string) => {
    const { wall, cpu } = await timed(work);
    const scale = 94_327 / part.length;
    rows.push({ task, unit: 's', attune: wall * scale, attuneCpu: cpu * scale, goal, note: `94,327 titles, from ${part.length}` });
  };
  const ngram = ngramEmbedder();
  await measure('ngramEmbedder, fitted', titles, async () => (await ngram.fit?.(titles))?.embed(titles), '< 10');
  if (table) await measure('staticEmbedder', titles, () => table.embed(titles));
  if (miniLm) {
    const part = some(quick ? 200 : 2000);
    const embedder = miniLm('q8', threads);
    await embedder.embed(part.slice(0, 64));
    await measure(`MiniLM q8, ${threads} threads`, part, () => embedder.embed(part), '< 90');
    rows.push(...(await besideFastembed(embedder, part.slice(0, 400), context)));
    await embedder.dispose?.();
  }
  return rows;
}

/** The same file of MiniLM through fastembed, in turns with ours. */
async function besideFastembed(embedder: Embedder, texts: string[], context: SearchContext): Promise<Row[]> {
  const { peers, models, folder, threads, repeats, say } = context;
  const peer = peers ? Peer.start('fastembed_titles.py', { more: 'requirements-embedding.txt' }) : undefined;
  if (!peer) return [];
  try {
    const place = { folder: resolve(models, 'Xenova/all-MiniLM-L6-v2'), file: 'onnx/model_quantized.onnx' };
    const about = await peer.ask<object>('load', { ...place, dimensions: embedder.dimensions, threads });
    say(`fastembed: ${JSON.stringify(about)}`);
    const file = join(folder, 'titles.json');
    writeFileSync(file, JSON.stringify(texts));
    const own: Cost[] = [];
    const others: Cost[] = [];
    let likeness = 0;
    for (let round = -1; round < repeats; round++) {
      const { value, ...cost } = await timed(() => embedder.embed(texts));
      const { first, ...theirs } = await peer.ask<Cost & { first: number[] }>('embed', { file });
      likeness = first.reduce((sum, x, d) => sum + x * value[d], 0);
      if (round < 0) continue;
      own.push(cost);
      others.push(theirs);
    }
    const [ours, theirs] = [medianCost(own), medianCost(others)];
    return [
      {
        task: `MiniLM q8, ${texts.length} titles, ${threads} threads`,
        unit: 's',
        attune: ours.wall,
        attuneCpu: ours.cpu,
        peer: 'fastembed',
        other: theirs.wall,
        otherCpu: theirs.cpu,
        ratio: ratioOf(ours.wall, theirs.wall),
        goal: '>= 1.3',
        note: `cosine of the first vectors of both ${likeness.toFixed(3)}`,
      },
    ];
  } catch (error) {
    say(`fastembed left out: ${(error as Error).message}`);
    return [];
  } finally {
    peer.close();
  }
}

type MiniLm = (dtype: string, threads: number) => Embedder & { dispose?(): Promise<void> };

function readMiniLm({ models, say }: SearchContext): MiniLm | undefined {
  if (existsSync(resolve(models, 'Xenova/all-MiniLM-L6-v2'))) {
    return (dtype, threads) => transformersEmbedder({ localModelPath: models, dtype, threads });
  }
  say(`skipped: no models in ${models}; set ATTUNE_MODELS to the folder that holds Xenova/all-MiniLM-L6-v2`);
  return undefined;
}

function readStatic({ models, say }: SearchContext): Embedder | undefined {
  const read = (name: string) => readFileSync(resolve(models, 'attune-static-v0', name));
  if (existsSync(resolve(models, 'attune-static-v0')))
    return staticEmbedder({ model: read('model.safetensors'), vocab: read('vocab.txt'), config: read('config.json') });
  say(`skipped: no attune-static-v0 in ${models}`);
  return undefined;
}

const qualityRow = ({ embedder, mode, ndcg, recall, msPerQuery, buildSeconds }: ScifactFigures): Row => ({
  task: `SciFact nDCG@10, ${mode}${mode === 'lexical' ? '' : `, ${embedder}`}`,
  unit: '',
  attune: ndcg,
  goal: mode === 'lexical' ? '>= .667' : undefined,
  note: `Recall@100 ${recall.toFixed(4)}, ${msPerQuery.toFixed(2)} ms per query, built in ${buildSeconds.toFixed(1)} s`,
});
