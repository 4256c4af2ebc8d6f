import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from './errors.ts';

/** A bucket per caller: it holds at most `burst`, and `perSecond` flow in. */
export interface Limit {
  perSecond: number;
  burst: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Overrides the limit of all routes. */
    limit?: Limit;
  }
}

/** Counts what callers take: in memory, or in Redis for several servers. */
export interface RateLimiter {
  /** Takes one. @returns 0, or how many seconds to wait for one. */
  take(caller: string): number | Promise<number>;
  /** Gives one back that turned out to be none of those that are limited. */
  giveBack(caller: string): void | Promise<void>;
}

/** Makes the limiter of a route. */
export type MakeLimiter = (name: string, limit: Limit) => RateLimiter;

/** Callers that are remembered; beyond these the ones that asked longest ago start anew. */
const mostCallers = 50_000;

/** Counts what callers take, in memory. */
export class RateLimit implements RateLimiter {
  readonly #limit: Limit;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  take(caller: string, now = Date.now()): number {
    const bucket = this.#bucket(caller, now);
    if (bucket.left < 1) return Math.max(1, Math.ceil((1 - bucket.left) / this.#limit.perSecond));
    bucket.left -= 1;
    return 0;
  }

  giveBack(caller: string, now = Date.now()): void {
    const bucket = this.#bucket(caller, now);
    bucket.left = Math.min(this.#limit.burst, bucket.left + 1);
  }

  #bucket(caller: string, now: number) {
    const { burst, perSecond } = this.#limit;
    const bucket = this.#buckets.get(caller) ?? { left: burst, at: now };
    bucket.left = Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.#buckets.delete(caller); // the newest stand last
    this.#buckets.set(caller, bucket);
    if (this.#buckets.size > mostCallers) this.#buckets.delete(this.#buckets.keys().next().value as string);
    return bucket;
  }
}

export function tooMany(seconds: number): HttpError {
  return new HttpError(429, 'ERR_TOO_MANY_REQUESTS', `Too many requests. Try again in ${seconds} s.`, { retry_after_s: seconds });
}

/** Limits each route by address: by its own `config.limit`, else by the limit of all, if there is one. */
export function limitRates(app: FastifyInstance, perSecond: number, make: MakeLimiter): void {
  const shared = perSecond > 0 ? make('all', { perSecond, burst: perSecond * 2 }) : undefined;
  const own = new Map<string, RateLimiter>();
  app.addHook('onRoute', ({ config, method, url }) => {
    if (config?.limit) own.set(`${method} ${url}`, make(`${method} ${url}`, config.limit));
  });
  app.addHook('onRequest', async (request: FastifyRequest) => {
    const { apiKey } = request;
    // A key has a limit of its own, so that those behind one address do not wait for each other.
    const limit = own.get(`${request.method} ${request.routeOptions.url}`) ?? (apiKey ? undefined : shared);
    const seconds = (await limit?.take(apiKey?.id ?? request.ip)) ?? 0;
    if (seconds > 0) throw tooMany(seconds);
  });
}
