import { AttuneError } from '../../errors.ts';

/** How {@link MlflowClient} reaches its server. */
export interface MlflowConnection {
  url: string;
  headers: Record<string, string>;
  fetch: typeof globalThis.fetch;
  retries: number;
  backoffMs: number;
  timeoutMs: number;
}

/** One request. */
interface Call {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  query?: Record<string, string | undefined>;
  body?: string | Uint8Array;
  /** Whether the request is idempotent. If not, it is retried only when the server says that it did nothing. */
  repeatable: boolean;
}

/** Requests to MLflow's REST API with retries: network errors, 429 and 5xx, waiting twice as long each time, or as long as the server says. */
export class MlflowClient {
  readonly #o: MlflowConnection;

  constructor(connection: MlflowConnection) {
    this.#o = connection;
  }

  /** A call that changes something. */
  async post<T>(path: string, body: object, { repeatable = true } = {}): Promise<T> {
    const call: Call = { method: 'POST', path: `/api/2.0/mlflow/${path}`, body: JSON.stringify(body), repeatable };
    return this.#send(call, jsonOf<T>);
  }

  /** A call that only reads. */
  async get<T>(path: string, query: Record<string, string | undefined>): Promise<T> {
    return this.#send({ method: 'GET', path: `/api/2.0/mlflow/${path}`, query, repeatable: true }, jsonOf<T>);
  }

  /** Writes a file through the server's artifact proxy. */
  async putFile(path: string, body: Uint8Array): Promise<void> {
    await this.#send({ method: 'PUT', path: `${proxy}${encodePath(path)}`, body, repeatable: true }, (response) => response.text());
  }

  /** Reads a file through it. */
  async getFile(path: string): Promise<Uint8Array> {
    const bytes = (response: Response) => response.arrayBuffer();
    return new Uint8Array(await this.#send({ method: 'GET', path: `${proxy}${encodePath(path)}`, repeatable: true }, bytes));
  }

  async #send<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    const { retries, backoffMs } = this.#o;
    for (let attempt = 0; ; attempt++) {
      let waitMs = backoffMs * 2 ** attempt;
      try {
        const response = await this.#request(call);
        if (response.ok) return await read(response);
        const busy = response.status === 429 || response.status === 503;
        if (attempt >= retries || !(busy || (call.repeatable && response.status >= 500))) throw await refusal(response);
        const asked = Number(response.headers.get('retry-after'));
        if (asked > 0) waitMs = Math.min(asked * 1000, 60_000);
        await response.body?.cancel();
      } catch (cause) {
        if (cause instanceof AttuneError) throw cause;
        if (!call.repeatable || attempt >= retries) throw this.#unreachable(cause, attempt + 1);
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  #request({ method, path, query = {}, body }: Call): Promise<Response> {
    const { url, headers, fetch, timeoutMs } = this.#o;
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length > 0 ? `?${new URLSearchParams(given)}` : '';
    const type: Record<string, string> = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
    const signal = AbortSignal.timeout(timeoutMs);
    return fetch(`${url}${path}${search}`, { method, headers: { ...headers, ...type }, body: body as BodyInit | undefined, signal });
  }

  #unreachable(cause: unknown, attempts: number): AttuneError {
    const reason =
      cause instanceof Error ? `${cause.message}${cause.cause instanceof Error ? `, ${cause.cause.message}` : ''}` : String(cause);
    return new AttuneError(
      'ERR_STORE',
      `MLflow at ${this.#o.url} did not answer (${reason}) in ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}. Check that it runs and that 'url' is right.`,
      { cause },
    );
  }
}

const proxy = '/api/2.0/mlflow-artifacts/artifacts/';

async function jsonOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    const got = `${response.headers.get('content-type') ?? 'something else'}: ${text.slice(0, 80)}`;
    throw new AttuneError('ERR_STORE', `Expected JSON from MLflow, got ${got}. Check that 'url' is that of the tracking server.`, {
      cause,
    });
  }
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** What the server says in MLflow's error format, as ours. */
async function refusal(response: Response): Promise<AttuneError> {
  const text = await response.text().catch(() => '');
  let said: { error_code?: string | undefined; message?: string | undefined } = {};
  try {
    said = JSON.parse(text);
  } catch {
    // from a proxy in between, or an old server
  }
  const code = codes[said.error_code ?? ''] ?? (response.status === 404 ? 'ERR_NOT_FOUND' : 'ERR_STORE');
  const login = response.status === 401 || response.status === 403 ? " Pass 'token' or 'headers' that it accepts." : '';
  const message = said.message ?? text.slice(0, 200);
  return new AttuneError(
    code,
    `MLflow refused (${response.status} ${said.error_code ?? response.statusText}): ${message.slice(0, 500)}${login}`,
    {
      cause: said.error_code,
    },
  );
}

const codes: Record<string, 'ERR_BAD_ARGUMENT' | 'ERR_NOT_FOUND' | 'ERR_DUPLICATE'> = {
  INVALID_PARAMETER_VALUE: 'ERR_BAD_ARGUMENT',
  RESOURCE_DOES_NOT_EXIST: 'ERR_NOT_FOUND',
  RESOURCE_ALREADY_EXISTS: 'ERR_DUPLICATE',
};
