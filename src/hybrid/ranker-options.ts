import { type ColdStart, coldStart, type SourceRole } from '../cold-start/strategy.ts';
import type { ContentIndex } from '../contracts/content-index.ts';
import type { History } from '../contracts/recommender.ts';
import type { Id } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';
import { anything, callback, flag, integer, isRecord, number, readOptions } from '../options.ts';
import { type SourceFusion, weighted } from './fusion.ts';
import { readSource } from './read-source.ts';
import { readRules } from './rules/check.ts';
import type { ItemAttributes, Reranker, RerankerLike } from './rules/reranker.ts';
import type { HybridSource, Source } from './sources.ts';

/** What rules look at: an index's metadata, a map, or a function of the item. */
export type AttributesLike =
  | Pick<ContentIndex, 'metadataOf'>
  | ReadonlyMap<Id, ItemAttributes>
  | ((item: string) => ItemAttributes | undefined);

/** Sources by name, as a ranker takes them. */
export type HybridSources = Readonly<Record<string, HybridSource>>;

/** The names of some sources. */
export type SourceNames<Sources extends HybridSources> = keyof Sources & string;

/** Options of `HybridRanker`. Names of sources in its other options must be among those of `sources`, also for the compiler. */
export interface HybridRankerOptions<Sources extends HybridSources = HybridSources> {
  /** The sources, by name: recommenders and indexes as they are, or functions. At least one. */
  sources: Sources;
  /** What rules look at; `title` also names items in reasons. Default: the first source that is an index. */
  attributes?: AttributesLike | undefined;
  /** How many milliseconds a source may take, for all or by name of source (those not named have 500). Default 500. */
  timeoutMs?: number | { readonly [Name in SourceNames<Sources>]?: number | undefined } | undefined;
  /** How the sources' lists become one. Default `weighted()`. */
  fusion?: SourceFusion<SourceNames<Sources>> | undefined;
  /** Who gets which sources when little is known. Default `coldStart()`. */
  coldStart?: ColdStart<SourceNames<Sources>> | undefined;
  /** Rules of the page. Default none. */
  rerank?: readonly RerankerLike[] | undefined;
  /**
   * How many items each source is asked for at first, whatever the length of the page. From 1, default 100. When too few are left for the page,
   * sources are asked for four times as many until it is full or they have no more; what they bring then comes behind.
   */
  candidates?: number | undefined;
  /**
   * Whether recommenders and similar items are asked a second time, for the scores of candidates that only others found. Without it an
   * item that one source put on place 101 counts as if that source thought nothing of it. Default true.
   */
  completeScores?: boolean | undefined;
  /**
   * With a query: how much less relevant than another an item may be to count as about equally relevant, as a share of the other's relevance.
   * Relevance orders the page; among what is about equally relevant the fused scores do. 0 = relevance alone but for ties, 1 = fused scores
   * alone. From 0 to 1, default 0.1.
   */
  relevanceBand?: number | undefined;
  /** Whether pages say why each item is there. Default true. */
  reasons?: boolean | undefined;
  /**
   * What a user did, from a store. Default: what the first source knows that knows the user, recommenders of taste first. It may take as
   * long as a source, and is done without when it fails.
   */
  history?: ((user: string, options: { signal: AbortSignal }) => History | undefined | Promise<History | undefined>) | undefined;
}

/** Options as the ranker uses them. */
export interface RankerSettings {
  sources: Map<string, Source>;
  /** Weight of a source in the fusion, for a visitor who gave words or not. */
  weightOf(source: Source, words: boolean): number;
  attributesOf(item: string): ItemAttributes | undefined;
  timeoutOf(source: string): number;
  fusion: SourceFusion;
  coldStart: ColdStart;
  rules: Reranker[];
  candidates: number;
  completeScores: boolean;
  relevanceBand: number;
  reasons: boolean;
  history: HybridRankerOptions['history'];
}

const defaultTimeoutMs = 500;
const longestTimeoutMs = 2 ** 31 - 1; // what a timer can hold

/** @throws ERR_BAD_OPTION */
export function readRankerOptions(options: HybridRankerOptions<never> | HybridRankerOptions): RankerSettings {
  const o = readOptions('HybridRanker', options, {
    sources: sourcesOption,
    attributes: attributesOption,
    timeoutMs: anything<number | Record<string, number> | undefined>(),
    fusion: fusionOption,
    coldStart: coldStartOption,
    rerank: anything<readonly RerankerLike[] | undefined>(),
    candidates: integer({ default: 100, min: 1 }),
    completeScores: flag(true),
    relevanceBand: number({ default: 0.1, min: 0, max: 1 }),
    reasons: flag(true),
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
    weightOf: (source, words) => ownWeight(o.fusion, source, words),
    attributesOf: attributesOf ?? (() => undefined),
    timeoutOf: readTimeouts(o.timeoutMs),
    fusion: o.fusion,
    coldStart: o.coldStart,
    rules: readRules(o.rerank ?? [], attributesOf !== undefined),
    candidates: o.candidates,
    completeScores: o.completeScores,
    relevanceBand: o.relevanceBand,
    reasons: o.reasons,
    history: o.history,
  };
}

/**
 * The weight of content relative to taste when no weights are given and there is no query: a compromise. Where taste is well known, likeness of
 * texts misleads; on Amazon Industrial, with few interactions and good texts, content ranks best at full weight (see docs/hybrid.md).
 */
const contentWithoutWords = 0.4;

/** A popular source counts only where the fusion names it; else it is what remains when nothing is known. */
function ownWeight(fusion: SourceFusion, { name, role }: Source, words: boolean): number {
  if (role === 'popular' && !fusion.sources.includes(name)) return 0;
  return fusion.weightOf(name) * (fusion.isUnweighted && role === 'content' && !words ? contentWithoutWords : 1);
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
  const { weights, roles, knownAfter } = (value ?? {}) as ColdStart;
  if (typeof weights === 'function' && isRecord(roles) && typeof knownAfter === 'number') return value as ColdStart;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be coldStart({ ... }), got ${shown(value)}.`);
}

function attributesOption(value: unknown, name: string): ((item: string) => ItemAttributes | undefined) | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'function') return value as (item: string) => ItemAttributes | undefined;
  if (value instanceof Map) return attributesIn(value);
  const index = value as { metadataOf?(item: string): ItemAttributes | undefined };
  if (typeof index?.metadataOf === 'function') return (item) => index.metadataOf?.(item);
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an index, a Map, or a function from item to attributes, got ${shown(value)}.`);
}

/** A map whose keys may be the numbers that a database gave as ids. */
function attributesIn(map: ReadonlyMap<unknown, ItemAttributes>): (item: string) => ItemAttributes | undefined {
  return (item) => {
    const found = map.get(item);
    if (found !== undefined || !isNumeric(item)) return found;
    return map.get(Number(item)) ?? map.get(BigInt(item));
  };
}

/** Whether it is how a whole number is written. */
function isNumeric(item: string): boolean {
  return /^(0|-?[1-9][0-9]{0,15})$/.test(item);
}

function metadataIn(sources: Record<string, HybridSource>): ((item: string) => ItemAttributes | undefined) | undefined {
  for (const source of Object.values(sources)) {
    const index = source as { metadataOf?(item: string): ItemAttributes | undefined };
    if (typeof source === 'object' && typeof index?.metadataOf === 'function') return (item) => index.metadataOf?.(item);
  }
  return undefined;
}
