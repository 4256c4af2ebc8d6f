import { AttuneError, shown } from '../../errors.ts';
import type { Check } from '../../options.ts';

/** Where a Spark Connect server is, and how to sign in. */
export interface ConnectAddress {
  host: string;
  port: number;
  secure: boolean;
  /** Sent with every request. */
  headers: Record<string, string>;
  userId: string;
  userAgent: string;
}

/** Parameters of the address that are no headers. */
const known = new Set(['token', 'use_ssl', 'user_id', 'user_agent', 'session_id']);

/**
 * Reads the address as Spark's own clients do: `sc://host:port/;token=...;use_ssl=true;user_id=...`. The port is 15002 if none is given; a
 * token is sent by TLS unless `use_ssl=false` says otherwise; other parameters are sent as headers.
 */
export const connectAddress: Check<ConnectAddress> = (value, name) => {
  const match =
    typeof value === 'string' ? /^sc:\/\/(\[[0-9a-fA-F:.]+\]|[^:/;[\]@?#%\\\s]+)(?::(\d{1,5}))?\/?(?:;(.*))?$/.exec(value) : null;
  const port = Number(match?.[2] ?? 15002);
  if (!match || port < 1 || port > 65_535) throw bad(name, withoutToken(value));
  const parameters = new Map<string, string>();
  for (const part of (match[3] ?? '').split(';').filter((each) => each !== '')) {
    const equals = part.indexOf('=');
    const key = part.slice(0, equals);
    if (equals < 1 || parameters.has(key)) throw bad(name, `the parameter ${shown(equals < 1 ? part : key)}`);
    parameters.set(key, decoded(part.slice(equals + 1), name));
  }
  const ssl = parameters.get('use_ssl')?.toLowerCase();
  if (ssl !== undefined && ssl !== 'true' && ssl !== 'false') throw bad(name, `use_ssl=${ssl}`);
  const token = parameters.get('token');
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  for (const [key, text] of parameters) if (!known.has(key)) headers[key.toLowerCase()] = text;
  return {
    host: match[1].replace(/^\[|\]$/g, ''),
    port,
    secure: ssl === undefined ? token !== undefined : ssl === 'true',
    headers,
    userId: parameters.get('user_id') ?? 'attune',
    userAgent: parameters.get('user_agent') ?? 'attune',
  };
};

function decoded(text: string, name: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad(name, 'a parameter that is not URL-encoded');
  }
}

/** Messages end up in logs, and tokens should not. */
function withoutToken(value: unknown): string {
  return shown(typeof value === 'string' ? value.replace(/(token=)[^;]*/g, '$1...') : value);
}

function bad(name: string, got: string): AttuneError {
  return new AttuneError(
    'ERR_BAD_OPTION',
    `${name} must be the address of a Spark Connect server, such as 'sc://spark:15002' or 'sc://spark:443/;token=...;use_ssl=true', got ${got}.`,
  );
}
