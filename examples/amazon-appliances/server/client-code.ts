/** What is read of an OpenAPI document. */
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  summary?: string;
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses?: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: boolean | Schema;
}

const head = `// Made from /openapi.json by \`npm run appliances -- client\`. Do not edit: make it anew.

/** The server said no, in its own words. */
export class ShopApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly details?: unknown) {
    super(message);
  }
}

export interface ClientOptions {
  /** Address of the shop, such as http://localhost:8000. */
  url: string;
  /** From POST /auth/login, for routes that need it. */
  token?: string;
  fetch?: typeof fetch;
}

interface Parts { path?: object; query?: object; body?: unknown }

/** Every route of the shop as a function with the types of its request and of its answer. */
export function shopClient({ url, token, fetch: ask = fetch }: ClientOptions) {
  async function call<T>(method: string, path: string, { path: parts = {}, query = {}, body }: Parts = {}): Promise<T> {
    let filled = path;
    for (const [name, value] of Object.entries(parts)) filled = filled.replace('{' + name + '}', encodeURIComponent(String(value)));
    const address = new URL(filled, url);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) address.searchParams.set(name, String(value));
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token) headers.authorization = 'Bearer ' + token;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await ask(address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    const answer: unknown = isJson ? await response.json() : await response.text();
    if (response.ok) return answer as T;
    const { code = 'ERR_UNKNOWN', message = response.statusText, details } = (answer as { error?: { code?: string; message?: string; details?: unknown } }).error ?? {};
    throw new ShopApiError(response.status, code, message, details);
  }
  return {
`;

/** A client in TypeScript without dependencies: one function for each route. */
export function clientCode({ paths }: OpenApi): string {
  const functions = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => functionOf(method, path, operation)),
  );
  return `${head}${functions.join('\n')}\n  };\n}\n`;
}

function functionOf(method: string, path: string, operation: Operation): string {
  const of = (place: string) => (operation.parameters ?? []).filter((it) => it.in === place);
  const parts = [
    partOf('path', of('path'), true),
    partOf(
      'query',
      of('query'),
      of('query').some((it) => it.required),
    ),
    bodyOf(operation),
  ].filter((part) => part !== undefined);
  const isNeeded = parts.some((part) => !part.startsWith('query?') && !part.startsWith('body?'));
  const given = parts.length === 0 ? '' : `parts: { ${parts.join('; ')} }${isNeeded ? '' : ' = {}'}`;
  const sent = parts.length === 0 ? '' : ', parts';
  const call = `call<${answerOf(operation)}>('${method.toUpperCase()}', '${path}'${sent})`;
  return `    /** ${operation.summary?.replaceAll('*/', '* /') ?? path} */\n    ${nameOf(method, path)}: (${given}) => ${call},`;
}

/** `post /admin/products/insert` is `postAdminProductsInsert`. */
const nameOf = (method: string, path: string) =>
  method +
  path
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

function partOf(place: string, parameters: NonNullable<Operation['parameters']>, isNeeded: boolean): string | undefined {
  if (parameters.length === 0) return undefined;
  const fields = parameters.map((it) => `${keyOf(it.name)}${it.required || place === 'path' ? '' : '?'}: ${typeOf(it.schema)}`);
  return `${place}${isNeeded ? '' : '?'}: { ${fields.join('; ')} }`;
}

function bodyOf({ requestBody }: Operation): string | undefined {
  const schema = requestBody?.content['application/json']?.schema;
  if (!schema) return undefined;
  return `body${schema.required?.length ? '' : '?'}: ${typeOf(schema)}`;
}

/** The type of the answer when all goes well. */
function answerOf({ responses = {} }: Operation): string {
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const types = good.map(([, { content = {} }]) => (content['application/json'] ? typeOf(content['application/json'].schema) : 'unknown'));
  return [...new Set(types)].join(' | ') || 'unknown';
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return several.map((each) => typeOf(each)).join(' | ');
  const types = [schema.type ?? []].flat();
  if (types.length === 0) return 'unknown';
  return types.map((type) => typeNamed(type, schema)).join(' | ');
}

function typeNamed(type: string, schema: Schema): string {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'array') return `Array<${schema.items ? typeOf(schema.items) : 'unknown'}>`;
  if (type !== 'object') return type;
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.entries(properties).map(([name, each]) => `${keyOf(name)}${required.includes(name) ? '' : '?'}: ${typeOf(each)}`);
  if (fields.length === 0) return `Record<string, ${typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'}>`;
  return `{ ${fields.join('; ')} }`;
}

const keyOf = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
