import type { FastifyInstance } from 'fastify';
import type { ApiKey, ApiKeys } from '../auth/api-keys.ts';
import { HttpError } from './errors.ts';
import { type MakeLimiter, type RateLimiter, tooMany } from './rate-limit.ts';

export const keyHeader = 'x-api-key';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the program that asks; null for browsers, and for all who send none. */
    apiKey: ApiKey | null;
  }
}

/**
 * Reads the key of a request, and counts what each key takes. A key that is none is refused even where none is needed: whoever sends it
 * believes to be somebody.
 */
export function readKeys(app: FastifyInstance, keys: ApiKeys, make: MakeLimiter): void {
  const limiters = new Map<string, RateLimiter>();
  app.decorateRequest('apiKey', null);
  app.addHook('onRequest', async (request) => {
    const text = request.headers[keyHeader];
    if (text === undefined) return;
    const key = keys.use(String(text));
    if (!key) throw new HttpError(401, 'ERR_UNAUTHORIZED', 'This API key is not known, or was revoked.');
    request.apiKey = key;
    const { id, requests_per_second: perSecond } = key;
    if (perSecond === 0) return;
    const limiter = limiters.get(id) ?? make(`key ${id}`, { perSecond, burst: perSecond * 2 });
    limiters.set(id, limiter);
    const seconds = await limiter.take(id);
    if (seconds > 0) throw tooMany(seconds);
  });
}
