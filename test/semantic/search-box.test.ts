import { ngramEmbedder, productTokenizer, type SearchOptions, SemanticIndex } from 'attune';
import { beforeAll, describe, expect, it } from 'vitest';

const products = [
  {
    id: 'B0DW1',
    title: 'Quiet dishwasher 45 cm',
    about: 'for a small kitchen',
    brand: 'Bosch',
    price: 499,
    sold: 3,
    tags: ['white', 'slim'],
  },
  { id: 'B0HO1', title: 'Steel hose for dishwashers', about: 'fits every dishwasher', brand: 'GE', price: 19.5, sold: 9, tags: ['steel'] },
  { id: 'B0FI1', title: 'Refrigerator water filter', about: 'clean water', brand: 'GE', price: 30, sold: 1, tags: ['white'] },
  { id: 'B0JU1', title: 'Filter water jug with wi-fi', about: 'glass', brand: 'Brita', price: null, sold: 2, tags: [] },
];
type Product = (typeof products)[number];
const modes = ['lexical', 'semantic', 'hybrid'] as const;
const ids = (list: readonly { item: string }[]) => list.map(({ item }) => item);
const coded = (code: string) => expect.objectContaining({ code });
const buildOf = (texts: string[], options: Parameters<typeof SemanticIndex.build>[1] = {}) =>
  SemanticIndex.build(
    texts.map((text, id) => ({ id: `t${id}`, text })),
    { embedder: ngramEmbedder({ dimensions: 64 }), ...options },
  );
const found = async (index: SemanticIndex, query: string, options: SearchOptions = {}) =>
  ids(await index.search(query, { mode: 'lexical', typos: false, ...options })).sort();

let index: SemanticIndex<Pick<Product, 'brand' | 'price' | 'sold' | 'tags'>, Product>;
beforeAll(async () => {
  index = await SemanticIndex.build(products, { text: { title: 2, about: 1 }, metadata: ['brand', 'price', 'sold', 'tags'] });
});

describe('all words', () => {
  it.each(modes)('must be there with match: all, in mode %s', async (mode) => {
    expect(ids(await index.search('water filter wifi', { mode, match: 'all' }))).toEqual(['B0JU1']);
    expect(ids(await index.search('water filter steel', { mode, match: 'all' }))).toEqual([]);
  });

  it('leaves function words out of what must be there', async () => {
    expect(await found(index, 'which filter is for the water', { match: 'all' })).toEqual(['B0FI1', 'B0JU1']);
  });

  it('accepts corrections, beginnings and other forms', async () => {
    expect(ids(await index.search('dishwascher hoses', { match: 'all' }))).toEqual(['B0HO1']);
    expect(ids(await index.search('steel dishw', { match: 'all', prefix: true }))).toEqual(['B0HO1']);
  });
});

describe('a quoted phrase', () => {
  it.each(modes)('must stand side by side, in mode %s', async (mode) => {
    expect(ids(await index.search('"water filter"', { mode }))).toEqual(['B0FI1']);
    expect(ids(await index.search('“filter water” steel', { mode }))).toEqual(['B0JU1']);
    expect(ids(await index.search('"water jug filter"', { mode }))).toEqual([]);
  });

  it('meets other spellings, and survives a file', async () => {
    const texts = ['Mesh wi-fi router', 'wifi range', 'router wi fi', 'butter 250 g pack', 'butter pack 250g', '洗碗机 white'];
    const shop = await buildOf(texts);
    for (const each of [shop, SemanticIndex.fromBytes(shop.toBytes())]) {
      expect(await found(each, '"wifi router"')).toEqual(['t0']);
      expect(await found(each, '"router wi fi"')).toEqual(['t2']);
      expect(await found(each, '"250g pack"')).toEqual(['t3']);
      expect(await found(each, '"洗碗机"')).toEqual(['t5']);
    }
  });

  it('is none where a quotation mark stands for inches', async () => {
    const shop = await buildOf(['15" monitor 24" wide', 'monitor stand']);
    expect(await found(shop, '15" monitor 24" stand')).toEqual(['t0', 't1']);
  });

  it('stays findable after changes', async () => {
    const shop = await SemanticIndex.build(
      Array.from({ length: 40 }, (_, id) => ({ id, text: `steel hose ${id}` })),
      { embedder: ngramEmbedder({ dimensions: 32 }) },
    );
    shop.remove(Array.from({ length: 39 }, (_, id) => id));
    await shop.add([
      { id: 39, text: 'hose of steel' },
      { id: 50, text: 'steel hose new' },
    ]);
    shop.toBytes();
    expect(await found(shop, '"steel hose"')).toEqual(['50']);
  });
});

