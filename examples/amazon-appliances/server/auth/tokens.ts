import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export type Role = 'user' | 'admin';

export interface Claims {
  user_id: string;
  role: Role;
  /** Milliseconds since 1970. */
  expires: number;
}

/** How long a token is valid. */
export const tokenSeconds = 8 * 3600;

/** Signs the identity of a user, so that the server keeps no sessions. A restart makes a new key, and users must log in again. */
export class Tokens {
  readonly #key = randomBytes(32);

  issue(claims: Omit<Claims, 'expires'>, now = Date.now()): string {
    const body = Buffer.from(JSON.stringify({ ...claims, expires: now + tokenSeconds * 1000 })).toString('base64url');
    return `${body}.${this.#sign(body)}`;
  }

  /** The claims, or undefined when the token is damaged, forged or out of date. */
  read(token: string, now = Date.now()): Claims | undefined {
    const [body, signature, ...rest] = token.split('.');
    if (!body || !signature || rest.length > 0 || !sameText(signature, this.#sign(body))) return undefined;
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
    return claims.expires > now ? claims : undefined;
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url');
  }
}

/** Compares in a time that does not depend on where texts differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'length').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
