import type { KeyValue } from '../../contracts/key-value.ts';
import { AttuneError } from '../../errors.ts';
import { escaped, type S3Credentials, signed } from './sign.ts';

/** A bucket, and how it is reached. */
export interface S3Bucket {
  endpoint: URL;
  bucket: string;
  prefix: string;
  region: string;
  credentials: S3Credentials;
  fetch: typeof globalThis.fetch;
}

/** Attempts of a request that may be repeated, and the first pause between them. */
const attempts = 4;
const pauseMs = 100;

/**
 * Keys and values as objects of a bucket. A `/` in a key becomes `~`, because gateways that keep objects as files cannot have an
 * object `a/1` beside one `a/1/model`.
 */
export function s3KeyValue(bucket: S3Bucket): KeyValue {
  const root = `${bucket.endpoint.pathname.replace(/\/$/, '')}/${escaped(bucket.bucket)}`;
  const pathOf = (key: string) => `${root}/${(bucket.prefix + key.replaceAll('/', '~')).split('/').map(escaped).join('/')}`;
  const send = async (method: string, path: string, { query = {}, headers = {}, body }: Details = {}): Promise<Response> => {
    const url = new URL(path, bucket.endpoint);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    // A condition is about a state, and a second try would find the one that the first has made.
    const repeatable = !('if-none-match' in headers);
    for (let attempt = 1; ; attempt++) {
      const all = await signed({ method, url, headers, body }, bucket.credentials, bucket.region);
      const response = await bucket
        .fetch(url, { method, headers: all, body: body as Uint8Array<ArrayBuffer> | undefined })
        .catch((error) => error);
      const failed = !(response instanceof Response) || response.status >= 500 || response.status === 429;
      if (!failed) return response;
      if (!repeatable || attempt === attempts)
        throw response instanceof Response ? await refused(response, method, path) : gone(response, bucket);
      await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** attempt * Math.random()));
    }
  };

  return {
    async get(key) {
      const response = await send('GET', pathOf(key));
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      const error = await refused(response, 'GET', pathOf(key));
      if (response.status === 404 && /404 NoSuchKey/.test(error.message)) return undefined; // of a bucket, or of whom asks, otherwise
      throw error;
    },
    async set(key, value) {
      await done(await send('PUT', pathOf(key), { body: value }), 'PUT', pathOf(key));
    },
    async setNew(key, value) {
      for (;;) {
        const response = await send('PUT', pathOf(key), { body: value, headers: { 'if-none-match': '*' } });
        if (response.status === 412) return false;
        if (response.status === 409) continue; // another writer is at it; one of both will win
        await done(response, 'PUT', pathOf(key));
        return true;
      }
    },
    async delete(key) {
      await done(await send('DELETE', pathOf(key)), 'DELETE', pathOf(key), 404);
    },
    async keys(wanted) {
      const keys: string[] = [];
      const prefix = bucket.prefix + wanted.replaceAll('/', '~');
      for (let token: string | undefined, first = true; first || token; first = false) {
        const query = { 'list-type': '2', prefix, ...(token === undefined ? {} : { 'continuation-token': token }) };
        const response = await send('GET', `${root}`, { query });
        await done(response, 'GET', root, undefined, true);
        const xml = await response.text();
        for (const [, key] of xml.matchAll(/<Key>([^<]*)<\/Key>/g)) {
          const name = plain(key);
          if (name.startsWith(prefix)) keys.push(name.slice(bucket.prefix.length).replaceAll('~', '/'));
        }
        token = /<NextContinuationToken>([^<]*)</.exec(xml)?.[1];
        if (token !== undefined) token = plain(token);
      }
      return keys;
    },
  };
}

interface Details {
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array;
}

/** Takes the rest of an answer, so that its connection can be used again. @throws ERR_STORE unless it says that all is well */
async function done(response: Response, method: string, path: string, alsoWell?: number, keepBody = false): Promise<void> {
  if (!response.ok && response.status !== alsoWell) throw await refused(response, method, path);
  if (!keepBody) await response.arrayBuffer();
}

async function refused(response: Response, method: string, path: string): Promise<AttuneError> {
  const body = await response.text().catch(() => '');
  const part = (name: string) => new RegExp(`<${name}>([^<]*)<`).exec(body)?.[1];
  const advice =
    response.status === 403
      ? ' See whether the credentials, the region and the clock of this machine are right.'
      : part('Code') === 'NoSuchBucket'
        ? ' Make the bucket first.'
        : '';
  return new AttuneError(
    'ERR_STORE',
    `S3 answered ${method} ${path} with ${response.status} ${part('Code') ?? response.statusText}: ${plain(part('Message') ?? 'nothing more')}.${advice}`,
  );
}

function gone(cause: unknown, { endpoint }: S3Bucket): AttuneError {
  const { message, cause: deeper } = cause as Error;
  const reason = deeper instanceof Error && deeper.message !== '' ? deeper.message : message;
  return new AttuneError('ERR_STORE', `Expected S3 at ${endpoint.origin}, got no answer: ${reason}. See whether it runs there.`, { cause });
}

/** Text out of XML. */
function plain(text: string): string {
  const names: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (found, hexadecimal, decimal, name) =>
    name ? (names[name] ?? found) : String.fromCodePoint(hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal)),
  );
}
