import { markHtml, SemanticIndex } from 'attune';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

const products = [
  { id: 'dw', title: 'Quiet dishwasher', features: ['filters included', 'WF-45R6100AW/US'] },
  { id: 'fi', title: 'Refrigerator water filter', features: ['fits a dishwasher hose'] },
  { id: 'ho', title: 'Hose', features: ['steel', "women's choice"] },
  { id: 'cn', title: '洗碗机', features: ['静音'] },
];
const lexical = { mode: 'lexical' } as const;
const ids = (list: { item: string }[]) => list.map(({ item }) => item);
const coded = (code: string) => expect.objectContaining({ code });

let index: SemanticIndex<(typeof products)[number]>;
beforeAll(async () => {
  index = await SemanticIndex.build(products, { text: ['title', 'features'] });
});

describe('fields', () => {
  it('of more weight count more', async () => {
    const byTitle = await SemanticIndex.build(products, { text: { title: 3, features: 1 } });
    const byFeatures = await SemanticIndex.build(products, { text: { title: 1, features: 3 } });
    expect(ids(await byTitle.search('dishwasher', lexical))).toEqual(['dw', 'fi']);
    expect(ids(await byFeatures.search('dishwasher', lexical))).toEqual(['fi', 'dw']);
  });

  it('score as BM25F says', async () => {
    const two = await SemanticIndex.build(
      [
        { id: 'a', title: 'x y', body: 'x x z z' },
        { id: 'b', title: 'y', body: 'z z' },
        { id: 'c', title: '', body: 'x' },
      ],
      { text: { title: 2, body: 0.5 } },
    );
    const idf = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));
    const norm = (length: number, mean: number) => 0.25 + (0.75 * length) / mean;
    const tf = (2 * 1) / norm(2, 1) + (0.5 * 2) / norm(4, 7 / 3);
    const found = await two.search('x', lexical);
    expect(found[0]).toMatchObject({ item: 'a', score: expect.closeTo((idf * tf * 2.2) / (tf + 1.2), 5) });
    expect(ids(found)).toEqual(['a', 'c']);
  });

  it('of one weight each are not the same as one text, and all stand in the vector', async () => {
    const fields = await SemanticIndex.build(products, { text: { title: 1, features: 1 } });
    expect(fields.vectorOf('dw')).toEqual(index.vectorOf('dw'));
  });

  it('are kept in a file, and cannot change afterwards', async () => {
    const byTitle = await SemanticIndex.build(products, { text: { title: 3, features: 1 }, stem: 'none' });
    const again = SemanticIndex.fromBytes(byTitle.toBytes()) as SemanticIndex<object>;
    expect(await again.search('dishwasher hose', lexical)).toEqual(await byTitle.search('dishwasher hose', lexical));
    expect(await again.search('filters', { ...lexical, typos: false })).toHaveLength(1);
    await again.add([{ id: 'n', title: 'nothing', features: 'dishwasher' }]);
    expect(ids(await again.search('dishwasher', lexical))[0]).toBe('dw');
    expect(() => SemanticIndex.fromBytes(byTitle.toBytes(), { text: 'title' as never })).toThrow(coded('ERR_BAD_OPTION'));
    for (const text of [{}, { title: 0 }, { title: Number.NaN }, { title: '2' }]) {
      await expect(SemanticIndex.build(products, { text: text as never })).rejects.toEqual(coded('ERR_BAD_OPTION'));
    }
  });
});

describe('stems', () => {
  it('make forms of a word one word', async () => {
    expect(ids(await index.search('filter', lexical)).sort()).toEqual(['dw', 'fi']);
    expect(ids(await index.search('filtering dishwashers', lexical)).sort()).toEqual(['dw', 'fi']);
    const plain = await SemanticIndex.build(products, { text: ['title', 'features'], stem: 'none' });
    expect(ids(await plain.search('filter', { ...lexical, typos: false }))).toEqual(['fi']);
    await expect(SemanticIndex.build(products, { stem: 'german' as never })).rejects.toEqual(coded('ERR_BAD_OPTION'));
  });

  it('score as if the texts were stemmed', async () => {
    const forms = await SemanticIndex.build([
      { id: 'a', text: 'filters filter hose' },
      { id: 'b', text: 'filtering' },
      { id: 'c', text: 'hose' },
    ]);
    const stems = await SemanticIndex.build(
      [
        { id: 'a', text: 'filter filter hose' },
        { id: 'b', text: 'filter' },
        { id: 'c', text: 'hose' },
      ],
      { stem: 'none' },
    );
    expect(await forms.search('filtered', lexical)).toEqual(await stems.search('filter', lexical));
  });
});

