import { describe, expect, it } from 'vitest';
import { useSmallShop } from './use-small-shop.ts';

const { shop, admin } = useSmallShop();

const json = async (response: Response | Promise<Response>) => {
  const it = await response;
  expect(it.status, await it.clone().text()).toBeLessThan(300);
  return it.json();
};
const insertReviews = async (reviews: unknown[]) => json(shop.post('/admin/reviews/insert', { reviews }, admin));
const insertProducts = async (products: unknown[]) => json(shop.post('/admin/products/insert', { products }, admin));
const remove = (path: string, body?: unknown) => shop.send('DELETE', path, body, admin);
const ids = (list: { item_id: string }[]) => list.map((it) => it.item_id);
const total = async () => shop.system.data.interactions.count();

describe('every admin route', () => {
  it.each([
    ['POST', '/admin/reviews/insert'],
    ['POST', '/admin/reviews/insert-csv'],
    ['DELETE', '/admin/reviews/first/1'],
    ['DELETE', '/admin/reviews/last/1'],
    ['DELETE', '/admin/reviews/by-ids'],
    ['DELETE', '/admin/reviews/by-users'],
    ['POST', '/admin/products/insert'],
    ['POST', '/admin/products/insert-csv'],
    ['DELETE', '/admin/products/first/1'],
    ['DELETE', '/admin/products/last/1'],
    ['DELETE', '/admin/products/by-asins'],
    ['PATCH', '/admin/products/K0'],
    ['GET', '/admin/products/stats'],
    ['GET', '/monitoring/observations'],
    ['DELETE', '/monitoring/observations'],
    ['POST', '/models/appliances-als/promote'],
    ['POST', '/models/appliances-als/rollback'],
  ])('%s %s is 401 without a token and 403 with that of a user', async (method, path) => {
    const before = [await total(), await shop.system.data.products.count()];
    expect((await shop.send(method, path)).status).toBe(401);
    const { token } = await json(shop.post('/auth/login', { role: 'user' }));
    const response = await shop.send(method, path, undefined, { authorization: `Bearer ${token}` });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: 'ERR_FORBIDDEN' } });
    expect([await total(), await shop.system.data.products.count()]).toEqual(before);
  });
});

