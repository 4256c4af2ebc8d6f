import { type Embedder, flatIndex, type ModelStore, memoryModelStore, SemanticIndex, type Where } from 'attune';
import { type PgvectorHandle, pgvectorIndex } from 'attune/pgvector';

// Nothing here runs: it is enough that it compiles, and that the lines marked do not.

interface Product {
  asin: string;
  title: string;
  brand: string | null;
  price?: number;
  tags: string[];
  heated: boolean;
  since: Date;
  sizes: { width: number };
}

declare const products: Product[];
declare const store: ModelStore;
declare const embedder: Embedder;
declare const handle: PgvectorHandle;

export async function fieldsAreThoseThatAreKept() {
  const index = await SemanticIndex.build(products, { id: 'asin', text: 'title', metadata: ['brand', 'price', 'tags', 'heated', 'since'] });
  await index.search('kettle', { where: { brand: 'GE', price: { max: 30 }, tags: 'kitchen', heated: true, since: { min: '2020' } } });
  await index.search('kettle', { where: { brand: ['GE', null], price: null, tags: { contains: 'quiet' } } });
  index.similarItems('d1', { where: { brand: { contains: 'bo' } } });
  index.similarTo(['d1'], { where: { price: { min: 10, max: 30 } } });
  await index.nearDuplicates({ where: { brand: { min: 'A', max: 'M' } } });
  // @ts-expect-error: a misspelt field
  await index.search('kettle', { where: { brnd: 'GE' } });
  // @ts-expect-error: a field that is not kept
  index.similarItems('d1', { where: { title: 'Kettle' } });
  // @ts-expect-error: a range of numbers on a text
  index.similarTo(['d1'], { where: { brand: { min: 3 } } });
  // @ts-expect-error: a range of texts on a number
  await index.nearDuplicates({ where: { price: { max: '30' } } });
  // @ts-expect-error: a number is not a brand
  await index.search('kettle', { where: { brand: [1] } });
  // @ts-expect-error: a list has no order
  await index.search('kettle', { where: { tags: { min: 'a' } } });

  const kept = index.metadataOf('d1');
  kept?.brand?.toUpperCase();
  kept?.price?.toFixed(2);
  kept?.since?.slice(0, 10); // JSON has no dates
  // @ts-expect-error: not kept
  kept?.title;
}

export async function aFunctionSaysWhatIsKept() {
  const index = await SemanticIndex.build(products, {
    id: 'asin',
    text: 'title',
    metadata: (p) => ({ maker: p.brand, width: p.sizes.width }),
  });
  await index.search('kettle', { where: { maker: 'GE', width: { max: 60 } } });
  // @ts-expect-error: the name it has in the rows
  await index.search('kettle', { where: { brand: 'GE' } });
  // @ts-expect-error: a range of texts on a number
  await index.search('kettle', { where: { width: { max: '60' } } });
  await SemanticIndex.build(products, { id: 'asin', text: 'title', metadata: (p) => p.sizes });
}

export async function misspeltKeysOfRowsDoNotCompile() {
  // @ts-expect-error: no such key
  await SemanticIndex.build(products, { id: 'asin', text: 'title', metadata: ['brnd'] });
  // @ts-expect-error: no such key
  await SemanticIndex.build(products, { id: 'isbn', text: 'title' });
}

// biome-ignore lint/suspicious/noExplicitAny: rows of unknown type are the case in question.
export async function looseRowsTakeWhatTheySaidThemselves(rows: Record<string, unknown>[], anything: AsyncIterable<any>) {
  const loose = await SemanticIndex.build(rows, { metadata: ['brand', 'price'] });
  await loose.search('kettle', { where: { brand: 'GE', price: { max: 30 } } });
  // @ts-expect-error: a misspelt field
  await loose.search('kettle', { where: { brnd: 'GE' } });
  const keys: string[] = ['brand'];
  const dynamic = await SemanticIndex.build(anything, { metadata: keys });
  await dynamic.search('kettle', { where: { brand: 'GE', price: { max: 30 } } });
  const where: Where = { brand: 'GE' };
  await dynamic.search('kettle', { where });
}