describe('search as you type', () => {
  it('takes the last word for the beginning of one', async () => {
    expect(await index.search('dishwa', { ...lexical, typos: false })).toEqual([]);
    for (let length = 3; length <= 'dishwasher'.length; length++) {
      expect(ids(await index.search('dishwasher'.slice(0, length), { ...lexical, prefix: true, typos: false })).sort()).toEqual([
        'dw',
        'fi',
      ]);
    }
    expect(ids(await index.search('wf-45r', { ...lexical, prefix: true }))).toEqual(['dw']);
    expect(ids(await index.search('wf45r6', { ...lexical, prefix: true }))).toEqual(['dw']);
    expect(await index.search('dishwa ', { ...lexical, prefix: true, typos: false })).toEqual([]);
    expect(await index.search('dishwa xyz', { ...lexical, prefix: true, typos: false })).toEqual([]);
  });

  it('ranks the whole word before one that only begins so', async () => {
    const two = await SemanticIndex.build([
      { id: 'a', text: 'dishwasher' },
      { id: 'b', text: 'dish' },
    ]);
    expect(ids(await two.search('dish', { ...lexical, prefix: true }))).toEqual(['b', 'a']);
  });

  it('forgives a misspelled beginning', async () => {
    expect(ids(await index.search('refirg', { ...lexical, prefix: true }))).toEqual(['fi']);
  });
});

describe('misspelled words', () => {
  it.each(['dishwahser', 'dishwsher', 'dishwascher', 'dyshwascher', 'dishwashr'])('%s is found', async (query) => {
    expect(ids(await index.search(query, lexical)).sort()).toEqual(['dw', 'fi']);
    expect(await index.search(query, { ...lexical, typos: false })).toEqual([]);
  });

  it('are not looked for when short or numbers, nor by default when the index has the word as it is', async () => {
    expect(await index.search('hos', lexical)).toEqual([]);
    expect(await index.search('45r6101aw', lexical)).toEqual([]);
    const two = await SemanticIndex.build([
      { id: 'a', text: 'washer' },
      { id: 'b', text: 'washed' },
      { id: 'c', text: 'water' },
    ]);
    expect(ids(await two.search('washer', lexical))).toEqual(['a']);
    const all = await two.search('washer', { ...lexical, typos: true });
    expect(ids(all)).toEqual(['a', 'b']);
    expect(all[1].score).toBeLessThan(all[0].score);
  });

  it('are known again once the last text with the word is gone', async () => {
    const two = await SemanticIndex.build([
      { id: 'a', text: 'washer' },
      { id: 'b', text: 'washed' },
    ]);
    two.remove(['a']);
    expect(ids(await two.search('washer', lexical))).toEqual(['b']);
    await two.add([{ id: 'c', text: 'wisher' }]);
    expect(ids(await two.search('washer', lexical)).sort()).toEqual(['b', 'c']);
    expect(SemanticIndex.fromBytes(two.toBytes()).size).toBe(2);
  });
});

describe('hybrid scores', () => {
  it('tell a good answer from a poor one', async () => {
    const best = async (query: string) => (await index.search(query, { n: 1 }))[0]?.score ?? 0;
    const good = await best('refrigerator water filter');
    const poor = await best('water buffalo herding in the high mountains');
    expect(good).toBeGreaterThan(2 * poor);
    expect(good).toBeLessThanOrEqual(1);
    // min-max gives both the same
    const scaled = async (query: string) => (await index.search(query, { n: 1, fusion: 'weighted' }))[0].score;
    expect(await scaled('refrigerator water filter')).toBeCloseTo(await scaled('water buffalo herding in the high mountains'), 1);
  });

  it('stay within 0 and 1 for any query', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('hose', 'filter', 'dishwasher', '洗碗机', 'steel', 'zzzz'), { maxLength: 30 }),
        async (words) => {
          for (const { score } of await index.search(words.join(' '))) expect(score >= 0 && score <= 1).toBe(true);
        },
      ),
    );
  });
});

