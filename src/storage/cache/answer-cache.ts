import type { AnswerCache } from '../../contracts/cache.ts';
import { readId } from '../../data/ids.ts';
import { integer, number, readOptions } from '../../options.ts';
import { answerText, Flights, naming, type ReadRequest, readRequest, tagOf } from './requests.ts';

/** Options of {@link answerCache}. */
export interface AnswerCacheOptions {
  /** Most bytes of answers and their keys in memory; beyond, the answers that were longest unused go. Default 64 MB. */
  maxBytes?: number | undefined;
  /** How long an answer is kept. Default a minute. */
  ttlMs?: number | undefined;
}

interface Entry extends ReadRequest {
  text: string;
  bytes: number;
  until: number;
}

/** What an entry takes beside its texts, about. */
const entryBytes = 300;

/**
 * Keeps answers in memory, as text of two bytes a character, up to a bound. For one process; of several, each has its own, and `redisCache` is for all.
 * @throws ERR_BAD_OPTION
 */
export function answerCache(options: AnswerCacheOptions = {}): AnswerCache {
  const { maxBytes, ttlMs } = readOptions('answerCache', options, {
    maxBytes: integer({ default: 64e6, min: 0 }),
    ttlMs: number({ default: 60_000, above: 0 }),
  });
  const entries = new Map<string, Entry>(); // the longest unused first
  const byTag = new Map<string, Set<Entry>>();
  const flights = new Flights();
  let bytes = 0;

  const drop = (entry: Entry) => {
    if (!entries.delete(entry.key)) return;
    bytes -= entry.bytes;
    for (const tag of entry.tags) {
      const tagged = byTag.get(tag);
      tagged?.delete(entry);
      if (tagged?.size === 0) byTag.delete(tag);
    }
  };
  const find = (key: string): string | undefined => {
    const entry = entries.get(key);
    if (!entry) return undefined;
    if (entry.until <= performance.now()) {
      drop(entry);
      return undefined;
    }
    entries.delete(key);
    entries.set(key, entry);
    return entry.text;
  };
  const keep = ({ key, tags }: ReadRequest, text: string) => {
    const known = entries.get(key);
    if (known) drop(known);
    const entry = { key, tags, text, bytes: 2 * (text.length + key.length) + entryBytes, until: performance.now() + ttlMs };
    if (entry.bytes > maxBytes) return;
    entries.set(key, entry);
    bytes += entry.bytes;
    for (const tag of tags) byTag.set(tag, (byTag.get(tag) ?? new Set()).add(entry));
    for (const oldest of entries.values()) {
      if (bytes <= maxBytes) break;
      drop(oldest);
    }
  };
  const dropAll = (found: Iterable<Entry>): number => {
    const list = [...found];
    for (const entry of list) drop(entry);
    return list.length;
  };

  return {
    async answer(request, compute) {
      const read = readRequest(request, compute);
      const found = find(read.key);
      if (found !== undefined) return JSON.parse(found);
      const text = await flights.fly(read, async (wanted) => {
        const made = answerText(await compute());
        if (wanted()) keep(read, made);
        return made;
      });
      return JSON.parse(text);
    },
    async invalidate(what) {
      const tag = tagOf(what);
      flights.drop(tag);
      return dropAll(byTag.get(tag) ?? []);
    },
    async forget(user) {
      flights.drop(); // any of them may name the user
      const id = readId(user, 'user');
      const names = naming(id);
      return dropAll([...entries.values()].filter(({ tags, text, key }) => tags.includes(`user:${id}`) || names(text) || names(key)));
    },
    async clear() {
      flights.drop();
      dropAll(entries.values());
    },
  };
}