describe('pages', () => {
  it.each(modes)('are parts of one list, in mode %s', async (mode) => {
    const options = { mode, minScore: 0 } as const;
    const whole = await index.search('water filter dishwasher hose', { ...options, n: 10 });
    for (let offset = 0; offset <= whole.length; offset++)
      expect([...(await index.search('water filter dishwasher hose', { ...options, n: 2, offset }))]).toEqual(
        whole.slice(offset, offset + 2),
      );
  });

  it('end where scores fall below minScore', async () => {
    const whole = await index.search('water filter', { n: 10 });
    const least = whole[1].score;
    expect(ids(await index.search('water filter', { minScore: least }))).toEqual(ids(whole).slice(0, 2));
    expect(await index.search('water filter', { minScore: 2 })).toHaveLength(0);
  });
});

describe('fields', () => {
  it('of one query count alone', async () => {
    expect(await found(index, 'dishwasher', { fields: ['title'] })).toEqual(['B0DW1', 'B0HO1']);
    expect(await found(index, 'glass', { fields: ['title'] })).toEqual([]);
    expect(ids(await index.search('glass', { fields: ['about'] }))).toEqual(['B0JU1']);
    await expect(index.search('glass', { fields: ['brand'] })).rejects.toEqual(coded('ERR_BAD_OPTION'));
    for (const mode of ['lexical', 'semantic', 'hybrid'] as const)
      await expect(index.search('glass', { mode, fields: [] })).rejects.toThrow('at least one field');
    await expect(buildOf(['a'], { text: [] })).rejects.toThrow('at least one key');
    await expect((await buildOf(['a'], { text: ['text'] as never })).search('a', { fields: ['text'] as never })).rejects.toEqual(
      coded('ERR_BAD_OPTION'),
    );
  });
});

