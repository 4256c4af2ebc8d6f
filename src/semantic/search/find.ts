import { embedWith } from '../../contracts/embedder.ts';
import type { Recommendation } from '../../contracts/recommender.ts';
import { AttuneError } from '../../errors.ts';
import { dot } from '../../numeric/dot.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { IndexParts } from '../index-file.ts';
import type { WordOptions } from '../lexical/query-terms.ts';
import type { SearchMode } from '../semantic-options.ts';
import { bestOfFew } from './few.ts';
import { allowedKeys, type Filter } from './filter.ts';
import { type Fusion, fuseCalibrated, fuseRanks, fuseWeighted } from './fusion.ts';

/** A validated search request. */
export interface Question extends WordOptions {
  n: number;
  mode: SearchMode;
  weights: { lexical?: number; semantic?: number };
  fusion: Fusion;
  signal: AbortSignal | undefined;
  filter: Filter;
}

/**
 * Number of candidates of each side in hybrid search; further ones only follow those. On SciFact 200 rank as well as 1,000 and take a tenth of
 * the time.
 */
const candidates = 200;

const fusions = { calibrated: fuseCalibrated, weighted: fuseWeighted, 'reciprocal-rank': fuseRanks };

/** The keys that answer a query best. */
export async function findRanked(
  parts: IndexParts,
  query: string,
  { n, mode, weights, fusion, signal, filter, prefix, typos }: Question,
): Promise<Ranked> {
  const { catalogue, lexical, vectors } = parts;
  const match = () => lexical.match(query, { prefix, typos });
  if (mode === 'lexical') return match().top(n, allowedKeys(catalogue, filter));

  const vector = await embedQuery(parts, query, signal);
  const few = mode === 'semantic' && vector.some((x) => x !== 0) ? bestOfFew(parts, vector, n, filter) : undefined;
  if (few) return few;
  const allowed = allowedKeys(catalogue, filter);
  if (vector.every((x) => x === 0)) return mode === 'semantic' ? nothing() : match().top(n, allowed);
  if (mode === 'semantic') return vectors.search(vector, { n: Math.min(n, catalogue.size), allowed });

  const semantic = parts.queryEmbedder?.hybridWeight ?? parts.embedder.hybridWeight ?? 0.5;
  const share = { lexical: weights.lexical ?? 1 - semantic, semantic: weights.semantic ?? semantic };
  return inBlocks(n, async (depth) => {
    const ranked = await vectors.search(vector, { n: Math.min(depth, catalogue.size), allowed });
    const words = match(); // after the pause: another query may have been answered in the meantime
    const sides = [
      { ranked: words.top(depth, allowed), of: words.of, weight: share.lexical, one: words.par, most: words.most },
      { ranked, of: similarity(parts, vector, ranked), weight: share.semantic, one: 1, most: 1 },
    ];
    return { list: fusions[fusion](sides, 2 * depth), isAll: sides.every((side) => side.ranked.indices.length < depth) };
  });
}

/**
 * The best of the first candidates, and behind them those that only a search twice as deep finds, and so on: so a short list is a prefix of
 * any longer one. Scores never increase.
 */
async function inBlocks(n: number, look: (depth: number) => Promise<{ list: Ranked; isAll: boolean }>): Promise<Ranked> {
  let { list, isAll } = await look(candidates);
  const { indices, scores } = list;
  if (n <= indices.length || isAll) return { indices: indices.slice(0, n), scores: scores.slice(0, n) };
  const found = new Map(Array.from(indices, (key, k) => [key, scores[k]]));
  let last = scores.at(-1) ?? 0;
  for (let depth = 2 * candidates; found.size < n && !isAll; depth *= 2) {
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
  await asked.prepare?.();
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
    const vector = vectors.vectorOf?.(key);
    return vector ? dot(vector, 0, query) : last;
  };
}

const nothing = (): Ranked => ({ indices: new Int32Array(0), scores: new Float32Array(0) });