describe('highlights', () => {
  const marked = (query: string, text: string, options = {}) => markHtml(text, index.highlight(query, text, options), 'b');

  it.each([
    ['dishwashers', 'A Dishwasher.', 'A <b>Dishwasher</b>.'],
    ['filter', '<i>Filters</i> & "more"', '&lt;i&gt;<b>Filters</b>&lt;/i&gt; &amp; &quot;more&quot;'],
    ['dishwahser', 'Dishwasher', '<b>Dishwasher</b>'],
    ['wf45r6100aw', 'Samsung WF-45R6100AW/US', 'Samsung <b>WF-45R6100AW/US</b>'],
    ['women', "Women's hose", '<b>Women&#39;s</b> hose'],
    ['碗', '洗碗机', '洗<b>碗</b>机'],
    ['CAFE', 'Un cafe\u0301, deux caféS', 'Un <b>cafe\u0301</b>, deux <b>caféS</b>'],
    ['nothing', 'of this', 'of this'],
    ['', 'text', 'text'],
  ])('of %j in %j', (query, text, html) => {
    expect(marked(query, text)).toBe(html);
  });

  it('of a word that is being typed', () => {
    expect(marked('quiet dish', 'Quiet dishwasher', { prefix: true })).toBe('<b>Quiet</b> <b>dishwasher</b>');
    expect(marked('quiet dish', 'Quiet dishwasher')).toBe('<b>Quiet</b> dishwasher');
  });

  it('are in order and apart, whatever the texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 60 }), (query, text) => {
        let end = -1;
        for (const range of index.highlight(`${query} ${text.slice(3, 9)}`, text, { prefix: true })) {
          expect(range.start).toBeGreaterThan(end);
          expect(range.end).toBeGreaterThan(range.start);
          end = range.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }),
    );
    expect(() => index.highlight('x', 7 as never)).toThrow(coded('ERR_BAD_ARGUMENT'));
    expect(() => index.highlight('x', 'y', { prefixes: true } as never)).toThrow(coded('ERR_BAD_OPTION'));
    expect(() => markHtml('x', [], 'b onclick=')).toThrow(coded('ERR_BAD_OPTION'));
    const ab = { start: 0, end: 2 };
    for (const ranges of [5, [null], [{ start: 0, end: 9 }], [{ start: 2, end: 1 }], [{ start: -1, end: 1 }], [ab, { start: 1, end: 3 }]])
      expect(() => markHtml('abc', ranges as never)).toThrow(coded('ERR_BAD_ARGUMENT'));
  });
});

describe('hostile queries', () => {
  const long = {
    'one letter': 'a'.repeat(100_000),
    'one word': 'dishwasher '.repeat(9_091),
    'many words': Array.from({ length: 14_000 }, (_, k) => `w${k.toString(36)}x`).join(' '),
    'unknown words': Array.from({ length: 9_000 }, (_, k) => `qu${String.fromCharCode(97 + (k % 26), 97 + ((k >> 3) % 26))}zzkwerty`).join(
      ' ',
    ),
    compounds: 'a1-'.repeat(33_000),
    apostrophes: "it's ".repeat(20_000),
    'signs of no word': '--- '.repeat(25_000),
    'right to left': 'غسالة صحون '.repeat(9_000),
    emoji: '👩‍🍳🙂'.repeat(14_000),
    'lone surrogates': '\ud83d'.repeat(100_000),
    zeros: '\u0000'.repeat(100_000),
    marks: `a${'\u0301'.repeat(99_999)}`,
  };

  it.each(Object.entries(long))('of 100,000 characters (%s) are answered, and soon', async (_, query) => {
    for (const options of [{}, lexical, { ...lexical, prefix: true, typos: true }]) {
      const began = process.cpuUsage();
      for (const { item, score } of await index.search(query, options)) expect(index.has(item) && Number.isFinite(score)).toBe(true);
      index.highlight(query.slice(0, 1000), query);
      // A guard against quadratic time, which would be minutes; the usual is some tens of milliseconds.
      expect(process.cpuUsage(began).user / 1e6).toBeLessThan(10);
    }
  });

  it('of any text, in any mode, with any options, have answers of finite scores', async () => {
    const options = fc.record({
      mode: fc.constantFrom('semantic', 'lexical', 'hybrid'),
      prefix: fc.boolean(),
      typos: fc.constantFrom(true, false, 'unknown'),
      fusion: fc.constantFrom('calibrated', 'weighted', 'reciprocal-rank'),
    });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), options, async (query, o) => {
        const list = await index.search(query, o as never);
        for (const { score } of list) expect(Number.isFinite(score)).toBe(true);
        expect(await index.search(query, o as never)).toEqual(list);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a list of hybrid search', () => {
  const random = (state: number) => () => {
    let a = state++ * 0x6d2b79f5;
    a = Math.imul(a ^ (a >>> 15), 1 | a);
    return ((a ^ (a >>> 14)) >>> 0) / 2 ** 32;
  };
  it.each(['calibrated', 'weighted', 'reciprocal-rank'] as const)('is the beginning of any longer one, by %s fusion', async (fusion) => {
    const next = random(12);
    const words = ['kettle', 'steel', 'quiet', 'water', ...Array.from({ length: 300 }, (_, k) => `w${((k * 7919) % 9973).toString(36)}`)];
    const text = () => Array.from({ length: 12 }, () => words[Math.floor(next() ** 2 * words.length)]).join(' ');
    const many = await SemanticIndex.build(Array.from({ length: 2000 }, (_, id) => ({ id, text: text() })));
    for (const query of ['quiet water kettle', 'kettle']) {
      const whole = await many.search(query, { n: 3000, fusion });
      expect(new Set(whole.map(({ item }) => item)).size).toBe(2000);
      for (let k = 1; k < whole.length; k++) expect(whole[k].score).toBeLessThanOrEqual(whole[k - 1].score);
      for (const n of [1, 10, 199, 200, 201, 400, 401, 799, 1500]) {
        expect(await many.search(query, { n, fusion })).toEqual(whole.slice(0, n));
      }
    }
  });
});
