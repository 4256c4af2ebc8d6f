import type { KeyValue } from '../../contracts/key-value.ts';
import { type RedisCommand, textOf } from './client.ts';

/** Values beyond this size are kept in parts: Redis takes no more than 512 MB at once, and serves nobody else meanwhile. */
const partBytes = 2 ** 24;

/** First byte of a value. */
const inline = 0;
const inParts = 1;

/**
 * Keys and values in Redis. Every key stands in a sorted set as well, so that `keys` need not look through all that a server holds; a
 * script changes both at once. The name of that set and all keys share a hash tag, so that they lie on one node of a cluster.
 */
export function redisKeyValue(command: RedisCommand, prefix: string): KeyValue {
  const name = (key: string) => `{${prefix}}:${key}`;
  const index = `{${prefix}}`;
  const script = (text: string, key: string, ...values: (string | Uint8Array)[]) => command('EVAL', text, 2, name(key), index, ...values);
  const partName = (parts: string, k: number) => name(`#${parts}/${k}`);

  /** Writes the parts of a large value, which nobody sees until the value itself names them. */
  const stored = async (value: Uint8Array): Promise<Uint8Array> => {
    if (value.length <= partBytes) return withByte(inline, value);
    const parts = globalThis.crypto.randomUUID();
    const count = Math.ceil(value.length / partBytes);
    for (let k = 0; k < count; k++) {
      await command('SET', partName(parts, k), value.subarray(k * partBytes, (k + 1) * partBytes), 'EX', unnamedSeconds);
    }
    return withByte(inParts, new TextEncoder().encode(JSON.stringify({ parts, count, size: value.length })));
  };
  const partsOf = (raw: unknown): Parts | undefined => {
    const bytes = raw as Uint8Array | null;
    return bytes?.[0] === inParts ? JSON.parse(textOf(bytes.subarray(1))) : undefined;
  };
  const eachPart = async ({ parts, count }: Parts, ...words: string[]) => {
    for (let k = 0; k < count; k++) await command(words[0], partName(parts, k), ...words.slice(1));
  };
  /** Sets a value that is written in parts for good, or removes the parts. */
  const settle = async (written: Uint8Array, named: boolean, old?: unknown) => {
    const parts = partsOf(written);
    if (parts) await eachPart(parts, named ? 'PERSIST' : 'DEL');
    const before = partsOf(old);
    if (before) await eachPart(before, 'DEL');
  };

  return {
    async get(key) {
      for (let attempt = 1; ; attempt++) {
        const bytes = (await command('GET', name(key))) as Uint8Array | null;
        if (!bytes) return undefined;
        const parts = partsOf(bytes);
        if (!parts) return bytes.subarray(1);
        const whole = new Uint8Array(parts.size);
        let at = 0;
        for (let k = 0; k < parts.count; k++) {
          const part = (await command('GET', partName(parts.parts, k))) as Uint8Array | null;
          if (!part) break;
          whole.set(part, at);
          at += part.length;
        }
        if (at === parts.size || attempt === 3) return whole.subarray(0, at); // less: replaced meanwhile, or lost
      }
    },
    async set(key, value) {
      const written = await stored(value);
      await settle(written, true, await script(scripts.set, key, written, key));
    },
    async setNew(key, value) {
      const written = await stored(value);
      const isNew = Number(await script(scripts.setNew, key, written, key)) === 1;
      await settle(written, isNew);
      return isNew;
    },
    async delete(key) {
      await settle(new Uint8Array(1), true, await script(scripts.delete, key, key));
    },
    async keys(wanted) {
      const [from, to] = wanted === '' ? ['-', '+'] : [`[${wanted}`, `(${wanted}\xff`];
      return ((await command('ZRANGEBYLEX', index, from, to)) as unknown[]).map(textOf);
    },
  };
}

interface Parts {
  parts: string;
  count: number;
  size: number;
}

/** Parts that no value names after a day belong to a process that was killed. */
const unnamedSeconds = 24 * 60 * 60;

const scripts = {
  set: "local old = redis.call('GET', KEYS[1]) redis.call('SET', KEYS[1], ARGV[1]) redis.call('ZADD', KEYS[2], 0, ARGV[2]) if old and string.byte(old, 1) == 1 then return old end return false",
  setNew: "if not redis.call('SET', KEYS[1], ARGV[1], 'NX') then return 0 end redis.call('ZADD', KEYS[2], 0, ARGV[2]) return 1",
  delete:
    "local old = redis.call('GET', KEYS[1]) redis.call('DEL', KEYS[1]) redis.call('ZREM', KEYS[2], ARGV[1]) if old and string.byte(old, 1) == 1 then return old end return false",
};

function withByte(first: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(value.length + 1);
  bytes[0] = first;
  bytes.set(value, 1);
  return bytes;
}
