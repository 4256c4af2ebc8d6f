import { describe, expect, it } from 'vitest';
import { useSmallShop } from './use-small-shop.ts';

const { shop, admin } = useSmallShop();

const json = async (response: Promise<Response>) => {
  const it = await response;
  expect(it.status, await it.clone().text()).toBeLessThan(300);
  return it.json();
};
const list = (placement: string, body: object) => json(shop.post(`/placements/${placement}/recommendations`, body));
const save = (placement: string, definition: object) => shop.send('PUT', `/admin/placements/${placement}`, definition, admin);
const ids = ({ recommendations }: { recommendations: { item_id: string }[] }) => recommendations.map((it) => it.item_id);
const track = (body: object) => shop.post('/tracking/event', { key_type: 'product', list_of_recommendations: [], ...body });
const hybrid = { als: 0.7, semantic: 0.3, popular: 0 };
const pinned = (item: string) => ({ type: 'pin', items: [item], position: 1 });

describe('a placement', () => {
  it('answers for a user, for a visit, and about a product', async () => {
    expect(await list('home', { user_id: 'user-2', n: 3 })).toMatchObject({
      placement: 'home',
      version: 0,
      variant: null,
      user_id: 'user-2',
    });
    await track({ user_id: 'session:s1', event_type: 'click_product', key: 'L1' });
    const visit = await list('home', { session_id: 's1', n: 3 });
    expect(visit).toMatchObject({ user_id: 'session:s1', strategy: 'fold-in' });
    expect(ids(await list('product', { user_id: 'x', item_id: 'K0', n: 5 }))).not.toContain('K0');
    expect((await shop.post('/placements/home/recommendations', { n: 3 })).status).toBe(400);
    expect((await shop.post('/placements/nowhere/recommendations', { user_id: 'x' })).status).toBe(404);
    expect((await shop.post('/placements/home/recommendations', { user_id: 'x', session_id: 'y' })).status).toBe(400);
  });

  it('gives the following page of a list without repeating anything', async () => {
    const first = await list('home', { user_id: 'pages', n: 4 });
    const second = await list('home', { next: first.recommendation_id, n: 4 });
    const third = await list('home', { next: second.recommendation_id, n: 50 });
    const all = [first, second, third].flatMap(ids);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(8);
    const forged = `${first.recommendation_id.slice(0, -1)}${first.recommendation_id.endsWith('A') ? 'B' : 'A'}`;
    expect((await shop.post('/placements/home/recommendations', { next: forged })).status).toBe(400);
    expect((await shop.post('/placements/cart/recommendations', { next: first.recommendation_id })).status).toBe(400);
  });

  it('gives the reasons of its cards to whoever asks why, also after the click, and those of no other list', async () => {
    await save('beloved', { sources: { popular: 1 } });
    const { recommendation_id, strategy, recommendations } = await list('beloved', { user_id: 'user-4', n: 3 });
    const [{ item_id, reasons }] = recommendations;
    await track({ user_id: 'user-4', event_type: 'click_product', key: item_id, recommendation_id });
    const why = (id: string) => shop.get(`/explain?user_id=user-4&item_id=${item_id}&recommendation_id=${encodeURIComponent(id)}`);
    const told = { list: { placement: 'beloved', version: 1, variant: null }, strategy, reasons };
    expect(await json(why(recommendation_id))).toMatchObject(told);
    expect(await json(shop.get(`/explain?user_id=user-4&item_id=${item_id}`))).toMatchObject({ list: null, strategy: 'personalized' });
    for (const id of ['x', (await list('home', { user_id: 'user-6' })).recommendation_id]) expect((await why(id)).status).toBe(400);
  });

  it('follows its rules: pin, boost, bury, exclude, filter, limit', async () => {
    const rules = (...some: object[]) => save('ruled', { sources: hybrid, rules: some });
    const shown = async () => ids(await list('ruled', { user_id: 'user-2', n: 12 }));
    await json(rules({ type: 'pin', items: ['L5'], position: 1 }));
    expect((await shown())[0]).toBe('L5');
    await json(rules({ type: 'filter', where: { brand: 'Contoso' } }));
    const contoso = await shown();
    expect(contoso.length).toBeGreaterThan(2);
    for (const id of contoso) expect((await json(shop.get(`/products/${id}`))).store).toBe('Contoso');
    await json(rules({ type: 'exclude', items: contoso.slice(0, 2) }));
    expect((await shown()).filter((id) => contoso.slice(0, 2).includes(id))).toEqual([]);
    await json(rules({ type: 'limit', per: 'brand', max: 2 }));
    expect((await shown()).filter((id) => contoso.includes(id)).length).toBeLessThanOrEqual(2);
    await json(rules());
    const plain = await shown();
    await json(rules({ type: 'boost', items: [plain[1]], factor: 100 }));
    expect((await shown())[0]).toBe(plain[1]);
    await json(rules({ type: 'bury', items: [plain[0]], factor: 0.01 }));
    expect((await shown())[0]).not.toBe(plain[0]);
    expect((await json(shop.get('/admin/placements/ruled', admin))).versions).toHaveLength(7);
  });

  it('that must not repeat itself shows other products to the same person', async () => {
    await json(save('fresh', { sources: hybrid, no_repeats_hours: 1 }));
    const first = ids(await list('fresh', { user_id: 'again', n: 4 }));
    const second = ids(await list('fresh', { user_id: 'again', n: 4 }));
    expect(first.filter((id) => second.includes(id))).toEqual([]);
    expect(ids(await list('fresh', { user_id: 'another', n: 4 }))).toEqual(first);
  });

  it('weighs events as it is told', async () => {
    await json(save('weighed', { sources: { als: 1, popular: 0 }, event_weights: { click_product: 0 } }));
    await track({ user_id: 'looker', event_type: 'click_product', key: 'L1' });
    expect((await list('weighed', { user_id: 'looker' })).strategy).toBe('popular');
    expect((await list('home', { user_id: 'looker' })).strategy).toBe('fold-in');
  });

  it.each([
    {},
    { sources: {} },
    { sources: { als: 0 } },
    { sources: { magic: 1 } },
    { sources: hybrid, rules: [{ type: 'pin' }] },
    { sources: hybrid, rules: [{ type: 'boost', factor: 2 }] },
    { sources: hybrid, rules: [{ type: 'limit', per: 'brand', max: 0 }] },
    { sources: hybrid, experiment: { name: 'e', variants: { a: { share: 0.5 }, b: { share: 0.4 } } } },
    { sources: hybrid, rules: [{ type: 'filter', where: { colour: 'red' } }] },
    { sources: hybrid, rules: [{ type: 'boost', where: { price: 'cheap' } }] },
    { sources: hybrid, rules: [{ type: 'limit', per: 'maker', max: 1 }] },
    { sources: hybrid, rules: [pinned('K1'), { type: 'exclude', items: ['K1'] }] },
    { sources: hybrid, rules: [pinned('K1'), pinned('K2')] },
  ])('is not saved as %j', async (definition) => {
    const before = await json(shop.get('/admin/placements', admin));
    expect((await save('home', definition)).status).toBe(400);
    expect(await json(shop.get('/admin/placements', admin))).toEqual(before);
  });

  it('can be rolled back and removed', async () => {
    await json(save('brief', { sources: { popular: 1 } }));
    await json(save('brief', { sources: hybrid }));
    expect(await json(shop.post('/admin/placements/brief/rollback', { version: 1 }, admin))).toMatchObject({
      version: 3,
      definition: { sources: { popular: 1 } },
    });
    expect((await shop.post('/admin/placements/brief/rollback', { version: 9 }, admin)).status).toBe(404);
    await json(shop.send('DELETE', '/admin/placements/brief', undefined, admin));
    expect((await shop.post('/placements/brief/recommendations', { user_id: 'x' })).status).toBe(404);
  });

  it('that was removed and is saved again is another one', async () => {
    const first = async () => ids(await list('renewed', { user_id: 'x', n: 3 }))[0];
    await json(save('renewed', { sources: hybrid, rules: [pinned('K5')] }));
    expect(await first()).toBe('K5');
    await json(shop.send('DELETE', '/admin/placements/renewed', undefined, admin));
    expect(await json(save('renewed', { sources: hybrid, rules: [pinned('L5')] }))).toMatchObject({ version: 2 });
    expect(await first()).toBe('L5');
  });

  it('gives the place of a pinned product that the shop does not have to the next one', async () => {
    await json(save('pinned', { sources: { popular: 1 }, rules: [{ type: 'pin', items: ['gone', 'L5', 'gone-too'] }] }));
    const shown = ids(await list('pinned', { user_id: 'x', n: 5 }));
    expect([shown[0], shown.length]).toEqual(['L5', 5]);
  });

  it.each([{ fresh: 1 }, { fresh: 1, popular: 0 }])(
    'with the sources %j shows what everybody likes where nothing is new',
    async (sources) => {
      await json(save('newest', { sources }));
      expect(ids(await list('newest', { user_id: 'x', n: 3 }))).toHaveLength(3);
    },
  );

  it('gives a following page to nobody but the one who was given the list', async () => {
    const { recommendation_id: next } = await list('home', { user_id: 'owner', n: 2 });
    expect((await list('home', { user_id: 'owner', next })).user_id).toBe('owner');
    expect((await shop.post('/placements/home/recommendations', { user_id: 'other', next })).status).toBe(400);
    expect((await shop.post('/placements/home/recommendations', { session_id: 'owner', next })).status).toBe(400);
  });
});