describe('reviews', () => {
  it('are inserted, replaced, or rejected with their row and reason', async () => {
    const rows = [
      { user_id: 'admin-1', parent_asin: 'K1', rating: 5, timestamp: 1.6e12, verified_purchase: true, helpful_vote: 3 },
      { user_id: 'admin-1', parent_asin: 'K1', rating: 2 },
      { user_id: 'admin-1', parent_asin: 'nothing', rating: 5 },
      { user_id: 'admin-1', parent_asin: 'K2', rating: 9 },
      { parent_asin: 'K2', rating: 4 },
      'no row',
      { user_id: 'a\u0000b', parent_asin: 'K2', rating: 4 },
    ];
    const { inserted, updated, rejected } = await insertReviews(rows);
    expect([inserted, updated]).toEqual([1, 1]);
    expect(rejected.map((it: { row: number }) => it.row)).toEqual([2, 3, 4, 5, 6]);
    for (const { reason } of rejected) expect(reason).toEqual(expect.any(String));
    const { ratings } = await json(shop.get('/users/admin-1/history'));
    expect(ratings).toEqual([expect.objectContaining({ item_id: 'K1', rating: 2 })]);
  });

  it('change the next recommendations of their user', async () => {
    expect((await json(shop.get('/recommendations?user_id=admin-2'))).strategy).toBe('popular');
    await insertReviews(['L0', 'L1', 'L2'].map((parent_asin) => ({ user_id: 'admin-2', parent_asin, rating: 5 })));
    const { strategy, recommendations } = await json(shop.get('/recommendations?user_id=admin-2&n=3'));
    expect(strategy).toBe('fold-in');
    expect(ids(recommendations).every((id) => /^L[345]$/.test(id))).toBe(true);
  });

  it('come as CSV too', async () => {
    const csv_data = 'user_id,parent_asin,rating,timestamp\r\ncsv-1,K1,4,1600000000\n"csv,2",K2,5,\ncsv-3,K3,six,1\ncsv-4\n';
    const { inserted, rejected } = await json(shop.post('/admin/reviews/insert-csv', { csv_data }, admin));
    expect(inserted).toBe(2);
    expect(rejected.map((it: { row: number }) => it.row)).toEqual([2, 3]);
    const [rating] = await shop.system.data.interactions.ofUser('csv-1');
    expect(rating).toMatchObject({ item: 'K1', value: 4, timestamp: 1.6e12 });
    expect(await shop.system.data.interactions.ofUser('csv,2')).toHaveLength(1);
  });

  it('of a CSV are each counted, whatever blank lines and quoted ones do to the numbers of lines', async () => {
    const lines = ['user_id,parent_asin,rating', 'c-1,K1,5', '', 'c-2,K1', '"c-', '3",K1,5', 'c-4,K1,5,9', '', '"c-5,K1,5', 'c-6,K1,5'];
    const { inserted, rejected } = await json(shop.post('/admin/reviews/insert-csv', { csv_data: lines.join('\r\n') }, admin));
    expect(inserted).toBe(3);
    expect(rejected).toEqual([
      { row: 1, reason: expect.stringContaining('fields') },
      { row: 3, reason: expect.stringContaining('fields') },
      { row: 4, reason: expect.stringContaining('quote') },
    ]);
    expect(await json(remove('/admin/reviews/by-users', { user_ids: ['c-1', 'c-\r\n3', 'c-6'] }))).toEqual({ deleted: 3 });
  });

  it.each([
    [
      'as JSON',
      5000,
      '/admin/reviews/insert',
      (rows: string[]) => ({ reviews: rows.map((user_id) => ({ user_id, parent_asin: 'K0', rating: 4 })) }),
    ],
    [
      'as CSV',
      5000,
      '/admin/reviews/insert-csv',
      (rows: string[]) => ({ csv_data: `user_id,parent_asin,rating\n${rows.join(',K0,4\n')},K0,4\n` }),
    ],
    [
      'as an import',
      20_000,
      '/admin/import',
      (rows: string[]) => ({
        lines: rows.map((user) => JSON.stringify({ table: 'interactions', row: { user, item: 'K0', value: 4 } })).join('\n'),
      }),
    ],
  ])('come by thousands %s, and shoppers are answered meanwhile', async (_, count, path, body) => {
    const rows = Array.from({ length: count }, (_, k) => `many-${k}`);
    let isDone = false;
    const stored = shop.post(path, body(rows), admin).finally(() => {
      isDone = true;
    });
    let answered = 0;
    while (!isDone) {
      await (await shop.get('/health')).text();
      answered++;
    }
    expect(answered).toBeGreaterThan(10);
    const { inserted, updated, interactions } = await (await stored).json();
    expect(interactions ?? inserted + updated).toBe(count);
    expect(await json(remove('/admin/reviews/by-users', { user_ids: rows }))).toEqual({ deleted: count });
  });

  it('are deleted by number, by user, and from either end', async () => {
    await insertReviews(['K0', 'K1', 'K2', 'K3'].map((parent_asin) => ({ user_id: 'gone-1', parent_asin, rating: 5 })));
    const rows = await shop.system.data.interactions.ofUser('gone-1');
    expect(await json(remove('/admin/reviews/by-ids', { ids: [rows[0].id, 999_999] }))).toEqual({ deleted: 1 });
    expect(await json(remove('/admin/reviews/last/2'))).toEqual({ deleted: 2 });
    expect((await shop.system.data.interactions.ofUser('gone-1')).map((it) => it.item)).toEqual(['K1']);
    expect(await json(remove('/admin/reviews/by-users', { user_ids: ['gone-1', 'nobody'] }))).toEqual({ deleted: 1 });
    const before = await total();
    expect(await json(remove('/admin/reviews/first/1'))).toEqual({ deleted: 1 });
    expect(await total()).toBe(before - 1);
    expect(await json(remove('/admin/reviews/by-ids', { ids: [] }))).toEqual({ deleted: 0 });
  });

  it.each([
    ['/admin/reviews/first/0'],
    ['/admin/reviews/first/-1'],
    ['/admin/reviews/first/x'],
    ['/admin/reviews/last/1.5'],
    ['/admin/reviews/by-ids', { ids: ['1'] }],
    ['/admin/reviews/by-ids', { ids: [0] }],
    ['/admin/reviews/by-ids', {}],
    ['/admin/reviews/by-ids', { ids: [1], more: true }],
    ['/admin/reviews/by-users', { user_ids: [1] }],
    ['/admin/reviews/by-users'],
    ['/admin/products/by-asins', { asins: 'K0' }],
    ['/admin/products/first/99999999999999999999'],
  ])('are not deleted by DELETE %s %j', async (path, body?: object) => {
    const before = await total();
    expect((await remove(path, body)).status).toBe(400);
    expect(await total()).toBe(before);
  });

  it.each([[{}], [{ reviews: 'x' }], [{ reviews: [], extra: 1 }], [[]]])('are not inserted from %j', async (body) =>
    expect((await shop.post('/admin/reviews/insert', body, admin)).status).toBe(400),
  );
});

