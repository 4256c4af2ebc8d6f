import { markHtml, productTokenizer, SemanticIndex } from 'attune';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { productTerms } from '../../../src/semantic/lexical/product-terms.ts';
import { foldProduct } from '../../../src/semantic/lexical/tokenizer.ts';
import { wordsOf } from '../../../src/semantic/lexical/words.ts';

const terms = (text: string) => productTerms(foldProduct(text), false).map(({ term, isExtra }) => (isExtra ? `${term}*` : term));
const embedder = { name: 'nothing', dimensions: 1, embed: async (texts: readonly string[]) => new Float32Array(texts.length) };
const indexOf = (texts: string[], stem: 'english' | 'none' = 'english') =>
  SemanticIndex.build(
    texts.map((text, id) => ({ id, text })),
    { stem, embedder },
  );

describe('the words of a shop', () => {
  it.each([
    ['1.5V adapter', ['1.5', '1.5v', 'adapter']],
    ['1,5 V', ['1.5', '1.5v', 'v*']],
    ['1.50 l .5l', ['1.5', '1.5l', 'l*', '0.5', '0.5l']],
    ['3/8 8/3', ['3/8', '0.375*', '8/3']],
    ['1½ in', ['1', 'in*', '1.5*', '1.5in*']],
    ['1 1/2"', ['1', '1.5*', '1.5in*']],
    [`15.6" 6' 1'000`, ['15.6', '6', '1', '000', '1000*', '15.6in*', '6ft*']],
    ['20" x 20"', ['20', 'x', '20', '20x20*', '20x20in*', 'x20*', '20in*', '20in*']],
    ['3 in 1 in 2', ['3', 'in', '1', '1in', 'in*', '2', '3in1*']],
    ['pack of 3 3-pack', ['pack', 'of', '3', '3', '3pack', 'pack*', 'of3*', '3pack*']],
    ['U.S.A. T shirt', ['u', 's', 'a', 't', 'shirt', 'us*', 'usa*', 'sa*', 'tshirt*']],
    ['C++17', ['c++', '17', 'c++17*']],
    ['Kühl\u00adschrank Ёлка', ['kuhlschrank', 'елка']],
    ['100/240V', ['100', '240', '240v', '100v*']],
    ['12/24 V', ['12/24', '12/24v', 'v*', '12v*', '24v*']],
    ['2-5 V', ['2', '5', '5v', 'v*', '2v*']],
    ['90° 45º 20 degrees', ['90', '45', '20', '20deg', 'degrees*', '90deg*', '45deg*']],
    ['half inch, two-pack', ['half', 'inch', 'two', 'pack', 'twopack*', '0.5in*', '2pack*']],
    ['12k btu', ['12k', 'btu', '12kbtu*', '12000btu*']],
    ['3.5 cu. ft. 20 square feet', ['3.5', 'cu', 'ft', '20', 'square', 'feet', '3.5cuft*', '20sqft*']],
    ['978-0306406157', ['978', '0306406157', '9780306406157*']],
    ['10,000 mAh', ['10000', '10.000*', '10000mah', '10.000mah*', 'mah*']],
    ['1.234.567,80 1,234,567.8', ['1234567.8', '1234567.8']],
    ['978-3-16-148410-0', ['978', '3', '16', '148410', '0', '9783161484100*']],
    ['(555) 123-4567', ['555', '123', '4567', '5551234567*']],
    ['2 x 4', ['2', 'x', '4', '2x4*', 'x4*']],
    ['10 × 15 cm', ['10', '15', '15cm', 'cm*', '10x15*', '10x15cm*']],
    ['10 x 15cm', ['10', 'x', '15', '15cm', '10x15*', '10x15cm*', 'x15cm*']],
    ['10×15×2mm', ['10', '15', '2', '2mm', '10x15*', '10x15x2*', '10x15x2mm*', '15x2*', '15x2mm*']],
    ['10x15cm', ['10x15*', '10x15cm']],
    ['16x25x1', ['16x25x1', '16x25*']],
    ['8x10 ft', ['8x10', '8x10ft', 'ft*']],
    ['6 cm x 9 cm', ['6', '6cm', 'cm*', 'x', '9', '9cm', 'cm*', '6x9*', '6x9cm*']],
    ['2x 500ml', ['2x', '500', '500ml', '2x500*', '2x500ml*']],
    ['10 x 2go', ['10', 'x', '2go', 'x2go*']],
    ['4×6×8', ['4', '6', '8', '4x6*', '4x6x8*', '6x8*']],
    ['250 grams', ['250', '250g', 'grams*']],
    ['WF-45R6100AW', ['wf', '45r6100aw', 'wf45r6100aw*']],
    ['C C++ C# A+++ notepad++ S23+', ['c', 'c++', 'c#', 'a+++', 'notepad', 's23', 's23+*']],
    ['WH-1000 XM5', ['wh', '1000', 'xm5', 'wh1000*', 'wh1000xm5*']],
    ['R&B', ['r', 'b', 'rb*']],
    ['œuf łódź đạo ısıtıcı', ['oeuf', 'lodz', 'dao', 'isitici']],
    ['필터를 마을', ['필터를', '필터*', '마을', '마*']],
    ['필터입니다 책이', ['필터입니다', '필터*', '책이', '책*']],
    ['침대로 우산이라도 책처럼', ['침대로', '침대*', '우산이라도', '우산*', '책처럼', '책*']],
    ["Women's don't O'Brien", ['women', 'dont', 'o', 'brien', 'obrien*']],
    [
      'LED등을 55인치 4K급TV',
      ['led등을', 'led*', '등을*', '등*', '55인치', '55*', '인치*', '4k급tv', '4k*', '급*', 'tv*', 'led등을55인치*'],
    ],
    ['냉장고용 선반', ['냉장고용', '냉장고*', '선반']],
    ['LG洗碗 2', ['lg', '洗', '洗碗', '碗', '2']],
  ])('of %j', (text, wanted) => {
    expect(terms(text)).toEqual(wanted);
  });

  it.each([
    ['1.5 V', ['15V', '15 V', '1-5 V']],
    ['3/8', ['8/3', '38', '3 8 hose']],
    ['1/2', ['1 1/2"', '1½ hose', '2-1/2 steel']],
    ['1/2 in', ['12in', '12 in']],
    ['3.5mm', ['35mm', '35 mm film']],
    ['c++', ['c', 'c#']],
    ['0.5l', ['5l']],
    ['playstation5', ['PlayStation 4', 'PlayStation with 5 games']],
  ])('%j does not find any of %j', async (query, others) => {
    const index = await indexOf(others);
    const answers = await index.search(query, { mode: 'lexical', typos: false });
    expect(answers.map(({ item }) => others[Number(item)]).filter((text) => text !== '3 8 hose' || query !== '3/8')).toEqual([]);
  });

  it.each([
    ['250 g', '250g', '250 grams', '250-g'],
    ['1.5 kg', '1,5kg', '1.50 KG'],
    ['WF-45R6100AW', 'WF45R6100AW', 'wf 45r6100aw', 'WF.45R6100AW', 'WF/45R6100AW'],
    ['WM4000HWA', 'WM 4000 HWA', 'WM-4000-HWA', 'wm4000 hwa'],
    ['W10-190965', 'W10190965', 'w10 190965'],
    ['iPhone 14', 'iphone14', 'iPhone-14'],
    ['wi-fi', 'wifi', 'Wi‑Fi', 'wi fi'],
    ['anti-virus', 'antivirus', 'Anti Virus'],
    ['978-3-16-148410-0', '9783161484100', '978 3 16 148410 0', '978-3161484100'],
    ['1,000 W', '1000 W', '1000w', '1.000 W', '1 000 W', "1'000 W", '1’000 W'],
    ['B07-XYZ9', 'B07XYZ9', 'b07 xyz9', 'B07/XYZ9'],
    ['i7-9700K', 'i7 9700K'],
    ['ISBN 0-306-40615-X', '030640615X'],
    ['½ in', '1/2 inch', '1/2in', '1/2"', '0.5 in', '.5"', '½″', '0,5 Zoll', 'half inch', 'half-inch'],
    ['1 1/2 in', '1-1/2"', '1½ inch', '1.5in', '1,5 in'],
    ['6 ft', "6'", '6 feet', '6-foot', '6’'],
    ['16x25x1', '16 x 25 x 1', '16" x 25" x 1"', '16"x25"x1"', '16 × 25 × 1', '16 by 25 by 1', '16*25*1'],
    ['3 pack', '3pack', '3-pack', 'pack of 3', '3 pk'],
    ['3-in-1', '3in1', '3 in 1', '3-in-one', '3 in one'],
    ['24 hours', '24h', '24 hrs', '24-hour'],
    ['1.5 ton', '1.5ton', '1.5-Ton'],
    ['USA', 'U.S.A.', 'u.s.a'],
    ['AC', 'A.C.', 'A/C'],
    ['t-shirt', 'tshirt', 't shirt'],
    ['x-ray', 'xray', 'X ray'],
    ['Node.js', 'NodeJS', 'node js'],
    ['wi–fi', 'wifi', 'wi-fi'],
    ["men's", 'men’s', 'men´s', 'men‘s'],
    ['ёлка', 'елка', 'ЕЛКА'],
    ['Hawaiʻi', "Hawai'i", 'Hawaii'],
    ['kühlschrank', 'kühl\u00adschrank'],
    ['WH-1000XM5', 'WH1000XM5', 'wh-1000 xm5', 'WH 1000 XM5'],
    ['Windows 10', 'Windows10', 'windows-10'],
    ['PlayStation 5', 'PlayStation5', 'playstation-5'],
    ['HX-500/10', 'HX500/10', 'hx 500/10'],
    ['90°', '90 degrees', '90-degree', '90º', '90 °', '90deg'],
    ['3.5 cu. ft.', '3.5 cubic feet', '3.5 cu ft', '3.5cuft', '3.5-cu-ft', '3.5 cu.ft'],
    ['20 sq ft', '20 sq. ft.', '20 square feet', '20 sqft', '20sq ft', '20sq. ft.', '20square feet'],
    ['2 pack', 'two pack', 'two-pack', '2-pack'],
    ['8 ft x 10 ft', "8' x 10'", '8x10 ft', '8ft x 10ft', '8x10ft', '8 by 10 feet'],
    ['60x60 cm', '60 cm x 60 cm', '60cm x 60cm', '60×60cm', '60 × 60 cm'],
    ['2 x 500 ml', '2x 500ml', '2x500ml', '2 × 500 ml'],
    ['12/24V', '12V/24V', '12 V / 24 V'],
    ['12000 BTU', '12,000 btu', '12k BTU'],
    ['R&B', 'r & b', 'R & B'],
    ['7 Up', '7up', '7-Up'],
    ['350°F', '350f', '350 °F'],
    ['100%', '100 %', '100 percent', '100-percent'],
    ['12 fl oz', '12 fl. oz.', '12 fluid ounces', '12-fluid-ounce'],
    ['5 GHz', '5GHz', '5 gigahertz'],
    ['2 pt', '2pt', '2 pints', '2-pint'],
    ['30 sec', '30 seconds', '30-second'],
    ['knife', 'knives'],
    ['shelf', 'shelves'],
    ["women's", 'womens', 'woman', 'women'],
    ['lens', 'lenses'],
    ['TV', 'TVs', 'tvs'],
    ['colour', 'color', 'colours', 'COLORED', 'coloured'],
    ['aluminium', 'aluminum'],
    ['grey', 'gray'],
    ['organiser', 'organizer', 'Organisers'],
  ])('%j and its other spellings find each other, and mark each other', async (...spellings) => {
    for (const text of spellings) {
      const index = await indexOf(['steel kettle', `Some ${text} thing`, 'water pump']);
      for (const query of spellings) {
        const [first] = await index.search(query, { mode: 'lexical', typos: false });
        expect(first?.item, `${query} in ${text}`).toBe('1');
        expect(markHtml(text, index.highlight(query, text)), `${query} in ${text}`).toContain('<mark>');
      }
    }
  });

  it.each([
    ['필터를 교체', '정수기 필터'],
    ['냉장고용', '냉장고 선반'],
    ['LED등', 'LED 램프'],
    ['55인치', 'TV 55 인치'],
    ['usb케이블', 'USB 케이블'],
  ])('of %j find %j, though a particle or another script follows', async (query, text) => {
    const index = await indexOf(['steel kettle', text, 'water pump']);
    expect((await index.search(query, { mode: 'lexical', typos: false })).map(({ item }) => item)).toEqual(['1']);
  });

  it.each([
    ['under-counter', ['counter stool', 'undercounter fridge']],
    ['W10295370-A', ['W10295370 B', 'W10295370A filter']],
    ['1 000 000', ['1 000', '1,000,000 piece']],
    ['stain less', ['less stain', 'stainless steel']],
  ])('for %j the joined spelling stands before texts that have the parts only', async (query, texts) => {
    const index = await indexOf(texts);
    const found = await index.search(query, { mode: 'lexical', typos: false });
    expect(found.map(({ item }) => texts[Number(item)])).toEqual(texts.toReversed());
  });

  it('of two words as one are none where the stem is that of the first', async () => {
    const index = await indexOf(['leather sofa red', 'leather sofa', 'red chair']);
    const found = await index.search('leather red', { mode: 'lexical', match: 'all', typos: false });
    expect(found.map(({ item }) => item)).toEqual(['0']);
  });

  it('of one quantity meet before its number in another unit', async () => {
    const texts = ['drill 5 cm', 'drill 0.5 cm'];
    const index = await SemanticIndex.build(
      texts.map((text, id) => ({ id, text })),
      { embedder, tokenizer: productTokenizer({ units: true }) },
    );
    expect((await index.search('drill 5 mm', { mode: 'lexical' }))[0].item).toBe('1');
  });

  it('of a joined word count as those that it joins', async () => {
    const index = await indexOf(['virus mask', 'fire safety', 'Norton antivirus suite', 'water pump']);
    expect((await index.search('anti-virus', { mode: 'lexical' }))[0].item).toBe('2');
  });

  it.each([
    ['led', 'LED電球', '<mark>LED</mark>電球'],
    ['led電球', 'LED電球', '<mark>LED電球</mark>'],
    ['wi-fi', 'Wi-Fi中継機', '<mark>Wi-Fi</mark>中継機'],
    ['coeur', 'Boîte cœur', 'Boîte <mark>cœur</mark>'],
    ['필터', '필터를 교체', '<mark>필터</mark>를 교체'],
    ['led', 'LED등 세트', '<mark>LED</mark>등 세트'],
    ['등', 'LED등을 산다', 'LED<mark>등</mark>을 산다'],
    ['usb 케이블', 'USB케이블 2m', '<mark>USB케이블</mark> 2m'],
    ['strasse', 'Lange Straße 5', 'Lange <mark>Straße</mark> 5'],
    ['ガラス', 'ｶﾞﾗｽ', '<mark>ｶﾞﾗｽ</mark>'],
    ['1.5 V', '15V or 1,5 V', '15V or <mark>1,5 V</mark>'],
  ])('%j are marked in %j', async (query, text, html) => {
    const index = await indexOf([text, 'steel kettle']);
    expect(markHtml(text, index.highlight(query, text))).toBe(html);
  });

  it('of any text are found in it, and marked within it', () => {
    const words = wordsOf({ words: 2 });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const list = words.ofDocument(text);
        for (const word of [...list.words, ...list.extras]) expect(word !== '' && word.isWellFormed() && word.length <= 80).toBe(true);
        for (const { start, end } of words.ranges(text, () => true)) expect(start >= 0 && end > start && end <= text.length).toBe(true);
        expect(words.ofQuery(text).extras.every(({ of }) => of.length > 0)).toBe(true);
      }),
    );
  });

  it.each(['1', '1.', 'a-', '1-2-', 'wi-fi ', '가', '½', "n't", 'a+'])(
    'of %j, repeated to 100,000 characters, take no more than a few times as long as plain words',
    (part) => {
      const read = (text: string) => {
        const before = process.cpuUsage();
        wordsOf({ words: 2 }).ofQuery(text);
        wordsOf({ words: 2 }).ranges(text, () => false);
        const { user, system } = process.cpuUsage(before);
        return user + system;
      };
      // The least of several runs, side by side, of processor time: work that grows with the square takes thousands of times as long.
      const times = [0, 1, 2].map(() => ({
        plain: read('steel kettle '.repeat(100_000 / 13)),
        nasty: read(part.repeat(100_000 / part.length)),
      }));
      const least = (which: 'plain' | 'nasty') => Math.min(...times.map((time) => time[which]));
      expect(least('nasty') / Math.max(1000, least('plain'))).toBeLessThan(100);
    },
  );

  it('of one word without an end take eight times as long for eight letters as for one, not sixty-four times', () => {
    const words = wordsOf({ words: 2 });
    const read = (letters: number) => {
      const before = process.cpuUsage();
      words.ofQuery('a'.repeat(letters));
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const times = [0, 1, 2].map(() => ({ short: read(50_000), long: read(400_000) }));
    const least = (which: 'short' | 'long') => Math.min(...times.map((time) => time[which]));
    expect(least('long') / Math.max(1000, least('short'))).toBeLessThan(30);
  });
});

it('an index of the first version of the words keeps it', async () => {
  const old = wordsOf({});
  expect(old.ofDocument('1.5V wi-fi')).toEqual({ words: ['1', '5v', 'wi', 'fi', '15v'], extras: [] });
});
