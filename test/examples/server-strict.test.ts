import { describe, expect, it } from 'vitest';
import { useSmallShop } from './use-small-shop.ts';

const { shop, admin } = useSmallShop();

const event = { user_id: 'strict', event_type: 'page_load', key: 'landing', key_type: 'page', list_of_recommendations: ['K0'] };

describe('events', () => {
  it.each(['purchase', 'click_product'])('a %s of a product that is not there is 404, and is not stored', async (event_type) => {
    const response = await shop.post('/tracking/event', { ...event, event_type, key: 'nothing', key_type: 'product' });
    expect([response.status, (await response.json()).error.code]).toEqual([404, 'ERR_NOT_FOUND']);
    expect((await (await shop.get('/users/strict/history')).json()).events).toEqual([]);
    expect((await shop.post('/tracking/event', { ...event, user_id: 'other', event_type, key: 'K1', key_type: 'product' })).status).toBe(
      202,
    );
  });
  it('may show and open what has left the shop since', async () => {
    expect((await shop.post('/tracking/event', { ...event, list_of_recommendations: ['K0', 'nothing'] })).status).toBe(202);
    expect((await shop.post('/tracking/event', { ...event, event_type: 'page_visit', key: 'nothing', key_type: 'product' })).status).toBe(
      202,
    );
  });
  it.each([{ rating: 0 }, { rating: 5.5 }, { timestamp: 1.5 }, { timestamp: -1 }, { timestamp: 1e300 }])(
    'with %j are 400',
    async (wrong) => {
      expect((await shop.post('/tracking/event', { ...event, event_type: 'purchase', key: 'K0', ...wrong })).status).toBe(400);
    },
  );
  it.each([
    { type: 'rating', value: 0 },
    { type: 'rating', value: 0.5 },
    { type: 'purchase', value: 0 },
    { type: 'rating', value: 6 },
  ])('feedback %j is 400', async (wrong) => {
    expect((await shop.post('/feedback', { user_id: 'strict', item_id: 'K0', ...wrong })).status).toBe(400);
  });
  it('a like is one, whatever number comes with it', async () => {
    for (const [value, item] of [
      [1, 'L0'],
      [0, 'L1'],
    ] as const) {
      expect((await shop.post('/feedback', { user_id: 'fan', item_id: item, type: 'like', value })).status).toBe(202);
    }
    const { recommendations, strategy } = await (await shop.get('/recommendations?user_id=fan&n=4')).json();
    expect(strategy).toBe('fold-in');
    expect(recommendations[0].item_id).toMatch(/^L/);
  });
});

describe('ids that no address can hold', () => {
  it.each(['.', '..'])('user %s is refused wherever users come from', async (user_id) => {
    const refused = [
      shop.post('/tracking/event', { ...event, user_id }),
      shop.post('/feedback', { user_id, item_id: 'K0', type: 'like' }),
      shop.get(`/recommendations?user_id=${user_id}`),
      shop.post('/recommendations', { user_id, n: 1 }),
    ];
    for (const response of await Promise.all(refused)) {
      expect(response.status).toBe(400);
      expect((await response.json()).error).toMatchObject({
        code: 'ERR_VALIDATION',
        message: expect.stringContaining('user_id: must not be'),
      });
    }
    const reviews = await shop.post('/admin/reviews/insert', { reviews: [{ user_id, parent_asin: 'K0', rating: 5 }] }, admin);
    expect((await reviews.json()).rejected).toEqual([{ row: 0, reason: 'user id cannot be part of an address' }]);
    const lines = JSON.stringify({ table: 'events', row: { user: user_id, type: 'page_load', timestamp: 1 } });
    const imported = await shop.post('/admin/import', { lines }, admin);
    expect((await imported.json()).rejected).toEqual([{ line: 1, reason: 'user id cannot be part of an address' }]);
  });
  it.each(['.', '..', 'all'])('product %s is refused wherever products come from', async (parent_asin) => {
    const reason = 'product id cannot be part of an address';
    const inserted = await shop.post('/admin/products/insert', { products: [{ parent_asin, title: 'Dots' }] }, admin);
    expect((await inserted.json()).rejected).toEqual([{ row: 0, reason }]);
    const csv = await shop.post('/admin/products/insert-csv', { csv_data: `parent_asin,title\n${parent_asin},Dots\n` }, admin);
    expect((await csv.json()).rejected).toEqual([{ row: 0, reason }]);
    const lines = JSON.stringify({ table: 'products', row: { item: parent_asin, title: 'Dots' } });
    expect((await (await shop.post('/admin/import', { lines }, admin)).json()).rejected).toEqual([{ line: 1, reason }]);
    expect((await (await shop.get('/products/all?page=1')).json()).total).toBe(13);
  });
  it.each(['stats', 'insert', 'first', 'a/b', '%2e', '...', 'a b', 'ü', '?x=1', '#', '\\', '__proto__', 'K0.svg', 'recommendations'])(
    'product %s has its own address, picture and history',
    async (parent_asin) => {
      const id = encodeURIComponent(parent_asin);
      expect((await shop.post('/admin/products/insert', { products: [{ parent_asin, title: 'Odd' }] }, admin)).status).toBe(200);
      expect(await (await shop.get(`/products/${id}`)).json()).toMatchObject({ parent_asin, title: 'Odd' });
      expect((await shop.get(`/product/${id}`)).status).toBe(200);
      expect((await shop.get(`/images/${id}.svg`)).status).toBe(200);
      expect((await shop.send('PATCH', `/admin/products/${id}`, { price: 3 }, admin)).status).toBe(200);
      await shop.post('/feedback', { user_id: parent_asin, item_id: parent_asin, type: 'like' });
      expect((await (await shop.get(`/users/${id}/history`)).json()).events).toMatchObject([{ key: parent_asin }]);
      expect((await shop.send('DELETE', '/admin/products/by-asins', { asins: [parent_asin] }, admin)).status).toBe(200);
    },
  );
});

