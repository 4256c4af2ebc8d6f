import { AttuneError, type Embedder, flatIndex, ngramEmbedder, SemanticIndex, type VectorIndex } from 'attune';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostileIds } from '../support/makers.ts';

interface Product {
  asin: string;
  title: string;
  features?: string[];
  brand: string | null;
  price?: number;
  tags: string[];
}

const products: Product[] = [
  {
    asin: 'd1',
    title: 'Quiet dishwasher',
    features: ['45 cm', 'for a small kitchen'],
    brand: 'Bosch',
    price: 499,
    tags: ['kitchen', 'quiet'],
  },
  { asin: 'd2', title: 'Dishwasher with third rack', features: ['60 cm'], brand: 'GE', price: 799, tags: ['kitchen'] },
  { asin: 'h1', title: 'Steel hose for dishwashers', features: ['2 m'], brand: 'GE', price: 19.5, tags: ['parts'] },
  { asin: 'h2', title: 'Hose for washing machines', features: ['2 m', 'steel'], brand: 'Whirlpool', price: 24, tags: ['parts'] },
  { asin: 'f1', title: 'Refrigerator water filter', features: [], brand: 'Whirlpool', price: 30, tags: ['parts', 'water'] },
  { asin: 'f2', title: 'Water filter, pack of 3', features: undefined, brand: 'GE', price: undefined, tags: ['parts', 'water'] },
  { asin: 'o1', title: 'Electric oven', features: ['grill'], brand: null, price: 999, tags: [] },
];

const fields = {
  id: 'asin',
  text: (p: Product) => [p.title, ...(p.features ?? [])],
  metadata: ['brand', 'price', 'tags'],
} as const;
const modes = ['semantic', 'lexical', 'hybrid'] as const;
const ids = (list: { item: string }[]) => list.map(({ item }) => item);
const coded = (code: string) => expect.objectContaining({ code });

let index: SemanticIndex<Product>;
beforeAll(async () => {
  index = await SemanticIndex.build(products, fields);
});