describe('sorting and counting', () => {
  it.each(modes)('facets count the whole result, whatever the page, in mode %s', async (mode) => {
    const options = { mode, facets: ['brand', 'tags'] } as const;
    const whole = await index.search('water filter', { ...options, n: 10 });
    const page = await index.search('water filter', { ...options, n: 1 });
    const brands = whole.map(({ item }) => index.metadataOf(item)?.brand);
    expect(page.facets).toEqual(whole.facets);
    expect(page.total).toBe(whole.length);
    for (const { value, count } of page.facets.brand ?? []) expect(brands.filter((brand) => brand === value)).toHaveLength(count);
    expect((await index.search('water filter', { ...options, n: 0 })).facets).toEqual(whole.facets);
  });

  it('counts each entry of a list, the most frequent first', async () => {
    const { facets } = await index.search('dishwasher water', { mode: 'lexical', facets: ['tags', 'price'] });
    expect(facets.tags).toEqual([
      { value: 'white', count: 2 },
      { value: 'slim', count: 1 },
      { value: 'steel', count: 1 },
    ]);
    expect(facets.price?.map(({ value }) => value)).toEqual([19.5, 30, 499]);
  });

  it('sort orders the whole result; what lacks the field comes last', async () => {
    expect(ids(await index.search('water filter dishwasher', { mode: 'lexical', sort: 'price' }))).toEqual([
      'B0HO1',
      'B0FI1',
      'B0DW1',
      'B0JU1',
    ]);
    expect(ids(await index.search('water filter dishwasher', { mode: 'lexical', sort: { price: 'desc' }, n: 2 }))).toEqual([
      'B0DW1',
      'B0FI1',
    ]);
    expect(ids(await index.search('water dishwasher', { mode: 'lexical', sort: ['brand', { price: 'desc' }], n: 4 }))).toEqual([
      'B0DW1',
      'B0JU1',
      'B0FI1',
      'B0HO1',
    ]);
    expect(ids(await index.search('refrigerator water filter', { sort: 'price' }))).not.toContain('B0DW1');
  });

  it('sorts numbers that are kept as text by their size', async () => {
    const prices = ['9.00', '12.00', '', '100', null];
    const shop = await SemanticIndex.build(
      prices.map((price, id) => ({ id, text: 'pan', price })),
      { metadata: ['price'] },
    );
    expect(ids(await shop.search('pan', { sort: 'price' }))).toEqual(['0', '1', '3', '2', '4']);
    expect(ids(await shop.search('pan', { sort: { price: 'desc' }, n: 2 }))).toEqual(['3', '1']);
  });

  it('popularity decides between equal scores', async () => {
    const shop = await SemanticIndex.build(
      ['a', 'b', 'c'].map((id, k) => ({ id, text: 'steel hose', sold: [1, 5, null][k] })),
      { metadata: ['sold'] },
    );
    for (const mode of modes) expect(ids(await shop.search('steel hose', { mode, popularity: 'sold' }))).toEqual(['b', 'a', 'c']);
    expect(ids(await shop.search('steel hose', { popularity: 'sold', n: 1 }))).toEqual(['b']);
  });

  it.each([
    { sort: 'colour' },
    { facets: ['colour'] },
    { popularity: 'colour' },
    { popularity: 'brand' },
    { sort: { price: 'down' } },
    { offset: -1 },
    { match: 'some' },
  ])('refuses %j', async (options) => {
    await expect(index.search('filter', options as never)).rejects.toEqual(coded('ERR_BAD_OPTION'));
  });
});

describe('a result that is not quite what was asked for', () => {
  it('says that only the meaning has ranked it', async () => {
    expect((await index.search('xqzzyv')).fallback).toBe('meaning');
    expect((await index.search('filter')).fallback).toBeUndefined();
    expect(await index.search('xqzzyv', { mode: 'lexical' })).toHaveLength(0);
  });

  it('has some of the words, or what is popular, where that is wanted', async () => {
    const some = await index.search('"steel filter" xqzzyv', { mode: 'lexical', match: 'all', fallback: true });
    expect([some.fallback, ids(some).sort()]).toEqual(['any', ['B0FI1', 'B0HO1', 'B0JU1']]);
    const popular = await index.search('xqzzyv', { mode: 'lexical', fallback: true, popularity: 'sold', where: { brand: 'GE' } });
    expect([popular.fallback, ids(popular)]).toEqual(['popular', ['B0HO1', 'B0FI1']]);
    expect(await index.search('xqzzyv steel', { match: 'all' })).toHaveLength(0);
  });

  it('is a plain list to JSON and to comparisons', async () => {
    const list = await index.search('hose', { n: 1, facets: ['brand'] });
    expect(Object.keys(list)).toEqual(['0']);
    expect(JSON.parse(JSON.stringify(list))).toEqual([list[0]]);
  });
});

describe('a query', () => {
  it('that is an id finds its item first, in any case of letters', async () => {
    for (const mode of modes)
      for (const query of ['B0FI1', ' b0fi1 ', '"B0FI1"']) expect((await index.search(query, { mode }))[0].item).toBe('B0FI1');
    expect(ids(await index.search('B0FI1', { where: { brand: 'Bosch' }, mode: 'lexical' }))).toEqual([]);
  });

  it('that is a small number is no id', async () => {
    const shop = await SemanticIndex.build([
      { id: 12, text: 'hose' },
      { id: 13, text: 'battery 12 V' },
    ]);
    expect(ids(await shop.search('12', { mode: 'lexical' }))).toEqual(['13']);
  });

  it('finds by its content words rather than by its question', async () => {
    const shop = await buildOf(['What you need: something good', 'Espresso machine', 'How to use it']);
    expect((await shop.search('what do I need to use for espresso', { mode: 'lexical' }))[0].item).toBe('t1');
    expect(await found(shop, 'what is something')).toEqual(['t0']); // nothing but such words: all count
  });
});

