import { type ColdStart, coldStart, type SourceRole } from '../cold-start/strategy.ts';
import type { History } from '../contracts/recommender.ts';
import { AttuneError, shown } from '../errors.ts';
import { anything, callback, flag, integer, number, readOptions } from '../options.ts';
import { type SourceFusion, weighted } from './fusion.ts';
import { readRules } from './rules/check.ts';
import type { ItemAttributes, Reranker, RerankerLike } from './rules/reranker.ts';
import { type HybridSource, readSource, type Source } from './sources.ts';

/** What rules look at: an index's metadata, a map, or a function of the item. */
export type AttributesLike =
  | {
      /** What is kept of an item. */
      metadataOf(item: string): ItemAttributes | undefined;
    }
  | ReadonlyMap<string, ItemAttributes>
  | ((item: string) => ItemAttributes | undefined);

/** Options of `HybridRanker`. */
export interface HybridRankerOptions {
  /** Who is asked, by name: recommenders and indexes as they are, or functions. At least one. */
  sources: Record<string, HybridSource>;
  /** What rules look at; `title` also names items in reasons. Default: the first source that is an index. */
  attributes?: AttributesLike;
  /** How many milliseconds a source may take, for all or by name of source (those not named have 500). Default 500. */
  timeoutMs?: number | Record<string, number>;
  /** How the sources' lists become one. Default `weighted()`: all count 1, popular ones 0. */
  fusion?: SourceFusion;
  /** Who gets which sources when little is known. Default `coldStart()`. */
  coldStart?: ColdStart;
  /** Rules of the page. Default none. */
  rerank?: readonly RerankerLike[];
  /** How many items each source is asked for, at least twice the page. From 1, default 100. */
  candidates?: number;
  /**
   * Whether recommenders and similar items are asked a second time, for the scores of candidates that only others found. Without it an
   * item that one source put on place 101 counts as if that source thought nothing of it. Default true.
   */
  completeScores?: boolean;
  /**
   * What a user did, from a store. Default: what the first recommender knows that knows the user. It may take as long as a source, and is
   * done without when it fails.
   */
  history?: (user: string, options: { signal: AbortSignal }) => History | undefined | Promise<History | undefined>;
}

/** Options as the ranker uses them. */
export interface RankerSettings {
  sources: Map<string, Source>;
  /** Weight in the fusion, by name. */
  weights: Map<string, number>;
  attributesOf(item: string): ItemAttributes | undefined;
  timeoutOf(source: string): number;
  fusion: SourceFusion;
  coldStart: ColdStart;
  rules: Reranker[];
  candidates: number;
  completeScores: boolean;
  history: HybridRankerOptions['history'];
}

const defaultTimeoutMs = 500;
const longestTimeoutMs = 2 ** 31 - 1; // what a timer can hold

/** @throws ERR_BAD_OPTION */
export function readRankerOptions(options: HybridRankerOptions): RankerSettings {
  const o = readOptions('HybridRanker', options, {
    sources: sourcesOption,
    attributes: attributesOption,
    timeoutMs: anything<number | Record<string, number> | undefined>(),
    fusion: fusionOption,
    coldStart: coldStartOption,
    rerank: anything<readonly RerankerLike[] | undefined>(),
    candidates: integer({ default: 100, min: 1 }),
    completeScores: flag(true),
    history: callback<NonNullable<HybridRankerOptions['history']>>(),
  });
  const names = Object.keys(o.sources);
  const known = (given: Iterable<string>, option: string) => {
    for (const name of given) {
      if (names.includes(name)) continue;
      throw new AttuneError(
        'ERR_BAD_OPTION',
        `HybridRanker: option '${option}' names source ${shown(name)}, but the sources are ${names.map(shown).join(', ')}.`,
      );
    }
  };
  known(o.fusion.sources, 'fusion');
  known(Object.keys(o.coldStart.roles), 'coldStart');
  if (typeof o.timeoutMs === 'object' && o.timeoutMs !== null) known(Object.keys(o.timeoutMs), 'timeoutMs');
  const sources = new Map(names.map((name) => [name, readSource(name, o.sources[name], roleOf(o.coldStart, name))]));
  const attributesOf = o.attributes ?? metadataIn(o.sources);
  if (o.rerank !== undefined && !Array.isArray(o.rerank)) {
    throw new AttuneError('ERR_BAD_OPTION', `HybridRanker: option 'rerank' must be an array of re-rankers, got ${shown(o.rerank)}.`);
  }
  return {
    sources,
    weights: new Map(names.map((name) => [name, ownWeight(o.fusion, name, (sources.get(name) as Source).role)])),
    attributesOf: attributesOf ?? (() => undefined),
    timeoutOf: readTimeouts(o.timeoutMs),
    fusion: o.fusion,
    coldStart: o.coldStart,
    rules: readRules(o.rerank ?? [], attributesOf !== undefined),
    candidates: o.candidates,
    completeScores: o.completeScores,
    history: o.history,
  };
}

/** A popular source counts only where the fusion names it; else it is what remains when nothing is known. */
function ownWeight(fusion: SourceFusion, name: string, role: SourceRole): number {
  return role === 'popular' && !fusion.sources.includes(name) ? 0 : fusion.weightOf(name);
}

function roleOf({ roles }: ColdStart, name: string): SourceRole | undefined {
  return Object.hasOwn(roles, name) ? roles[name] : undefined;
}

function readTimeouts(given: number | Record<string, number> | undefined): (source: string) => number {
  const check = number({ default: defaultTimeoutMs, above: 0, max: longestTimeoutMs });
  if (typeof given !== 'object' || given === null) {
    const all = check(given, "HybridRanker: option 'timeoutMs'");
    return () => all;
  }
  const each = new Map(Object.entries(given).map(([name, ms]) => [name, check(ms, `HybridRanker: timeoutMs of ${shown(name)}`)]));
  return (source) => each.get(source) ?? defaultTimeoutMs;
}

function sourcesOption(value: unknown, name: string): Record<string, HybridSource> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    return { ...value } as Record<string, HybridSource>;
  }
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an object with at least one source by name, got ${shown(value)}.`);
}

function fusionOption(value: unknown, name: string): SourceFusion {
  if (value === undefined) return weighted();
  const given = value as SourceFusion;
  if (typeof given?.fuse === 'function' && typeof given.weightOf === 'function' && Array.isArray(given.sources)) return given;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be weighted({ ... }), reciprocalRank() or another fusion, got ${shown(value)}.`);
}

function coldStartOption(value: unknown, name: string): ColdStart {
  if (value === undefined) return coldStart();
  if (typeof (value as ColdStart)?.weights === 'function' && typeof (value as ColdStart).roles === 'object') return value as ColdStart;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be coldStart({ ... }), got ${shown(value)}.`);
}

function attributesOption(value: unknown, name: string): ((item: string) => ItemAttributes | undefined) | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'function') return value as (item: string) => ItemAttributes | undefined;
  if (value instanceof Map) return (item) => value.get(item);
  const index = value as { metadataOf?(item: string): ItemAttributes | undefined };
  if (typeof index?.metadataOf === 'function') return (item) => index.metadataOf?.(item);
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an index, a Map, or a function from item to attributes, got ${shown(value)}.`);
}

function metadataIn(sources: Record<string, HybridSource>): ((item: string) => ItemAttributes | undefined) | undefined {
  for (const source of Object.values(sources)) {
    const index = source as { metadataOf?(item: string): ItemAttributes | undefined };
    if (typeof source === 'object' && typeof index?.metadataOf === 'function') return (item) => index.metadataOf?.(item);
  }
  return undefined;
}