describe('search', () => {
  it.each(modes)('in %s mode puts what fits best first', async (mode) => {
    const list = await index.search('quiet dishwasher for a small kitchen', { n: 5, mode });
    expect(list[0].item).toBe('d1');
    for (let k = 1; k < list.length; k++) expect(list[k].score).toBeLessThanOrEqual(list[k - 1].score);
  });

  it('lexical answers hold a word of the query, semantic ones forgive its spelling', async () => {
    expect(ids(await index.search('oven', { mode: 'lexical' }))).toEqual(['o1']);
    expect(await index.search('refridgerator filtre', { mode: 'lexical', typos: false })).toEqual([]);
    expect((await index.search('refridgerator filtre', { mode: 'semantic' }))[0].item).toBe('f1');
    expect((await index.search('refridgerator filtre'))[0].item).toBe('f1');
  });

  it('hybrid scores lie between 0 and 1, whatever the fusion', async () => {
    for (const fusion of ['calibrated', 'weighted', 'reciprocal-rank'] as const) {
      for (const { score } of await index.search('water filter', { n: 7, fusion })) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1.000001);
      }
    }
  });

  it('a weight of 0 leaves the order to the other side', async () => {
    const lexical = await index.search('steel hose 2 m', { mode: 'lexical' });
    expect(ids(await index.search('steel hose 2 m', { n: lexical.length, weights: { lexical: 1, semantic: 0 } }))).toEqual(ids(lexical));
    const semantic = await index.search('steel hose 2 m', { mode: 'semantic' });
    const positive = semantic.filter(({ score }) => score > 0);
    expect(ids(await index.search('steel hose 2 m', { n: positive.length, weights: { lexical: 0, semantic: 1 } }))).toEqual(ids(positive));
  });

  it('never gives more than n, nor anything for n = 0', async () => {
    for (const mode of modes) {
      expect((await index.search('hose', { n: 1, mode })).length).toBe(1);
      expect(await index.search('hose', { n: 0, mode })).toEqual([]);
    }
    expect((await index.search('hose', { n: 1000 })).length).toBe(products.length);
  });

  it('exclude and only hold, and ignore unknown ids', async () => {
    expect(ids(await index.search('dishwasher', { exclude: ['d1', 'nobody'] }))).not.toContain('d1');
    for (const mode of ['semantic', 'hybrid'] as const) {
      expect(ids(await index.search('dishwasher', { mode, only: ['o1', 'f1', 'nobody'] })).sort()).toEqual(['f1', 'o1']);
    }
    expect(await index.search('dishwasher', { only: [] })).toEqual([]);
  });

  it.each([
    ['', 0],
    [' \n\t', 0],
    ['🙂', undefined],
    ['\u0000', undefined],
    ['مغسلة صحون', undefined],
    ['洗碗机', undefined],
    ['zzzzqqqq', undefined],
    ['half \ud83d pair', undefined],
    ['a'.repeat(100_000), undefined],
    ['dishwasher '.repeat(10_000), undefined],
    ['<script>" or 1=1; -- %_*?[', undefined],
  ])('a query like %j gets a sane answer', async (query, length) => {
    for (const mode of modes) {
      const list = await index.search(query, { mode });
      if (length !== undefined) expect(list).toHaveLength(length);
      for (const { item, score } of list) expect(index.has(item) && Number.isFinite(score)).toBe(true);
    }
  });

  it('any text at all gets an answer of finite scores', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (query) => {
        for (const { score } of await index.search(query)) expect(Number.isFinite(score)).toBe(true);
      }),
    );
  });

  it('wrong arguments are coded errors', async () => {
    await expect(index.search(7 as never)).rejects.toEqual(coded('ERR_BAD_ARGUMENT'));
    await expect(index.search('x', { mod: 'lexical' } as never)).rejects.toEqual(coded('ERR_BAD_OPTION'));
    await expect(index.search('x', { mode: 'fuzzy' } as never)).rejects.toEqual(coded('ERR_BAD_OPTION'));
    await expect(index.search('x', { n: -1 })).rejects.toEqual(coded('ERR_BAD_OPTION'));
    await expect(index.search('x', { weights: { lexical: -1 } })).rejects.toEqual(coded('ERR_BAD_OPTION'));
    await expect(index.search('x', { weights: { lexical: 0, semantic: 0 } })).rejects.toEqual(coded('ERR_BAD_OPTION'));
    await expect(index.search('x', { only: 'd1' })).rejects.toEqual(coded('ERR_BAD_ARGUMENT'));
    await expect(index.search('x', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

describe('filters', () => {
  const searched = async (where: object, mode: (typeof modes)[number] = 'semantic') =>
    ids(await index.search('steel water filter hose dishwasher oven', { n: 10, mode, where: where as never })).sort();

  it.each([
    ['equality', { brand: 'GE' }, ['d2', 'f2', 'h1']],
    ['a list', { brand: ['Bosch', 'Whirlpool'] }, ['d1', 'f1', 'h2']],
    ['a range, inclusive at both ends', { price: { min: 24, max: 499 } }, ['d1', 'f1', 'h2']],
    ['one end of a range; what has no number is outside', { price: { max: 30 } }, ['f1', 'h1', 'h2']],
    ['a range of texts', { brand: { min: 'C', max: 'H' } }, ['d2', 'f2', 'h1']],
    ['a list that contains', { tags: { contains: 'water' } }, ['f1', 'f2']],
    ['a text that contains, in any case', { brand: { contains: 'POOL' } }, ['f1', 'h2']],
    ['equality with an entry of a list', { tags: 'quiet' }, ['d1']],
    ['null for missing', { price: null }, ['f2']],
    ['several conditions', { brand: 'GE', price: { max: 30 } }, ['h1']],
    ['undefined as no condition', { brand: 'Bosch', price: undefined }, ['d1']],
    ['a bound that is undefined as no bound', { price: { min: 24, max: undefined } }, ['d1', 'd2', 'f1', 'h2', 'o1']],
    ['a range without bounds as no condition', { brand: 'GE', price: { min: undefined, max: undefined } }, ['d2', 'f2', 'h1']],
    ['contains undefined as no condition', { brand: { contains: undefined } }, ['d1', 'd2', 'f1', 'f2', 'h1', 'h2', 'o1']],
    ['no conditions', {}, ['d1', 'd2', 'f1', 'f2', 'h1', 'h2', 'o1']],
    ['nothing', { brand: 'nobody' }, []],
    ['an empty list', { brand: [] }, []],
  ])('%s', async (_, where, expected) => {
    for (const mode of modes) expect(await searched(where, mode)).toEqual(expected);
  });

  it('are applied inside: as many answers come as exist', async () => {
    const many = Array.from({ length: 3000 }, (_, k) => ({ id: `i${k}`, text: `water filter number ${k}`, group: k % 1000 }));
    const large = await SemanticIndex.build(many, { metadata: ['group'], embedder: ngramEmbedder({ dimensions: 32 }) });
    for (const mode of modes) {
      const list = await large.search('water filter', { n: 10, mode, where: { group: 7 } });
      expect(ids(list).sort()).toEqual(['i1007', 'i2007', 'i7']);
    }
    expect(ids(large.similarItems('i7', { where: { group: 7 } })).sort()).toEqual(['i1007', 'i2007']);
  });

  it('a field that was not kept, or a condition of no kind, is a coded error', async () => {
    await expect(index.search('x', { where: { colour: 'red' } as never })).rejects.toEqual(coded('ERR_BAD_OPTION'));
    for (const bad of [
      { brand: { maximum: 3 } },
      { price: {} },
      { price: { min: Number.NaN } },
      { brand: [[]] },
      { tags: { contains: null } },
    ]) {
      await expect(index.search('x', { where: bad as never })).rejects.toEqual(coded('ERR_BAD_OPTION'));
    }
    await expect(index.search('x', { where: 'brand' as never })).rejects.toEqual(coded('ERR_BAD_OPTION'));
  });
});

describe('similar items', () => {
  it('are close, never the item itself', () => {
    expect(index.similarItems('f1', { n: 1 })[0].item).toBe('f2');
    expect(ids(index.similarItems('f1', { n: 100 }))).toHaveLength(products.length - 1);
    expect(ids(index.similarItems('f1', { n: 100 }))).not.toContain('f1');
    expect(ids(index.similarItems('f1', { where: { brand: 'GE' }, exclude: ['f2'] })).sort()).toEqual(['d2', 'h1']);
  });

  it('of an unknown item are an error that names it, or nothing', () => {
    expect(() => index.similarItems('nobody')).toThrow(coded('ERR_UNKNOWN_ITEM'));
    expect(() => index.similarItems('nobody')).toThrow(/"nobody"/);
    expect(index.similarItems('nobody', { onUnknown: 'empty' })).toEqual([]);
  });

  it('to a history lean to what weighs more in it', () => {
    const about = (value: number) => ids(index.similarTo([{ item: 'd1', value }, { item: 'f1', value: 1 / value }, 'nobody'], { n: 1 }))[0];
    expect(about(10)).toBe('d2');
    expect(about(0.1)).toBe('f2');
  });

  it('to a history of one item are those of the item', () => {
    expect(index.similarTo(['d1'])).toEqual(index.similarItems('d1'));
    expect(index.similarTo(['d1'], { includeSeen: true })[0]).toMatchObject({ item: 'd1', score: expect.closeTo(1, 5) });
  });

  it('to a history of nothing known are an error, or nothing', () => {
    expect(() => index.similarTo(['nobody'])).toThrow(coded('ERR_UNKNOWN_HISTORY'));
    expect(index.similarTo([], { onUnknown: 'empty' })).toEqual([]);
    expect(
      index.similarTo([
        { item: 'd1', value: 1 },
        { item: 'd1', value: 0 },
      ]),
    ).toEqual([]);
    expect(() => index.similarTo('d1')).toThrow(coded('ERR_BAD_ARGUMENT'));
    expect(() => index.similarTo([{ item: 'd1', value: Number.NaN }])).toThrow(coded('ERR_BAD_VALUE'));
  });
});

describe('what an index knows', () => {
  it('size, ids, metadata, vectors', () => {
    expect(index.size).toBe(7);
    expect([...index.items]).toEqual(products.map((p) => p.asin));
    expect(index.has('d1')).toBe(true);
    expect(index.has('nobody')).toBe(false);
    expect(index.metadataOf('d1')).toEqual({ brand: 'Bosch', price: 499, tags: ['kitchen', 'quiet'] });
    expect(index.metadataOf('o1')).toEqual({ price: 999, tags: [] });
    expect(index.metadataOf('nobody')).toBeUndefined();
    expect(index.vectorOf('d1')).toHaveLength(index.dimensions);
    expect(index.vectorOf('nobody')).toBeUndefined();
  });

  it('hostile ids are ids like any other', async () => {
    const all = await SemanticIndex.build(
      hostileIds.map((id) => ({ id, text: `text of ${id}`, __proto__: null, constructor: id })),
      {
        metadata: ['constructor', '__proto__' as never],
      },
    );
    expect([...all.items]).toEqual(hostileIds);
    for (const id of hostileIds) expect(all.metadataOf(id)?.constructor).toBe(id);
    expect(ids(await all.search('text', { n: 100, where: { constructor: '__proto__' } }))).toEqual(
      hostileIds.filter((id) => id === '__proto__'),
    );
  });
});

describe('building', () => {
  it('takes async iterables, keys, several keys, and whole numbers as ids', async () => {
    async function* rows() {
      for (const p of products) yield { ...p, id: Number(p.asin.charCodeAt(0)) * 10 + Number(p.asin[1]) };
    }
    const other = await SemanticIndex.build(rows(), { text: ['title', 'features'] });
    expect(other.size).toBe(7);
    expect((await other.search('oven'))[0].item).toBe('1111');
    const titles = await SemanticIndex.build(products, { id: 'asin', text: 'title' });
    expect(await titles.search('grill', { mode: 'lexical' })).toEqual([]);
  });

  it('of nothing is an index of nothing', async () => {
    const empty = await SemanticIndex.build([]);
    expect(empty.size).toBe(0);
    for (const mode of modes) expect(await empty.search('anything', { mode })).toEqual([]);
    await empty.add([{ id: 'a', text: 'something' }] as never);
    expect(ids(await empty.search('something'))).toEqual(['a']);
  });

  it('keeps the last of several items with one id', async () => {
    const other = await SemanticIndex.build([
      { id: 'a', text: 'oven' },
      { id: 'b', text: 'hose' },
      { id: 'a', text: 'filter' },
    ]);
    expect([...other.items]).toEqual(['a', 'b']);
    expect(ids(await other.search('filter', { mode: 'lexical' }))).toEqual(['a']);
    expect(await other.search('oven', { mode: 'lexical' })).toEqual([]);
  });

  it('keeps an item without text, which only filters can find', async () => {
    const other = await SemanticIndex.build([{ id: 'a' }, { id: 'b', text: 'hose' }]);
    expect(other.size).toBe(2);
    expect([...(other.vectorOf('a') ?? [1])].every((x) => x === 0)).toBe(true);
    expect(other.similarItems('a')).toEqual([]);
  });

  it('names the item that is wrong', async () => {
    const good = { id: 'a', text: 'b' };
    await expect(SemanticIndex.build([good, { text: 'b' }])).rejects.toMatchObject({
      code: 'ERR_BAD_ID',
      message: expect.stringContaining('Item 1'),
    });
    await expect(SemanticIndex.build([good, { id: '' }])).rejects.toEqual(coded('ERR_BAD_ID'));
    await expect(SemanticIndex.build([good, { id: '\ud800' }])).rejects.toEqual(coded('ERR_BAD_ID'));
    await expect(SemanticIndex.build([good, null as never])).rejects.toEqual(coded('ERR_BAD_ROW'));
    await expect(SemanticIndex.build([good, { id: 'x', text: {} }])).rejects.toEqual(coded('ERR_BAD_VALUE'));
    await expect(SemanticIndex.build([{ ...good, m: 1n }], { metadata: ['m'] })).rejects.toEqual(coded('ERR_BAD_VALUE'));
    await expect(SemanticIndex.build('abc' as never)).rejects.toEqual(coded('ERR_BAD_ARGUMENT'));
    await expect(SemanticIndex.build([good], { ids: 'x' } as never)).rejects.toEqual(coded('ERR_BAD_OPTION'));
    await expect(SemanticIndex.build([good], { id: 5 } as never)).rejects.toEqual(coded('ERR_BAD_OPTION'));
    await expect(SemanticIndex.build([good], { embedder: {} } as never)).rejects.toEqual(coded('ERR_BAD_OPTION'));
    await expect(SemanticIndex.build([good], { vectorIndex: {} } as never)).rejects.toEqual(coded('ERR_BAD_OPTION'));
  });

  it('reports its phases, and stops when told', async () => {
    const phases: string[] = [];
    await SemanticIndex.build(products, { ...fields, onProgress: (p) => phases.push(p.phase) });
    expect([...new Set(phases)]).toEqual(['reading', 'fitting', 'embedding', 'indexing']);
    await expect(SemanticIndex.build(products, { ...fields, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('does not trust an embedder', async () => {
    const bad = (embed: Embedder['embed']): Embedder => ({ name: 'bad', dimensions: 4, embed });
    for (const embed of [
      async () => new Float32Array(3),
      async () => [1, 2, 3, 4] as never,
      async () => new Float32Array(4).fill(Number.NaN),
    ]) {
      await expect(SemanticIndex.build([{ id: 'a', text: 'b' }], { embedder: bad(embed) })).rejects.toEqual(coded('ERR_EMBEDDER'));
    }
  });

  it('scales rows that an embedder did not, and leaves its array alone', async () => {
    const rows = new Map([
      ['far', [30, 40]],
      ['near', [1, 0]],
      ['query', [2, 0]],
    ]);
    const made: Float32Array[] = [];
    const embed = async (texts: readonly string[]) => {
      made.push(Float32Array.from(texts.flatMap((text) => rows.get(text) ?? [])));
      return made[made.length - 1];
    };
    const items = ['far', 'near'].map((id) => ({ id, text: id }));
    const index = await SemanticIndex.build(items, { embedder: { name: 'long', dimensions: 2, embed } });
    expect(await index.search('query', { mode: 'semantic' })).toEqual([
      { item: 'near', score: 1 },
      { item: 'far', score: Math.fround(0.6) },
    ]);
    expect([...made[0]]).toEqual([30, 40, 1, 0]);
  });

  it('asks another embedder for queries, if given one of the same length', async () => {
    const other = await SemanticIndex.build(products, {
      ...fields,
      embedder: letters,
      queryEmbedder: { ...letters, name: 'backwards', embed: backwards },
    });
    expect(await other.search('nevo', { mode: 'semantic' })).toEqual(
      await (await SemanticIndex.build(products, { ...fields, embedder: letters })).search('oven', { mode: 'semantic' }),
    );
    const short = { ...letters, dimensions: 3 };
    await expect(SemanticIndex.build(products, { ...fields, embedder: letters, queryEmbedder: short })).rejects.toEqual(
      coded('ERR_BAD_OPTION'),
    );
  });

  it('refuses a vector index that is in use', async () => {
    const vectorIndex = flatIndex();
    await SemanticIndex.build(products, { ...fields, vectorIndex });
    await expect(SemanticIndex.build(products, { ...fields, vectorIndex })).rejects.toEqual(coded('ERR_BAD_OPTION'));
  });
});

describe('changes', () => {
  const fresh = () => SemanticIndex.build(products, fields);
  const kettle: Product = { asin: 'k1', title: 'Electric kettle', features: ['2 l'], brand: 'GE', price: 20, tags: [] };

  it('adds, replaces and removes', async () => {
    const other = await fresh();
    await other.add([kettle, { ...products[0], title: 'Loud kettle', features: [], brand: 'GE' }]);
    expect(other.size).toBe(8);
    expect(ids(await other.search('kettle', { mode: 'lexical', where: { brand: 'GE' } })).sort()).toEqual(['d1', 'k1']);
    expect(ids(await other.search('quiet', { mode: 'lexical' }))).toEqual([]);
    expect(other.remove(['k1', 'nobody', 'k1'])).toBe(1);
    expect(other.has('k1')).toBe(false);
    expect(other.metadataOf('k1')).toBeUndefined();
    expect(other.vectorOf('k1')).toBeUndefined();
    expect(ids(await other.search('kettle', { n: 100 }))).not.toContain('k1');
    expect(ids(await other.search('kettle', { n: 100, where: { price: { max: 20 } } }))).toEqual(['h1']);
    expect(() => other.remove('k1')).toThrow(coded('ERR_BAD_ARGUMENT'));
  });

  it('equal an index built anew', async () => {
    const other = await fresh();
    await other.add([kettle]);
    other.remove(['k1', 'f1']);
    await other.add([products[4]]);
    for (const mode of modes)
      expect(await other.search('water filter hose', { mode })).toEqual(await index.search('water filter hose', { mode }));
  });

  it('that fail leave everything as it was', async () => {
    const other = await fresh();
    const before = await other.search('kettle', { n: 100 });
    await expect(other.add([kettle, { ...kettle, asin: '' }])).rejects.toEqual(coded('ERR_BAD_ID'));
    await expect(other.add([kettle], { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect(await other.search('kettle', { n: 100 })).toEqual(before);
    let broken = false;
    const fragile = await SemanticIndex.build(products, {
      ...fields,
      embedder: { ...letters, embed: async (texts) => (broken ? Promise.reject(new Error('model gone')) : letters.embed(texts)) },
    });
    broken = true;
    await expect(fragile.add([kettle])).rejects.toThrow('model gone');
    broken = false;
    expect(fragile.size).toBe(7);
    await fragile.add([kettle]);
    expect(fragile.size).toBe(8);
  });

  it('of many kinds at once are seen whole by every search', async () => {
    const other = await SemanticIndex.build(products, { ...fields, embedder: { ...letters, embed: slowly(letters) } });
    const work = Array.from({ length: 10 }, (_, k) =>
      other.add([
        { ...kettle, asin: `k${k}` },
        { ...kettle, asin: `l${k}` },
      ]),
    );
    const searches = Array.from({ length: 40 }, async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
      const kettles = ids(await other.search('kettle', { n: 100, mode: 'semantic' })).filter((id) => /[kl]/.test(id));
      expect(kettles.filter((id) => id[0] === 'k').length).toBe(kettles.filter((id) => id[0] === 'l').length);
    });
    await Promise.all([...work, ...searches]);
    expect(other.size).toBe(27);
  });

  it('while an answer is under way do not put wrong names into it', async () => {
    const flat = flatIndex();
    const late: VectorIndex = {
      kind: 'late',
      get size() {
        return flat.size;
      },
      get dimensions() {
        return flat.dimensions;
      },
      add: async (keys, vectors) => flat.add(keys, vectors),
      remove: async (keys) => flat.remove(keys),
      search: async (query, options) => {
        const found = await flat.search(query, options);
        await new Promise((resolve) => setTimeout(resolve, 20));
        return found;
      },
      toBytes: () => flat.toBytes(),
      fromBytes: (bytes) => flat.fromBytes(bytes),
    };
    const other = await SemanticIndex.build(products, { ...fields, vectorIndex: late });
    const answer = other.search('dishwasher', { n: 100 });
    other.remove(['d1', 'd2']);
    await other.add([kettle]);
    expect(ids(await answer)).not.toContain('d1');
    expect(() => other.similarItems('o1')).toThrow(coded('ERR_NOT_SUPPORTED'));
    expect(ids(await other.search('kettle', { n: 1 }))).toEqual(['k1']);
  });
});

describe('files', () => {
  const versions = new Map<string, Uint8Array>();
  const store = {
    put: async (name: string, bytes: Uint8Array, metadata = {}) => {
      versions.set(name, bytes.slice());
      return { name, version: 1, aliases: [], createdAt: 0, sizeBytes: bytes.length, metadata };
    },
    get: async (name: string) => ({ name, bytes: versions.get(name) as Uint8Array }),
  } as never;

  it('bring back the same answers without an embedder beside them', async () => {
    await expect(index.save('models' as never, 'products')).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
    await expect(SemanticIndex.load('models' as never, 'products')).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
    const info = await index.save(store, 'products', { note: 'first' });
    expect(info.metadata).toMatchObject({ kind: 'semantic-index', items: 7, note: 'first' });
    const again = await SemanticIndex.load(store, 'products');
    for (const mode of modes) expect(await again.search('steel hose', { mode })).toEqual(await index.search('steel hose', { mode }));
    expect(again.similarItems('f1')).toEqual(index.similarItems('f1'));
    expect(await again.search('hose', { where: { brand: 'GE' } })).toEqual(await index.search('hose', { where: { brand: 'GE' } }));
    expect([...again.items]).toEqual([...index.items]);
    expect(again.metadataOf('d1')).toEqual(index.metadataOf('d1'));
    expect(Buffer.compare(again.toBytes(), index.toBytes())).toBe(0); // element by element takes many seconds
  });

  it('hold an index that has been changed', async () => {
    const other = await SemanticIndex.build(products, fields);
    other.remove(['d1', 'o1']);
    await other.add([{ ...products[6], title: 'Gas oven' }]);
    const again = SemanticIndex.fromBytes(other.toBytes());
    expect([...again.items].sort()).toEqual([...other.items].sort());
    for (const mode of modes)
      expect(await again.search('gas oven dishwasher', { mode })).toEqual(await other.search('gas oven dishwasher', { mode }));
  });

  it('take more items after loading when they were read by keys, or when told how', async () => {
    const byKeys = await SemanticIndex.build(products, { id: 'asin', text: ['title', 'features'], metadata: ['brand'] });
    const again = SemanticIndex.fromBytes(byKeys.toBytes()) as SemanticIndex<object>;
    await again.add([{ asin: 'k1', title: 'Kettle', brand: 'GE' }]);
    expect(again.metadataOf('k1')).toEqual({ brand: 'GE' });
    const unreadable = SemanticIndex.fromBytes(index.toBytes()) as SemanticIndex<object>;
    await expect(unreadable.add([{ asin: 'k1', title: 'Kettle' }])).rejects.toEqual(coded('ERR_BAD_OPTION'));
    const told = SemanticIndex.fromBytes(index.toBytes(), { text: 'title' as never }) as SemanticIndex<object>;
    await told.add([{ asin: 'k1', title: 'Kettle' }]);
    expect(told.has('k1')).toBe(true);
  });

  it('of another embedder need that one', async () => {
    const bytes = (await SemanticIndex.build(products, { ...fields, embedder: letters })).toBytes();
    expect(() => SemanticIndex.fromBytes(bytes)).toThrow(coded('ERR_BAD_OPTION'));
    expect(() => SemanticIndex.fromBytes(bytes, { embedder: ngramEmbedder() })).toThrow(/letters/);
    expect(() => SemanticIndex.fromBytes(bytes, { embedder: { ...letters, dimensions: 12 } })).toThrow(coded('ERR_BAD_OPTION'));
    expect(SemanticIndex.fromBytes(bytes, { embedder: letters }).size).toBe(7);
    expect(() => SemanticIndex.fromBytes(index.toBytes(), { embedder: letters })).toThrow(coded('ERR_BAD_OPTION'));
    expect(SemanticIndex.fromBytes(index.toBytes(), { embedder: ngramEmbedder() }).size).toBe(7);
  });

  it('of another kind, newer, damaged or cut are coded errors', async () => {
    const bytes = index.toBytes();
    expect(() => SemanticIndex.fromBytes(flatIndex().toBytes())).toThrow(coded('ERR_WRONG_KIND'));
    expect(() => SemanticIndex.fromBytes(new Uint8Array(3))).toThrow(coded('ERR_BAD_FILE'));
    for (let k = 0; k < 15; k++) {
      const broken = bytes.slice();
      broken[Math.floor((k / 15) * bytes.length)] ^= 1 << (k % 8);
      expect(() => SemanticIndex.fromBytes(broken)).toThrow(AttuneError);
      expect(() => SemanticIndex.fromBytes(bytes.slice(0, Math.floor((k / 15) * bytes.length)))).toThrow(AttuneError);
    }
  });
});

/** An embedder as a caller might write one: how often each letter occurs. */
const letters: Embedder = {
  name: 'letters',
  dimensions: 26,
  async embed(texts) {
    const vectors = new Float32Array(texts.length * 26);
    texts.forEach((text, row) => {
      for (const letter of text.toLowerCase()) {
        const k = letter.charCodeAt(0) - 97;
        if (k >= 0 && k < 26) vectors[row * 26 + k]++;
      }
      const length = Math.hypot(...vectors.subarray(row * 26, row * 26 + 26)) || 1;
      for (let k = 0; k < 26; k++) vectors[row * 26 + k] /= length;
    });
    return vectors;
  },
};

const backwards: Embedder['embed'] = (texts) => letters.embed(texts.map((text) => [...text].reverse().join('')));

function slowly(embedder: Embedder): Embedder['embed'] {
  return async (texts, options) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
    return embedder.embed(texts, options);
  };
}