describe('suggestions', () => {
  it('complete the last word, by the number of items that have all words', () => {
    expect(index.suggest('dish')).toEqual([
      { query: 'dishwasher', count: 2, items: [expect.objectContaining({ item: expect.any(String) }), expect.anything()] },
    ]);
    expect(index.suggest('steel dishw').map(({ query, items }) => [query, ids(items)])).toEqual([['steel dishwasher', ['B0HO1']]]);
    expect(index.suggest('xqz')).toEqual([]);
    expect(index.suggest('')).toEqual([]);
  });

  it('go on with words that follow, behind a space', () => {
    expect(index.suggest('water ').map(({ query }) => query)).toContain('water filter');
    expect(index.suggest('w', { n: 1, items: 1, where: { brand: 'Brita' } })[0].items).toHaveLength(1);
  });
});

describe('one word and two', () => {
  const texts = ['Acme dishwasher deluxe', 'Acme dish washer deluxe', 'Acme dish-washer deluxe', 'Acme dish for every washer deluxe'];
  const spellings = ['dishwashers', 'dish washer', 'dish-washer'];

  it.each(['lexical', 'hybrid'] as const)('find each other where texts have both, in mode %s', async (mode) => {
    const shop = await buildOf(texts);
    for (const each of [shop, SemanticIndex.fromBytes(shop.toBytes())]) {
      for (const query of spellings) {
        expect(ids(await each.search(query, { mode, n: 3 })).sort(), query).toEqual(['t0', 't1', 't2']);
        expect(ids(await each.search(`"${query} deluxe"`, { mode })).sort(), query).toEqual(['t0', 't1', 't2']);
      }
      expect(ids(await each.search('dishwasher acme', { mode, match: 'all' })).sort()).toEqual(['t0', 't1', 't2']);
    }
  });

  it('find each other in any two spellings, marked and suggested', async () => {
    for (const pair of ['note book', 'wi fi', 't shirt', 'e mail', 'micro wave', 'anti vibration']) {
      const forms = [pair, pair.replace(' ', ''), pair.replace(' ', '-')];
      for (const form of forms) {
        const shop = await buildOf([`Acme ${form} deluxe`, 'Steel kettle']);
        for (const query of forms) {
          expect(await found(shop, `"${query} deluxe"`), `${query} in ${form}`).toEqual(['t0']);
          expect(ids(shop.suggest(query)[0].items), `${query} in ${form}`).toEqual(['t0']);
          const marked = shop.highlight(query, `Acme ${form} deluxe`);
          expect([marked[0].start, marked.at(-1)?.end], `${query} in ${form}`).toEqual([5, 5 + form.length]);
        }
      }
    }
  });

  it('are one only where the two stand side by side, and not for function words', async () => {
    const shop = await buildOf(['carpet', 'Pet seat for a car', 'Seat that fits in to any car', 'into']);
    expect(await found(shop, 'carpet')).toEqual(['t0']);
    expect(await found(shop, 'into')).toEqual(['t3']);
    expect(shop.highlight('carpet', 'A pet in a car')).toEqual([]);
    expect(shop.highlight('leather', 'leather red')).toEqual([{ start: 0, end: 7 }]); // though `leatherred` has its stem
    expect(shop.highlight('seat hos', 'A hose for it', { prefix: true })).toEqual([{ start: 2, end: 6 }]);
  });

  it('are one in short texts, such as titles, but not in long ones', async () => {
    const long = Array.from({ length: 100 }, (_, k) => `${'abcdefghij'[k % 10]}${'klmnopqrst'[Math.floor(k / 10)]}`).join(' ');
    const items = [
      { id: 'a', title: 'Dishwasher', about: long },
      { id: 'b', title: 'Dish washer', about: long },
      { id: 'c', title: 'Sponge', about: `for any dish washer ${long}` },
    ];
    const shop = await SemanticIndex.build(items, { text: { title: 2, about: 1 } });
    expect(await found(shop, 'dishwasher')).toEqual(['a', 'b']);
  });

  it('follow what is added and removed', async () => {
    const shop = await SemanticIndex.build([{ id: 'a', text: 'dishwasher' }]);
    await shop.add([{ id: 'b', text: 'dish washer' }]);
    expect(await found(shop, 'dishwasher')).toEqual(['a', 'b']);
    shop.remove(['b']);
    expect(await found(shop, 'dishwasher')).toEqual(['a']);
  });

  it('are none where a word is a typo of another', async () => {
    const shop = await buildOf(['Foldable table', 'Fold it, be quick', 'Folda be']);
    expect(ids(await shop.search('foldabl', { mode: 'lexical' }))[0]).toBe('t0');
    const apart = await buildOf(['Copper pan', 'Per piece, Co. Ltd.']);
    expect(ids(await apart.search('coper', { mode: 'lexical' }))).toEqual(['t0']);
  });
});

