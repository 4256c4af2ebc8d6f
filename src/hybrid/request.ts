import { type History, type HistoryEntry, lastOfEach, readHistory as readEntries } from '../contracts/history.ts';
import { type Id, textOf } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';
import { abortSignal, anything, flag, integer, optional, readOptions, text } from '../options.ts';

/** Who asks, and what for. Everything may be missing. */
export interface RankRequest {
  /** User id; a number stands for its decimal digits, here as in every id below. A user whom no source knows is a visitor. */
  user?: Id | undefined;
  /** What the visitor did lately: item ids (value 1), or `{ item, value }`. Comes on top of what a recommender knows of the user. */
  history?: History | undefined;
  /** Words for what the visitor likes, one text or several. */
  interests?: string | Iterable<string> | undefined;
  /** What the visitor looks for. It leads: content sources decide what may come, the others order what is about equally relevant. */
  query?: string | undefined;
  /** Anything that functions among the sources and re-rankers should know, such as the page or the time of day. */
  context?: Record<string, unknown> | undefined;
  /** Item ids never to return. */
  exclude?: Iterable<Id> | undefined;
  /** Rank these items and no others. */
  only?: Iterable<Id> | undefined;
}

/** Options of `HybridRanker.rank`. */
export interface RankOptions {
  /** Maximum number of items. Default 10. */
  n?: number | undefined;
  /** Whether items may come that the visitor has seen, as the request or any source knows. Default false. */
  includeSeen?: boolean | undefined;
  /** Whether to say why each item is there. Default: the ranker's option of that name, which is true unless said otherwise. */
  reasons?: boolean | undefined;
  /** Aborts: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export type { HistoryEntry } from '../contracts/history.ts';

/** A request that was read; nothing in it can be consumed twice. */
export interface ReadRequest {
  user: string | undefined;
  history: HistoryEntry[];
  interests: string[];
  query: string | undefined;
  context: Record<string, unknown>;
  exclude: Set<string>;
  only: Set<string> | undefined;
}

/** @throws ERR_BAD_OPTION, ERR_BAD_ARGUMENT, ERR_BAD_VALUE, ERR_BAD_ID */
export function readRequest(request: RankRequest): ReadRequest {
  const o = readOptions('HybridRanker.rank', request, {
    user: userOption,
    history: anything<History | undefined>(),
    interests: anything<RankRequest['interests']>(),
    query: optional(text({ allowEmpty: true })),
    context: contextOption,
    exclude: anything<Iterable<Id> | undefined>(),
    only: anything<Iterable<Id> | undefined>(),
  });
  const interests = typeof o.interests === 'string' ? [o.interests] : texts(o.interests, 'interests');
  return {
    user: o.user || undefined,
    history: readHistory(o.history),
    interests: interests.filter((interest) => interest.trim() !== ''),
    query: o.query?.trim() ? o.query : undefined,
    context: o.context ?? {},
    exclude: new Set(ids(o.exclude, 'exclude')),
    only: o.only === undefined ? undefined : new Set(ids(o.only, 'only')),
  };
}

export const rankChecks = {
  n: integer({ default: 10, min: 0 }),
  includeSeen: flag(false),
  reasons: optional(flag(true)),
  signal: abortSignal,
};

/** In time order; of a repeated item the last entry stays, at its place. @throws ERR_BAD_ARGUMENT, ERR_BAD_ID, ERR_BAD_VALUE */
export function readHistory(history: History | undefined): HistoryEntry[] {
  return history === undefined || history === null ? [] : lastOfEach(readEntries('HybridRanker.rank', history));
}

function userOption(value: unknown, name: string): string | undefined {
  return value === undefined || value === '' ? undefined : textOf(value, name);
}

/** Text is taken as it is: unknown ids among these do no harm. */
function ids(given: Iterable<Id> | undefined, name: string): string[] {
  return list<Id>(given, name).map((id) => textOf(id, `HybridRanker.rank: '${name}'`));
}

function texts(given: Iterable<string> | undefined, name: string): string[] {
  const entries = list<string>(given, name);
  if (entries.every((entry) => typeof entry === 'string')) return entries;
  const bad = entries.find((entry) => typeof entry !== 'string');
  throw new AttuneError('ERR_BAD_ARGUMENT', `HybridRanker.rank: expected only texts in '${name}', got ${shown(bad)}.`);
}

function list<T>(given: Iterable<T> | undefined, name: string): T[] {
  if (given === undefined || given === null) return [];
  if (typeof given !== 'string' && typeof given[Symbol.iterator] === 'function') return [...given];
  throw new AttuneError('ERR_BAD_ARGUMENT', `HybridRanker.rank: expected an array or another iterable as '${name}', got ${shown(given)}.`);
}

function contextOption(value: unknown, name: string): Record<string, unknown> | undefined {
  if (value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value)))
    return value as Record<string, unknown>;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an object such as { page: 'home' }, got ${shown(value)}.`);
}
