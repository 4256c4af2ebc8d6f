import { redisCache, redisModelStore } from 'attune/redis';
import { s3ModelStore } from 'attune/s3';
import { createClient } from 'redis'; // or: new Redis('redis://localhost:6379') of ioredis

const client = createClient({ url: 'redis://localhost:6379' }); // await client.connect();
const inRedis = redisModelStore(client);
const shared = redisCache(client, { ttlMs: 60_000 });
const inBucket = s3ModelStore({
  endpoint: 'https://s3.eu-central-1.amazonaws.com',
  region: 'eu-central-1',
  bucket: 'shop-models',
  credentials: { accessKeyId: 'AKIA...', secretAccessKey: '...' },
});

export { inBucket, inRedis, shared };