describe('synonyms', () => {
  it('find each other, or one way, several words included', async () => {
    const texts = ['Refrigerator white', 'Fridge black', 'Vacuum cleaner', 'Hoover', 'Cleaner for vacuum flasks'];
    const shop = await buildOf(texts, { synonyms: [['fridge', 'refrigerator'], { hoover: ['vacuum cleaner'] }] });
    for (const each of [shop, SemanticIndex.fromBytes(shop.toBytes())]) {
      expect(await found(each, 'fridges')).toEqual(['t0', 't1']);
      expect(await found(each, 'refrigerator')).toEqual(['t0', 't1']);
      expect(await found(each, 'hoover', { match: 'all' })).toEqual(['t2', 't3', 't4']);
      expect(await found(each, 'vacuum cleaner', { match: 'all' })).toEqual(['t2', 't4']);
      expect((await each.search('fridge', { mode: 'lexical' }))[0].item).toBe('t1');
    }
    await expect(buildOf(texts, { synonyms: ['fridge'] as never })).rejects.toEqual(coded('ERR_BAD_OPTION'));
    await expect(buildOf(texts, { synonyms: [['fridge', '']] })).rejects.toEqual(coded('ERR_BAD_OPTION'));
  });
});

describe('a tokenizer', () => {
  it('of products meets across units where that is wanted', async () => {
    const texts = ['Butter 0.25 kg', 'Butter 500 g', 'Tube 1 in', 'Tube 2.54 cm', 'SSD 1 TB', 'SSD 1000GB'];
    const plain = await buildOf(texts);
    const shop = await buildOf(texts, { tokenizer: productTokenizer({ units: true }) });
    expect(await found(plain, '250 g', { match: 'all' })).toEqual([]);
    for (const each of [shop, SemanticIndex.fromBytes(shop.toBytes())]) {
      expect(await found(each, '250 g', { match: 'all' })).toEqual(['t0']);
      expect(await found(each, '25.4mm')).toEqual(['t2', 't3']);
      expect(await found(each, '1000 gb', { match: 'all' })).toEqual(['t4', 't5']);
    }
    expect(productTokenizer({ units: true })('0.25 kg')).toContain('250g');
  });

  it("of one's own is used for texts and queries, and needed again for a file", async () => {
    const tokenizer = (text: string) => text.toUpperCase().split('|').filter(Boolean);
    const shop = await buildOf(['red wine|white wine', 'red|white'], { tokenizer, stem: 'none' });
    expect(await found(shop, 'white wine')).toEqual(['t0']);
    expect(shop.highlight('RED', 'a red|b')).toEqual([{ start: 2, end: 5 }]);
    expect(() => SemanticIndex.fromBytes(shop.toBytes())).toThrow(coded('ERR_BAD_OPTION'));
    expect(await found(SemanticIndex.fromBytes(shop.toBytes(), { tokenizer }), 'white wine')).toEqual(['t0']);
    await expect(buildOf(['a'], { tokenizer: (() => 'a') as never })).rejects.toEqual(coded('ERR_BAD_OPTION'));
  });
});

