import { embedWith } from '../../contracts/embedder.ts';
import type { Recommendation } from '../../contracts/recommender.ts';
import { AttuneError } from '../../errors.ts';
import { dot } from '../../numeric/dot.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import { untilAborted } from '../../work/until-aborted.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { IndexParts } from '../index-file.ts';
import type { LexicalMatch } from '../lexical/bm25.ts';
import { readQuoted } from '../lexical/phrases.ts';
import type { WordOptions } from '../lexical/query-terms.ts';
import type { SearchMode } from '../semantic-options.ts';
import { facetsOf } from './facets.ts';
import { bestOfFew } from './few.ts';
import { allowedKeys, type Filter } from './filter.ts';
import { type Fusion, fuseCalibrated, fuseRanks, fuseWeighted } from './fusion.ts';
import type { Reranking } from './rerank-options.ts';
import type { FacetCount, Fallback } from './result.ts';
import { type SortField, sortedBy, tiesBroken } from './sorting.ts';

/** A validated search request. */
export interface Question extends WordOptions {
  n: number;
  offset: number;
  mode: SearchMode;
  match: 'all' | 'any';
  minScore: number | undefined;
  fields: readonly number[] | undefined;
  sort: readonly SortField[] | undefined;
  facets: readonly string[];
  popularity: string | undefined;
  fallback: boolean;
  weights: { lexical?: number; semantic?: number };
  fusion: Fusion;
  rerank: Reranking | undefined;
  signal: AbortSignal | undefined;
  filter: Filter;
}

/** What was found: a page of it, and what is known of the whole. */
export interface Found {
  ranked: Ranked;
  facets: Record<string, FacetCount[]>;
  total: number | undefined;
  fallback: Fallback | undefined;
  /** Whether nothing at all was found, on whatever page. */
  isEmpty: boolean;
}

/**
 * Number of candidates of each side in hybrid search; further ones only follow those. Calibrated scores do not depend on it: on SciFact 100 give the
 * same first ten as 200 and rank as well as 1,000, and a search among 94,327 products takes two thirds of the time of 200. The others would
 * give other scores than before.
 */
const candidates = { calibrated: 100, weighted: 200, 'reciprocal-rank': 200 };

const fusions = { calibrated: fuseCalibrated, weighted: fuseWeighted, 'reciprocal-rank': fuseRanks };

/** What answers a query, or what stands in for it when nothing does and that is wanted. */
export async function find(parts: IndexParts, query: string, question: Question): Promise<Found> {
  const found = await findAsAsked(parts, query, question);
  if (!found.isEmpty || !question.fallback) return found;
  const loose = { ...question, match: 'any', fields: undefined } as const;
  const some = await findAsAsked(parts, readQuoted(query).text, loose);
  if (!some.isEmpty) return { ...some, fallback: some.fallback ?? 'any' };
  if (question.popularity === undefined) return found;
  const instead = popular(parts, question, question.popularity);
  return instead.isEmpty ? found : instead;
}