describe('products', () => {
  const kettle = {
    parent_asin: 'NEW-1',
    title: 'Zanzibar Whistling Kettle for espresso people',
    main_category: 'Appliances',
    price: 42.5,
    average_rating: 4.5,
    rating_number: 12,
    store: 'Zanzibar',
    features: ['Whistles'],
    categories: ['Appliances', 'Kitchen'],
  };

  it('that are inserted are listed, searched, similar and recommended at once, and vanish when deleted', async () => {
    const started = performance.now();
    expect(await insertProducts([kettle])).toEqual({ inserted: 1, updated: 0, rejected: [] });
    const { results } = await json(shop.post('/search', { query: 'zanzibar whistling kettle', top_k: 1 }));
    expect(results[0]).toMatchObject({ parent_asin: 'NEW-1', price: 42.5 });
    const { recommendations } = await json(shop.get('/recommendations?user_id=user-2&n=20'));
    expect(ids(recommendations)).toContain('NEW-1');
    expect(performance.now() - started).toBeLessThan(1000);
    expect(ids((await json(shop.get('/similar-items?item_id=NEW-1&n=3'))).recommendations)).toHaveLength(3);
    expect((await json(shop.get('/products/all?page_size=1000'))).total).toBe(14);
    expect((await json(shop.get('/categories'))).categories).toContainEqual({ name: 'Kitchen', count: 8 });

    expect(await insertProducts([{ ...kettle, price: 10 }])).toMatchObject({ inserted: 0, updated: 1 });
    expect(await json(shop.get('/products/NEW-1'))).toMatchObject({ price: 10 });

    expect(await json(remove('/admin/products/by-asins', { asins: ['NEW-1', 'nothing'] }))).toEqual({ deleted: 1 });
    expect((await shop.get('/products/NEW-1')).status).toBe(404);
    const found = await json(shop.post('/search', { query: 'zanzibar whistling kettle', top_k: 20 }));
    expect(found.results.map((it: { parent_asin: string }) => it.parent_asin)).not.toContain('NEW-1');
    expect(ids((await json(shop.get('/recommendations?user_id=user-2&n=20'))).recommendations)).not.toContain('NEW-1');
  });

  it('of a model vanish from its lists without making them shorter, and their ratings go with them', async () => {
    const row = await shop.system.data.products.get('K1');
    const before = await total();
    expect(await json(remove('/admin/products/by-asins', { asins: ['K1'] }))).toEqual({ deleted: 1 });
    expect(await total()).toBeLessThan(before);
    for (const path of ['/recommendations?user_id=user-3&n=5', '/similar-items?item_id=K0&n=5']) {
      const { recommendations } = await json(shop.get(path));
      expect(recommendations).toHaveLength(5);
      expect(ids(recommendations)).not.toContain('K1');
    }
    const alone = await json(shop.post('/matrix_factor/similar', { item_id: 'K0', n: 5 }));
    expect(alone.recommendations).toHaveLength(5);
    expect(ids(alone.recommendations)).not.toContain('K1');
    expect((await shop.post('/matrix_factor/similar', { item_id: 'K1' })).status).toBe(404);
    await shop.system.data.products.putMany([row as { item: string }]);
    expect((await shop.get('/products/K1')).status).toBe(200);
  });

  it('are rejected with a reason when a rule is broken', async () => {
    const { inserted, rejected } = await insertProducts([
      { title: 'No id' },
      { ...kettle, parent_asin: 'BAD-1', price: -5 },
      { ...kettle, parent_asin: 'BAD-2', average_rating: 7 },
      { ...kettle, parent_asin: 'BAD-3', rating_number: -1 },
      7,
      { ...kettle, parent_asin: 'GOOD-1' },
    ]);
    expect(inserted).toBe(1);
    expect(rejected.map((it: { row: number }) => it.row)).toEqual([0, 1, 2, 3, 4]);
    expect((await shop.get('/products/BAD-1')).status).toBe(404);
  });

  it.each(['parent_asin,parent_asin\nA,B\n', ',\n,'])('as the CSV text %j are refused, for its first line', async (csv_data) => {
    const response = await shop.post('/admin/products/insert-csv', { csv_data }, admin);
    expect([response.status, (await response.json()).error.code]).toEqual([400, 'ERR_VALIDATION']);
  });

  it('come as CSV, and leave from either end', async () => {
    const csv_data = 'parent_asin,title,price,categories\nCSV-1,"Kettle, red",12.5,"[""Appliances"", ""Kitchen""]"\nCSV-2,Toaster,,\n';
    expect(await json(shop.post('/admin/products/insert-csv', { csv_data }, admin))).toMatchObject({ inserted: 2, rejected: [] });
    expect(await json(shop.get('/products/CSV-1'))).toMatchObject({
      title: 'Kettle, red',
      price: 12.5,
      categories: ['Appliances', 'Kitchen'],
    });
    expect(await json(remove('/admin/products/last/1'))).toEqual({ deleted: 1 });
    expect((await shop.get('/products/CSV-2')).status).toBe(404);
    expect((await shop.get('/products/CSV-1')).status).toBe(200);
    const [first] = await json(shop.get('/products/all'));
    expect(await json(remove('/admin/products/first/1'))).toEqual({ deleted: 1 });
    expect((await shop.get(`/products/${first.parent_asin}`)).status).toBe(404);
  });

  it('are counted by category', async () => {
    const { categories, total: all } = await json(shop.get('/admin/products/stats', admin));
    expect(all).toBe((await json(shop.get('/products/all?page_size=1'))).total);
    const laundry = categories.find((it: { category: string }) => it.category === 'Laundry');
    expect(laundry).toEqual({ category: 'Laundry', count: 6, average_rating: 4.25, average_price: 34 });
  });

  it('with markup and formulas in them stay text', async () => {
    const title = `=HYPERLINK("x") <script>alert(1)</script> '; DROP TABLE product_catalog; --`;
    await insertProducts([{ parent_asin: 'EVIL-1', title }]);
    expect((await json(shop.get('/products/EVIL-1'))).title).toContain('DROP TABLE');
    expect(await (await shop.get('/product/EVIL-1')).text()).not.toContain('<script>alert');
    expect(await (await shop.get('/images/EVIL-1.svg')).text()).not.toContain('<script');
    expect(await shop.system.data.products.count()).toBeGreaterThan(5);
  });
});