describe('the statistics of a placement', () => {
  it('count clicks and purchases for the list that an event names, by variant, once', async () => {
    const variants = { control: { share: 0.5 }, popular: { share: 0.5, recipe: { sources: { popular: 1 } } } };
    await json(save('tested', { sources: hybrid, experiment: { name: 'e1', variants } }));
    const seen = new Map<string, number>();
    for (let k = 0; k < 12; k++) {
      const user_id = `tester-${k}`;
      const { variant, recommendation_id, recommendations } = await list('tested', { user_id, n: 2 });
      seen.set(variant, (seen.get(variant) ?? 0) + 1);
      const about = { user_id, key: recommendations[0].item_id, recommendation_id };
      if (variant === 'popular')
        for (let again = 0; again < 2; again++) expect((await track({ ...about, event_type: 'click_product' })).status).toBe(202);
      if (k === 0) expect((await track({ ...about, user_id: 'thief', event_type: 'purchase' })).status).toBe(400);
    }
    const result = await json(shop.get('/admin/placements/tested/statistics', admin));
    const of = (variant: string) => result.variants.find((it: { variant: string }) => it.variant === variant);
    expect(of('control')).toMatchObject({ lists: seen.get('control'), users: seen.get('control'), click_rate: 0, conversion_rate: 0 });
    expect(of('popular')).toMatchObject({ lists: seen.get('popular'), click_rate: 1, conversion_rate: 0 });
    const compared = result.variants.find((it: { against: unknown }) => it.against);
    expect(compared.against.clicks).toMatchObject({ significant: false });
    expect(compared.days).toHaveLength(1);
  });

  it('compare with the first variant of the definition, whoever came first, and outlive what monitoring forgets', async () => {
    const variants = { control: { share: 0.5 }, popular: { share: 0.5, recipe: { sources: { popular: 1 } } } };
    await json(save('ordered', { sources: hybrid, experiment: { name: 'e2', variants } }));
    const lists = [];
    for (let k = 0; k < 12; k++) lists.push(await list('ordered', { user_id: `ordered-${k}`, n: 2 }));
    // The lists of the other variant stand first in the log of a placement that has the same lists the other way round.
    const { PlacementStatistics } = await import('../../examples/amazon-appliances/server/domain/placements/statistics.ts');
    const statistics = new PlacementStatistics();
    const shownOnes = [];
    for await (const event of shop.system.data.events.all({ type: ['recommended'] }))
      if (event.placement === 'ordered') shownOnes.push(event);
    const turned = shownOnes.sort((a, b) => String(b.variant).localeCompare(String(a.variant)));
    turned.forEach((event, k) => {
      statistics.take({ ...event, id: k + 1 });
    });
    expect(statistics.of('ordered', ['control', 'popular']).map((it) => [it.variant, it.against === null])).toEqual([
      ['control', true],
      ['popular', false],
    ]);
    const { user_id, recommendation_id, recommendations } = lists[0];
    await track({ user_id, key: recommendations[0].item_id, recommendation_id, event_type: 'click_product' });
    const rates = (it: { of(name: string): { variant: string | null; click_rate: number | null }[] }) =>
      it.of('ordered').map(({ variant, click_rate }) => [variant, click_rate]);
    const before = rates(await PlacementStatistics.read(shop.system.data));
    expect((await shop.send('DELETE', '/monitoring/observations', undefined, admin)).status).toBe(200);
    expect(rates(await PlacementStatistics.read(shop.system.data))).toEqual(before);
    expect(before.some(([, rate]) => (rate as number) > 0)).toBe(true);
  });
});

