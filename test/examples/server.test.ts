import { describe, expect, it } from 'vitest';
import { useSmallShop } from './use-small-shop.ts';

const { shop } = useSmallShop();

const json = async (response: Response | Promise<Response>) => {
  const it = await response;
  expect(it.status, await it.clone().text()).toBeLessThan(300);
  return it.json();
};
const refused = async (response: Response | Promise<Response>, status: number, code: string) => {
  const it = await response;
  expect(it.status).toBe(status);
  expect(await it.json()).toEqual({
    error: { code, message: expect.any(String), ...(code === 'ERR_VALIDATION' && { details: expect.anything() }) },
  });
};
const ids = (list: { item_id: string }[]) => list.map((it) => it.item_id);

describe('health and facts', () => {
  it('lives and is ready', async () => {
    expect(await json(shop.get('/health'))).toEqual({ status: 'ok' });
    expect(await json(shop.get('/health/ready'))).toEqual({ status: 'ready' });
  });

  it('counts what is in the database', async () => {
    const { database, models } = await json(shop.get('/status'));
    expect(database).toMatchObject({ unique_users: 41, unique_products: 13 });
    expect(database.total_ratings).toBeGreaterThan(150);
    expect(database.average_rating).toBeGreaterThan(3);
    expect(models).toMatchObject({
      mf_ready: true,
      ss_ready: true,
      embedding_dim: expect.any(Number),
      mf: { factors: 16, items: 12 },
      ss: { items: 13 },
    });
  });

  it('says what it runs on, and which models there are', async () => {
    const info = await json(shop.get('/system-info'));
    expect(info).toMatchObject({
      versions: { node: process.versions.node },
      uptime_s: expect.any(Number),
      memory: { rss_bytes: expect.any(Number) },
    });
    const models = await json(shop.get('/models'));
    expect(models.map((it: { name: string }) => it.name).sort()).toEqual(['appliances-als', 'appliances-popular', 'appliances-search']);
    expect(models[0]).toMatchObject({
      kind: expect.any(String),
      version: 1,
      alias: 'production',
      trained_at: expect.stringMatching(/^20/),
      metrics: expect.any(Object),
    });
  });
});

describe('products', () => {
  it('come as an array of all, with a tag that saves sending them again', async () => {
    const response = await shop.get('/products/all');
    const all = await response.json();
    expect(all).toHaveLength(13);
    expect(all[0]).toMatchObject({
      parent_asin: 'K0',
      title: expect.stringContaining('Dishwasher'),
      price: 10,
      image_url: '/images/K0.svg',
      category: 'Kitchen',
    });
    const again = await shop.get('/products/all', { 'if-none-match': response.headers.get('etag') as string });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });

  it('come by page, sorted, from one department', async () => {
    expect(await json(shop.get('/products/all?page=2&page_size=5'))).toMatchObject({
      page: 2,
      page_size: 5,
      pages: 3,
      total: 13,
      products: { length: 5 },
    });
    const cheap = await json(shop.get('/products/all?category=Laundry&sort=price-low'));
    expect(cheap.products.map((it: { parent_asin: string }) => it.parent_asin)).toEqual(['L0', 'L1', 'L2', 'L4', 'L5', 'L3']);
    expect(await json(shop.get('/products/all?page=99'))).toMatchObject({ total: 13, products: [] });
    expect(await json(shop.get('/products/all?category=Nowhere'))).toMatchObject({ total: 0, pages: 0, products: [] });
    expect(await json(shop.get('/categories'))).toEqual({ categories: expect.arrayContaining([{ name: 'Laundry', count: 6 }]) });
  });

  it('have a page of their own', async () => {
    const product = await json(shop.get('/products/K0'));
    expect(product).toMatchObject({
      parent_asin: 'K0',
      features: ['Lasts long', 'Easy to clean'],
      details: { Color: 'White' },
      categories: ['Appliances', 'Kitchen'],
    });
    expect(await json(shop.get('/products/X0'))).toMatchObject({ price: null, average_rating: null, features: [], details: {} });
    await refused(shop.get('/products/nothing'), 404, 'ERR_NOT_FOUND');
  });

  it('that come later are found as well', async () => {
    await shop.system.data.products.putMany([{ item: 'NEW1', title: 'Brand New Kettle' }]);
    expect(await json(shop.get('/products/NEW1'))).toMatchObject({ title: 'Brand New Kettle' });
    await shop.system.data.products.delete(['NEW1']);
    await refused(shop.get('/products/NEW1'), 404, 'ERR_NOT_FOUND');
  });

  it.each(['page=0', 'page=x', 'page_size=1001', 'page=1.5', 'page=', 'colour=red', 'sort=cheapest', 'page=1&page=2'])(
    'are not listed for ?%s',
    (query) => refused(shop.get(`/products/all?${query}`), 400, 'ERR_VALIDATION'),
  );
});