describe('German and Dutch compounds', () => {
  it('are found by their parts, and their parts by them, and marked', async () => {
    const texts = [
      'Kühlschrankfilter weiß',
      'Filter für den Kühlschrank',
      'Geschirrspülmaschinenschlauch',
      'Schlauch für die Geschirrspülmaschine',
    ];
    const shop = await buildOf(texts, { language: 'de' });
    expect(await found(shop, 'Filter')).toEqual(['t0', 't1']);
    expect(await found(shop, 'Kuehlschrankfilter')).toEqual(['t0', 't1']);
    expect(await found(shop, 'Schlauch')).toEqual(['t2', 't3']);
    expect(await found(shop, 'Geschirrspülmaschinenschlauch')).toEqual(['t2', 't3']);
    expect(shop.highlight('Filter', texts[0])).toEqual([{ start: 0, end: 17 }]);
    const dutch = await buildOf(['koelkastfilter', 'filter'], { language: 'nl' });
    expect(await found(dutch, 'filter')).toEqual(['t0', 't1']);
    expect(await found(await buildOf(texts), 'Filter')).toEqual(['t1']);
  });

  it('of parts of three letters end with them where their beginnings are words', async () => {
    const shop = await buildOf(['Kühlschranktür', 'Kühlschrank', 'Reparatur', 'Türgriff', 'Fahrrad', 'Grad', 'Tür'], { language: 'de' });
    expect(await found(shop, 'Tür')).toEqual(['t0', 't3', 't6']);
    expect(await found(shop, 'Rad')).toEqual(['t4']);
    const dutch = await buildOf(['stofzuigerzak', 'stofzuiger', 'kazak'], { language: 'nl' });
    expect(await found(dutch, 'zak')).toEqual(['t0']);
    const more = await buildOf(['regenjas', 'regen', 'keukenmes', 'armband', 'band', 'komfort'], { language: 'nl' });
    expect(await found(more, 'jas')).toEqual(['t0']);
    expect(await found(more, 'keuken')).toEqual(['t2']);
    expect(await found(more, 'arm')).toEqual(['t3']);
    expect(await found(more, 'band')).toEqual(['t3', 't4']);
    expect(await found(more, 'fort')).toEqual([]);
  });
});

describe('Korean compounds', () => {
  it('are found by their parts, and their parts by them, in texts of any language', async () => {
    const texts = ['냉장고필터 교체', '냉장고 필터를', '김치냉장고', '김치 통', '필터링', '정수기 필터'];
    const shop = await buildOf(texts);
    expect(await found(shop, '필터')).toEqual(['t0', 't1', 't5']); // nobody has 링 alone
    expect(await found(shop, '냉장고')).toEqual(['t0', 't1', 't2']);
    expect(await found(shop, '냉장고필터')).toEqual(['t0', 't1']);
    expect(await found(shop, '냉장고필터', { match: 'all' })).toEqual(['t0', 't1']);
    expect(shop.highlight('필터', texts[0])).toEqual([{ start: 0, end: 5 }]);
  });
});

describe('a file', () => {
  it('of short texts keeps tokens instead of vectors, and gives the same vectors', async () => {
    const bytes = index.toBytes();
    const again = SemanticIndex.fromBytes(bytes);
    for (const { id } of products) expect(again.vectorOf(id)).toEqual(index.vectorOf(id));
    expect(again.toBytes()).toEqual(bytes);
    const many = await SemanticIndex.build(
      Array.from({ length: 1000 }, (_, id) => ({ id, text: `steel hose ${id} with ${id % 7} parts` })),
    );
    expect(many.toBytes().length).toBeLessThan(600_000);
    await again.add([{ ...products[0], title: 'Kettle' }]);
    const third = SemanticIndex.fromBytes(again.toBytes());
    expect(third.vectorOf('B0DW1')).toEqual(again.vectorOf('B0DW1'));
  });
});
