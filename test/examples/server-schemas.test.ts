import Ajv from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { useSmallShop } from './use-small-shop.ts';

const { shop, admin } = useSmallShop();

/** A schema of an answer; what it does not name may not be there. */
interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  additionalProperties?: boolean | Schema;
}

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

const ajv = new Ajv({ strict: true, strictRequired: true, allowUnionTypes: true, allErrors: true });
for (const format of ['date-time', 'date']) ajv.addFormat(format, (text) => !Number.isNaN(Date.parse(text)));
for (const keyword of ['example', 'examples']) ajv.removeKeyword(keyword).addKeyword(keyword);

let paths: Record<string, Record<string, Operation>>;
const answered = new Set<string>();

/** Sends a request and holds its answer against the documentation. @param template the path as the documentation writes it */
async function ask(method: string, template: string, { at = {}, query = '', body, headers = admin, status = 200 }: Ask = {}) {
  paths ??= (await (await shop.get('/openapi.json')).json()).paths;
  const address = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(at[name]));
  const response = await shop.send(method, address + query, body, headers);
  const text = await response.text();
  const about = `${method} ${address}${query} ${response.status} ${text.slice(0, 300)}`;
  expect([status].flat(), about).toContain(response.status);
  const { content } = paths[template]?.[method.toLowerCase()]?.responses[response.status] ?? expect.fail(`${about} is not documented`);
  answered.add(`${method} ${template} ${response.status}`);
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  const schema = content?.[type]?.schema ?? expect.fail(`${about} has the type ${type}, documented are ${Object.keys(content ?? {})}`);
  if (type !== 'application/json') return text;
  const answer = JSON.parse(text);
  const validate = ajv.compile(closed(schema));
  expect(validate(answer), `${about} ${JSON.stringify(validate.errors)}`).toBe(true);
  return answer;
}

interface Ask {
  at?: Record<string, string>;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** The only ones that may come. */
  status?: number | number[];
}

/** The same schema without fields that it does not name. */
function closed(schema: Schema): Schema {
  const { properties, items, anyOf, additionalProperties } = schema;
  return {
    ...schema,
    ...(items && { items: closed(items) }),
    ...(anyOf && { anyOf: anyOf.map(closed) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, closed(each)])),
      additionalProperties: additionalProperties ?? false,
    }),
  };
}

