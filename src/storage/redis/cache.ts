import type { AnswerCache } from '../../contracts/cache.ts';
import { readId } from '../../data/ids.ts';
import { callback, integer, readOptions, text } from '../../options.ts';
import { answerText, Flights, naming, readRequest, tagOf } from '../cache/requests.ts';
import { commandOf, type RedisClient, type RedisValue, textOf } from './client.ts';

/** Options of {@link redisCache}. */
export interface RedisCacheOptions {
  /** What the keys begin with, as a hash tag: `{attune:cache}`. Default `'attune:cache'`. */
  prefix?: string | undefined;
  /** How long an answer is kept. Default a minute. */
  ttlMs?: number | undefined;
  /** Called when Redis fails; answers are computed then. */
  onError?: ((error: unknown) => void) | undefined;
}

/** Answers that name a user are looked for among so many at once. */
const scanCount = 500;

/**
 * Keeps answers in Redis, for all processes of a service. Of the callers in one process one computes. An answer that was dropped by any
 * process while another computed it is not kept: each tag has a counter, which the script that keeps an answer compares.
 *
 * @param client of `ioredis`, or a connected one of `redis`; it remains the caller's
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION
 */
export function redisCache(client: RedisClient, options: RedisCacheOptions = {}): AnswerCache {
  const { prefix, ttlMs, onError } = readOptions('redisCache', options, {
    prefix: text({ default: 'attune:cache' }),
    ttlMs: integer({ default: 60_000, min: 1 }),
    onError: callback<(error: unknown) => void>(),
  });
  const command = commandOf(client, 'redisCache');
  const flights = new Flights();
  const answerKey = (key: string) => `{${prefix}}=${key}`;
  const tagKeys = (tags: string[]) => ['all', ...tags].map((tag) => `{${prefix}}#${tag}`);
  const run = (script: string, keys: string[], ...values: RedisValue[]) => command('EVAL', script, keys.length, ...keys, ...values);
  /** A cache that fails is as good as empty. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      onError?.(error);
      return undefined;
    }
  };

  return {
    async answer(request, compute) {
      const read = readRequest(request, compute);
      const keys = [answerKey(read.key), ...tagKeys(read.tags)];
      const made = await flights.fly(read, async (wanted) => {
        const found = (await attempt(() => run(scripts.get, keys))) as [unknown, unknown] | undefined;
        if (found?.[0]) return textOf(found[0]);
        const answer = answerText(await compute());
        if (found && wanted()) await attempt(() => run(scripts.keep, keys, answer, ttlMs, textOf(found[1])));
        return answer;
      });
      return JSON.parse(made);
    },
    async invalidate(what) {
      const tag = tagOf(what);
      flights.drop(tag);
      return Number(await run(scripts.drop, tagKeys([tag]).slice(1), countMs(ttlMs)));
    },
    async forget(user) {
      const id = readId(user, 'user');
      const names = naming(id);
      flights.drop();
      let dropped = Number(await run(scripts.drop, tagKeys([`user:${id}`]).slice(1), countMs(ttlMs)));
      await run(scripts.next, tagKeys([]), countMs(ttlMs)); // what others are computing may name the user
      for await (const key of found(`{${prefix}}=*`)) {
        const answer = await command('GET', key);
        if (names(key) || (answer !== null && names(textOf(answer)))) dropped += Number(await command('DEL', key));
      }
      await command('DEL', ...tagKeys([`user:${id}`]).slice(1), `${tagKeys([`user:${id}`])[1]}!`);
      return dropped;
    },
    async clear() {
      flights.drop();
      await run(scripts.next, tagKeys([]), countMs(ttlMs));
      for await (const key of found(`{${prefix}}[=#]*`)) if (key !== `${tagKeys([])[0]}!`) await command('DEL', key);
    },
  };

  /** Keys that match, without holding up the server. */
  async function* found(pattern: string): AsyncGenerator<string> {
    let cursor = '0';
    do {
      const [next, keys] = (await command('SCAN', cursor, 'MATCH', pattern.replace(/^\{.*\}/, escapedPattern), 'COUNT', scanCount)) as [
        unknown,
        unknown[],
      ];
      cursor = textOf(next);
      for (const key of keys) yield textOf(key);
    } while (cursor !== '0');
  }
}

/** Special characters of a pattern are part of a prefix. */
function escapedPattern(prefix: string): string {
  return prefix.replace(/[*?[\]\\^-]/g, '\\$&');
}

/** How long the counter of a tag is kept: longer than any answer takes to compute. */
function countMs(ttlMs: number): number {
  return ttlMs + 60 * 60 * 1000;
}

/** Of a tag `t` there is the set of keys of its answers, `t`, and a counter of the times that they were dropped, `t!`. */
const counts = "local counts = '' for k = 2, #KEYS do counts = counts .. (redis.call('GET', KEYS[k] .. '!') or '0') .. ' ' end ";
const scripts = {
  get: `${counts} return { redis.call('GET', KEYS[1]), counts }`,
  keep:
    `${counts} if counts ~= ARGV[3] then return 0 end redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) ` +
    "for k = 3, #KEYS do redis.call('SADD', KEYS[k], KEYS[1]) redis.call('PEXPIRE', KEYS[k], ARGV[2]) end return 1",
  drop:
    "local dropped = 0 for _, key in ipairs(redis.call('SMEMBERS', KEYS[1])) do dropped = dropped + redis.call('DEL', key) end " +
    "redis.call('DEL', KEYS[1]) redis.call('INCR', KEYS[1] .. '!') redis.call('PEXPIRE', KEYS[1] .. '!', ARGV[1]) return dropped",
  next: "redis.call('INCR', KEYS[1] .. '!') redis.call('PEXPIRE', KEYS[1] .. '!', ARGV[1]) return 1",
};
