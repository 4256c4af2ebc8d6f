import type { ModelStore, ModelStoreOptions } from '../../contracts/model-store.ts';
import { readOptions, text } from '../../options.ts';
import { keyValueModelStore } from '../key-value/model-store.ts';
import { modelStoreChecks } from '../shared/model-store.ts';
import { commandOf, type RedisClient } from './client.ts';
import { redisKeyValue } from './key-value.ts';

/**
 * Keeps models in Redis, those of more than 16 MB in parts. Several processes may use them at once: numbers and aliases are given by
 * scripts that Redis runs as a whole. What a client was told to be stored is as safe as the server's own settings make it
 * (`appendonly yes`); a server that evicts keys is no place for models.
 *
 * @param client of `ioredis`, or a connected one of `redis`; it remains the caller's
 * @param options.prefix what the keys begin with, as a hash tag: `{attune:models}:als/1`. Default `'attune:models'`.
 * @param options.keep versions of a name that stay; those that an alias points at always do. Default all.
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION; the calls reject with ERR_STORE when Redis refuses
 */
export function redisModelStore(client: RedisClient, options: { prefix?: string | undefined } & ModelStoreOptions = {}): ModelStore {
  const { prefix, keep } = readOptions('redisModelStore', options, { prefix: text({ default: 'attune:models' }), ...modelStoreChecks });
  return keyValueModelStore(redisKeyValue(commandOf(client, 'redisModelStore'), prefix), { keep });
}
