import { describe, expect, it } from 'vitest';
import { kindOf } from '../../examples/amazon-appliances/server/pictures/kind.ts';
import { useSmallShop } from './use-small-shop.ts';

const { shop, admin } = useSmallShop();

interface Operation {
  parameters?: { name: string; example?: string }[];
  requestBody?: { content: Record<string, { example?: unknown; examples?: Record<string, { value: unknown }> }> };
}

describe('the pages', () => {
  it.each(['/', '/product/K0'])('%s loads scripts and styles from this server alone, and they are there for ever', async (path) => {
    const response = await shop.get(path);
    expect(response.headers.get('content-type')).toMatch('text/html');
    const html = await response.text();
    expect(html).not.toMatch(/\{\{|https?:\/\//);
    const links = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((it) => it[1]);
    expect(links).toHaveLength(3);
    for (const link of links) {
      const file = await shop.get(link);
      expect(file.status).toBe(200);
      expect(file.headers.get('cache-control')).toMatch('immutable');
      expect(await file.text()).not.toMatch(/https?:\/\/(?!www\.w3\.org\/)/);
    }
  });

  it('name the product in the title, as text', async () => {
    const html = await (await shop.get('/product/X0')).text();
    expect(html).toContain('Ice &#60;b&#62;Maker&#60;/b&#62; &#34;X&#34; &#38; Co');
    expect(html).not.toContain('<b>');
  });

  it('are 404 for a product that is not there, and still a page', async () => {
    const response = await shop.get('/product/nothing');
    expect(response.status).toBe(404);
    expect(await response.text()).toMatch('<div id="app">');
  });
});

describe('pictures', () => {
  it('are the same every time, and are sent once', async () => {
    const first = await shop.get('/images/K0.svg');
    expect(first.headers.get('content-type')).toMatch('image/svg+xml');
    const svg = await first.text();
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>$/);
    expect(await (await shop.get('/images/K0.svg')).text()).toBe(svg);
    expect((await shop.get('/images/K0.svg', { 'if-none-match': first.headers.get('etag') as string })).status).toBe(304);
    expect(await (await shop.get('/images/K1.svg')).text()).not.toBe(svg);
  });

  it.each([
    ['Samsung French Door Refrigerator with Ice Maker', 'fridge'],
    ['Water Filter for Samsung Refrigerator', 'water-filter'],
    ['Whirlpool Gas Range, 5 Burners', 'range'],
    ['Replacement Knobs compatible with GE Range', 'knob'],
    ['Samsung Portable Dishwasher on Wheels, White', 'dishwasher'],
    ['Dishwasher Rack Wheels, Lower', 'roller'],
    ['Dryer Vent Hose', 'hose'],
    ['Range Hood Grease Filter', 'mesh-filter'],
    ['Dishwasher Rack Wheels', 'roller'],
    ['Something else', 'generic'],
  ])('show %s as %s', (title, kind) => expect(kindOf(title)).toBe(kind));

  it('take the kind from the category when the title tells nothing', () =>
    expect(kindOf('Product B000', ['Appliances', 'Dishwashers'])).toBe('dishwasher'));
});

describe('the documentation', () => {
  it('is OpenAPI 3.1 and knows every route', async () => {
    const document = await (await shop.get('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    const routes = Object.entries<Record<string, { responses: Record<string, unknown>; summary: string }>>(document.paths).flatMap(
      ([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes).toEqual(
      expect.arrayContaining([
        'delete /admin/api-keys/{id}',
        'get /admin/api-keys',
        'post /admin/api-keys',
        'delete /admin/products/by-asins',
        'delete /admin/products/first/{n}',
        'delete /admin/products/last/{n}',
        'delete /admin/reviews/by-ids',
        'delete /admin/reviews/by-users',
        'delete /admin/reviews/first/{n}',
        'delete /admin/reviews/last/{n}',
        'delete /monitoring/observations',
        'get /admin/products/stats',
        'get /categories',
        'get /explain',
        'get /health',
        'get /health/ready',
        'get /images/{file}',
        'get /metrics',
        'get /models',
        'get /monitoring/observations',
        'get /products/all',
        'get /products/{id}',
        'get /recommendations',
        'get /similar-items',
        'get /status',
        'get /system-info',
        'get /training',
        'get /training/{id}',
        'get /users',
        'get /users/{id}/history',
        'post /admin/products/insert',
        'post /admin/products/insert-csv',
        'post /admin/reviews/insert',
        'post /admin/reviews/insert-csv',
        'post /auth/login',
        'post /feedback',
        'post /matrix_factor/similar',
        'post /matrix_factor/user',
        'post /models/{name}/promote',
        'post /models/{name}/rollback',
        'post /recommendations',
        'post /search',
        'post /tracking/event',
        'patch /admin/products/{id}',
        'post /training',
      ]),
    );
    for (const methods of Object.values<Record<string, { responses: object; summary?: string }>>(document.paths)) {
      for (const operation of Object.values(methods)) {
        expect(operation.summary).toBeTruthy();
        expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
      }
    }
    expect(document.components.securitySchemes.token).toMatchObject({ type: 'http', scheme: 'bearer' });
    expect(document.paths['/training'].post.security).toEqual([{ token: [] }, { key: [] }]);
  });

  it('has an example of every body that its route takes as it is', async () => {
    const { paths } = await (await shop.get('/openapi.json')).json();
    for (const [path, methods] of Object.entries<Record<string, Operation>>(paths)) {
      for (const [method, { parameters = [], requestBody }] of Object.entries(methods)) {
        const { example, examples } = requestBody?.content['application/json'] ?? {};
        const all = examples ? Object.values(examples).map((it) => it.value) : [example];
        if (requestBody) expect(all, `${method} ${path}`).not.toContain(undefined);
        if (path === '/training' || path === '/auth/login') continue; // what they take is tested by itself
        const address = path.replace(/\{(\w+)\}/g, (_, name) => parameters.find((it) => it.name === name)?.example ?? name);
        for (const body of requestBody ? all : []) {
          const response = await shop.send(method.toUpperCase(), address, body, admin);
          expect(response.status, `${method} ${address} ${JSON.stringify(body)} ${await response.text()}`).toBeLessThan(300);
        }
      }
    }
  });

  it('can be read in a browser without another host', async () => {
    for (const [path, content] of [
      ['/docs', 'swagger-ui'],
      ['/redoc', '<redoc spec-url="/openapi.json"'],
    ]) {
      const response = await shop.get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-security-policy')).not.toMatch(/https?:|unsafe-eval/);
      const html = await response.text();
      expect(html).toMatch(content);
      expect(html).not.toMatch(/(src|href)="https?:/);
    }
    const script = await shop.get('/redoc/redoc.js');
    expect(script.headers.get('content-type')).toMatch('text/javascript');
    await script.body?.cancel(); // a connection that is not read to its end keeps the server from closing for more than a minute
  });
});