describe('for the administrator', () => {
  it('a preview shows what somebody would see without counting it, and says why something is missing', async () => {
    const shown = await json(shop.post('/admin/placements/home/preview', { user_id: 'user-2', n: 3 }, admin));
    expect(ids(shown)).toEqual(ids(await list('home', { user_id: 'user-2', n: 3 })));
    expect(shown.recommendations[0].sources).toBeTypeOf('object');
    const why = await json(shop.post('/admin/placements/home/why-not', { user_id: 'user-2', n: 3, missing_id: 'L3' }, admin));
    expect(why).toMatchObject({ item_id: 'L3', text: expect.any(String) });
    expect((await shop.post('/admin/placements/home/preview', { user_id: 'user-2', variant: 'none' }, admin)).status).toBe(400);
  });

  it('rows of a copy that break a rule are named and left out, and the shop goes on', async () => {
    const rows = [
      { table: 'products', row: { item: '' } },
      { table: 'products', row: { item: 'N1', title: 'New one', price: 'cheap' } },
      { table: 'interactions', row: { user: 'u', item: 'nothing', value: 4 } },
      { table: 'interactions', row: { user: 'u', item: 'K1', value: 99 } },
      { table: 'events', row: { user: 'u', type: 'like', timestamp: 5 } },
      { table: 'events', row: { user: 'u', type: 'like', item: 'K1' } },
      { table: 'events', row: { user: 'admin', type: 'placement_saved', placement: 'broken', definition: { sources: 'x' }, timestamp: 5 } },
      { table: 'events', row: { user: 'admin', type: 'api_key_issued', timestamp: 5 } },
      { table: 'events', row: { user: 'u', type: 'recommended', placement: 'home', list: 'l', items: 'x', timestamp: 5 } },
      { table: 'events', row: { user: 'takes-in', type: 'like', item: 'K1', timestamp: 5 } },
    ];
    const strategy = async () => (await json(shop.get('/recommendations?user_id=takes-in'))).strategy;
    expect(await strategy()).toBe('popular');
    const lines = rows.map((it) => JSON.stringify(it)).join('\n');
    const { rejected, ...counts } = await json(shop.post('/admin/import', { lines }, admin));
    expect(counts).toEqual({ products: 0, interactions: 0, events: 1 });
    expect(rejected.map((it: { line: number }) => it.line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await strategy()).toBe('fold-in');
    expect((await shop.get('/admin/api-keys', admin)).status).toBe(200);
    expect((await shop.post('/placements/broken/recommendations', { user_id: 'x' })).status).toBe(404);
  });

  it('a hidden product that is deleted is not hidden when it comes again', async () => {
    const hidden = { parent_asin: 'H1', title: 'Hidden heater' };
    await json(shop.post('/admin/products/insert', { products: [hidden] }, admin));
    await json(shop.send('PATCH', '/admin/products/H1', { hidden: true }, admin));
    await json(shop.send('DELETE', '/admin/products/by-asins', { asins: ['H1'] }, admin));
    await json(shop.post('/admin/products/insert', { products: [hidden] }, admin));
    expect((await json(shop.get('/products/H1'))).hidden).toBe(false);
    await json(shop.send('DELETE', '/admin/products/by-asins', { asins: ['H1'] }, admin));
  });

  it('what a user did is not drowned by the lists that they were shown, and decisions are no history', async () => {
    await json(shop.post('/feedback', { user_id: 'shown', item_id: 'K1', type: 'like' }));
    for (let k = 0; k < 5; k++) await list('home', { user_id: 'shown', n: 1 });
    const { events } = await json(shop.get('/users/shown/history?n=2'));
    expect(events).toMatchObject([{ event_type: 'like', key: 'K1' }]);
    expect((await json(shop.get('/users/admin/history'))).events).toEqual([]);
  });

  it('the latest events of a user are there to look at', async () => {
    await track({ user_id: 'watched', event_type: 'page_load', key: 'K0' });
    const { events } = await json(shop.get('/admin/events?user_id=watched', admin));
    expect(events[0]).toMatchObject({ user: 'watched', type: 'page_load', key: 'K0' });
  });

  it('what is exported is taken in again, and backups are whole', async () => {
    const lines = await (await shop.get('/admin/export?table=products', admin)).text();
    expect(lines.trim().split('\n')).toHaveLength(await shop.system.data.products.count());
    await shop.send('DELETE', '/admin/products/by-asins', { asins: ['L5'] }, admin);
    expect((await shop.get('/products/L5')).status).toBe(404);
    const { name } = await json(shop.post('/admin/backups', undefined, admin));
    expect(await json(shop.post('/admin/import', { lines }, admin))).toMatchObject({ products: lines.trim().split('\n').length });
    expect((await shop.get('/products/L5')).status).toBe(200);
    expect((await json(shop.get('/admin/backups', admin))).backups[0].name).toBe(name);
    expect(await json(shop.post(`/admin/backups/${name}/restore`, undefined, admin))).toMatchObject({ events: 0 });
    expect((await shop.post('/admin/backups/..%2F..%2Fx/restore', undefined, admin)).status).toBe(404);
    expect((await shop.post('/admin/import', { lines: '{"table":"secrets","row":{}}' }, admin)).status).toBe(400);
  });
});