async function findAsAsked(parts: IndexParts, query: string, question: Question): Promise<Found> {
  const { catalogue, lexical } = parts;
  const { n, offset, mode, sort, facets, minScore, popularity, filter, prefix, typos, match: wanted, fields, rerank: reranking } = question;
  let words: LexicalMatch | undefined;
  // Asked again where another query has been answered in a pause.
  const match = () => {
    if (!words?.isCurrent()) words = lexical.match(query, { prefix, typos, match: wanted, fields });
    return words;
  };
  // A query for its meaning alone needs no words, unless all of them are wanted or some stand in quotation marks.
  const asksWords = mode !== 'semantic' || wanted === 'all' || fields !== undefined || readQuoted(query).phrases.length > 0;
  const byWords = mode === 'lexical';
  // Before the words are asked: they would have to be asked again when other queries are answered in the pause.
  const vector = byWords ? undefined : await embedQuery(parts, query, question.signal);
  const { isStrict, count: found } = asksWords ? match() : { isStrict: false, count: 1 };
  const named = keyNamed(catalogue, query, filter);
  const isWhole = sort !== undefined || facets.length > 0;
  // Before the next pause: afterwards the scores may be those of another query.
  const strict = isStrict && !byWords ? restricted(catalogue, filter, match().has) : undefined;
  const allowed = strict ?? (isWhole || byWords ? allowedKeys(catalogue, filter) : undefined);
  const scope = vector && isWhole ? await related(parts, vector, match, allowed) : allowed;
  const rank = (most: number) => ranking(parts, query, vector, match, question, most, scope);

  let whole: Ranked | undefined;
  if (isWhole) whole = cut(withFirst(await rank(catalogue.size), named), minScore, named);
  const end = offset + n;
  // At least one, to know whether there is any.
  const most = Math.max(end, 1, n > 0 ? (reranking?.first ?? 0) : 0);
  let ranked = whole ?? cut(withFirst(await rank(most), named), minScore, named);
  if (!whole && popularity !== undefined)
    ranked = await untied(ranked, most, async (more) => cut(withFirst(await rank(more), named), minScore, named));
  if (popularity !== undefined) ranked = tiesBroken(catalogue, ranked, popularity);
  if (sort) ranked = sortedBy(catalogue, ranked, sort);
  if (reranking && n > 0) {
    const { rerank } = await import('./rerank.ts'); // few pages need it
    ranked = withFirst(await rerank(ranked, query, reranking, (key) => catalogue.idOf(key), question.signal), named);
  }
  const countOf = () => {
    if (byWords) return totalOf(match(), allowed, minScore, named);
    return strict && minScore === undefined ? strict.reduce((sum, flag) => sum + flag, 0) : undefined;
  };
  const total = whole?.indices.length ?? countOf();
  const isEmpty = total === undefined ? ranked.indices.length === 0 : total === 0;
  return {
    ranked: pageOf(ranked, offset, end),
    facets: whole ? facetsOf(catalogue, whole.indices, facets) : {},
    total,
    fallback: byWords || found > 0 || named >= 0 || isEmpty ? undefined : 'meaning',
    isEmpty,
  };
}

/** The best keys by words, by meaning or by both. @param scope one flag per key, or undefined: what the filter allows. */
async function ranking(
  parts: IndexParts,
  query: string,
  vector: Float32Array | undefined,
  match: () => LexicalMatch,
  { mode, weights, fusion, filter }: Question,
  n: number,
  scope: Uint8Array | undefined,
): Promise<Ranked> {
  const { catalogue, vectors } = parts;
  if (n === 0) return nothing();
  if (!vector) return match().top(n, scope);
  const few = mode === 'semantic' && !scope && vector.some((x) => x !== 0) ? bestOfFew(parts, vector, n, filter) : undefined;
  if (few) return few;
  const allowed = scope ?? allowedKeys(catalogue, filter);
  if (vector.every((x) => x === 0)) return mode === 'semantic' ? nothing() : match().top(n, allowed);
  if (mode === 'semantic') return vectors.search(vector, { n: Math.min(n, catalogue.size), allowed });

  const semantic = semanticWeight(parts, query);
  const share = { lexical: weights.lexical ?? 1 - semantic, semantic: weights.semantic ?? semantic };
  return inBlocks(n, candidates[fusion], async (depth) => {
    const answer = vectors.search(vector, { n: Math.min(depth, catalogue.size), allowed });
    const ranked = answer instanceof Promise ? await answer : answer;
    const words = match(); // after a pause another query may have been answered in the meantime
    const sides = [
      { ranked: words.top(depth, allowed), of: words.of, weight: share.lexical, one: words.par, most: words.most },
      { ranked, of: similarity(parts, vector, ranked), weight: share.semantic, one: 1, most: 1 },
    ];
    return { list: fusions[fusion](sides, 2 * depth), isAll: sides.every((side) => side.ranked.indices.length < depth) };
  });
}