describe('search', () => {
  it('finds by meaning, with similarity', async () => {
    const { query, results } = await json(shop.post('/search', { query: 'quiet dishwasher', top_k: 3 }));
    expect(query).toBe('quiet dishwasher');
    expect(results).toHaveLength(3);
    expect(results[0]).toMatchObject({
      parent_asin: 'K0',
      similarity: expect.any(Number),
      title: expect.any(String),
      price: 10,
      average_rating: 4,
      rating_number: 100,
    });
  });

  it('knows modes, conditions and unfinished words', async () => {
    const found = async (body: object) =>
      (await json(shop.post('/search', { query: 'dryer', ...body }))).results.map((it: { parent_asin: string }) => it.parent_asin);
    expect(await found({ mode: 'lexical' })).toContain('L1');
    expect(await found({ where: { brand: 'Contoso' } })).not.toContain('L1');
    expect(await found({ query: 'espr', is_typing: true, top_k: 1 })).toEqual(['K2']);
  });

  it('can be narrowed by everything that a card shows', async () => {
    const found = async (where: object) =>
      (await json(shop.post('/search', { query: 'dryer washer filter ice', where, top_k: 20 }))).results;
    const { products } = await json(shop.get('/products/all?page=1'));
    const fields = ['parent_asin', 'title', 'store', 'category', 'main_category', 'price', 'average_rating', 'rating_number'];
    for (const field of fields) {
      for (const value of new Set(products.map((it: Record<string, unknown>) => it[field]))) {
        const expected = products
          .filter((it: Record<string, unknown>) => it[field] === value)
          .map((it: { parent_asin: string }) => it.parent_asin);
        const ids = (await found({ [field]: value })).map((it: { parent_asin: string }) => it.parent_asin);
        expect(ids.sort(), `${field} ${value}`).toEqual(expected.sort());
      }
    }
    const both = await found({ category: 'Laundry', rating_number: { min: 97 }, brand: ['Contoso'], title: { contains: 'washer' } });
    expect(both.map((it: { parent_asin: string }) => it.parent_asin)).toEqual(['L0']);
  });

  it.each([
    ['no query', {}],
    ['an empty query', { query: '  ' }],
    ['too many', { query: 'a', top_k: 5001 }],
    ['none', { query: 'a', top_k: 0 }],
    ['a number as text', { query: 'a', top_k: '5' }],
    ['an unknown mode', { query: 'a', mode: 'magic' }],
    ['an unknown field', { query: 'a', topk: 5 }],
    ['a query that is no text', { query: 5 }],
  ])('refuses %s', (_, body) => refused(shop.post('/search', body), 400, 'ERR_VALIDATION'));

  it('refuses conditions that are none', () =>
    refused(shop.post('/search', { query: 'a', where: { price: { above: 3 } } }), 400, 'ERR_BAD_OPTION'));

  it.each([
    { price: 'cheap' },
    { price: { max: '30' } },
    { brand: { min: 3 } },
    { store: ['Contoso', 5] },
    { color: 'white' },
    { category: 5 },
    { rating_number: 'many' },
    { length: 'a' },
  ])('refuses the condition %j, which no product could meet', async (where) => {
    const response = await shop.post('/search', { query: 'a', where });
    expect(response.status).toBe(400);
    expect((await response.json()).error).toMatchObject({ code: 'ERR_VALIDATION', message: expect.stringMatching(/^where: /) });
  });
});

