import { type Ranked, TopK } from '../../../numeric/top-k.ts';
import type { Found, HnswGraph } from './hnsw-graph.ts';
import type { HnswKeys } from './hnsw-keys.ts';
import type { Slots } from './slots.ts';

/** What a search reads of an index. */
export interface GraphContents {
  graph: HnswGraph;
  slots: Slots;
  keys: HnswKeys;
  /** Number of keys. */
  size: number;
}

/** What is wanted of it. */
export interface GraphQuery {
  query: Float32Array;
  /** The length of the query. */
  length: number;
  /** At least 1. */
  n: number;
  efSearch: number;
  /** One flag per key; undefined where all are allowed. */
  allowed: Uint8Array | undefined;
}

/** Estimated number of vectors that a graph search compares per candidate kept. A search that would compare more than there are scans all of them. */
const comparedPerCandidate = 24;
/** A scan of what a filter leaves reads codes in order and takes a third of the time of as many comparisons on a walk past what is not allowed. */
const scannedPerCandidate = 3 * comparedPerCandidate;
/** So many vectors around a query are looked at to see whether as many of them are allowed as elsewhere, or at least this share of that. */
const aroundQuery = 32;
const leastShareAround = 1 / 3;
/** With more than this share allowed, the query's surroundings need no look: a search is wider by what the others take. */
const mostAllowed = 0.6;
/** With this share of what is around the query, a search for all takes less time than a walk along what is allowed. */
const leastShareForAll = 0.3;
/** The share around the query is taken as if so many more had been looked at, with the share of all. */
const aroundInAll = 16;
/** Candidates that a search keeps for each one that is not allowed before the last of the answer. */
const keptPerOther = 8;

/**
 * The best keys of a graph for a query. Few allowed keys, and a small graph, are scanned; otherwise a walk along the links finds candidates, which
 * are scored exactly.
 */
export function searchGraph(contents: GraphContents, { query, length, n, efSearch, allowed: flags }: GraphQuery): Ranked {
  const { graph, slots, keys, size } = contents;
  const candidates = flags ? Math.min(size, graph.flag(flags)) : size;
  if (candidates === 0) return new TopK(0).take();
  const allowed = candidates < size ? flags : undefined;
  const margin = slots.aim(query);
  const width = Math.max(efSearch, n);
  const wanted = Math.min(n, candidates);
  const isScanned = (ef: number) => ef * (allowed ? scannedPerCandidate : comparedPerCandidate) >= candidates;
  if (isScanned(width)) return scan(contents, flags, candidates, wanted, margin);
  if (allowed && candidates <= mostAllowed * size) {
    const best = searchAllowed(contents, allowed, { width, length, candidates, wanted, margin });
    if (best) return best;
  }
  for (let ef = Math.ceil((width * keys.length) / candidates); !isScanned(ef); ef *= 4) {
    const best = bestOf(contents, graph.search(ef, length), flags, wanted, margin);
    if (best) return best; // otherwise what is allowed lies farther away
  }
  return scan(contents, flags, candidates, wanted, margin);
}

/**
 * The best of what is allowed, as far as it is where the query is. Where much of that is allowed, by a search for all that keeps more candidates, otherwise by
 * a walk along allowed vectors. Undefined where the answer may lie farther away: little around the query is allowed, or too few were found.
 */
function searchAllowed(
  contents: GraphContents,
  allowed: Uint8Array,
  { width, length, candidates, wanted, margin }: { width: number; length: number; candidates: number; wanted: number; margin: number },
): Ranked | undefined {
  const { graph, size } = contents;
  const around = graph.search(aroundQuery, length);
  let allowedAround = 0;
  for (let k = 0; k < around.count; k++) if (keysOf(contents, around.slot(k), allowed).length > 0) allowedAround++;
  const share = (allowedAround + (aroundInAll * candidates) / size) / (around.count + aroundInAll);
  if (share >= leastShareForAll) {
    const needed = (rank: number) => Math.min(width + keptPerOther * (rank - wanted), (width * rank) / wanted);
    const ef = Math.ceil(needed(wanted / share));
    const found = graph.search(ef, length);
    const rank = rankOf(contents, found, allowed, wanted);
    return rank !== undefined && needed(rank) <= 2 * ef ? scored(contents, found, allowed, wanted, margin) : undefined;
  }
  if (allowedAround * size < leastShareAround * around.count * candidates) return undefined;
  graph.allow();
  const ef = width + around.count - allowedAround;
  const found = graph.searchAllowed(around.count, ef, length);
  return found.count < ef ? undefined : bestOf(contents, found, allowed, wanted, margin);
}

/** How many were found up to the one that makes as many keys as wanted; undefined when they are fewer. */
function rankOf(contents: GraphContents, found: Found, allowed: Uint8Array | undefined, wanted: number): number | undefined {
  let entered = 0;
  for (let k = 0; k < found.count; k++) {
    entered += keysOf(contents, found.slot(k), allowed).length;
    if (entered >= wanted) return k + 1;
  }
  return undefined;
}

/** The best of what was found, scored exactly; undefined when fewer are allowed than wanted. */
function bestOf(
  contents: GraphContents,
  found: Found,
  allowed: Uint8Array | undefined,
  wanted: number,
  margin: number,
): Ranked | undefined {
  return rankOf(contents, found, allowed, wanted) === undefined ? undefined : scored(contents, found, allowed, wanted, margin);
}

/** The best of what was found, which are as many as wanted. */
function scored(contents: GraphContents, found: Found, allowed: Uint8Array | undefined, wanted: number, margin: number): Ranked {
  const best = new TopK(wanted);
  for (let k = 0; k < found.count && found.score(k) + margin >= best.threshold; k++) offer(best, contents, found.slot(k), allowed);
  return best.take();
}

/** Every allowed vector by its codes, then exactly what their error leaves in doubt: the n-th best cannot be below limit - margin. */
function scan(contents: GraphContents, allowed: Uint8Array | undefined, most: number, n: number, margin: number): Ranked {
  const slots = new Int32Array(most);
  const scores = new Float32Array(most);
  const prefilter = new TopK(n);
  let count = 0;
  let threshold = Number.NEGATIVE_INFINITY;
  contents.graph.scan(allowed !== undefined, (some, theirs) => {
    slots.set(some, count);
    scores.set(theirs, count);
    for (let k = 0; k < theirs.length; k++) {
      if (theirs[k] < threshold) continue;
      prefilter.offer(count + k, theirs[k]);
      threshold = prefilter.threshold;
    }
    count += some.length;
  });
  const limit = threshold - 2 * margin;
  const left = new Set<number>(); // a slot comes once for each of its keys
  for (let k = 0; k < count; k++) if (scores[k] >= limit) left.add(slots[k]);
  const best = new TopK(Math.min(n, count));
  for (const slot of left) offer(best, contents, slot, allowed);
  return best.take();
}

/** The keys that a slot brings in. */
function keysOf({ keys }: GraphContents, slot: number, allowed: Uint8Array | undefined): readonly number[] {
  const all = keys.of(slot);
  return allowed ? all.filter((key) => allowed[key] > 0) : all;
}

function offer(best: TopK, contents: GraphContents, slot: number, allowed: Uint8Array | undefined): void {
  const keys = keysOf(contents, slot, allowed);
  if (keys.length === 0) return;
  const score = contents.slots.score(slot);
  for (const key of keys) best.offer(key, score);
}
