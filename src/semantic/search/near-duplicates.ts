import type { EmbedOptions } from '../../contracts/embedder.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { Groups } from '../../numeric/groups.ts';
import { reportAndYield } from '../../work/report-and-yield.ts';
import type { IndexParts } from '../index-file.ts';
import { visitNearPairs } from '../indexes/shared/near-pairs.ts';
import { joinNear, sparseRows } from '../lexical/near-duplicates.ts';
import { allowedKeys, type Filter } from './filter.ts';
import { notAtOnce } from './find.ts';

/** Validated options. */
export interface NearQuestion extends EmbedOptions {
  by: 'words' | 'vectors';
  threshold: number;
  threads: number | 'auto';
}

/** Ids of items that are nearly the same, one list per group. */
export async function findNearDuplicates(parts: IndexParts, filter: Filter, options: NearQuestion): Promise<string[][]> {
  const { catalogue, lexical } = parts;
  const allowed = allowedKeys(catalogue, filter);
  const keys: number[] = [];
  for (let key = 0; key < catalogue.keys; key++) if (allowed ? allowed[key] : catalogue.isPresent(key)) keys.push(key);
  const ids = keys.map((key) => catalogue.idOf(key));
  const pause = (done: number) => reportAndYield('comparing', done, keys.length, options);
  const firsts =
    options.by === 'words'
      ? await joinNear(sparseRows(lexical, keys), options.threshold, pause)
      : await joinNearVectors(parts, keys, options, pause);
  options.onProgress?.({ phase: 'comparing', done: keys.length, total: keys.length });
  const groups = new Map<number, string[]>();
  firsts.forEach((first, row) => {
    const group = groups.get(first);
    if (group) group.push(ids[row]);
    else groups.set(first, [ids[row]]);
  });
  return [...groups.values()].filter((group) => group.length > 1);
}

/** For each key the position of the first of its group. */
async function joinNearVectors(
  { vectors: index }: IndexParts,
  keys: number[],
  { threshold, threads }: NearQuestion,
  pause: (done: number) => Promise<void>,
): Promise<Int32Array> {
  const groups = new Groups(keys.length);
  await index.prepare?.();
  const vectors = index.answersLater && index.fetchVectors ? await index.fetchVectors(Int32Array.from(keys)) : undefined;
  const rows = keys.map((key, k) => (vectors ? vectors[k] : index.vectorOf?.(key)));
  if (!vectors && rows.some((row) => !row)) throw notAtOnce(index.kind);
  const there = keys.map((_, k) => k).filter((k) => rows[k]?.some((x) => x !== 0)); // an item without text has no direction
  if (there.length > 1) {
    await visitNearPairs(
      there.map((k) => rows[k] as Float32Array),
      threshold,
      threads === 'auto' ? availableThreads() : threads,
      pause,
      (a, b) => groups.first(there[a]) !== groups.first(there[b]),
      (a, b) => groups.join(there[a], there[b]),
    );
  }
  return groups.firsts();
}
