import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Decisions } from '../domain/decisions.ts';
import { notFound } from '../domain/errors.ts';
import type { Role } from './tokens.ts';

/** What is known of a key. The key itself is told once, to the one who asked for it. */
export interface ApiKey {
  id: string;
  /** Whose it is. */
  tenant: string;
  role: Role;
  /** 0 = no limit. */
  requests_per_second: number;
  issued_at: string;
  revoked_at: string | null;
  /** Since this server has started. */
  requests: number;
  last_used_at: string | null;
}

export type KeyWish = Pick<ApiKey, 'tenant' | 'role' | 'requests_per_second'>;

/**
 * Keys of programs that call the API, in place of a login. They stand in the log of decisions as digests: the secret is 256 random bits, so there is
 * nothing to guess and a plain hash is as good as a slow one.
 */
export class ApiKeys {
  readonly #decisions: Decisions;
  readonly #keys = new Map<string, { about: ApiKey; digest: Buffer }>();

  private constructor(decisions: Decisions) {
    this.#decisions = decisions;
  }

  static async open(decisions: Decisions): Promise<ApiKeys> {
    const keys = new ApiKeys(decisions);
    await keys.read();
    return keys;
  }

  /** Reads the log anew, for example after a backup was taken in. */
  async read(): Promise<void> {
    const known = new Map(this.#keys);
    this.#keys.clear();
    for (const event of await this.#decisions.all('api_key_issued', 'api_key_revoked')) {
      const id = String(event.api_key);
      if (event.type === 'api_key_issued') this.#put(id, event as unknown as KeyWish & { digest: string }, event.timestamp);
      else this.#revoked(id, event.timestamp);
      const about = this.#keys.get(id)?.about;
      if (about) Object.assign(about, usesOf(known.get(id)?.about));
    }
  }

  /** Newest first; revoked ones too. */
  get all(): ApiKey[] {
    return Array.from(this.#keys.values(), ({ about }) => about).reverse();
  }

  /** @returns what is known of the new key, and the key, which is kept nowhere */
  async issue({ tenant, role, requests_per_second }: KeyWish): Promise<ApiKey & { key: string }> {
    const id = randomBytes(8).toString('hex');
    const secret = randomBytes(32).toString('base64url');
    const wish = { tenant, role, requests_per_second, digest: digestOf(secret).toString('hex') };
    const { timestamp } = await this.#decisions.add('api_key_issued', { ...wish, api_key: id });
    return { ...this.#put(id, wish, timestamp), key: `shop_${id}_${secret}` };
  }

  /** Refuses a key from now on. @throws when there is no such key */
  async revoke(id: string): Promise<ApiKey> {
    const known = this.#keys.get(id);
    if (!known) throw notFound('key', id);
    if (known.about.revoked_at === null) {
      const { timestamp } = await this.#decisions.add('api_key_revoked', { api_key: id, tenant: known.about.tenant });
      this.#revoked(id, timestamp);
    }
    return known.about;
  }

  /** Whose key this is; undefined when it is none, or was revoked. */
  use(text: string, now = Date.now()): ApiKey | undefined {
    const [, id = '', secret = ''] = form.exec(text) ?? [];
    const known = this.#keys.get(id);
    if (!known || !timingSafeEqual(digestOf(secret), known.digest) || known.about.revoked_at !== null) return undefined;
    known.about.requests++;
    known.about.last_used_at = new Date(now).toISOString();
    return known.about;
  }

  #put(id: string, { tenant, role, requests_per_second, digest }: KeyWish & { digest: string }, timestamp: number): ApiKey {
    const issued_at = new Date(timestamp).toISOString();
    const about = { id, tenant, role, requests_per_second, issued_at, revoked_at: null, requests: 0, last_used_at: null };
    this.#keys.set(id, { about, digest: Buffer.from(digest, 'hex') });
    return about;
  }

  #revoked(id: string, timestamp: number): void {
    const known = this.#keys.get(id);
    if (known) known.about.revoked_at = new Date(timestamp).toISOString();
  }
}

const form = /^shop_([0-9a-f]{16})_([\w-]{43})$/;
const digestOf = (secret: string) => createHash('sha256').update(secret).digest();
const usesOf = (about: ApiKey | undefined) => about && { requests: about.requests, last_used_at: about.last_used_at };