export async function aLoadedIndexTakesWhatTheCallerSays(form: { max: number | undefined }) {
  const index = await SemanticIndex.load(store, 'products', { embedder });
  await index.add(products);
  await index.search('kettle', { where: { brand: 'GE', price: { max: form.max } } });

  const typed = await SemanticIndex.load<Product>(store, 'products', { embedder });
  await typed.add(products);
  await typed.search('kettle', { where: { brand: 'GE', price: { min: undefined, max: form.max } } });
  // @ts-expect-error: a misspelt field
  await typed.search('kettle', { where: { brnd: 'GE' } });
  // @ts-expect-error: not products
  await typed.add([{ asin: 'd1' }]);

  const read = SemanticIndex.fromBytes(index.toBytes(), {
    id: (p: Product) => p.asin,
    text: (p: Product) => p.title,
    metadata: ['brand'],
    vectorIndex: flatIndex(),
  });
  await read.add(products);
  await read.search('kettle', { where: { brand: 'GE' } });
  // @ts-expect-error: not kept
  await read.search('kettle', { where: { price: 3 } });
}

export async function rowsMayBeOfAnInterface() {
  const index = await SemanticIndex.build(products, { id: 'asin', text: ['title', 'brand'] });
  await index.add(products);
  async function* stream() {
    yield* products;
  }
  await index.add(stream());
}

export async function numbersAreIds() {
  const index = await SemanticIndex.build([{ id: 1, text: 'kettle' }]);
  await index.search('kettle', { exclude: [1], only: new Set([1n, '2']) });
  index.similarItems(1, { exclude: [2] });
  index.remove([1]);
  index.has(1);
  index.metadataOf(1);
  index.vectorOf(1);
}

export async function anIndexThatAnswersLaterGivesPromises() {
  const index = await SemanticIndex.build(products, { id: 'asin', text: 'title', metadata: ['brand'], vectorIndex: pgvectorIndex(handle) });
  const later: Promise<unknown[]> = index.similarItems('d1', { where: { brand: 'GE' } });
  const loaded = await SemanticIndex.load(memoryModelStore(), 'products', { vectorIndex: pgvectorIndex(handle) });
  const too: Promise<unknown[]> = loaded.similarItems('d1');
  return [later, too];
}

export async function undefinedIsNoCondition(form: { min: number | undefined }) {
  const index = await SemanticIndex.build(products, { id: 'asin', text: 'title', metadata: ['price', 'brand'], embedder: undefined });
  await index.search('kettle', { where: { price: { min: form.min }, brand: undefined }, n: undefined, only: undefined, signal: undefined });
  const where: Where = { price: { min: form.min } };
  return where;
}

export async function anyIndexIsASemanticIndex(): Promise<SemanticIndex[]> {
  const typed: SemanticIndex<Product> = await SemanticIndex.build(products, { id: 'asin', text: 'title', metadata: ['brand', 'price'] });
  const kept: SemanticIndex<{ brand: string | null }> = await SemanticIndex.build(products, {
    id: 'asin',
    text: 'title',
    metadata: ['brand'],
  });
  return [typed, kept, await SemanticIndex.build(products, { id: 'asin', text: 'title' })];
}

export async function whatASearchNamesIsChecked() {
  const index = await SemanticIndex.build(products, { id: 'asin', text: { title: 2, brand: 1 }, metadata: ['brand', 'price', 'tags'] });
  const result = await index.search('"kettle" steel', {
    n: 20,
    offset: 20,
    match: 'all',
    minScore: 0.1,
    fields: ['title'],
    sort: ['brand', { price: 'desc' }],
    facets: ['brand', 'tags'],
    popularity: 'price',
    fallback: true,
  });
  const brand: string | undefined = result.facets.brand?.[0].value;
  const tag: string | undefined = result.facets.tags?.[0].value;
  const total: number | undefined = result.total;
  index.suggest('ket', { n: 3, where: { brand: 'GE' } })[0]?.items[0]?.item.toUpperCase();
  // @ts-expect-error: a misspelt field of the text
  await index.search('kettle', { fields: ['titel'] });
  // @ts-expect-error: a misspelt field
  await index.search('kettle', { facets: ['brnd'] });
  // @ts-expect-error: a field that is not kept
  await index.search('kettle', { sort: 'title' });
  // @ts-expect-error: no direction
  await index.search('kettle', { sort: { price: 'down' } });
  // @ts-expect-error: a misspelt field
  await index.search('kettle', { popularity: 'prise' });
  // @ts-expect-error: a field that is not counted
  result.facets.since;
  return [brand, tag, total];
}