/** What the vectors of an embedder count beside words. */
function semanticWeight({ embedder, queryEmbedder, lexical }: IndexParts, query: string): number {
  const { hybridWeight = embedder.hybridWeight, sentenceWeight } = queryEmbedder ?? embedder;
  return (lexical.isSentence(query) ? sentenceWeight : undefined) ?? hybridWeight ?? 0.5;
}

/** What is not half as close to the query as the closest item is no longer part of its result. */
const stillClose = 0.5;

/** Where the result has to have an end, to be sorted or counted: items with a word of the query, and items whose vectors are close to it. */
async function related(
  { catalogue, vectors }: IndexParts,
  vector: Float32Array,
  match: () => LexicalMatch,
  allowed: Uint8Array | undefined,
): Promise<Uint8Array> {
  const close: number[] = [];
  if (vector.some((x) => x !== 0)) {
    for (let depth = 1024; ; depth *= 4) {
      const n = Math.min(depth, catalogue.size);
      const { indices, scores } = await vectors.search(vector, { n, allowed });
      const end = scores.findIndex((score) => !(score > 0 && score >= stillClose * scores[0]));
      if (end < 0 && indices.length === n && n < catalogue.size) continue;
      close.push(...indices.subarray(0, end < 0 ? indices.length : end));
      break;
    }
  }
  const words = match();
  const flags = new Uint8Array(catalogue.keys);
  for (const key of close) flags[key] = 1;
  for (const key of words.top(words.count, allowed).indices) flags[key] = 1;
  return flags;
}

/** One flag per key: what the filter allows and a test keeps. */
function restricted(catalogue: Catalogue, filter: Filter, keeps: (key: number) => boolean): Uint8Array {
  const flags = allowedKeys(catalogue, filter) ?? catalogue.matching([]);
  for (let key = 0; key < flags.length; key++) if (flags[key] && !keeps(key)) flags[key] = 0;
  return flags;
}

/** The key of the item whose id the query is, -1 when there is none. Few digits are rather a number than an id. */
function keyNamed(catalogue: Catalogue, query: string, filter: Filter): number {
  const id = query.trim().replace(/^"([^"]+)"$/, '$1');
  if (/^\d{0,4}$/.test(id)) return -1;
  const key = [id, id.toUpperCase(), id.toLowerCase()].map((each) => catalogue.keyOf(each)).find((each) => each >= 0) ?? -1;
  return key >= 0 && (allowedKeys(catalogue, filter)?.[key] ?? 1) === 1 ? key : -1;
}

/** A ranking with one key before all others. */
function withFirst({ indices, scores }: Ranked, first: number): Ranked {
  if (first < 0) return { indices, scores };
  const others = Array.from(indices.keys()).filter((k) => indices[k] !== first);
  return {
    indices: Int32Array.of(first, ...others.map((k) => indices[k])),
    scores: Float32Array.of(Math.max(1, scores[0] ?? 0), ...others.map((k) => scores[k])),
  };
}

/** The part of a ranking that reaches a score; the item that was named stays. */
function cut({ indices, scores }: Ranked, minScore: number | undefined, named: number): Ranked {
  if (minScore === undefined) return { indices, scores };
  const low = scores.findIndex((score, k) => !(score >= minScore || indices[k] === named));
  return low < 0 ? { indices, scores } : { indices: indices.slice(0, low), scores: scores.slice(0, low) };
}

/** The entries from..to of a ranking. */
function pageOf(ranked: Ranked, from: number, to: number): Ranked {
  if (from === 0 && to >= ranked.indices.length) return ranked;
  return { indices: ranked.indices.slice(from, to), scores: ranked.scores.slice(from, to) };
}

/** A ranking that goes on until the last of equal scores. */
async function untied(ranked: Ranked, most: number, rank: (more: number) => Promise<Ranked>): Promise<Ranked> {
  let list = ranked;
  for (let more = most; list.indices.length >= more && list.scores[more - 1] === list.scores[most - 1]; ) {
    more *= 2;
    list = await rank(more);
  }
  return list;
}

