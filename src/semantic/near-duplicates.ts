import type { EmbedOptions } from './embedder.ts';
import { breathe } from './embedders/breathe.ts';
import { allowedKeys, type Filter } from './filter.ts';
import type { IndexParts } from './index-file.ts';
import { joinNear, sparseRows } from './lexical/near-duplicates.ts';

/** Ids of items with nearly the same words, a list a group. */
export async function findNearDuplicates(
  { catalogue, lexical }: IndexParts,
  threshold: number,
  filter: Filter,
  options: EmbedOptions,
): Promise<string[][]> {
  const allowed = allowedKeys(catalogue, filter);
  const keys: number[] = [];
  for (let key = 0; key < catalogue.keys; key++) if (allowed ? allowed[key] : catalogue.isPresent(key)) keys.push(key);
  const firsts = await joinNear(sparseRows(lexical, keys), threshold, (done) => breathe('comparing', done, keys.length, options));
  options.onProgress?.({ phase: 'comparing', done: keys.length, total: keys.length });
  const groups = new Map<number, string[]>();
  firsts.forEach((first, row) => {
    const id = catalogue.idOf(keys[row]);
    const group = groups.get(first);
    if (group) group.push(id);
    else groups.set(first, [id]);
  });
  return [...groups.values()].filter((group) => group.length > 1);
}
