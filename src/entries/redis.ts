/** Models and answers in Redis; they take a client that is there already, of `ioredis` or `redis`. */
export { type RedisCacheOptions, redisCache } from '../storage/redis/cache.ts';
export type { IoRedisClient, NodeRedisClient, RedisClient } from '../storage/redis/client.ts';
export { redisModelStore } from '../storage/redis/model-store.ts';
