import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export type Role = 'user' | 'admin';

export interface Claims {
  user_id: string;
  role: Role;
}

/** How long a token is good for. */
export const tokenSeconds = 3600;

const header = (period: number) => encode({ alg: 'HS256', typ: 'JWT', kid: String(period) });

/**
 * JSON Web Tokens (RFC 7519, HMAC-SHA256), so that the server keeps no sessions. The key changes every hour: it is derived from the secret and
 * the number of the hour, so servers that share a secret agree on it without talking. Keys of the last hour still verify.
 */
export class Tokens {
  readonly #secret: string | Buffer;

  constructor(secret: string | Buffer = randomBytes(32)) {
    this.#secret = secret;
  }

  issue({ user_id, role }: Claims, now = Date.now()): string {
    const seconds = Math.floor(now / 1000);
    const period = periodOf(seconds);
    const content = `${header(period)}.${encode({ sub: user_id, role, iat: seconds, exp: seconds + tokenSeconds })}`;
    return `${content}.${this.#sign(content, period)}`;
  }

  /** The claims, or undefined when the token is damaged, forged or out of date. */
  read(token: string, now = Date.now()): Claims | undefined {
    const parts = token.split('.');
    if (parts.length !== 3 || parts.includes('')) return undefined;
    const [head, body, signature] = parts;
    const seconds = Math.floor(now / 1000);
    // The header is never trusted to choose an algorithm: it must be the one that this server writes.
    const period = [periodOf(seconds), periodOf(seconds) - 1].find((it) => head === header(it));
    if (period === undefined || !sameText(signature, this.#sign(`${head}.${body}`, period))) return undefined;
    const { sub, role, exp } = JSON.parse(Buffer.from(body, 'base64url').toString()) as { sub: string; role: Role; exp: number };
    return exp > seconds ? { user_id: sub, role } : undefined;
  }

  #sign(content: string, period: number): string {
    const key = createHmac('sha256', this.#secret).update(`jwt ${period}`).digest();
    return createHmac('sha256', key).update(content).digest('base64url');
  }
}

const periodOf = (seconds: number) => Math.floor(seconds / tokenSeconds);
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Compares in a time that does not depend on where texts differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'length').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
