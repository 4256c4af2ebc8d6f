import { type Embedder, type EmbedOptions, normalizeRows } from '../../../contracts/embedder.ts';
import { AttuneError, shown } from '../../../errors.ts';
import { callback, integer, number, optional, readOptions, text } from '../../../options.ts';
import { readEmbed } from '../read-embed.ts';
import { type HttpFetch, postJson, type RetryOptions } from './http-post.ts';

/** Options of {@link httpEmbedder}. */
export interface HttpEmbedderOptions {
  /** The server: `https://host/v1/embeddings`, or `https://host/v1`, to which `/embeddings` is added. */
  url: string;
  /** Name of the model, as the server knows it. */
  model: string;
  /** Sent as `Authorization: Bearer ...`. It never appears in messages. Default none. */
  apiKey?: string | undefined;
  /** Length of a vector: asked of the server, and checked. Default: whatever the model gives, found out by one request of `prepare()`. */
  dimensions?: number | undefined;
  /** Maximum number of texts per request, 1 to 2048. Default 64. */
  batchSize?: number | undefined;
  /** Maximum number of concurrent requests, 1 to 64. Default 4. */
  concurrency?: number | undefined;
  /** Maximum number of retries of a request, after responses 408, 429 and 5xx and network failures, 0 to 20. Default 4. */
  retries?: number | undefined;
  /**
   * Delay before the first retry, in milliseconds; it doubles each time up to a minute, with a jitter of one fifth. A server's
   * `Retry-After` counts when it is longer, up to a minute as well. Default 500.
   */
  retryDelayMs?: number | undefined;
  /** How long one attempt may take, in milliseconds. Default 30,000. */
  timeoutMs?: number | undefined;
  /** More headers, such as `{ 'api-key': ... }`. Their values never appear in messages. */
  headers?: Record<string, string> | undefined;
  /** Put before every text; some models want `'query: '` before queries and `'passage: '` before documents. Default none. */
  prefix?: string | undefined;
  /** Longer texts are cut, since servers refuse what exceeds the model. Counts UTF-16 units; default 8,000. */
  maxCharacters?: number | undefined;
  /** Weight in hybrid search, 0 to 1. Default: that of the index, 0.5. */
  hybridWeight?: number | undefined;
  /** Used instead of the runtime's `fetch`. */
  fetch?: HttpFetch | undefined;
}

const usualLength = 8000;

/**
 * Vectors from a server that speaks OpenAI's `/v1/embeddings`, as hosted models and most local servers do. Rows are put into order by
 * their `index` and scaled to length 1. Blank texts are not sent; they get zeros.
 *
 * @throws ERR_BAD_OPTION; when used ERR_EMBEDDER when the server refuses, stays unreachable, or answers with anything but one finite
 * vector of the right length per text.
 */
export function httpEmbedder(options: HttpEmbedderOptions): Embedder {
  const o = readOptions('httpEmbedder', options, {
    url: endpoint,
    model: text(),
    apiKey: optional(secret),
    dimensions: optional(integer({ min: 1, max: 65_536 })),
    batchSize: integer({ default: 64, min: 1, max: 2048 }),
    concurrency: integer({ default: 4, min: 1, max: 64 }),
    retries: integer({ default: 4, min: 0, max: 20 }),
    retryDelayMs: number({ default: 500, min: 0, max: 60_000 }),
    timeoutMs: number({ default: 30_000, above: 0, max: 2 ** 31 - 1 }),
    headers: headerValues,
    prefix: text({ default: '', allowEmpty: true }),
    maxCharacters: integer({ default: usualLength, min: 1 }),
    hybridWeight: optional(number({ min: 0, max: 1 })),
    fetch: callback<HttpFetch>(),
  });
  const cut = o.maxCharacters === usualLength ? undefined : `cut at ${o.maxCharacters}`;
  const name = ['http', o.model, o.dimensions, o.prefix, cut].filter((part) => part !== undefined && part !== '').join(' ');
  const request: RetryOptions = {
    ...o,
    headers: { 'content-type': 'application/json', ...(o.apiKey && { authorization: `Bearer ${o.apiKey}` }), ...o.headers },
    secrets: [...(o.apiKey ? [o.apiKey] : []), ...Object.values(o.headers)],
    owner: `Embedder '${name}'`,
  };
  let dimensions = o.dimensions ?? 0;

  /** The rows of one request; the first answer settles the length of all that follow. */
  const ask = async (input: string[], signal: AbortSignal | undefined): Promise<Float32Array[]> => {
    const body = { model: o.model, input, encoding_format: 'float', dimensions: o.dimensions };
    const rows = readRows(await postJson(o.url, body, request, signal), input, name);
    dimensions ||= rows[0].length;
    const wrong = rows.find((row) => row.length !== dimensions);
    if (!wrong) return rows;
    throw new AttuneError(
      'ERR_EMBEDDER',
      `Embedder '${name}': expected vectors of ${dimensions} dimensions, got ${wrong.length}. Pass the option 'dimensions' only if the model can be asked for a length.`,
    );
  };

  return {
    name,
    get dimensions() {
      return dimensions;
    },
    ...(o.hybridWeight !== undefined && { hybridWeight: o.hybridWeight }),
    async prepare() {
      if (dimensions === 0) await ask(['dimensions'], undefined);
    },
    async embed(texts, options: EmbedOptions = {}) {
      const { signal, onProgress } = readEmbed('httpEmbedder.embed', texts, options);
      signal?.throwIfAborted();
      const rows = [...texts.keys()].filter((k) => texts[k].trim() !== '');
      if (texts.length > 0 && dimensions === 0) await ask(['dimensions'], signal);
      const vectors = new Float32Array(texts.length * dimensions);
      let done = texts.length - rows.length;
      await inParallel(batches(rows, o.batchSize), o.concurrency, signal, async (batch, stop) => {
        const answers = await ask(
          batch.map((k) => sendable(o.prefix + texts[k], o.maxCharacters)),
          stop,
        );
        batch.forEach((k, r) => {
          vectors.set(answers[r], k * dimensions);
        });
        done += batch.length;
        onProgress?.({ phase: 'embedding', done, total: texts.length });
      });
      if (rows.length === 0) onProgress?.({ phase: 'embedding', done, total: texts.length });
      return normalizeRows(vectors, dimensions);
    },
  };
}