describe('the matrix factorization', () => {
  it('says what the same people like', async () => {
    const { item_id, recommendations } = await json(shop.post('/matrix_factor/similar', { item_id: 'K0' }));
    expect(item_id).toBe('K0');
    expect(recommendations).toHaveLength(5);
    expect(recommendations[0]).toEqual(
      expect.objectContaining({
        item_id: expect.stringMatching(/^K/),
        score: expect.any(Number),
        title: expect.any(String),
        image_url: expect.any(String),
      }),
    );
    expect(ids(recommendations)).not.toContain('K0');
  });

  it('recommends to a user it knows, with or without what they rated', async () => {
    const fresh = await json(shop.post('/matrix_factor/user', { user_id: 'user-2', n: 12 }));
    expect(fresh.user_id).toBe('user-2');
    const all = await json(shop.post('/matrix_factor/user', { user_id: 'user-2', n: 12, filter_already_liked: false }));
    const rated = (await shop.system.data.interactions.ofUser('user-2')).map((it) => it.item);
    expect(ids(fresh.recommendations)).not.toEqual(expect.arrayContaining([rated[0]]));
    expect(ids(all.recommendations)).toEqual(expect.arrayContaining(rated));
    expect(all.recommendations[0].item_id).toMatch(/^K/);
  });

  it('knows neither strangers nor products without ratings', async () => {
    await refused(shop.post('/matrix_factor/user', { user_id: 'nobody' }), 404, 'ERR_UNKNOWN_USER');
    await refused(shop.post('/matrix_factor/similar', { item_id: 'X0' }), 404, 'ERR_UNKNOWN_ITEM');
    await refused(shop.post('/matrix_factor/similar', { item_id: 'nothing' }), 404, 'ERR_NOT_FOUND');
    await refused(shop.post('/matrix_factor/user', { user_id: 'user-2', n: 0 }), 400, 'ERR_VALIDATION');
    await refused(shop.post('/matrix_factor/user', { user_id: 'user-2', filter_already_liked: 'yes' }), 400, 'ERR_VALIDATION');
  });
});