function totalOf(words: LexicalMatch, allowed: Uint8Array | undefined, minScore: number | undefined, named: number): number {
  if (!allowed && minScore === undefined && named < 0) return words.count;
  return cut(withFirst(words.top(words.count, allowed), named), minScore, named).indices.length;
}

/** The most popular items, for want of anything else. */
function popular({ catalogue }: IndexParts, { n, offset, facets, filter, sort }: Question, field: string): Found {
  const flags = allowedKeys(catalogue, filter) ?? catalogue.matching([]);
  const indices = Int32Array.from(flags.keys()).filter((key) => flags[key] === 1);
  const byPopularity = tiesBroken(catalogue, { indices, scores: new Float32Array(indices.length) }, field);
  const whole = sort ? sortedBy(catalogue, byPopularity, sort) : byPopularity;
  return {
    ranked: pageOf(whole, offset, offset + n),
    facets: facetsOf(catalogue, whole.indices, facets),
    total: whole.indices.length,
    fallback: 'popular',
    isEmpty: whole.indices.length === 0,
  };
}

/**
 * The best of the first candidates, and behind them those that only a search twice as deep finds, and so on: so a short list is a prefix of
 * any longer one. Scores never increase.
 */
async function inBlocks(n: number, first: number, look: (depth: number) => Promise<{ list: Ranked; isAll: boolean }>): Promise<Ranked> {
  let { list, isAll } = await look(first);
  const { indices, scores } = list;
  if (n <= indices.length || isAll) return { indices: indices.slice(0, n), scores: scores.slice(0, n) };
  const found = new Map(Array.from(indices, (key, k) => [key, scores[k]]));
  let last = scores.at(-1) ?? 0;
  for (let depth = 2 * first; found.size < n && !isAll; depth *= 2) {
    ({ list, isAll } = await look(depth));
    list.indices.forEach((key, k) => {
      if (found.has(key)) return;
      last = Math.min(last, list.scores[k]);
      found.set(key, last);
    });
  }
  const entries = [...found].slice(0, n);
  return { indices: Int32Array.from(entries, ([key]) => key), scores: Float32Array.from(entries, ([, score]) => score) };
}

/** Ids for keys. */
export function named(catalogue: Catalogue, { indices, scores }: Ranked): Recommendation[] {
  const list: Recommendation[] = [];
  indices.forEach((key, k) => {
    // An asynchronous index may still return keys that have been removed in the meantime.
    if (catalogue.isPresent(key)) list.push({ item: catalogue.idOf(key), score: scores[k] });
  });
  return list;
}

export function notAtOnce(kind: string): AttuneError {
  return new AttuneError(
    'ERR_NOT_SUPPORTED',
    `A vector index of kind '${kind}' does not answer at once, so only search works with it. Use flatIndex() for similar items.`,
  );
}

async function embedQuery(
  { embedder, queryEmbedder, vectors }: IndexParts,
  query: string,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const asked = queryEmbedder ?? embedder;
  await untilAborted(asked.prepare?.(), signal); // it may be a download
  const vector = await embedWith(asked, [query], { signal });
  const dimensions = embedder.dimensions || vectors.dimensions;
  if (vector.length === dimensions) return vector;
  throw new AttuneError(
    'ERR_EMBEDDER',
    `Embedder '${asked.name}': expected vectors of ${dimensions} dimensions, as this index has, got ${vector.length}.`,
  );
}

/** The cosine of any key. An index that does not give its vectors counts what it did not list as its last entry. */
function similarity({ vectors }: IndexParts, query: Float32Array, ranked: Ranked): (key: number) => number {
  const listed = new Map(Array.from(ranked.indices, (key, k) => [key, ranked.scores[k]]));
  const last = ranked.scores.at(-1) ?? 0;
  return (key) => {
    const score = listed.get(key);
    if (score !== undefined) return score;
    const own = vectors.scoreOf?.(query, key);
    if (own !== undefined) return own;
    const vector = vectors.vectorOf?.(key);
    return vector ? dot(vector, 0, query) : last;
  };
}

const nothing = (): Ranked => ({ indices: new Int32Array(0), scores: new Float32Array(0) });