/** Takes the vectors out of an answer: one per text, in the order of the texts. */
function readRows(answer: unknown, input: string[], name: string): Float32Array[] {
  const bad = (what: string) =>
    new AttuneError('ERR_EMBEDDER', `Embedder '${name}': expected ${what}. Check that the url is one of embeddings in OpenAI's manner.`);
  const data = (answer as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw bad(`an answer { data: [...] }, got ${shown(answer)}`);
  if (data.length !== input.length) throw bad(`${input.length} vectors, got ${data.length}`);
  const rows: (Float32Array | undefined)[] = new Array(input.length);
  data.forEach((entry: { index?: unknown; embedding?: unknown } | null, k) => {
    const at = entry?.index ?? k; // some servers leave it out
    if (!Number.isInteger(at) || (at as number) < 0 || (at as number) >= input.length || rows[at as number])
      throw bad(`each index from 0 to ${input.length - 1} once, got ${shown(at)}`);
    const embedding = entry?.embedding;
    if (!Array.isArray(embedding) || embedding.length === 0) throw bad(`an array of numbers as embedding, got ${shown(embedding)}`);
    const wrong = embedding.find((x) => typeof x !== 'number' || !Number.isFinite(Math.fround(x)));
    if (wrong !== undefined) throw bad(`finite numbers, got ${shown(wrong)} for text ${shown(input[at as number])}`);
    rows[at as number] = Float32Array.from(embedding);
  });
  return rows as Float32Array[];
}

/** What JSON and UTF-8 can carry, no longer than `most`. */
function sendable(value: string, most: number): string {
  return value.slice(0, most).replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

function* batches(rows: number[], size: number): Generator<number[]> {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}

/** Runs tasks with limited concurrency. The first failure, or the caller's signal, stops the others. */
async function inParallel<T>(
  work: Iterator<T>,
  concurrency: number,
  signal: AbortSignal | undefined,
  run: (part: T, stop: AbortSignal) => Promise<void>,
): Promise<void> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const abort = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const worker = async () => {
    for (let next = work.next(); !next.done; next = work.next()) {
      stop.signal.throwIfAborted();
      await run(next.value, stop.signal);
    }
  };
  try {
    await Promise.all(
      Array.from({ length: concurrency }, () =>
        worker().catch((error) => {
          stop.abort(error);
          throw error;
        }),
      ),
    );
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function endpoint(value: unknown, name: string): string {
  let url: URL | undefined;
  try {
    url = new URL(value as string);
  } catch {}
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    const got = url?.username || url?.password ? 'one with a password in it; pass apiKey or headers' : shown(value);
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be an address such as 'https://host/v1/embeddings', got ${got}.`);
  }
  if (!/\/embeddings\/?$/.test(url.pathname)) url.pathname = `${url.pathname.replace(/\/$/, '')}/embeddings`;
  return url.href;
}

/** Never shows the value, because messages end up in logs. */
function secret(value: unknown, name: string): string {
  if (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a text of visible ASCII characters, got another value (not shown).`);
}

function headerValues(value: unknown, name: string): Record<string, string> {
  const given = value ?? {};
  const entries = typeof given === 'object' && !Array.isArray(given) ? Object.entries(given) : undefined;
  if (entries?.every(([key, one]) => /^[\w!#$%&'*+.^`|~-]+$/.test(key) && typeof one === 'string' && /^[\x20-\x7e]*$/.test(one)))
    return Object.fromEntries(entries);
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${name} must be an object of names and texts of ASCII characters, got another value (not shown).`,
  );
}
