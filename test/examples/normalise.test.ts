import { describe, expect, it } from 'vitest';
import { mergeProducts, readProduct } from '../../examples/amazon-appliances/etl/product.ts';
import { readRating } from '../../examples/amazon-appliances/etl/review.ts';
import { decodeEntities, parsePython, plainText, textList } from '../../examples/amazon-appliances/etl/text.ts';
import { numberOf, priceOf, timeOf, truthOf } from '../../examples/amazon-appliances/etl/values.ts';

const product = (row: Record<string, unknown>) => {
  const result = readProduct({ parent_asin: 'B01', title: 'Kettle', ...row });
  if (typeof result === 'string') throw new Error(result);
  return result;
};

describe('ratings of every year', () => {
  const rating = { user: 'A1', item: 'B01', value: 4, timestamp: 1_588_687_728_923, verified: true, helpful: 3 };

  it('reads the fields of 2023', () => {
    const row = {
      rating: 4.0,
      parent_asin: 'B01',
      asin: 'B99',
      user_id: 'A1',
      timestamp: 1_588_687_728_923,
      helpful_vote: 3,
      verified_purchase: true,
    };
    expect(readRating(row)).toEqual(rating);
  });

  it('reads the fields that the documentation of 2023 shows', () => {
    expect(
      readRating({
        rating: 4,
        parent_asin: 'B01',
        user_id: 'A1',
        sort_timestamp: 1_588_687_728_923,
        helpful_votes: 3,
        verified_purchase: true,
      }),
    ).toEqual(rating);
  });

  it('reads the fields of 2018, seconds as seconds', () => {
    const row = {
      overall: 4.0,
      verified: true,
      reviewTime: '05 5, 2020',
      reviewerID: 'A1',
      asin: 'B01',
      unixReviewTime: 1_588_636_800,
      vote: '1,234',
    };
    expect(readRating(row)).toEqual({ ...rating, timestamp: 1_588_636_800_000, helpful: 1234 });
  });

  it('reads the fields of 2014, where votes are two numbers', () => {
    expect(readRating({ reviewerID: 'A1', asin: 'B01', helpful: [3, 5], overall: 4, reviewTime: '05 5, 2020' })).toEqual({
      ...rating,
      timestamp: Date.UTC(2020, 4, 5),
      verified: undefined,
    });
  });

  it('reads text, as CSV has it', () => {
    const row = {
      rating: '4.0',
      parent_asin: ' B01 ',
      user_id: 'A1',
      timestamp: '1588687728923',
      helpful_vote: '3',
      verified_purchase: 'True',
    };
    expect(readRating(row)).toEqual(rating);
  });

  it('falls back to asin when the parent is missing, and allows a rating without a time', () => {
    expect(readRating({ rating: 5, parent_asin: null, asin: 'B02', user_id: 'A1' })).toMatchObject({ item: 'B02', timestamp: undefined });
  });

  it.each([
    [{ user_id: '' }, 'no user'],
    [{ user_id: undefined }, 'no user'],
    [{ user_id: 'half \ud800' }, 'no user'],
    [{ user_id: '..' }, 'user id cannot be part of an address'],
    [{ parent_asin: ' ' }, 'no product'],
    [{ parent_asin: '.' }, 'product id cannot be part of an address'],
    [{ parent_asin: ' all ' }, 'product id cannot be part of an address'],
    [{ rating: undefined }, 'no rating'],
    [{ rating: 'None' }, 'no rating'],
    [{ rating: 0 }, 'rating is not a number from 1 to 5'],
    [{ rating: 6 }, 'rating is not a number from 1 to 5'],
    [{ rating: Number.NaN }, 'rating is not a number from 1 to 5'],
    [{ rating: 'five' }, 'rating is not a number from 1 to 5'],
    [{ timestamp: 'yesterday' }, 'time cannot be read'],
    [{ timestamp: -5 }, 'time cannot be read'],
  ])('names the rule that %j breaks', (wrong, reason) => {
    expect(readRating({ rating: 5, parent_asin: 'B01', user_id: 'A1', timestamp: 1_588_687_728_923, ...wrong })).toBe(reason);
  });
});

