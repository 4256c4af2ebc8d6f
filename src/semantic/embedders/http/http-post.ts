import { AttuneError } from '../../../errors.ts';

/** What attune needs of `fetch`. */
export type HttpFetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body: string; signal: AbortSignal; redirect: 'manual' },
) => Promise<HttpResponse>;

/** What attune needs of an answer to {@link HttpFetch}. */
export interface HttpResponse {
  /** Whether the status is 200 to 299. */
  readonly ok: boolean;
  /** The status. */
  readonly status: number;
  /** The headers; a `Headers` has this. */
  readonly headers: {
    /** The value of a header, or null. */
    get(name: string): string | null;
  };
  /** The whole body. */
  text(): Promise<string>;
}

/** How a request is made and repeated. */
export interface RetryOptions {
  headers: Record<string, string>;
  /** Secrets that must not appear in messages. */
  secrets: readonly string[];
  retries: number;
  retryDelayMs: number;
  timeoutMs: number;
  fetch: HttpFetch | undefined;
  /** The caller's name, for messages. */
  owner: string;
}

const longestWaitMs = 60_000;

/** A transient failure. */
class Passing extends Error {
  readonly waitMs: number;

  constructor(message: string, waitMs = 0) {
    super(message);
    this.waitMs = waitMs;
  }
}

/**
 * Posts JSON and reads JSON. Retries after 408, 429, 5xx, timeouts and network failures, never after any other response. An
 * abort rejects with the signal's reason.
 *
 * @throws ERR_EMBEDDER
 */
export async function postJson(url: string, body: unknown, options: RetryOptions, signal: AbortSignal | undefined): Promise<unknown> {
  const json = JSON.stringify(body);
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await post(url, json, options, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Passing)) throw error;
      if (attempt === options.retries) {
        const times = attempt === 0 ? 'once' : `${attempt + 1} times`;
        throw new AttuneError('ERR_EMBEDDER', `${options.owner}: ${error.message}, tried ${times}. Check the server, or try later.`);
      }
      // Jitter keeps requests that failed together from being retried together.
      const delay = options.retryDelayMs * 2 ** attempt * (0.8 + 0.2 * Math.random());
      await sleep(Math.min(longestWaitMs, Math.max(delay, error.waitMs)), signal);
    }
  }
}

async function post(url: string, body: string, options: RetryOptions, signal: AbortSignal | undefined): Promise<unknown> {
  const { owner, headers, timeoutMs } = options;
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal?.addEventListener('abort', abort, { once: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    abort();
  }, timeoutMs);
  const where = new URL(url).origin + new URL(url).pathname; // parameters may be secret
  let answer: HttpResponse;
  let content: string;
  try {
    // A redirect could send the headers to another host.
    const init = { method: 'POST', headers, body, signal: stop.signal, redirect: 'manual' } as const;
    answer = await (options.fetch ?? (fetch as unknown as HttpFetch))(url, init);
    content = await answer.text();
  } catch (cause) {
    if (late) throw new Passing(`${where} did not answer within ${timeoutMs} ms`);
    throw new Passing(`${where} could not be reached (${hidden(reasonOf(cause), options.secrets)})`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
  if (answer.ok) {
    try {
      return JSON.parse(content);
    } catch {
      throw new AttuneError('ERR_EMBEDDER', `${owner}: expected JSON from ${where}, got ${excerpt(content, options)}. Check the url.`);
    }
  }
  const said = `${where} answered ${answer.status}${content ? `, ${excerpt(content, options)}` : ''}`;
  if (answer.status === 408 || answer.status === 429 || answer.status >= 500) throw new Passing(said, retryAfter(answer.headers));
  throw new AttuneError('ERR_EMBEDDER', `${owner}: ${said}. Check the url, the key, the model, and the length of the texts.`);
}

/** Milliseconds that the server asks to wait: a number of seconds, or a date. */
function retryAfter(headers: { get(name: string): string | null }): number {
  const value = headers.get('retry-after');
  if (!value) return 0;
  const ms = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms > 0 ? ms : 0;
}

function excerpt(content: string, { secrets }: RetryOptions): string {
  return JSON.stringify(hidden(content, secrets).replace(/\s+/g, ' ').slice(0, 300));
}

function hidden(message: string, secrets: readonly string[]): string {
  return secrets.filter((each) => each.length > 3).reduce((rest, each) => rest.replaceAll(each, '***'), message);
}

/** `fetch failed` says nothing; the error behind it does. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: unknown; cause?: { message?: unknown; code?: unknown } };
  return String(cause?.code ?? cause?.message ?? message ?? error);
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
