import { AttuneError, shown } from '../../errors.ts';
import { anything, callback, integer, number, optional, readOptions, text } from '../../options.ts';
import type { MlflowConnection } from './mlflow-client.ts';

/** Options of {@link mlflowTracker}. */
export interface MlflowOptions {
  /** Address of the tracking server, such as `'http://127.0.0.1:5000'`. */
  url: string;
  /** Sent as `Authorization: Bearer ...`. */
  token?: string | undefined;
  /** Further headers, such as `{ authorization: 'Basic ...' }`. */
  headers?: Record<string, string> | undefined;
  /** The `fetch` to use. Default the global one. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Maximum number of retries of a failed request. From 0, default 4. */
  retries?: number | undefined;
  /** Delay before the first retry, in milliseconds; it doubles each time. Default 250. */
  backoffMs?: number | undefined;
  /** Timeout of one request, in milliseconds. Default 30,000. */
  timeoutMs?: number | undefined;
}

/** Checks the options. @throws ERR_BAD_OPTION */
export function readMlflowOptions(options: MlflowOptions): MlflowConnection {
  const o = readOptions('mlflowTracker', options, {
    url: address,
    token: optional(text()),
    headers: anything<Record<string, string>>({}),
    fetch: callback<typeof globalThis.fetch>(),
    retries: integer({ default: 4, min: 0 }),
    backoffMs: number({ default: 250, min: 0 }),
    timeoutMs: number({ default: 30_000, above: 0 }),
  });
  const headers = { ...(o.token === undefined ? {} : { authorization: `Bearer ${o.token}` }), ...o.headers };
  return { ...o, headers, fetch: o.fetch ?? globalThis.fetch };
}

function address(value: unknown, name: string): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') {
    return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  }
  const got = url && url.username !== '' ? 'one with a password in it (that belongs into headers)' : shown(value);
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be the http address of an MLflow server, got ${got}.`);
}
