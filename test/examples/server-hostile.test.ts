import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { useSmallShop } from './use-small-shop.ts';

const { shop, admin } = useSmallShop();

const expectError = async (response: Response, status: number) => {
  expect(response.status).toBe(status);
  const { error, ...rest } = await response.json();
  expect(rest).toEqual({});
  expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_/), message: expect.any(String) });
  expect(JSON.stringify(error)).not.toMatch(/node_modules|\.ts:|\\n +at /);
};
/** Sends bytes as they are, which fetch would never do. */
const raw = (text: string) =>
  new Promise<string>((done, fail) => {
    let answer = '';
    const socket = connect(shop.server.port, '127.0.0.1', () => socket.end(text));
    socket.on('data', (piece) => (answer += piece));
    socket.on('close', () => done(answer));
    socket.on('error', fail);
  });

describe('bodies that are wrong', () => {
  it.each(['{', '', '[1,', 'null', '"text"', '{"query": NaN}', '{"query":"a"}{}'])('%j is 400', async (body) =>
    expectError(await shop.post('/search', body), 400),
  );
  it('too large is 413', async () => expectError(await shop.post('/search', { query: 'a'.repeat(2_000_000) }), 413));
  it('another type is 415', async () => expectError(await shop.post('/search', 'query=a', { 'content-type': 'text/plain' }), 415));
  it('with a prototype in them are 400', async () => {
    await expectError(await shop.post('/search', '{"query":"a","__proto__":{"polluted":1}}'), 400);
    await expectError(await shop.post('/search', '{"query":"a","where":{"constructor":{"prototype":{"polluted":1}}}}'), 400);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
  it('deeply nested is 400', async () =>
    expectError(await shop.post('/search', `{"query":"a","where":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`), 400));
});

describe('addresses that are wrong', () => {
  it.each([
    '/nothing',
    '/products',
    '/product',
    '/images/x.png',
    '/assets/nothing.js',
    '/assets/%2e%2e/page.html',
    '/assets/..%2fpage.html',
  ])('%s is 404 in the same shape', async (path) => expectError(await shop.get(path), 404));
  it.each([
    ['GET', '/search', 'POST'],
    ['DELETE', '/status', 'GET, HEAD'],
    ['POST', '/products/K0', 'GET, HEAD'],
    ['PUT', '/auth/login', 'POST'],
    ['GET', '/admin/reviews/first/3', 'DELETE'],
    ['PATCH', '/', 'GET, HEAD'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allowed) => {
    const response = await shop.send(method, path);
    expect(response.headers.get('allow')).toBe(allowed);
    await expectError(response, 405);
  });
  it.each([
    ['/search', 'POST, OPTIONS'],
    ['/recommendations', 'GET, HEAD, POST, OPTIONS'],
    ['/admin/reviews/first/3', 'DELETE, OPTIONS'],
  ])('OPTIONS %s says what is allowed', async (path, allowed) => {
    const response = await shop.send('OPTIONS', path);
    expect([response.status, response.headers.get('allow')]).toEqual([204, allowed]);
    expect((await shop.send('OPTIONS', '/nothing')).status).toBe(404);
  });
  it('are a page for a person who is lost', async () => {
    const response = await shop.get('/nope', { accept: 'text/html,application/xhtml+xml' });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toMatch('text/html');
    expect(await response.text()).toMatch('<div id="app">');
  });
  it.each(['/health?x=1', '/status?x=1', '/categories?page=1', '/products/K0?fields=title', '/models?x'])(
    '%s has a question that the route does not know, which is 400',
    async (path) => expectError(await shop.get(path), 400),
  );
  it('that cannot be decoded are 400', async () =>
    expect(await raw('GET /products/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400[\s\S]*"code":"ERR_BAD_REQUEST"/,
    ));
  it('that are endless are refused', async () =>
    expect(await raw(`GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`)).toMatch(/^HTTP\/1.1 431[\s\S]*"error"/));
  it('and no HTTP at all is refused', async () => expect(await raw('hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400[\s\S]*"error"/));
  it('do not lead out of the folder of assets', async () => {
    const answer = await raw('GET /assets/../../server/index.ts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 4/);
    expect(answer).not.toContain('startServer');
  });
});

describe('ids that are odd', () => {
  const odd = ['__proto__', 'constructor', 'toString', 'a\u0000b', '\ud800', '%', '../..', "' OR 1=1 --", '<script>', '💥', ' '];
  it.each(odd)('%j is nobody and nothing', async (id) => {
    const encoded = encodeURIComponent(id.isWellFormed() ? id : '\ufffd');
    expect((await shop.get(`/products/${encoded}`)).status).toBe(404);
    expect((await shop.get(`/images/${encoded}.svg`)).status).toBe(404);
    expect((await shop.get(`/recommendations?user_id=${encoded}`)).status).toBe(200);
    expect((await shop.get(`/users/${encoded}/history`)).status).toBe(200);
    expect((await shop.get(`/similar-items?item_id=${encoded}`)).status).toBe(404);
    expect((await shop.post('/matrix_factor/user', { user_id: id })).status).toBe(404);
    expect((await shop.post('/matrix_factor/similar', { item_id: id })).status).toBe(404);
    expect((await shop.post('/feedback', { user_id: id, item_id: id, type: 'like' })).status).toBe(404);
    expect((await shop.post('/recommendations', { user_id: id, history: [id], exclude: [id], interests: [id] })).status).toBe(200);
  });
  it('of ten thousand letters are refused', async () => {
    const id = 'x'.repeat(10_000);
    const tooLong = await shop.get(`/products/${id}`);
    expect(await tooLong.clone().text()).toHaveLength(73);
    await expectError(tooLong, 414);
    expect((await shop.get(`/recommendations?user_id=${id}`)).status).toBe(400);
    expect((await shop.post('/matrix_factor/user', { user_id: id })).status).toBe(400);
  });
  it('that are empty are refused', async () => expect((await shop.post('/matrix_factor/user', { user_id: '' })).status).toBe(400));
});

describe('what is asked for by Accept', () => {
  it.each([
    ['/monitoring/observations', 'text/csv', 'text/csv'],
    ['/monitoring/observations', 'application/json, TEXT/CSV ; q=1', 'text/csv'],
    ['/monitoring/observations', 'application/json, text/csv;q=0.1', 'application/json'],
    ['/monitoring/observations', 'text/csv;q=0', 'application/json'],
    ['/monitoring/observations', 'text/csv-schema', 'application/json'],
    ['/monitoring/observations', '*/*', 'application/json'],
    ['/nope', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
    ['/nope', 'application/json, text/html;q=0.5', 'application/json'],
  ])('%s as %s is %s', async (path, accept, type) => {
    const response = await shop.get(path, { ...admin, accept });
    expect(response.headers.get('content-type')?.split(';')[0]).toBe(type);
  });
});

describe('tokens', () => {
  it.each(['Bearer', 'Bearer ', 'Bearer a.b.c', 'Basic x', 'bearer {} more', 'Bearer{}', '{}'])('as %j are 401', async (text) => {
    const authorization = text.replace('{}', admin.authorization.slice('Bearer '.length));
    await expectError(await shop.get('/admin/products/stats', { authorization }), 401);
  });
  it('are taken whatever the case of their scheme', async () => {
    const authorization = admin.authorization.replace('Bearer', 'BEARER ');
    expect((await shop.get('/admin/products/stats', { authorization })).status).toBe(200);
  });
});

describe('every answer', () => {
  it.each(['/', '/health', '/nothing', '/products/K0', '/images/K0.svg'])(
    'of %s forbids other hosts, sniffing and framing',
    async (path) => {
      const { headers } = await shop.get(path, { origin: 'https://elsewhere.example' });
      expect(headers.get('content-security-policy')).toMatch(/default-src '(self|none)'/);
      expect(headers.get('content-security-policy')).not.toMatch(/https?:|\*|unsafe/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    },
  );
});