describe('recommendations', () => {
  it.each([
    ['opener', { event_type: 'click_product' }, 'looked at'],
    ['liker', { type: 'like' }, 'liked'],
    ['buyer', { type: 'purchase' }, 'bought'],
  ])('name what a visitor did: %s', async (user_id, deed, verb) => {
    await json(
      'type' in deed
        ? shop.post('/feedback', { user_id, item_id: 'K2', ...deed })
        : shop.post('/tracking/event', { user_id, key: 'K2', key_type: 'product', list_of_recommendations: ['K2'], ...deed }),
    );
    const begins = new RegExp(`^Because you ${verb} `);
    const named = (list: { item_id: string; reasons: { text: string; kind: string }[] }[]) =>
      list.find((it) => it.reasons[0].kind === 'liked');
    const { recommendations } = await json(shop.get(`/recommendations?user_id=${user_id}&n=5`));
    expect(named(recommendations)?.reasons[0].text).toMatch(begins);
    const placed = await json(shop.post('/placements/home/recommendations', { user_id, n: 5 }));
    expect(named(placed.recommendations)?.reasons[0].text).toMatch(begins);
    const { reasons } = await json(shop.get(`/explain?user_id=${user_id}&item_id=${named(recommendations)?.item_id}`));
    expect(reasons[0].text).toMatch(begins);
  });

  it('are personal for a known user, and say why', async () => {
    const { user_id, strategy, recommendations } = await json(shop.get('/recommendations?user_id=user-2&n=3'));
    expect([user_id, strategy]).toEqual(['user-2', 'personalized']);
    expect(recommendations[0]).toMatchObject({ item_id: expect.any(String), score: expect.any(Number), title: expect.any(String) });
    expect(recommendations[0].reasons[0]).toEqual({ text: expect.any(String), kind: expect.any(String) });
    const rated = (await shop.system.data.interactions.ofUser('user-2')).map((it) => it.item);
    for (const id of ids(recommendations)) expect(rated).not.toContain(id);
  });

  it('fall back on what is popular for a stranger, and on interests when there are some', async () => {
    expect(await json(shop.get('/recommendations?user_id=stranger'))).toMatchObject({
      strategy: 'popular',
      recommendations: { length: 10 },
    });
    const interested = await json(shop.get('/recommendations?user_id=stranger&interests=espresso,coffee&n=2'));
    expect(interested.strategy).toBe('content');
    expect(ids(interested.recommendations)).toContain('K2');
  });

  it('use a history, leave out what shall be left out, and let one model answer alone', async () => {
    const folded = await json(shop.post('/recommendations', { user_id: 'stranger', n: 2, history: ['L0', 'L1', 'L2'], exclude: ['L3'] }));
    expect(folded.strategy).toBe('fold-in');
    expect(ids(folded.recommendations)[0]).toMatch(/^L[45]$/);
    expect(ids(folded.recommendations)).not.toContain('L3');
    for (const model of ['als', 'semantic', 'popular']) {
      expect((await json(shop.post('/recommendations', { user_id: 'user-2', n: 4, model }))).recommendations.length).toBeGreaterThan(0);
    }
    expect((await json(shop.post('/recommendations', { user_id: 'user-2', n: 4, model: 'popular' }))).strategy).toBe('popular');
  });

  it('follow feedback at once', async () => {
    const before = await json(shop.get('/recommendations?user_id=visitor-1&n=5'));
    expect(before.strategy).toBe('popular');
    for (const item_id of ['L0', 'L1', 'L5']) {
      const response = await shop.post('/feedback', { user_id: 'visitor-1', item_id, type: 'like' });
      expect(response.status).toBe(202);
    }
    const after = await json(shop.get('/recommendations?user_id=visitor-1&n=3'));
    expect(after.strategy).toBe('fold-in');
    expect(ids(after.recommendations).join()).toMatch(/^L\d,L\d,L\d$/); // three dryer products outweigh everything
    const [first] = ids(after.recommendations);
    await shop.post('/feedback', { user_id: 'visitor-1', item_id: first, type: 'skip' });
    expect(ids((await json(shop.get('/recommendations?user_id=visitor-1&n=12'))).recommendations)).not.toContain(first);
  });

  it('are found once for people of whom the same is known, and for each alone again afterwards', async () => {
    const hits = async () =>
      Number(/^cache_hits_total\{cache="answers"\} (\d+)/m.exec(await (await shop.get('/metrics')).text())?.[1] ?? 0);
    const listOf = async (user: string) => ids((await json(shop.get(`/recommendations?user_id=${user}&n=4`))).recommendations);
    for (const user_id of ['twin-1', 'twin-2']) await shop.post('/feedback', { user_id, item_id: 'K1', type: 'like' });
    const first = await listOf('twin-1');
    const before = await hits();
    expect(await listOf('twin-2')).toEqual(first);
    expect(await hits()).toBe(before + 1);
    await shop.post('/feedback', { user_id: 'twin-2', item_id: first[0], type: 'skip' });
    expect(await listOf('twin-2')).not.toContain(first[0]);
    expect(await listOf('twin-1')).toEqual(first);
  });

  it('are not shared with somebody whose earlier ratings the model knows', async () => {
    const liked = { item_id: 'L5', type: 'like' };
    for (const user_id of ['user-2', 'stranger-5']) await shop.post('/feedback', { user_id, ...liked });
    const rated = (await shop.system.data.interactions.ofUser('user-2')).map((it) => it.item);
    const history = [...rated.filter((it) => it !== 'L5')];
    await json(shop.post('/recommendations', { user_id: 'stranger-5', n: 12, history }));
    const { recommendations } = await json(shop.get('/recommendations?user_id=user-2&n=12'));
    for (const id of ids(recommendations)) expect([...rated, 'L5']).not.toContain(id);
  });

  it('follow a click, which says less than a like', async () => {
    expect((await shop.post('/feedback', { user_id: 'visitor-3', item_id: 'L2', type: 'click' })).status).toBe(202);
    expect((await json(shop.get('/recommendations?user_id=visitor-3&n=3'))).strategy).toBe('fold-in');
    const { events } = await json(shop.get('/users/visitor-3/history'));
    expect(events).toMatchObject([{ event_type: 'click_product', key: 'L2' }]);
  });

  it('follow a purchase that tracking tells of', async () => {
    const event = { user_id: 'visitor-2', event_type: 'purchase', key: 'K2', key_type: 'product', list_of_recommendations: ['K2', 'K3'] };
    expect((await shop.post('/tracking/event', event)).status).toBe(202);
    const { strategy, recommendations } = await json(shop.get('/recommendations?user_id=visitor-2&n=12'));
    expect(strategy).toBe('fold-in');
    expect(ids(recommendations)).not.toContain('K2');
  });

  it('are refused for bad questions', async () => {
    await refused(shop.get('/recommendations'), 400, 'ERR_VALIDATION');
    await refused(shop.get('/recommendations?user_id=a&n=1001'), 400, 'ERR_VALIDATION');
    await refused(shop.get('/recommendations?user_id=a&m=1'), 400, 'ERR_VALIDATION');
    await refused(shop.post('/recommendations', { user_id: 'a', model: 'oracle' }), 400, 'ERR_VALIDATION');
    await refused(shop.post('/recommendations', { user_id: 'a', history: 'K0' }), 400, 'ERR_VALIDATION');
  });

  it('of similar products know behaviour and content, also of products without ratings', async () => {
    for (const by of ['both', 'content', 'behaviour']) {
      const { item_id, recommendations } = await json(shop.get(`/similar-items?item_id=L1&n=4&by=${by}`));
      expect(item_id).toBe('L1');
      expect(recommendations).toHaveLength(4);
      expect(ids(recommendations)).not.toContain('L1');
    }
    expect((await json(shop.get('/similar-items?item_id=X0&n=3'))).recommendations).toHaveLength(3);
    expect((await json(shop.get('/similar-items?item_id=X0&by=behaviour'))).recommendations).toEqual([]);
    await refused(shop.get('/similar-items?item_id=nothing'), 404, 'ERR_NOT_FOUND');
    await refused(shop.get('/similar-items?item_id=L1&by=magic'), 400, 'ERR_VALIDATION');
  });

  it('is not explained by itself', async () => {
    const why = () => json(shop.get('/explain?user_id=explorer&item_id=K2'));
    for (const type of ['click', 'like', 'purchase']) {
      await shop.post('/feedback', { user_id: 'explorer', item_id: 'K2', type });
      expect(await why()).toMatchObject({ strategy: 'popular', contributions: [] });
    }
    await shop.post('/feedback', { user_id: 'explorer', item_id: 'K4', type: 'like' });
    const { said, reasons, contributions } = await why();
    expect(said).toEqual({ liked: true, bought: true });
    expect(reasons[0].text).toContain('Range Hood Grease Filter');
    expect(contributions.map((it: { item_id: string }) => it.item_id)).not.toContain('K2');
  });

  it('can be explained by what a user rated', async () => {
    const { score, contributions } = await json(shop.get('/explain?user_id=user-2&item_id=K5'));
    expect(score).toBeGreaterThan(0);
    expect(contributions.length).toBeGreaterThan(0);
    expect(contributions[0]).toMatchObject({
      item_id: expect.stringMatching(/^K/),
      title: expect.any(String),
      rating: expect.any(Number),
      share: expect.any(Number),
    });
    expect(await json(shop.get('/explain?user_id=stranger&item_id=K5'))).toMatchObject({ score: null, contributions: [] });
    await refused(shop.get('/explain?user_id=user-2&item_id=nothing'), 404, 'ERR_NOT_FOUND');
  });
});