describe('answers are what the documentation says', () => {
  it('of the server and its models', async () => {
    for (const path of ['/health', '/health/ready', '/status', '/system-info', '/models', '/metrics', '/categories', '/users'])
      await ask('GET', path);
    for (const path of ['/training', '/admin/api-keys', '/admin/backups', '/admin/placements', '/admin/products/stats', '/placements'])
      await ask('GET', path);
    await ask('GET', '/training', { headers: {}, status: 401 });
    await ask('POST', '/auth/login', { body: { role: 'user' } });
    await ask('POST', '/auth/login', { body: { role: 'admin', password: 'wrong' }, status: 401 });
  });

  it('of products', async () => {
    await ask('GET', '/products/all');
    await ask('GET', '/products/all', { query: '?page=1&page_size=3' });
    await ask('GET', '/products/{id}', { at: { id: 'K0' } });
    await ask('GET', '/products/{id}', { at: { id: 'X0' } });
    await ask('GET', '/products/{id}', { at: { id: 'nothing' }, status: 404 });
    await ask('GET', '/images/{file}', { at: { file: 'K0.svg' } });
    await ask('POST', '/search', { body: { query: 'filter' } });
    await ask('POST', '/search', { body: { query: '' }, status: 400 });
    await ask('POST', '/graphql', { body: { query: '{ product(id: "K0") { title } }' } });
    await ask('POST', '/graphql', { body: { query: '{' }, status: 400 });
  });

  it('of recommendations', async () => {
    for (const user of ['user-2', 'user-new', 'nobody']) {
      await ask('GET', '/recommendations', { query: `?user_id=${user}` });
      for (const model of ['hybrid', 'als', 'semantic', 'popular'])
        await ask('POST', '/recommendations', { body: { user_id: user, n: 3, model } });
    }
    for (const by of ['both', 'content', 'behaviour']) await ask('GET', '/similar-items', { query: `?item_id=K0&by=${by}` });
    await ask('GET', '/similar-items', { query: '?item_id=X0' });
    await ask('POST', '/matrix_factor/similar', { body: { item_id: 'K0' } });
    await ask('POST', '/matrix_factor/user', { body: { user_id: 'user-2' } });
    await ask('POST', '/matrix_factor/user', { body: { user_id: 'nobody' }, status: 404 });
    for (const item of ['K0', 'X0']) await ask('GET', '/explain', { query: `?user_id=user-2&item_id=${item}` });
    await ask('GET', '/explain', { query: '?user_id=nobody&item_id=K0' });
  });

  it('of placements', async () => {
    const at = { name: 'home' };
    const list = await ask('POST', '/placements/{name}/recommendations', { at, body: { user_id: 'user-2', n: 3 } });
    await ask('GET', '/explain', {
      query: `?user_id=user-2&item_id=${list.recommendations[0].item_id}&recommendation_id=${list.recommendation_id}`,
    });
    await ask('POST', '/feedback', {
      body: { user_id: 'user-2', item_id: list.recommendations[0].item_id, type: 'click', recommendation_id: list.recommendation_id },
      status: 202,
    });
    const requests = [
      { placement: 'home', user_id: 'user-2' },
      { placement: 'none', user_id: 'user-2' },
    ];
    const { answers } = await ask('POST', '/placements/recommendations/batch', { body: { requests } });
    expect(answers).toMatchObject([{ placement: 'home' }, { error: { status: 404 } }]);
    const recipe = { sources: { als: 1, popular: 0 } };
    await ask('PUT', '/admin/placements/{name}', {
      at,
      body: { ...recipe, experiment: { name: 'order', variants: { a: { share: 0.5 }, b: { share: 0.5 } } } },
    });
    for (let k = 0; k < 8; k++) await ask('POST', '/placements/{name}/recommendations', { at, body: { user_id: `user-${k}` } });
    await ask('GET', '/admin/placements/{name}', { at });
    const { variants } = await ask('GET', '/admin/placements/{name}/statistics', { at });
    expect(variants.some((it: { against: unknown }) => it.against !== null)).toBe(true);
    await ask('POST', '/admin/placements/{name}/preview', { at, body: { user_id: 'user-2', variant: 'a' } });
    for (const missing_id of ['K0', 'L0', 'X0'])
      await ask('POST', '/admin/placements/{name}/why-not', { at, body: { user_id: 'user-2', missing_id, n: 2 } });
    await ask('POST', '/admin/placements/{name}/rollback', { at, body: { version: 0 } });
    await ask('DELETE', '/admin/placements/{name}', { at });
  });

  it('of events and histories', async () => {
    const event = { user_id: 'user-2', key: 'landing', key_type: 'page', list_of_recommendations: ['K0', 'L1'] };
    await ask('POST', '/tracking/event', { body: { ...event, event_type: 'page_load' }, status: 202 });
    await ask('POST', '/tracking/event', { body: { ...event, event_type: 'purchase', key: 'L1', rating: 4 }, status: 202 });
    await ask('POST', '/feedback', { body: { user_id: 'user-2', item_id: 'K1', type: 'like' }, status: 202 });
    await ask('GET', '/users/{id}/history', { at: { id: 'user-2' } });
    await ask('GET', '/users/{id}/history', { at: { id: 'nobody' } });
    await ask('GET', '/explain', { query: '?user_id=user-2&item_id=L1' });
    await ask('GET', '/admin/events', { query: '?user_id=user-2' });
    await ask('GET', '/monitoring/observations');
    expect(await ask('GET', '/monitoring/observations', { headers: { ...admin, accept: 'text/csv' } })).toMatch(/^id,/);
    await ask('DELETE', '/monitoring/observations');
  });

  it('of changes', async () => {
    const missing = { parent_asin: 'N9', title: { no: 'text' } };
    await ask('POST', '/admin/products/insert', { body: { products: [{ parent_asin: 'N0', title: 'New kettle' }, missing] } });
    await ask('POST', '/admin/products/insert-csv', { body: { csv_data: 'parent_asin,title\nN1,Kettle\nN2,Kettle\nN3,Kettle\n' } });
    await ask('PATCH', '/admin/products/{id}', { at: { id: 'N0' }, body: { price: 5 } });
    await ask('POST', '/admin/reviews/insert', { body: { reviews: [{ user_id: 'R', parent_asin: 'N0', rating: 5 }, {}] } });
    await ask('POST', '/admin/reviews/insert-csv', { body: { csv_data: 'user_id,parent_asin,rating\nR,N1,5\nS,N1,1\n' } });
    await ask('DELETE', '/admin/products/by-asins', { body: { asins: ['N0'] } });
    await ask('GET', '/users/{id}/history', { at: { id: 'R' } });
    await ask('DELETE', '/admin/products/last/{n}', { at: { n: '1' } });
    await ask('DELETE', '/admin/products/first/{n}', { at: { n: '1' } });
    await ask('DELETE', '/admin/reviews/by-ids', { body: { ids: [1, 2] } });
    await ask('DELETE', '/admin/reviews/by-users', { body: { user_ids: ['S'] } });
    for (const end of ['first', 'last']) await ask('DELETE', `/admin/reviews/${end}/{n}`, { at: { n: '1' } });
    const key = await ask('POST', '/admin/api-keys', { body: { tenant: 'warehouse' }, status: 201 });
    await ask('GET', '/admin/api-keys');
    await ask('DELETE', '/admin/api-keys/{id}', { at: { id: key.id } });
    const lines = await ask('GET', '/admin/export', { query: '?table=products' });
    await ask('POST', '/admin/import', { body: { lines: `${lines}{"table":"products","row":{}}\n` } });
    const { name } = await ask('POST', '/admin/backups', {});
    await ask('GET', '/admin/backups');
    await ask('POST', '/admin/backups/{name}/restore', { at: { name } });
  });

  it('of trainings', async () => {
    // A fast machine has trained before the answer must be given: 200. A slow one goes on: 202.
    const asked = ask('POST', '/training', { body: { model_type: 'mf', force_retrain: true }, status: [200, 202] });
    await expect.poll(async () => (await ask('GET', '/training')).jobs[0]?.status, { interval: 10 }).toBe('running');
    await ask('POST', '/training', { body: { model_type: 'mf' }, status: 409 });
    const { job_id } = await asked;
    await expect
      .poll(() => ask('GET', '/training/{id}', { at: { id: job_id } }), { timeout: 60_000 })
      .toMatchObject({ status: 'completed' });
    const stream = { ...admin, accept: 'text/event-stream' };
    expect(await ask('GET', '/training/{id}', { at: { id: job_id }, headers: stream })).toMatch(/^event: completed/);
    const { jobs } = await ask('GET', '/training');
    expect(jobs[0]).toMatchObject({ status: 'completed', gate: { metric: 'ndcg@10' } });
    await ask('POST', '/models/{name}/rollback', { at: { name: 'appliances-als' } });
    await ask('POST', '/models/{name}/promote', { at: { name: 'appliances-als' }, body: { version: 2 } });
    await ask('GET', '/models');
  });

  afterAll(() => {
    const all = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    const missing = all.filter((each) => ![...answered].some((it) => it.startsWith(`${each} 2`)));
    expect(missing, 'routes that no test above calls').toEqual([]);
  });
});