describe('products of every year', () => {
  it('reads the fields of 2023 as they are', () => {
    const { product: it, repairs } = product({
      main_category: 'Appliances',
      average_rating: 4.5,
      rating_number: 12,
      features: ['2 l'],
      description: ['Boils.'],
      price: 6.99,
      store: 'Acme',
      categories: ['Appliances', 'Kettles'],
      details: { Brand: 'Acme' },
      images: [{ hi_res: 'https://x/h.jpg', thumb: 'https://x/t.jpg', large: 'https://x/l.jpg', variant: 'MAIN' }],
    });
    expect(it).toEqual({
      item: 'B01',
      title: 'Kettle',
      main_category: 'Appliances',
      average_rating: 4.5,
      rating_number: 12,
      price: 6.99,
      store: 'Acme',
      features: ['2 l'],
      description: ['Boils.'],
      categories: ['Appliances', 'Kettles'],
      details: { Brand: 'Acme' },
      images: [{ hi_res: 'https://x/h.jpg', thumb: 'https://x/t.jpg', large: 'https://x/l.jpg', variant: 'MAIN' }],
    });
    expect(repairs).toEqual([]);
  });

  it('reads what Hugging Face makes of them: price None, details as text, images as a dict of arrays', () => {
    const { product: it } = product({
      price: 'None',
      details: '{"UPC": "1"}',
      images: { hi_res: [null, 'https://x/h.jpg'], large: ['https://x/1.jpg', 'https://x/2.jpg'], thumb: [], variant: ['MAIN', 'PT01'] },
    });
    expect(it.price).toBeNull();
    expect(it.details).toEqual({ UPC: '1' });
    expect(it.images).toEqual([
      { hi_res: null, large: 'https://x/1.jpg', thumb: null, variant: 'MAIN' },
      { hi_res: 'https://x/h.jpg', large: 'https://x/2.jpg', thumb: null, variant: 'PT01' },
    ]);
  });

  it('reads the fields of 2018', () => {
    const { product: it } = product({
      asin: 'B02',
      parent_asin: undefined,
      brand: 'by\n\n    Acme',
      category: ['Appliances', 'Parts &amp; Accessories'],
      main_cat: '<img src="x" alt="Amazon Home"/>',
      feature: ['a &amp; b', ''],
      description: ['One.', ''],
      price: '$12.99',
      details: { '\n    Item Weight: \n    ': '2 pounds' },
      imageURL: ['https://x/s.jpg'],
      imageURLHighRes: ['https://x/h.jpg'],
      similar_item: '<table>...',
    });
    expect(it).toMatchObject({
      item: 'B02',
      store: 'Acme',
      categories: ['Appliances', 'Parts & Accessories'],
      main_category: 'Amazon Home',
      features: ['a & b'],
      description: ['One.'],
      price: 12.99,
      details: { 'Item Weight': '2 pounds' },
    });
    expect(it.images).toEqual([{ hi_res: 'https://x/h.jpg', large: 'https://x/h.jpg', thumb: 'https://x/s.jpg', variant: null }]);
  });

  it('reads the fields of 2014: nested categories, one picture, description as text', () => {
    const { product: it } = product({
      asin: 'B02',
      categories: [['Appliances', 'Dryers']],
      imUrl: 'http://x/i.jpg',
      description: 'Dries.',
      brand: 'Acme',
      price: 3.5,
    });
    expect(it).toMatchObject({ categories: ['Appliances', 'Dryers'], description: ['Dries.'], store: 'Acme', price: 3.5 });
    expect(it.images[0].large).toBe('http://x/i.jpg');
  });

  it('finds the ASIN in the link of a scraped table', () => {
    const row = {
      name: 'LG Mini Refrigerator',
      main_category: 'appliances',
      sub_category: 'All Appliances',
      link: 'https://www.amazon.in/LG/dp/B08X14KW3R/ref=x',
      ratings: '4.0',
      no_of_ratings: '1,28,941',
      discount_price: '',
      actual_price: '₹9,290',
    };
    expect(readProduct(row)).toMatchObject({
      product: { item: 'B08X14KW3R', title: 'LG Mini Refrigerator', average_rating: 4, rating_number: 128_941, price: 9290 },
    });
  });

  it('makes a title where the page broke, and says so', () => {
    const broken = '<span class="a-size-medium a-color-secondary"';
    expect(
      product({ title: broken, brand: 'Conde Nast', description: ['Allure is the beauty expert. Every issue is full of tips.'] }),
    ).toMatchObject({ product: { title: 'Conde Nast: Allure is the beauty expert' }, repairs: ['title made from brand and description'] });
    expect(product({ title: broken, brand: 'Acme', category: ['Appliances', 'Dryers'] }).product.title).toBe('Acme: Dryers');
    expect(product({ title: 'var aPageStart = (new Date()).getTime();', description: [] }).product.title).toBe('Product B01');
    expect(product({ title: '<span id="productTitle">\n  Dryer &amp; Vent </span>' })).toMatchObject({
      product: { title: 'Dryer & Vent' },
      repairs: [],
    });
  });

  it('takes a style sheet for no price, and says so', () => {
    expect(product({ price: '.a-box-inner{background-color:#fff}#alohaBuyBoxWidget .selected{background-color:#fffbf3}' })).toMatchObject({
      product: { price: null },
      repairs: ['price cannot be read'],
    });
  });

  it('keeps no link that is not http', () => {
    expect(product({ images: ['javascript:alert(1)', 'https://x/1.jpg'] }).product.images).toHaveLength(1);
  });

  it('needs an id', () => {
    expect(readProduct({ title: 'Kettle' })).toBe('no product id');
    for (const parent_asin of ['.', '..', 'all'])
      expect(readProduct({ parent_asin, title: 'Kettle' })).toBe('product id cannot be part of an address');
  });

  it('merges rows of one product, the readable title and the longer texts first', () => {
    const known = (row: Record<string, unknown>) => {
      const { product: one, repairs } = product(row);
      return { product: one, repaired: repairs.some((repair) => repair.startsWith('title')) };
    };
    const a = known({ title: '<span class="x"', brand: 'Acme and Sons Incorporated', description: ['A long description of it.'] });
    const b = known({ title: 'Kettle', price: '$5', description: ['Short.'] });
    for (const merged of [mergeProducts(a, b), mergeProducts(b, a)]) {
      expect(merged.repaired).toBe(false);
      expect(merged.product).toMatchObject({
        title: 'Kettle',
        price: 5,
        store: 'Acme and Sons Incorporated',
        description: ['A long description of it.'],
      });
    }
  });
});