describe('changing a product', () => {
  // Those of the other tests have lost some products by now.
  const { shop, admin } = useSmallShop();
  const change = (id: string, body: unknown) => shop.send('PATCH', `/admin/products/${id}`, body, admin);

  it('changes only what is named, at once in lists and search', async () => {
    const before = await json(shop.get('/products/K4'));
    expect(await json(change('K4', { price: 99.5, store: 'Elsewhere' }))).toMatchObject({ price: 99.5, store: 'Elsewhere', hidden: false });
    expect(await json(shop.get('/products/K4'))).toEqual({ ...before, price: 99.5, store: 'Elsewhere' });
    const { results } = await json(shop.post('/search', { query: 'filter', where: { store: 'Elsewhere' } }));
    expect(results.map((it: { parent_asin: string }) => it.parent_asin)).toEqual(['K4']);
    await change('K4', { price: null, store: before.store });
    expect(await json(shop.get('/products/K4'))).toMatchObject({ price: null, store: before.store });
  });

  it('that is hidden takes it out of every list, and showing it puts it back', async () => {
    const isListed = async () => {
      const lists = await Promise.all([
        json(shop.post('/search', { query: 'Gas Range' })).then((it) => it.results.map((one: { parent_asin: string }) => one.parent_asin)),
        json(shop.get('/products/all')).then((it) => it.map((one: { parent_asin: string }) => one.parent_asin)),
        json(shop.get('/recommendations?user_id=nobody&n=50')).then((it) => ids(it.recommendations)),
        json(shop.get('/recommendations?user_id=user-new&n=50')).then((it) => ids(it.recommendations)),
        json(shop.get('/similar-items?item_id=K0&n=50')).then((it) => ids(it.recommendations)),
        json(shop.post('/matrix_factor/similar', { item_id: 'K0', n: 50 })).then((it) => ids(it.recommendations)),
      ]);
      return lists.map((list) => list.includes('K1'));
    };
    expect(await isListed()).toEqual(Array(6).fill(true));
    expect(await json(change('K1', { hidden: true }))).toMatchObject({ hidden: true });
    expect(await isListed()).toEqual(Array(6).fill(false));
    expect(await json(shop.get('/products/K1'))).toMatchObject({ parent_asin: 'K1', hidden: true });
    await change('K1', { hidden: false });
    expect(await isListed()).toEqual(Array(6).fill(true));
  });

  it.each([
    ['K4', {}, 400],
    ['K4', { price: -1 }, 400],
    ['K4', { titel: 'x' }, 400],
    ['K4', { hidden: 'yes' }, 400],
    ['nothing', { price: 1 }, 404],
  ])('%s with %j is %s%s', async (id, body, status) => expect((await change(id, body)).status).toBe(status));
});

describe('a search for a field that products do not have', () => {
  it.each<Record<string, unknown>>([{ foo: 1 }, { titel: 'x' }, { constructor: 'x' }, { store: 'GE', brand: 'GE' }])(
    '%j is 400',
    async (where) => {
      const response = await shop.post('/search', { query: 'filter', where });
      expect(response.status).toBe(400);
      expect((await response.json()).error).toMatchObject({ code: 'ERR_VALIDATION', message: expect.stringContaining('where') });
    },
  );
});

describe('large bodies', () => {
  it('are 413', async () => {
    const response = await shop.post('/admin/reviews/insert-csv', { csv_data: 'x'.repeat(11 * 1024 * 1024) }, admin);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { code: 'ERR_TOO_LARGE' } });
  });
});
