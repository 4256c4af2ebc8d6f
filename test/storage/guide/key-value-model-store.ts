import { type KeyValue, keyValueModelStore } from 'attune';

/** What we need of a Redis client; ioredis has it. */
interface Redis {
  getBuffer(key: string): Promise<Uint8Array | null>;
  set(key: string, value: Uint8Array, condition?: 'NX'): Promise<'OK' | null>;
  del(key: string): Promise<number>;
  keys(pattern: string): Promise<string[]>;
}

function redisKeyValue(redis: Redis): KeyValue {
  return {
    get: async (key) => (await redis.getBuffer(key)) ?? undefined,
    set: async (key, value) => void (await redis.set(key, value)),
    setNew: async (key, value) => (await redis.set(key, value, 'NX')) === 'OK', // what makes a version belong to one writer
    delete: async (key) => void (await redis.del(key)),
    keys: (prefix) => redis.keys(`${prefix.replace(/[*?[\]\\^]/g, '\\$&')}*`),
  };
}

export const redisModelStore = (redis: Redis) => keyValueModelStore(redisKeyValue(redis));