describe('values', () => {
  it.each([
    ['$12.99', 12.99],
    ['12.99', 12.99],
    [6.99, 6.99],
    ['$1,234.56', 1234.56],
    ['₹1,245', 1245],
    ['1,28,941', 128_941],
    ['12,99 €', 12.99],
    ['1.245,00 €', 1245],
    ['$10.00 - $25.00', 10],
    ['from $8.99', 8.99],
    ['$.99', 0.99],
    ['None', undefined],
    ['', undefined],
    [undefined, undefined],
    ['Currently unavailable', null],
    [-1, null],
    [0, null],
    ['.a{b:c}', null],
    ['1.234,56\u00a0€', 1234.56],
    ['1 234,56 €', 1234.56],
    ['1\u202f234,50 €', 1234.5],
    ['1 299 kr', 1299],
    ['1.299,- kr', 1299],
    ["CHF 1'234.50", 1234.5],
    ['CHF 1’234’567.00', 1234567],
    ['R$ 1.234,56', 1234.56],
    ['₹1,28,941.00', 128941],
    ['Rs. 1,299', 1299],
    ['￥１，２３４', 1234],
    ['١٬٢٣٤٫٥٠', 1234.5],
    ['१,२३४', 1234],
    ['AED 1,234.00', 1234],
    ['Euro 12,99', 12.99],
    ['ab 12,99 €', 12.99],
    ['à partir de 8,50 €', 8.5],
    ['zł 89,00', 89],
    ['12.5000', 12.5],
    ['1.2e3', 1200],
    ['49¢', 0.49],
    ['99 cents', 0.99],
    ['$1.99 (12¢ / oz)', 1.99],
    [',99', 0.99],
    ['-5', null],
    ['-$5.00', null],
    ['$ -5', null],
    ['\u22125', null],
    ['1299.0000', 1299],
    ['1299,0000', 1299],
    [',99', 0.99],
    ['-5', null],
    ['-$5.99', null],
    ['−12,99 €', null],
  ])('reads the price %j as %j', (given, price) => expect(priceOf(given)).toBe(price));

  it.each([
    [1_588_687_728_923, 1_588_687_728_923],
    [1_588_687_728, 1_588_687_728_000],
    ['1588687728', 1_588_687_728_000],
    ['08 22, 2013', Date.UTC(2013, 7, 22)],
    ['2020-05-05', Date.UTC(2020, 4, 5)],
    ['2020-05-05 14:08:48.923', 1_588_687_728_923],
    ['02 31, 2013', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('reads the time %j as %j', (given, time) => expect(timeOf(given)).toBe(time));

  it('reads numbers and truths, and nothing out of nonsense', () => {
    expect([numberOf('1,234'), numberOf('4.5'), numberOf('4,5x'), numberOf(''), numberOf('.'), numberOf(null)]).toEqual([
      1234,
      4.5,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([truthOf('Y'), truthOf('False'), truthOf(1), truthOf('maybe')]).toEqual([true, false, true, undefined]);
  });

  it('decodes entities, also twice encoded, and drops tags, also unclosed ones', () => {
    expect(decodeEntities('Bon App&#xE9;tit &amp;amp; more &unknown; &#0;')).toBe('Bon Appétit & more &unknown; ');
    expect(plainText('  <b>Fits</b> 5 < 6 &lt;b&gt; <span class="a')).toBe('Fits 5 < 6 <b>');
    expect(plainText('<style>a{b:c}</style>Text')).toBe('Text');
  });

  it('makes lists of arrays, JSON, Python and plain text', () => {
    expect(textList(['a', ['b', '']])).toEqual(['a', 'b']);
    expect(textList('["a", "b"]')).toEqual(['a', 'b']);
    expect(textList("['a', \"it's\"]")).toEqual(['a', "it's"]);
    expect(textList('a, b')).toEqual(['a, b']);
    expect(textList(undefined)).toEqual([]);
  });

  it('reads Python literals', () => {
    expect(parsePython(`{'asin': '0001', 'x': None, u'list': ('B1', True,), "d": "it\\'s \\u00e9", 'n': -1.5e3}`)).toEqual({
      asin: '0001',
      x: null,
      list: ['B1', true],
      d: "it's é",
      n: -1500,
    });
    expect(parsePython("{'a': open('x')}")).toBeUndefined();
  });
});
