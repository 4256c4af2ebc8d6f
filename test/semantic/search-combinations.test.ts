import { ngramEmbedder, type SearchOptions, SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import { randomOf } from '../support/makers.ts';

// Words that are no forms of one another, and too far apart to be corrections.
const vocabulary = ['kavo', 'lumit', 'brinta', 'zopf', 'quark', 'felton', 'maxi', 'drupal'];
const brands = ['Alto', 'Brisk', 'Corvo', null];

interface Product {
  id: string;
  title: string;
  about: string;
  brand: string | null;
  price: number | null;
  sold: number;
}

const random = randomOf(11);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
const words = (most: number) => Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(vocabulary));
const products: Product[] = Array.from({ length: 80 }, (_, k) => ({
  id: `p${k}`,
  title: words(3).join(' '),
  about: words(4).join(' '),
  brand: pick(brands),
  price: random() < 0.2 ? null : Math.floor(random() * 12),
  sold: Math.floor(random() * 4),
}));
const index = await SemanticIndex.build(products, {
  text: { title: 2, about: 1 },
  metadata: ['brand', 'price', 'sold'],
  embedder: ngramEmbedder({ dimensions: 64 }),
});
const byId = new Map(products.map((product) => [product.id, product]));
const modes = ['lexical', 'semantic', 'hybrid'] as const;

interface Question {
  words: readonly string[];
  phrase: readonly string[];
  mode: (typeof modes)[number];
  match: 'all' | 'any';
  fields: ('title' | 'about')[] | undefined;
  where: { brand?: string | string[]; price?: { min?: number; max?: number } } | undefined;
  minScore: number | undefined;
  sort: { price: 'asc' | 'desc' } | undefined;
  popularity: 'sold' | undefined;
  fallback: boolean;
}

function randomQuestion(): Question {
  const strangers = random() < 0.2 ? ['xyzzyq'] : [];
  return {
    words: [...new Set([...words(2), ...strangers])],
    phrase: random() < 0.3 ? [pick(vocabulary), pick(vocabulary)] : [],
    mode: pick(modes),
    match: pick(['all', 'any'] as const),
    fields: pick([undefined, undefined, ['title'], ['about'], ['title', 'about']] as const) as Question['fields'],
    where: pick([undefined, undefined, { brand: 'Alto' }, { brand: ['Brisk', 'Corvo'], price: { max: 8 } }, { price: { min: 50 } }]),
    minScore: random() < 0.2 ? 0.35 : undefined,
    sort: pick([undefined, undefined, { price: 'asc' }, { price: 'desc' }] as const),
    popularity: pick([undefined, 'sold'] as const),
    fallback: random() < 0.5,
  };
}

const textOf = ({ words, phrase }: Pick<Question, 'words' | 'phrase'>) =>
  [...words, ...(phrase.length > 0 ? [`"${phrase.join(' ')}"`] : [])].join(' ');

/** Whether conditions hold, by their definition. */
function passes({ brand, price }: Product, where: Question['where']): boolean {
  if (where?.brand !== undefined && ![where.brand].flat().includes(brand as string)) return false;
  if (!where?.price) return true;
  return price !== null && price >= (where.price.min ?? Number.NEGATIVE_INFINITY) && price <= (where.price.max ?? Number.POSITIVE_INFINITY);
}

const hasPhrase = (text: string, phrase: readonly string[]) => ` ${text} `.includes(` ${phrase.join(' ')} `);

/** Everything that should be found, in order, worked out from whole rankings without any of the options. */
async function wholeOf(
  question: Question,
): Promise<{ list: { item: string; score: number }[]; fallback: string | undefined; ends: boolean }> {
  const { words, phrase, mode, match, fields, where, minScore, sort, popularity } = question;
  const everything = { n: products.length, typos: false, fields } as const;
  const plain = [...words, ...phrase].join(' ');
  const texts = (id: string) => (fields ?? (['title', 'about'] as const)).map((field) => (byId.get(id) as Product)[field]);
  const has = (id: string, word: string) => texts(id).some((text) => text.split(' ').includes(word));
  const wanted = [...new Set([...words, ...phrase])];
  const isStrict = match === 'all' || phrase.length > 0 || fields !== undefined;
  const found = products
    .map(({ id }) => id)
    .filter((id) => wanted.some((word) => has(id, word)))
    .filter((id) => match === 'any' || wanted.every((word) => has(id, word)))
    .filter((id) => phrase.length === 0 || texts(id).some((text) => hasPhrase(text, phrase)));
  const allowed = products.filter((product) => passes(product, where)).map(({ id }) => id);
  // Scores of a query with words in quotation marks are those of the same words without.
  const base = (await index.search(plain, { ...everything, mode, fields: mode === 'semantic' ? undefined : fields })) as {
    item: string;
    score: number;
  }[];
  const close = await index.search(plain, { n: products.length, mode: 'semantic', typos: false });
  let list = base.filter(({ item }) => allowed.includes(item) && ((mode !== 'lexical' && !isStrict) || found.includes(item)));
  if (mode !== 'lexical' && sort) {
    const best = close.find(({ item }) => list.some((one) => one.item === item))?.score ?? 0;
    const near = new Set(close.filter(({ score }) => score > 0 && score >= 0.5 * best).map(({ item }) => item));
    list = list.filter(({ item }) => near.has(item) || found.includes(item));
  }
  if (minScore !== undefined) list = list.filter(({ score }) => score >= minScore);
  const place = new Map(list.map(({ item }, at) => [item, at]));
  const at = (item: string) => place.get(item) as number;
  const sold = (item: string) => (byId.get(item) as Product).sold;
  if (popularity) list.sort((a, b) => b.score - a.score || sold(b.item) - sold(a.item) || at(a.item) - at(b.item));
  if (sort) list = byPrice(list, sort.price);
  return { list, fallback: undefined, ends: mode === 'lexical' || sort !== undefined || (isStrict && minScore === undefined) };
}