describe('products', () => {
  const insert = async (row: object) =>
    (await shop.post('/admin/products/insert', { products: [{ parent_asin: 'S1', title: 'Strict', ...row }] }, admin)).json();

  it.each([
    [{ rating_number: 1.5 }, 'rating_number is not a whole number from 0'],
    [{ rating_number: '1.5' }, 'rating_number is not a whole number from 0'],
    [{ rating_number: 1e300 }, 'rating_number is not a whole number from 0'],
    [{ no_of_ratings: -3 }, 'no_of_ratings is not a whole number from 0'],
    [{ average_rating: 'good' }, 'average_rating is not a number from 0 to 5'],
    [{ stars: 9 }, 'stars is not a number from 0 to 5'],
    [{ price: 0 }, 'price is not a number above 0'],
    [{ price: 1e308 }, 'price is not a number above 0'],
    [{ discount_price: 'free' }, 'discount_price is not a number above 0'],
    [{ title: { a: 1 } }, 'title is not a text'],
    [{ title: ['a'] }, 'title is not a text'],
    [{ title: '\u0000' }, expect.any(String)],
    [{ title: '<br>' }, 'title is not a text'],
    [{ store: true }, 'store is not a text'],
    [{ main_category: {} }, 'main_category is not a text'],
    [{ categories: { a: 1 } }, 'categories is not a list of texts'],
    [{ features: ['quiet', {}] }, 'features is not a list of texts'],
    [{ description: false }, 'description is not a list of texts'],
    [{ details: 7 }, 'details is not an object'],
    [{ details: ['x'] }, 'details is not an object'],
    [{ images: 7 }, 'images is not a list of pictures'],
    [{ parent_asin: 'a\u0000b' }, expect.any(String)],
  ])('with %j are rejected, and the reason names the column', async (wrong, reason) => {
    expect(await insert(wrong)).toEqual({ inserted: 0, updated: 0, rejected: [{ row: 0, reason }] });
    expect((await shop.get('/products/S1')).status).toBe(404);
  });
  it('are taken as every year wrote them, also from CSV', async () => {
    const good = [
      {
        parent_asin: 'G0',
        title: 'A',
        rating_number: 12,
        average_rating: 4.5,
        price: 9.5,
        features: ['x'],
        details: { a: 1 },
        images: [{ large: 'https://a.example/x.jpg' }],
      },
      {
        asin: 'G1',
        title: 'B',
        rating_number: '1,234',
        price: '$12.99',
        category: ['C', 'D'],
        feature: 'y',
        details: '{"a": 1}',
        imageURL: ['https://a.example/x.jpg'],
      },
      {
        product_id: 12,
        name: 7,
        ratings: '4.1',
        no_of_ratings: '2.345',
        discount_price: '₹1,245',
        categories: null,
        description: ['', null],
      },
    ];
    expect(await (await shop.post('/admin/products/insert', { products: good }, admin)).json()).toEqual({
      inserted: 3,
      updated: 0,
      rejected: [],
    });
    const csv_data = 'parent_asin,title,rating_number,categories,price\nG3,C,17,"[""A""]",\nG4,D,1.5,,\n';
    expect(await (await shop.post('/admin/products/insert-csv', { csv_data }, admin)).json()).toEqual({
      inserted: 1,
      updated: 0,
      rejected: [{ row: 1, reason: 'rating_number is not a whole number from 0' }],
    });
  });
  it.each([
    { rating_number: 1.5 },
    { rating_number: 1e300 },
    { price: 1e308 },
    { title: ' ' },
    { average_rating: 6 },
    { title: '\u0000' },
    { store: 'a\u0000' },
    { title: '<i>' },
  ])('are not changed to %j', async (change) => expect((await shop.send('PATCH', '/admin/products/K0', change, admin)).status).toBe(400));
});

it.each([
  [{ verified_purchase: 'maybe' }, 'verified_purchase is neither true nor false'],
  [{ verified_purchase: 7 }, 'verified_purchase is neither true nor false'],
  [{ helpful_vote: -3 }, 'helpful_vote is not a whole number from 0'],
  [{ helpful_vote: 1.5 }, 'helpful_vote is not a whole number from 0'],
  [{ helpful_vote: 'many' }, 'helpful_vote is not a whole number from 0'],
])('reviews with %j are rejected', async (wrong, reason) => {
  const review = { user_id: 'strict', parent_asin: 'K0', rating: 4 };
  const result = await (await shop.post('/admin/reviews/insert', { reviews: [{ ...review, ...wrong }] }, admin)).json();
  expect(result).toEqual({ inserted: 0, updated: 0, rejected: [{ row: 0, reason }] });
});

it.each([
  '{ recommendations(user: "") { strategy } }',
  `{ recommendations(user: "${'x'.repeat(257)}") { strategy } }`,
  `{ recommendations(user: "a", interests: ["${'x'.repeat(501)}"]) { strategy } }`,
  `{ placement(name: "home", user: "${'x'.repeat(257)}") { version } }`,
])('GraphQL refuses what the routes refuse: %#', async (query) => {
  const { errors } = await (await shop.post('/graphql', { query })).json();
  expect(errors[0].extensions.code).toBe('ERR_VALIDATION');
});
