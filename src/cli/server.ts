import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { numberOfText } from '../data/number-text.ts';
import { AttuneError, type Recommendation, type Recommender, type SemanticIndex } from '../entries/index.ts';
import { forHttp } from './advice.ts';
import { page } from './page.ts';

type Index = SemanticIndex<{ title: string }>;
type Query = URLSearchParams;

/** What a client did wrong, with its status. */
class RequestError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const longestList = 1000;

/** Options of {@link modelServer}. */
interface ServerOptions {
  /** The origin whose pages may read the answers (CORS), or `*`. */
  allowOrigin?: string | undefined;
}

/** Answers from one model and, when there is one, the index of a catalogue. */
export function modelServer(model: Recommender, index: Index | undefined, { allowOrigin }: ServerOptions = {}): Server {
  const routes: Record<string, (query: Query) => Promise<unknown> | unknown> = {
    '/health': () => ({ status: 'ok', kind: model.kind, users: model.users.size, items: model.items.size }),
    '/recommendations': (query) => recommendations(model, index, query),
    '/similar-items': (query) => {
      const item = wanted(query, 'item_id');
      if (!model.similarItems) throw new RequestError(501, 'ERR_NOT_SUPPORTED', `A model of kind '${model.kind}' knows no similar items.`);
      return { item_id: item, recommendations: shown(model.similarItems(item, { n: lengthOf(query) }), index) };
    },
    '/search': async (query) => {
      if (!index) throw new RequestError(404, 'ERR_NOT_FOUND', 'There is no catalogue to search. Start with --catalogue <file>.');
      const words = wanted(query, 'query');
      const found = await index.search(words, { n: lengthOf(query) });
      return { query: words, ...(found.fallback && { fallback: found.fallback }), results: shown(found, index) };
    },
  };
  return createServer((request, response) => {
    if (allowOrigin !== undefined) response.setHeader('access-control-allow-origin', allowOrigin).setHeader('vary', 'origin');
    void answer(request, response, routes, page(index !== undefined)).catch((error) => response.destroy(error));
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, routes: Record<string, (query: Query) => unknown>, html: string) {
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new RequestError(405, 'ERR_NOT_SUPPORTED', `Expected GET, got ${request.method}.`);
    const { pathname, searchParams } = readUrl(request.url ?? '/');
    if (pathname === '/') return send(response, 200, html, 'text/html; charset=utf-8');
    if (!Object.hasOwn(routes, pathname))
      throw new RequestError(404, 'ERR_NOT_FOUND', `There is no ${pathname}. Routes: ${Object.keys(routes).join(', ')}.`);
    send(response, 200, JSON.stringify(await routes[pathname](searchParams)));
  } catch (error) {
    const { status, code, message } = failure(error);
    send(response, status, JSON.stringify({ error: { code, message } }));
  }
}

function readUrl(url: string): URL {
  try {
    return url.startsWith('/') ? new URL(`http://localhost${url}`) : new URL(url); // '//health' is a path here and no host
  } catch {
    throw new RequestError(400, 'ERR_BAD_ARGUMENT', 'The address cannot be read.');
  }
}

function recommendations(model: Recommender, index: Index | undefined, query: Query) {
  const n = lengthOf(query);
  const history = query.get('history');
  if (history !== null) {
    const items = history
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean);
    return { history: items, recommendations: shown(model.recommendFor(items, { n, onUnknown: 'empty' }), index) };
  }
  const user = wanted(query, 'user_id');
  return { user_id: user, recommendations: shown(model.recommend(user, { n }), index) };
}

function shown(list: readonly Recommendation[], index: Index | undefined) {
  return list.map(({ item, score }) => ({ item_id: item, score, ...(index?.has(item) && { title: index.metadataOf(item)?.title }) }));
}

function wanted(query: Query, name: string): string {
  const value = query.get(name);
  if (value !== null && value.trim() !== '') return value;
  throw new RequestError(400, 'ERR_BAD_ARGUMENT', `Parameter '${name}' is missing.`);
}

function lengthOf(query: Query): number {
  const text = query.get('n') ?? '10';
  const n = numberOfText(text) ?? Number.NaN;
  if (Number.isInteger(n) && n >= 1 && n <= longestList) return n;
  throw new RequestError(400, 'ERR_BAD_ARGUMENT', `Parameter 'n': expected a whole number from 1 to ${longestList}, got '${text}'.`);
}

function failure(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof RequestError) return error;
  if (!(error instanceof AttuneError)) return { status: 500, code: 'INTERNAL_ERROR', message: 'Something went wrong.' };
  const unknown = error.code === 'ERR_UNKNOWN_USER' || error.code === 'ERR_UNKNOWN_ITEM';
  return {
    status: unknown ? 404 : 400,
    code: error.code,
    message: forHttp(error.message),
  };
}

function send(response: ServerResponse, status: number, body: string, type = 'application/json; charset=utf-8'): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(body);
}
