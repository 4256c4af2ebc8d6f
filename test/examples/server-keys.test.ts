import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { ApiKeys } from '../../examples/amazon-appliances/server/auth/api-keys.ts';
import { Decisions } from '../../examples/amazon-appliances/server/domain/decisions.ts';
import { EventLog } from '../../examples/amazon-appliances/server/domain/event-log.ts';
import { readKeys } from '../../examples/amazon-appliances/server/http/api-keys.ts';
import { auditChanges } from '../../examples/amazon-appliances/server/http/guard.ts';
import { RateLimit } from '../../examples/amazon-appliances/server/http/rate-limit.ts';
import { useSmallShop } from './use-small-shop.ts';

const { shop, admin } = useSmallShop();

const status = async (response: Promise<Response>) => (await response).status;
const issue = async (wish: object) => {
  const response = await shop.post('/admin/api-keys', wish, admin);
  expect(response.status).toBe(201);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { key, id } = await response.json();
  return { id: id as string, header: { 'x-api-key': key as string } };
};
const stats = '/admin/products/stats';

describe('API keys', () => {
  it('are issued and revoked by administrators alone', async () => {
    expect(await status(shop.post('/admin/api-keys', { tenant: 'a' }))).toBe(401);
    const { header } = await issue({ tenant: 'partner' });
    expect(await status(shop.post('/admin/api-keys', { tenant: 'a' }, header))).toBe(403);
    for (const wish of [
      {},
      { tenant: '' },
      { tenant: ' ' },
      { tenant: 'a\nb' },
      { tenant: 'a', role: 'root' },
      { tenant: 'a', requests_per_second: -1 },
    ])
      expect(await status(shop.post('/admin/api-keys', wish, admin))).toBe(400);
    expect(await status(shop.send('DELETE', '/admin/api-keys/0000000000000000', undefined, admin))).toBe(404);
  });

  it('open what their role may open, until they are revoked', async () => {
    const [machine, reader] = [await issue({ tenant: 'warehouse', role: 'admin' }), await issue({ tenant: 'partner' })];
    expect(await status(shop.get(stats, machine.header))).toBe(200);
    expect(await status(shop.get(stats, reader.header))).toBe(403);
    expect(await status(shop.post('/search', { query: 'washer' }, reader.header))).toBe(200);
    expect(await status(shop.get(stats, { ...reader.header, ...admin }))).toBe(200);
    const revoked = await shop.send('DELETE', `/admin/api-keys/${machine.id}`, undefined, admin);
    expect(await revoked.json()).toMatchObject({ id: machine.id, tenant: 'warehouse', revoked_at: expect.any(String) });
    expect(await status(shop.get(stats, machine.header))).toBe(401);
    expect(await status(shop.get('/health', machine.header))).toBe(401);
    const [, { requests, last_used_at }] = (await (await shop.get('/admin/api-keys', admin)).json()).keys;
    expect({ requests, last_used_at }).toEqual({ requests: 1, last_used_at: expect.any(String) });
  });

  it('that nobody issued are refused', async () => {
    const { header, id } = await issue({ tenant: 'partner' });
    const forged = [`shop_${id}_${'A'.repeat(43)}`, header['x-api-key'].slice(0, -1), `${header['x-api-key']}A`, 'x', '', '__proto__'];
    for (const key of forged) expect(await status(shop.get('/health', { 'x-api-key': key }))).toBe(401);
  });

  it('have a limit of their own', async () => {
    const { header } = await issue({ tenant: 'slow', requests_per_second: 1 });
    const answers = await Promise.all(Array.from({ length: 4 }, () => shop.get('/health', header)));
    expect(answers.map((it) => it.status).sort()).toEqual([200, 200, 429, 429]);
    expect(answers.find((it) => it.status === 429)?.headers.get('retry-after')).toBe('1');
    expect(await status(shop.get('/health'))).toBe(200);
  });

  it('are kept as digests, and known after a restart', async () => {
    const { header, id } = await issue({ tenant: 'partner' });
    const { data } = shop.system;
    const secret = header['x-api-key'].split('_').slice(2).join('_');
    const events = await data.events.ofUser('admin', { type: ['api_key_issued'] });
    expect(events.map((it) => it.api_key)).toContain(id);
    expect(JSON.stringify(events)).not.toContain(secret);
    expect(await (await shop.get('/admin/api-keys', admin)).text()).not.toMatch(/digest|secret/);
    const restarted = await ApiKeys.open(new Decisions(new EventLog(data)));
    expect(restarted.use(header['x-api-key'])).toMatchObject({ id, tenant: 'partner', revoked_at: null });
    await restarted.revoke(id);
    expect((await ApiKeys.open(new Decisions(new EventLog(data)))).use(header['x-api-key'])).toBeUndefined();
  });

  it('are named in the log of changes', async () => {
    const lines: string[] = [];
    const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => lines.push(line) } } });
    readKeys(
      app,
      { use: () => ({ id: '7', tenant: 'warehouse', requests_per_second: 0 }) } as never,
      () => new RateLimit({ perSecond: 1, burst: 1 }),
    );
    auditChanges(app);
    app.delete('/admin/products/first/1', () => ({ deleted: 1 }));
    await app.inject({ method: 'DELETE', url: '/admin/products/first/1', headers: { 'x-api-key': 'any' } });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { audit: 'DELETE /admin/products/first/1', status: 200, by: 'warehouse, key 7' },
    ]);
    await app.close();
  });
});