describe('users', () => {
  it('have a history, newest first', async () => {
    await shop.post('/tracking/event', {
      user_id: 'user-4',
      event_type: 'page_visit',
      key: 'K1',
      key_type: 'product',
      list_of_recommendations: [],
      timestamp: 5,
    });
    await shop.post('/tracking/event', {
      user_id: 'user-4',
      event_type: 'page_load',
      key: 'landing',
      key_type: 'page',
      list_of_recommendations: ['K1'],
      timestamp: 9,
    });
    const { user_id, ratings, events } = await json(shop.get('/users/user-4/history'));
    expect(user_id).toBe('user-4');
    const times = ratings.map((it: { timestamp: number }) => it.timestamp);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(ratings[0]).toMatchObject({ item_id: expect.any(String), rating: expect.any(Number), title: expect.any(String) });
    expect(events).toEqual([
      { event_type: 'page_load', key: 'landing', timestamp: 9 },
      { event_type: 'page_visit', key: 'K1', timestamp: 5, title: expect.stringContaining('Gas Range'), image_url: '/images/K1.svg' },
    ]);
    expect(await json(shop.get('/users/nobody/history'))).toEqual({ user_id: 'nobody', ratings: [], events: [] });
  });

  it('with many ratings can be tried out', async () => {
    const { users } = await json(shop.get('/users?n=2'));
    expect(users).toHaveLength(2);
    expect(new Set(users.map((it: { taste: string }) => it.taste))).toEqual(new Set(['Kitchen', 'Laundry']));
  });
});

describe('feedback and tracking', () => {
  it('refuse what makes no sense', async () => {
    await refused(shop.post('/feedback', { user_id: 'a', item_id: 'nothing', type: 'like' }), 404, 'ERR_NOT_FOUND');
    await refused(shop.post('/feedback', { user_id: 'a', item_id: 'K0', type: 'adore' }), 400, 'ERR_VALIDATION');
    await refused(shop.post('/feedback', { user_id: 'a', item_id: 'K0', type: 'rating', value: 6 }), 400, 'ERR_VALIDATION');
    expect((await shop.post('/feedback', { user_id: 'a', item_id: 'K0', type: 'rating' })).status).toBe(400);
    await refused(
      shop.post('/tracking/event', { user_id: 'a', event_type: 'dance', key: 'K0', key_type: 'product', list_of_recommendations: [] }),
      400,
      'ERR_VALIDATION',
    );
    await refused(
      shop.post('/tracking/event', {
        user_id: 'a',
        event_type: 'page_load',
        key: 'k',
        key_type: 'page',
        list_of_recommendations: [],
        extra: 1,
      }),
      400,
      'ERR_VALIDATION',
    );
    await refused(
      shop.post('/tracking/event', { user_id: 'a', event_type: 'page_load', key: 'k', key_type: 'page', list_of_recommendations: [5] }),
      400,
      'ERR_VALIDATION',
    );
  });
});
