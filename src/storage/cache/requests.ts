import type { CachedRequest, CacheSelection } from '../../contracts/cache.ts';
import { readId } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';
import { checkIterable, checkNamed } from '../../options.ts';

/** A request as caches keep it. */
export interface ReadRequest {
  /** Everything that tells its answer apart. */
  key: string;
  /** What its answer is dropped by: `user:A1`, `model:als`, `model:als@3`. */
  tags: string[];
}

/** Checks a request and who computes its answer. @throws ERR_BAD_ARGUMENT, ERR_BAD_ID */
export function readRequest(request: CachedRequest, compute: unknown): ReadRequest {
  if (typeof compute !== 'function')
    throw new AttuneError('ERR_BAD_ARGUMENT', `answer: expected a function that computes the answer, got ${shown(compute)}.`);
  const { key, user, models } = checkNamed('answer', 'a request { key, user, models }', request);
  if (typeof key !== 'string') throw new AttuneError('ERR_BAD_ARGUMENT', `answer: expected a text as 'key', got ${shown(key)}.`);
  const given = models === undefined ? [] : typeof models === 'string' ? [models] : checkIterable('answer', 'models', models);
  const versions = Array.from(given, readModel).sort();
  const tags = versions.flatMap((model) => [`model:${model}`, `model:${model.split('@')[0]}`]);
  if (user !== undefined) tags.push(`user:${readId(user, 'user')}`);
  return { key: JSON.stringify([key, user === undefined ? null : readId(user, 'user'), ...versions]), tags: [...new Set(tags)] };
}

/** The tag of a selection. @throws ERR_BAD_ARGUMENT, ERR_BAD_ID */
export function tagOf(what: CacheSelection): string {
  const names = what !== null && typeof what === 'object' ? Object.keys(what) : [];
  if (names.length === 1 && 'user' in what) return `user:${readId(what.user, 'user')}`;
  if (names.length === 1 && 'model' in what) return `model:${readModel(what.model)}`;
  throw new AttuneError('ERR_BAD_ARGUMENT', `invalidate: expected { user } or { model }, got ${shown(what)}.`);
}

function readModel(model: unknown): string {
  if (typeof model === 'string' && model !== '') return model;
  throw new AttuneError('ERR_BAD_ARGUMENT', `Expected a model such as 'shop-als@3', got ${shown(model)}.`);
}

/** Tells texts that name a user, as a word of its own: those of `A1` and not those of `A11`. */
export function naming(user: string): (text: string) => boolean {
  const patterns = new Set([user, JSON.stringify(user).slice(1, -1), inAddress(user)]);
  const escaped = [...patterns].map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
  const word = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${escaped})(?![\\p{L}\\p{N}_])`, 'u');
  return (text) => word.test(text);
}

/** A user in a key that is an address, such as `/users/ann%40shop.example`. */
function inAddress(user: string): string {
  try {
    return encodeURIComponent(user);
  } catch {
    return user; // half of a character, which no address holds
  }
}

/** An answer as it is kept. @throws ERR_BAD_VALUE for what JSON does not hold */
export function answerText(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // circular, or a bigint
  }
  if (text !== undefined) return text;
  throw new AttuneError('ERR_BAD_VALUE', `Expected an answer that JSON holds, got ${shown(value)}.`);
}

/** Work in progress, so that several callers wait for one. */
export class Flights {
  readonly #flights = new Map<string, { tags: string[]; answer: Promise<string>; stale: boolean }>();

  /**
   * Joins the flight of a key, or starts one.
   * @param work is told whether its answer is still wanted when it has one
   */
  fly({ key, tags }: ReadRequest, work: (wanted: () => boolean) => Promise<string>): Promise<string> {
    const known = this.#flights.get(key);
    if (known && !known.stale) return known.answer;
    const flight = { tags, stale: false, answer: Promise.resolve('') };
    const land = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.answer = work(() => !flight.stale).finally(land);
    this.#flights.set(key, flight);
    return flight.answer;
  }

  /** Nobody joins a flight with the tag any more, and its answer is not kept; without a tag, any flight. */
  drop(tag?: string): void {
    for (const flight of this.#flights.values()) if (tag === undefined || flight.tags.includes(tag)) flight.stale = true;
  }
}
