import { type Limit, RateLimit, type RateLimiter } from './rate-limit.ts';

/** What is needed of a client of Redis. */
export interface RedisCommands {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/**
 * The bucket of a caller, in one step, so that servers cannot count the same request twice: refills it by the clock of Redis, takes one if there is
 * one, and answers with the milliseconds to wait.
 */
const script = `
local burst, per_second, taken = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
left = math.min(burst, left + math.max(0, now - at) / 1000 * per_second)
local wait = 0
if left < 1 then wait = math.ceil((1 - left) / per_second * 1000) elseif taken == 1 then left = left - 1 end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / per_second * 1000) + 1000)
return wait`;

/** Counts what callers take for all servers together. While Redis does not answer, each server counts for itself. */
export class RedisRateLimit implements RateLimiter {
  readonly #client: RedisCommands;
  readonly #name: string;
  readonly #limit: Limit;
  readonly #own: RateLimit;

  constructor(client: RedisCommands, name: string, limit: Limit) {
    this.#client = client;
    this.#name = name;
    this.#limit = limit;
    this.#own = new RateLimit(limit);
  }

  take(caller: string): Promise<number> {
    return this.#ask(caller, true);
  }

  wait(caller: string): Promise<number> {
    return this.#ask(caller, false);
  }

  async #ask(caller: string, takes: boolean): Promise<number> {
    const { burst, perSecond } = this.#limit;
    const key = `shop:limit:${this.#name}:${caller}`;
    try {
      const wait = await this.#client.eval(script, { keys: [key], arguments: [String(burst), String(perSecond), takes ? '1' : '0'] });
      return Math.ceil(Number(wait) / 1000);
    } catch {
      return takes ? this.#own.take(caller) : this.#own.wait(caller);
    }
  }
}

/** Connects, and goes on trying when Redis goes away. A command is not kept until it is back, because a request waits for it. */
export async function connectRedis(url: string): Promise<RedisCommands & { close(): Promise<void> }> {
  const { createClient } = await import('redis');
  const client = createClient({ url, disableOfflineQueue: true });
  client.on('error', () => {}); // said by the answers: each server counts for itself meanwhile
  await client.connect();
  return {
    eval: (text, options) => client.eval(text, options),
    close: async () => {
      client.destroy();
    },
  };
}
