/** What proves to S3 who asks. */
export interface S3Credentials {
  /** Id of the key. */
  accessKeyId: string;
  /** The key itself. */
  secretAccessKey: string;
  /** Of credentials that are lent for a time. */
  sessionToken?: string | undefined;
}

/** A request to sign. */
export interface S3Request {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body?: Uint8Array | undefined;
}

/** The headers of a request with those that sign it: AWS Signature Version 4, with the body in it. */
export async function signed(
  { method, url, headers, body }: S3Request,
  { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
  region: string,
) {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const hash = hex(await sha256(body ?? new Uint8Array(0)));
  const all: Record<string, string> = { ...headers, host: url.host, 'x-amz-date': time, 'x-amz-content-sha256': hash };
  if (sessionToken !== undefined) all['x-amz-security-token'] = sessionToken;
  const names = Object.keys(all).sort();
  const signedHeaders = names.join(';');
  const query = [...url.searchParams].map((pair) => pair.map(escaped).join('=')).sort();
  const canonical = [method, url.pathname, query.join('&'), ...names.map((name) => `${name}:${all[name]}`), '', signedHeaders, hash].join(
    '\n',
  );
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, hex(await sha256(utf8(canonical)))].join('\n');
  let key: Uint8Array = utf8(`AWS4${secretAccessKey}`);
  for (const part of scope.split('/')) key = await hmac(key, part);
  const signature = hex(await hmac(key, toSign));
  const { host: _, ...sent } = all;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}

/** Percent-encoding as signatures want it: all but letters, digits, `-`, `.`, `_` and `~`. */
export function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

const utf8 = (text: string) => new TextEncoder().encode(text);

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

async function hmac(key: Uint8Array, text: string): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto;
  const imported = await subtle.importKey('raw', key as Uint8Array<ArrayBuffer>, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await subtle.sign('HMAC', imported, utf8(text)));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