/** Stable; without a price last. */
function byPrice<T extends { item: string }>(list: readonly T[], way: 'asc' | 'desc'): T[] {
  const price = ({ item }: T) => (byId.get(item) as Product).price;
  const sign = way === 'asc' ? 1 : -1;
  return [...list].sort((a, b) => {
    const [left, right] = [price(a), price(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right);
  });
}

/** With what stands in for an empty result. */
async function expectedOf(question: Question) {
  const asked = await wholeOf(question);
  if (asked.list.length > 0 || !question.fallback) return asked;
  const loose = {
    ...question,
    words: [...question.words, ...question.phrase],
    phrase: [],
    match: 'any',
    fields: undefined,
  } as const;
  const some = await wholeOf(loose);
  if (some.list.length > 0) return { ...some, fallback: 'any' };
  if (!question.popularity) return asked;
  const allowed = products.filter((product) => passes(product, question.where));
  const popular = allowed.map(({ id, sold }, at) => ({ item: id, score: 0, sold, at })).sort((a, b) => b.sold - a.sold || a.at - b.at);
  if (popular.length === 0) return asked;
  const list = popular.map(({ item, score }) => ({ item, score }));
  return { list: question.sort ? byPrice(list, question.sort.price) : list, fallback: 'popular', ends: true };
}

function brandCounts(list: readonly { item: string }[]) {
  const counts = new Map<string, number>();
  for (const { item } of list) {
    const { brand } = byId.get(item) as Product;
    if (brand !== null) counts.set(brand, (counts.get(brand) ?? 0) + 1);
  }
  return Array.from(counts, ([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

describe('options of a search together', () => {
  it('give what a search through everything gives', async () => {
    for (let round = 0; round < 400; round++) {
      const question = randomQuestion();
      const { words: _, phrase: __, ...rest } = question;
      const options: SearchOptions<Pick<Product, 'brand' | 'price' | 'sold'>, Product> = { ...rest, typos: false };
      const { list, fallback, ends } = await expectedOf(question);
      const query = textOf(question);
      const context = JSON.stringify({ query, ...options });
      const whole = await index.search(query, { ...options, n: 100 });
      expect([...whole], context).toEqual(list);
      if (fallback !== undefined) expect(whole.fallback, context).toBe(fallback);
      if (ends) expect(whole.total, context).toBe(list.length);
      for (const [n, offset] of [
        [0, 0],
        [3, 0],
        [4, 2],
        [5, 200],
      ]) {
        const page = await index.search(query, { ...options, n, offset });
        expect([...page], `${context} ${n} ${offset}`).toEqual(list.slice(offset, offset + n));
        if (ends) expect([page.total, page.fallback], `${context} ${n} ${offset}`).toEqual([whole.total, whole.fallback]);
      }
    }
  });

  it('count facets over the whole result, which no page changes', async () => {
    for (let round = 0; round < 100; round++) {
      const question: Question = { ...randomQuestion(), sort: { price: 'asc' } };
      const { words: _, phrase: __, ...rest } = question;
      const { list, fallback } = await expectedOf(question);
      const context = JSON.stringify({ query: textOf(question), ...rest });
      for (const [n, offset] of [
        [0, 0],
        [3, 1],
        [1, 500],
      ]) {
        const page = await index.search(textOf(question), { ...rest, typos: false, n, offset, facets: ['brand'] });
        expect(page.facets.brand, context).toEqual(brandCounts(list));
        expect(page.total, context).toBe(list.length);
        if (fallback) expect(page.fallback, context).toBe(fallback);
      }
    }
  });

  it.each(modes)('a blank query has no answer, of which there are none, in mode %s', async (mode) => {
    for (const query of ['', ' \t ']) {
      const result = await index.search(query, { mode, facets: ['brand'] });
      expect([...result]).toEqual([]);
      expect([result.total, result.facets, result.fallback]).toEqual([0, { brand: [] }, undefined]);
    }
    expect((await index.search('?!', { mode: 'lexical' })).total).toBe(0);
  });
});
