import { beforeEach, describe, expect, it } from 'vitest';
import { toCsv } from '../../examples/amazon-appliances/server/domain/csv.ts';
import { Observations } from '../../examples/amazon-appliances/server/domain/observations.ts';
import { useSmallShop } from './use-small-shop.ts';

const { shop, admin } = useSmallShop();

const track = async (event_type: string, user_id: string, key: string, list: string[] = [], more = {}) => {
  const event = { user_id, event_type, key, key_type: 'page', list_of_recommendations: list, ...more };
  expect((await shop.post('/tracking/event', event)).status).toBe(202);
};
const observations = async (query = '') => {
  const response = await shop.get(`/monitoring/observations${query}`, admin);
  expect(response.status, await response.clone().text()).toBe(200);
  return response.json();
};

describe('observations', () => {
  beforeEach(async () => {
    expect((await shop.send('DELETE', '/monitoring/observations', undefined, admin)).status).toBe(200);
  });

  it('are pending, then good by a click or purchase of a listed product, or bad at the end of the page without one', async () => {
    for (const user of ['clicks', 'buys', 'leaves', 'stays']) await track('page_load', user, 'landing', ['K0', 'K1']);
    expect((await observations()).counts).toEqual({ total: 4, good: 0, bad: 0, pending: 4, success_rate: null });
    await track('click_product', 'clicks', 'K1', ['K0', 'K1']);
    await track('purchase', 'buys', 'K0');
    await track('scroll_end', 'leaves', 'landing', ['K0', 'K1']);
    await track('click_product', 'stays', 'L0'); // was not listed
    const { counts, observations: list } = await observations();
    expect(counts).toEqual({ total: 4, good: 2, bad: 1, pending: 1, success_rate: 2 / 3 });
    expect(list.map((it: { user_id: string; quality: string; chosen: string | null }) => [it.user_id, it.quality, it.chosen])).toEqual([
      ['stays', 'pending', null],
      ['leaves', 'bad', null],
      ['buys', 'good', 'K0'],
      ['clicks', 'good', 'K1'],
    ]);
    await track('click_product', 'leaves', 'K0', ['K0', 'K1']);
    expect((await observations()).counts).toMatchObject({ total: 4, good: 3, bad: 0 });
    expect((await observations('?quality=good')).total).toBe(3);
    expect(await observations('?page=2&page_size=3')).toMatchObject({ page: 2, pages: 2, total: 4, observations: { length: 1 } });
    expect(await observations('?user_id=buys')).toMatchObject({ total: 1 });
  });

  it('are the same after a restart, because they follow from the log alone', async () => {
    await track('page_load', 'u', 'landing', ['K0']);
    await track('click_product', 'u', 'K0');
    const again = new Observations();
    for await (const event of shop.system.data.events.all()) again.take(event);
    expect(again.list()).toEqual((await observations()).observations);
    expect(again.counts).toMatchObject({ good: 1, total: 1 });
  });

  it('come as CSV without formulas', async () => {
    await track('page_load', '=1+1', '@SUM(A1)', ['K0', 'K1']);
    const response = await shop.get('/monitoring/observations', { ...admin, accept: 'text/csv' });
    expect(response.headers.get('content-type')).toMatch('text/csv');
    const [head, line] = (await response.text()).split('\r\n');
    expect(head).toBe('id,timestamp,user_id,event_type,key,key_type,quality,chosen,list_of_recommendations');
    expect(line).toMatch(/^\d+,\d+,"'=1\+1",page_load,"'@SUM\(A1\)",page,pending,,K0 K1$/);
  });

  it.each(['?quality=great', '?page=0', '?page=x', '?page_size=1001', '?colour=red'])('are refused for %s', async (query) =>
    expect((await shop.get(`/monitoring/observations${query}`, admin)).status).toBe(400),
  );
});

it('neutralizes every way to begin a formula', () => {
  for (const evil of ['=1', '+1', '-1', '@A', '\t=1', '\r=1', ' =1', '\uff1d1'])
    expect(toCsv(['a'], [{ a: evil }]).split('\r\n')[1]).toMatch(/^"'/);
  expect(toCsv(['a', 'b'], [{ a: 'x "y", z', b: -5 }])).toBe('a,b\r\n"x ""y"", z",-5\r\n');
});

describe('many events at once', () => {
  it('are each acknowledged when they are stored, and a bad one refuses itself alone', async () => {
    const before = await shop.system.data.events.count();
    const event = (user_id: string) => ({ user_id, event_type: 'page_visit', key: 'K0', key_type: 'product', list_of_recommendations: [] });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, k) => shop.post('/tracking/event', event(k === 77 ? 'a\u0000b' : `many-${k}`))),
    );
    expect(answers.map((it) => it.status).filter((it) => it !== 202)).toEqual([400]);
    expect(await shop.system.data.events.count()).toBe(before + 199);
    const numbers = await Promise.all(answers.filter((it) => it.status === 202).map(async (it) => (await it.json()).id));
    expect(new Set(numbers).size).toBe(199);
  });
});

describe('metrics', () => {
  it('count requests by route, and know models and quality', async () => {
    await shop.get('/recommendations?user_id=user-2');
    await shop.get('/products/nothing-of-that-name');
    const response = await shop.get('/metrics');
    expect(response.headers.get('content-type')).toMatch('text/plain');
    const text = await response.text();
    expect(text).toMatch(/http_request_duration_seconds_count\{method="GET",route="\/recommendations",status="200"\} \d/);
    expect(text).toContain('route="/products/:id",status="404"');
    expect(text).not.toContain('nothing-of-that-name');
    for (const name of [
      'model_version{model="appliances-als"} 1',
      'observations{quality="good"}',
      'nodejs_eventloop_lag_seconds',
      'served_coverage',
      'process_resident_memory_bytes',
      'recommendation_duration_seconds_count{strategy="personalized"}',
    ])
      expect(text).toContain(name);
  });
});
