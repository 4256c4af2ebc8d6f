import type { SemanticBuildOptions, SemanticIndex, SemanticLoadOptions, StaticEmbedder } from 'attune';
import type { Attune } from './attune.ts';
import { type Case, caseOf } from './case.ts';
import { itemId, type Product, productsOf, queries } from './data.ts';
import { ownEmbedder } from './embedder.ts';

/** The fields with which products are read. */
export const fields = {
  id: 'id',
  text: { title: 2, features: 1 },
  metadata: ['brand', 'price'],
} satisfies Partial<SemanticBuildOptions<Product>>;

async function searchAnswersOf(index: SemanticIndex): Promise<object> {
  const each = async (options: Parameters<SemanticIndex['search']>[1]) =>
    Promise.all(queries.map(async (query) => index.search(query, { n: 3, ...options })));
  const first = productsOf(1)[0];
  return {
    size: index.size,
    hybrid: await each({}),
    semantic: await each({ mode: 'semantic' }),
    lexical: await each({ mode: 'lexical' }),
    weighted: await each({ fusion: 'weighted' }),
    ranks: await each({ fusion: 'reciprocal-rank', weights: { lexical: 0.5, semantic: 0.5 } }),
    where: await each({ where: { brand: ['GE', 'Миле'], price: { max: 200 } } }),
    typed: await index.search('stainless refrig', { n: 3, prefix: true, typos: true }),
    without: await index.search('water filter', { n: 3, typos: false, exclude: [itemId(1)], only: [1, 2, 3, 4, 5].map(itemId) }),
    similarItems: index.similarItems(itemId(3), { n: 3 }),
    similarTo: index.similarTo([{ item: itemId(3), value: 4 }, itemId(7)], { n: 3 }),
    highlight: index.highlight('dishwashers wf45', `${first.title} Dishwasher`, { prefix: true }),
    nearDuplicates: await index.nearDuplicates({ threshold: 0.6 }),
    nearDuplicatesByVectors: await index.nearDuplicates({ by: 'vectors', threshold: 0.8, threads: 1 }),
    vector: index.vectorOf(itemId(3))?.slice(0, 4),
  };
}

/** A case of a search index; `after` does something to it. */
const searchCase = (
  name: string,
  options: (attune: Attune) => Partial<SemanticBuildOptions<Product>> | Promise<Partial<SemanticBuildOptions<Product>>>,
  { after, load = {}, isOld = false }: { after?: (index: SemanticIndex) => unknown; load?: SemanticLoadOptions; isOld?: boolean } = {},
) =>
  caseOf<SemanticIndex>(
    `search-${name}`,
    async (attune) => {
      const index = await attune.SemanticIndex.build(productsOf(150), {
        ...fields,
        ...(await options(attune)),
      } as SemanticBuildOptions<Product>);
      await after?.(index);
      return index;
    },
    (attune, bytes) => attune.SemanticIndex.fromBytes(bytes, load),
    searchAnswersOf,
    { isOld },
  );

const smallGraph = (attune: Attune) => ({
  embedder: attune.ngramEmbedder({ dimensions: 32 }),
  vectorIndex: attune.hnswIndex({ m: 6, efConstruction: 32 }),
});

/** The same, as files with the first two versions of the words hold it and as they are written now. */
const searchCasesOfVersions = (name: string, options: Parameters<typeof searchCase>[1], further: Parameters<typeof searchCase>[2] = {}) => [
  searchCase(name, options, { ...further, isOld: true }),
  searchCase(`${name}-words-2`, options, { ...further, isOld: true }),
  searchCase(`${name}-words-3`, options, further),
];

const texts = productsOf(150).map(({ title, features }) => [title, ...features].join(' '));

/** A table that imitates an embedder. */
const tableOf = (attune: Attune, threads: number, options: { use?: 'queries' | 'documents'; bits?: 4 | 8; sentences?: number } = {}) =>
  attune.distil({ teacher: ownEmbedder(), texts, steps: 40, batchSize: 64, threads, ...options });

const tableAnswersOf = async (table: StaticEmbedder) => ({
  name: table.name,
  dimensions: table.dimensions,
  rows: table.rows,
  hybridWeight: table.hybridWeight,
  vectors: await table.embed(queries),
});

const tableCase = (name: string, options: Parameters<typeof tableOf>[2]) =>
  caseOf(
    `table-${name}`,
    (attune, threads) => tableOf(attune, threads, options),
    (attune, bytes) => attune.staticEmbedder(bytes),
    tableAnswersOf,
    { parallel: true },
  );

export const searchCases: Case[] = [
  ...searchCasesOfVersions('flat', (attune) => ({ embedder: attune.ngramEmbedder({ dimensions: 32 }), vectorIndex: attune.flatIndex() })),
  // Graphs that were linked one vector after the other, and one that was linked by batches.
  ...['hnsw', 'hnsw-words-2', 'hnsw-words-3'].map((name) => searchCase(name, smallGraph, { isOld: true })),
  searchCase('hnsw-batches', smallGraph),
  ...searchCasesOfVersions('plain-texts', (attune) => ({
    text: (p) => [p.title, ...p.features],
    stem: 'none',
    embedder: attune.ngramEmbedder({ dimensions: 16 }),
    metadata: (p) => ({ brand: p.brand, price: p.price, features: p.features }),
  })),
  ...searchCasesOfVersions('changed', (attune) => ({ embedder: attune.ngramEmbedder({ dimensions: 32 }) }), {
    async after(index) {
      await (index as SemanticIndex<Product>).add([...productsOf(12, 145), { ...productsOf(1, 7)[0], title: 'Quiet kettle' }]);
      index.remove([itemId(1), itemId(140), 'unknown']);
    },
  }),
  ...searchCasesOfVersions('own-embedder', () => ({ embedder: ownEmbedder() }), { load: { embedder: ownEmbedder() } }),
  ...searchCasesOfVersions('table-for-queries', async (attune) => ({ embedder: ownEmbedder(), queryEmbedder: await tableOf(attune, 1) })),
  ...searchCasesOfVersions('table', async (attune) => ({ embedder: await tableOf(attune, 1, { use: 'documents' }) })),
  tableCase('queries', {}),
  tableCase('documents', { use: 'documents', sentences: 20 }),
  tableCase('4-bits', { bits: 4 }),
];
