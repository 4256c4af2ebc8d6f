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
/** With more than this share allowed, a search that is wider by as much as the others take takes less time. */
const mostAllowed = 0.6;

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
  let found = allowed && candidates <= mostAllowed * size ? walkAllowed(contents, allowed, { width, length, candidates }) : undefined;
  for (let ef = Math.ceil((width * keys.length) / candidates); found || !isScanned(ef); ef *= 4, found = undefined) {
    found ??= graph.search(ef, length);
    const best = bestOf(contents, found, flags, wanted, margin);
    if (best) return best; // otherwise what is allowed lies farther away
  }
  return scan(contents, flags, candidates, wanted, margin);
}

/**
 * A walk along allowed vectors, which compares about twice as many as one without a filter. Undefined where it found too few, and where little of what
 * is around the query is allowed: from there it would miss some.
 */
function walkAllowed(
  { graph, keys, size }: GraphContents,
  allowed: Uint8Array,
  { width, length, candidates }: { width: number; length: number; candidates: number },
): Found | undefined {
  const around = graph.search(aroundQuery, length);
  let allowedAround = 0;
  for (let k = 0; k < around.count; k++) if (keys.of(around.slot(k)).some((key) => allowed[key] > 0)) allowedAround++;
  if (allowedAround * size < leastShareAround * around.count * candidates) return undefined;
  graph.allow();
  const ef = width + around.count - allowedAround;
  const found = graph.searchAllowed(around.count, ef, length);
  return found.count < ef ? undefined : found;
}

/** The best of what was found, scored exactly; undefined when fewer are allowed than wanted. */
function bestOf(
  contents: GraphContents,
  found: Found,
  allowed: Uint8Array | undefined,
  wanted: number,
  margin: number,
): Ranked | undefined {
  let entered = 0;
  for (let k = 0; k < found.count && entered < wanted; k++) entered += keysOf(contents, found.slot(k), allowed).length;
  if (entered < wanted) return undefined;
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
