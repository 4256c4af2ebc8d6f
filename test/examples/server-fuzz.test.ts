import { afterAll, beforeAll, expect, it } from 'vitest';
import { generator } from '../../bench/support/random.ts';
import { openSmallShop, type SmallShop } from './server-shop.ts';

/** FUZZ=10000 for a long run. */
const requests = Number(process.env.FUZZ ?? 400);

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
}

interface Operation {
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, unknown>;
}

let shop: SmallShop;
let admin: Record<string, string>;
let operations: { method: string; path: string; operation: Operation }[];
beforeAll(async () => {
  shop = await openSmallShop();
  admin = await shop.login();
  const { paths } = await (await shop.get('/openapi.json')).json();
  operations = Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  // A training takes seconds, and is tested by itself.
  operations = operations.filter(({ method, path }) => !(method === 'POST' && path === '/training'));
});
afterAll(() => shop.close());

const random = generator(11);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
const odd = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  '',
  ' ',
  'K0',
  '\u0000',
  '\ud800',
  '../..',
  '__proto__',
  "' OR 1=1 --",
  '%',
  '💥',
  'x'.repeat(5000),
  [],
  {},
  [[]],
  { a: { b: 1 } },
];

/** Mostly what the schema wants, sometimes what nobody wants. */
function valueFor(schema: Schema): unknown {
  if (random() < 0.25) return pick(odd);
  if (schema.enum) return pick(schema.enum);
  const type = pick([schema.type ?? 'string'].flat());
  if (type === 'integer' || type === 'number')
    return pick([schema.minimum ?? 0, Math.min(schema.maximum ?? 50, 50), 3, schema.maximum ?? 9]);
  if (type === 'boolean') return random() < 0.5;
  if (type === 'array') return Array.from({ length: Math.floor(random() * 4) }, () => valueFor(schema.items ?? {}));
  if (type === 'object') return objectOf(schema);
  return pick(['K0', 'K1', 'L2', 'user-2', 'user-4', 'nobody', 'filter', 'appliances-als']);
}

function objectOf(schema: Schema): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(schema.properties ?? {})) if (random() < 0.85) object[name] = valueFor(one);
  if (random() < 0.1) object[pick(['extra', 'constructor', '__proto__'])] = pick(odd);
  return object;
}

const asText = (value: unknown) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return encodeURIComponent(text.isWellFormed() ? text : '\ufffd');
};

it(`${requests} requests made of the documentation, right and wrong, are answered without a 5xx, a stack or a surprise`, async () => {
  for (let k = 0; k < requests; k++) {
    const { method, path, operation } = pick(operations);
    const parameters = operation.parameters ?? [];
    const address = path.replace(
      /\{(\w+)\}/g,
      (_, name) => asText(valueFor(parameters.find((it) => it.name === name)?.schema ?? {})) || 'x',
    );
    const query = parameters.filter((it) => it.in === 'query' && random() < 0.7).map((it) => `${it.name}=${asText(valueFor(it.schema))}`);
    const schema = operation.requestBody?.content['application/json']?.schema;
    const body = schema && (random() < 0.95 ? JSON.stringify(objectOf(schema)) : pick(['', '{', 'null', '[]', '"x"']));
    const shown = `${method} ${address}?${query.join('&')} ${body?.slice(0, 300)}`;
    const response = await shop.send(method, `${address}?${query.join('&')}`, body, random() < 0.9 ? admin : {});
    const text = await response.text();
    expect(response.status, shown).toBeLessThan(500);
    expect(Object.keys(operation.responses), shown).toContain(String(response.status));
    expect(text, shown).not.toMatch(/node_modules|at \S+ \(\S+:\d+:\d+\)/);
    if (response.status >= 400 && method !== 'HEAD')
      expect(JSON.parse(text), shown).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
  }
  expect((await shop.get('/health')).status).toBe(200);
}, 600_000);
