import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cachedEmbedder, type HttpEmbedderOptions, httpEmbedder, memoryEmbeddingCache, ngramEmbedder, SemanticIndex } from 'attune';
import { afterEach, describe, expect, it } from 'vitest';
import { embedderConformance } from '../../support/conformance.ts';

interface Request {
  url: string;
  headers: IncomingHttpHeaders;
  body: { model: string; input: string[]; dimensions?: number };
}
interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** Text as it is, anything else as JSON; `'hang'` for none at all. */
  body?: unknown;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A stand-in for a server of embeddings. `answer` may override what it says to its k-th request. */
async function standIn(answer: (request: Request, k: number) => Answer | undefined | Promise<Answer | undefined> = () => undefined) {
  const requests: Request[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    const request = { url: incoming.url ?? '', headers: incoming.headers, body: JSON.parse(text) };
    const given = (await answer(request, requests.push(request) - 1)) ?? {};
    if (given.body === 'hang') return;
    const body = given.body ?? (await vectorsOf(request.body.input, request.body.dimensions ?? 16));
    outgoing.writeHead(given.status ?? 200, { 'content-type': 'application/json', ...given.headers });
    outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/embeddings`;
  return { requests, url, open: (more: Partial<HttpEmbedderOptions> = {}) => httpEmbedder({ url, model: 'm', retryDelayMs: 1, ...more }) };
}

/** Rows three times too long, the last one first. */
async function vectorsOf(input: string[], dimensions: number) {
  const rows = await modelOf(input, dimensions);
  const data = rows.map((row, index) => ({ object: 'embedding', index, embedding: row.map((x) => 3 * x) }));
  return { object: 'list', data: data.reverse(), model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 } };
}

/** Hashed n-grams, folded to any length. */
async function modelOf(texts: string[], dimensions: number): Promise<number[][]> {
  const wide = await ngramEmbedder({ dimensions: 256 }).embed(texts);
  return texts.map((_, k) => {
    const row = new Array(dimensions).fill(0);
    wide.subarray(k * 256, (k + 1) * 256).forEach((x, d) => {
      row[d % dimensions] += x;
    });
    const length = Math.hypot(...row);
    return row.map((x) => x / length);
  });
}

const refused = (code: string, ...parts: string[]) =>
  expect.objectContaining({ code, message: expect.stringMatching(new RegExp(parts.join('.*'))) });

describe('an embedder over HTTP', () => {
  describe('against a stand-in server', () => {
    embedderConformance({ open: async () => (await standIn()).open({ dimensions: 256, batchSize: 3 }) });
  });

  it('cuts texts into batches and puts rows into the order of their index', async () => {
    const { open, requests } = await standIn();
    const texts = Array.from({ length: 23 }, (_, k) => `text number ${k}`);
    const embedder = open({ batchSize: 5, concurrency: 3, dimensions: 32 });
    const done: number[] = [];
    const vectors = await embedder.embed(texts, { onProgress: (p) => done.push(p.done) });
    const wanted = (await modelOf(texts, 32)).flat();
    vectors.forEach((x, k) => {
      expect(x).toBeCloseTo(wanted[k], 5);
    });
    expect(requests.map(({ body }) => body.input.length).sort()).toEqual([3, 5, 5, 5, 5]);
    expect(done.toSorted((a, b) => a - b)).toEqual(done);
    expect(done).toHaveLength(5);
  });

  it('keeps so many requests under way, and no more', async () => {
    let now = 0;
    let most = 0;
    const { open } = await standIn(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
      return undefined;
    });
    await open({ batchSize: 1, concurrency: 3, dimensions: 16 }).embed(Array.from({ length: 12 }, (_, k) => `t${k}`));
    expect(most).toBe(3);
  });

  it('sends the model, the key, further headers and, when given, the dimensions', async () => {
    const { open, requests } = await standIn();
    await open({ apiKey: 'sk-1', headers: { 'x-team': 'shop' }, dimensions: 8, prefix: 'query: ' }).embed(['kettle']);
    expect(requests[0].headers).toMatchObject({ authorization: 'Bearer sk-1', 'x-team': 'shop', 'content-type': 'application/json' });
    expect(requests[0].body).toEqual({ model: 'm', input: ['query: kettle'], encoding_format: 'float', dimensions: 8 });
    await open().embed(['kettle']);
    expect(requests[1].headers.authorization).toBeUndefined();
    expect(requests[1].body).not.toHaveProperty('dimensions');
  });

  it('finds out the dimensions of the model by itself', async () => {
    const { open, requests } = await standIn();
    const embedder = open();
    expect(embedder.dimensions).toBe(0);
    await embedder.prepare?.();
    expect(embedder.dimensions).toBe(16);
    await embedder.prepare?.();
    expect(requests).toHaveLength(1);
  });

  it('adds the name of the service to a base address', async () => {
    const { url, requests } = await standIn();
    for (const given of [url.replace('/embeddings', ''), url.replace('/embeddings', '/'), `${url}?api-version=1`])
      await httpEmbedder({ url: given, model: 'm', dimensions: 8 }).embed(['x']);
    expect(requests.map((request) => request.url)).toEqual(['/v1/embeddings', '/v1/embeddings', '/v1/embeddings?api-version=1']);
  });

  it('has a name for everything that changes a vector, so that no cache gives the vector of a shorter text', async () => {
    const { open, requests } = await standIn();
    const cache = memoryEmbeddingCache();
    for (const more of [{ maxCharacters: 4 }, {}, { maxCharacters: 8000 }, { prefix: 'query: ' }, { model: 'n' }, { dimensions: 8 }]) {
      await cachedEmbedder(open({ dimensions: 16, ...more }), cache).embed(['abcdefgh', 'abcdwxyz']);
    }
    expect(requests).toHaveLength(5); // 8,000 is what it is anyway
  });

  it('never sends blank texts, halves of pairs, or more than maxCharacters', async () => {
    const { open, requests } = await standIn();
    const vectors = await open({ dimensions: 8, maxCharacters: 4 }).embed(['', ' \n', 'abcdefgh', 'ab\ud83d', 'abc🙂']);
    expect(requests[0].body.input).toEqual(['abcd', 'ab\ufffd', 'abc\ufffd']);
    expect(vectors.slice(0, 16)).toEqual(new Float32Array(16));
  });

  it('serves an index', async () => {
    const { open } = await standIn();
    const embedder = open({ dimensions: 128 });
    const products = [
      { id: 'a', text: 'quiet dishwasher' },
      { id: 'b', text: 'steel hose' },
    ];
    const index = await SemanticIndex.build(products, { embedder });
    expect((await index.search('dishwashers', { n: 1, mode: 'semantic' }))[0].item).toBe('a');
    const again = SemanticIndex.fromBytes(index.toBytes(), { embedder: open({ dimensions: 128 }) });
    expect(await again.search('dishwashers')).toEqual(await index.search('dishwashers'));
  });

  describe('repeats', () => {
    it.each([408, 429, 500, 502, 503])('after %i', async (status) => {
      const { open, requests } = await standIn((_, k) => (k < 2 ? { status, body: 'busy' } : undefined));
      await open({ dimensions: 8 }).embed(['x']);
      expect(requests).toHaveLength(3);
    });

    it('after a failure of the network', async () => {
      let calls = 0;
      const { open, requests } = await standIn();
      const embedder = open({
        dimensions: 8,
        fetch: (url, init) => (calls++ === 0 ? Promise.reject(new TypeError('fetch failed')) : fetch(url, init)),
      });
      await embedder.embed(['x']);
      expect([calls, requests.length]).toEqual([2, 1]);
    });

    it('after an answer that does not come in time', async () => {
      const { open, requests } = await standIn((_, k) => (k === 0 ? { body: 'hang' } : undefined));
      await open({ dimensions: 8, timeoutMs: 200 }).embed(['x']);
      expect(requests).toHaveLength(2);
    });

    it('not before the time that the server asks for', async () => {
      const { open } = await standIn((_, k) => (k === 0 ? { status: 429, headers: { 'retry-after': '0.3' } } : undefined));
      const began = performance.now();
      await open({ dimensions: 8 }).embed(['x']);
      expect(performance.now() - began).toBeGreaterThanOrEqual(290);
    });

    it('as often as told, then says what the server said', async () => {
      const { open, requests } = await standIn(() => ({ status: 503, body: 'no room' }));
      await expect(open({ retries: 2, dimensions: 8 }).embed(['x'])).rejects.toEqual(
        refused('ERR_EMBEDDER', '503', 'no room', 'tried 3 times'),
      );
      expect(requests).toHaveLength(3);
    });

    it.each([400, 401, 404, 413, 307])('never after %i', async (status) => {
      const { open, requests } = await standIn(() => ({ status, body: { error: { message: 'no such model' } } }));
      await expect(open({ dimensions: 8 }).embed(['x'])).rejects.toEqual(refused('ERR_EMBEDDER', String(status), 'no such model'));
      expect(requests).toHaveLength(1);
    });
  });

  it('says that a server is not there', async () => {
    const embedder = httpEmbedder({ url: 'http://127.0.0.1:9/v1', model: 'm', retries: 1, retryDelayMs: 1 });
    await expect(embedder.embed(['x'])).rejects.toEqual(refused('ERR_EMBEDDER', '127.0.0.1:9', 'could not be reached', 'tried 2 times'));
  });

  describe('refuses', () => {
    const row = (embedding: unknown, index?: unknown) => ({ embedding, index });
    it.each<[string, unknown, string]>([
      ['vectors of another length', { data: [row([1, 2, 3], 0), row([1, 2, 3], 1)] }, 'of 2 dimensions, got 3'],
      ['too few rows', { data: [row([1, 2], 0)] }, '2 vectors, got 1'],
      ['the same row twice', { data: [row([1, 2], 0), row([1, 2], 0)] }, 'index from 0 to 1 once, got 0'],
      ['a row for no text', { data: [row([1, 2], 0), row([1, 2], 7)] }, 'once, got 7'],
      ['null as a number', { data: [row([1, null], 0), row([1, 2], 1)] }, 'finite numbers, got null'],
      ['a number that 32 bits cannot hold', { data: [row([1, 1e300], 0), row([1, 2], 1)] }, 'finite numbers'],
      ['an empty vector', { data: [row([], 0), row([1, 2], 1)] }, 'array of numbers'],
      ['base64', { data: [row('AACAPw==', 0), row('AACAPw==', 1)] }, 'array of numbers'],
      ['an answer of another kind', { result: [] }, '{ data'],
      ['a page', '<html>Welcome</html>', 'expected JSON'],
    ])('%s', async (_, body, message) => {
      const { open, requests } = await standIn(() => ({ body }));
      await expect(open({ dimensions: 2 }).embed(['x', 'y'])).rejects.toThrow(message);
      await expect(open({ dimensions: 2 }).embed(['x', 'y'])).rejects.toMatchObject({ code: 'ERR_EMBEDDER' });
      expect(requests).toHaveLength(2);
    });

    it.each<[object]>([
      [{ url: 'ftp://x/y', model: 'm' }],
      [{ url: 'nowhere', model: 'm' }],
      [{ model: 'm' }],
      [{ url: 'http://x' }],
      [{ url: 'http://x', model: 'm', batchSize: 0 }],
      [{ url: 'http://x', model: 'm', headers: { 'a b': 'c' } }],
      [{ url: 'http://x', model: 'm', api_key: 'k' }],
    ])('the options %o', (options) => {
      expect(() => httpEmbedder(options as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    });
  });

  it('takes answers without index in their order', async () => {
    const { open } = await standIn(({ body }) => ({ body: { data: body.input.map((_, k) => ({ embedding: [k, 1] })) } }));
    expect([...(await open().embed(['a', 'b']))].map((x) => x.toFixed(2))).toEqual(['0.00', '1.00', '0.71', '0.71']);
  });

  it('stops at once when aborted, while it waits for an answer or for the next attempt', async () => {
    for (const answer of [{ body: 'hang' }, { status: 429, headers: { 'retry-after': '50' }, body: 'busy' }]) {
      const controller = new AbortController();
      const { open, requests } = await standIn(() => {
        setTimeout(() => controller.abort(reason), 30);
        return answer;
      });
      const reason = new Error('enough');
      await expect(open({ dimensions: 8, concurrency: 1, batchSize: 1 }).embed(['x', 'y'], { signal: controller.signal })).rejects.toBe(
        reason,
      );
      expect(requests).toHaveLength(1);
    }
  });

  it('stops the other requests when one fails', async () => {
    const { open, requests } = await standIn((_, k) => (k === 1 ? { status: 400, body: 'bad text' } : { body: 'hang' }));
    const texts = Array.from({ length: 50 }, (_, k) => `t${k}`);
    await expect(open({ dimensions: 8, batchSize: 1, concurrency: 2 }).embed(texts)).rejects.toThrow('bad text');
    expect(requests).toHaveLength(2);
  });

  it('never shows the key, nor the values of headers', async () => {
    const key = 'sk-very-secret-123';
    const echo = await standIn(({ headers }) => ({
      status: 401,
      body: { error: `wrong ${headers.authorization} and ${headers['api-key']}` },
    }));
    const messages: string[] = [];
    const collect = async (work: () => unknown) => {
      try {
        await work();
      } catch (error) {
        messages.push(`${error} ${JSON.stringify(error)} ${(error as Error).stack} ${(error as Error).cause}`);
      }
    };
    const embedder = echo.open({ apiKey: key, headers: { 'api-key': `${key}-2` }, dimensions: 8 });
    await collect(() => embedder.embed(['x']));
    await collect(() => httpEmbedder({ url: 'http://x', model: 'm', apiKey: `${key}\n` }));
    await collect(() => httpEmbedder({ url: `http://user:${key}@x/v1`, model: 'm' }));
    await collect(() => httpEmbedder({ url: 'http://x', model: 'm', headers: { 'api-key': `${key}\n` } }));
    await collect(() =>
      echo.open({ apiKey: key, retries: 0, fetch: () => Promise.reject(new TypeError(`bad header Bearer ${key}`)) }).embed(['x']),
    );
    await collect(() => httpEmbedder({ url: `http://127.0.0.1:9/v1?key=${key}`, model: 'm', retries: 0 }).embed(['x']));
    expect(messages).toHaveLength(6);
    for (const message of [...messages, embedder.name, JSON.stringify(embedder)]) expect(message).not.toContain('very-secret');
  });
});
