import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Interactions } from 'attune';

/** Where the data sets lie: ATTUNE_DATA, or `shared/data` beside the checkout. Benchmarks skip what is missing, and say so. */
export function dataFolder(name: string): string | undefined {
  const folder = resolve(process.env.ATTUNE_DATA ?? join(import.meta.dirname, '../../../shared/data'), name);
  if (existsSync(folder)) return folder;
  console.log(`skipped: ${name} is not in ${resolve(folder, '..')} (set ATTUNE_DATA)`);
  return undefined;
}

/** The lines of a gzipped text file. */
export function gzLines(path: string): string[] {
  return gunzipSync(readFileSync(path)).toString().trim().split('\n');
}

/** Pairs of user and item as interactions of value 1. */
export function fromPairs(pairs: [user: string, item: string][]): Interactions {
  return Interactions.fromColumns({ users: pairs.map(([user]) => user), items: pairs.map(([, item]) => item) });
}

/** The pairs in lines of `user item item ...`. */
export function listedPairs(path: string): [user: string, item: string][] {
  return gzLines(path).flatMap((line) => {
    const [user, ...items] = line.trim().split(/\s+/);
    return items.map((item): [string, string] => [user, item]);
  });
}

/** The LightGCN split of Gowalla: 29,858 x 40,981; 810,128 train and 217,242 test pairs. */
export function gowalla(folder: string): { train: Interactions; test: Map<string, Set<string>> } {
  const test = new Map<string, Set<string>>();
  for (const [user, item] of listedPairs(join(folder, 'test.txt.gz'))) test.set(user, (test.get(user) ?? new Set()).add(item));
  return { train: fromPairs(listedPairs(join(folder, 'train.txt.gz'))), test };
}

/** MovieLens-100k, split "ua": 90,570 training ratings of 943 users and 1,680 films. */
export function movieLens100k(folder: string): Interactions {
  const rows = gzLines(join(folder, 'ua.base.gz')).map((line) => line.split('\t'));
  return Interactions.fromColumns({
    users: rows.map(([user]) => user),
    items: rows.map(([, item]) => item),
    values: Float32Array.from(rows, ([, , value]) => Number(value)),
  });
}

/** Recall@k and NDCG@k over all items not in the user's train part, mean over the users of the test part. */
export function allRanking(
  lists: (users: string[]) => Iterable<string[]>,
  test: Map<string, Set<string>>,
  k = 20,
): { recall: number; ndcg: number } {
  const users = [...test.keys()].filter((user) => (test.get(user)?.size ?? 0) > 0);
  let recall = 0;
  let ndcg = 0;
  let at = 0;
  for (const list of lists(users)) {
    const relevant = test.get(users[at++]) as Set<string>;
    let hits = 0;
    let gain = 0;
    list.slice(0, k).forEach((item, rank) => {
      if (!relevant.has(item)) return;
      hits++;
      gain += 1 / Math.log2(rank + 2);
    });
    let ideal = 0;
    for (let rank = 0; rank < Math.min(k, relevant.size); rank++) ideal += 1 / Math.log2(rank + 2);
    recall += hits / relevant.size;
    ndcg += gain / ideal;
  }
  return { recall: recall / users.length, ndcg: ndcg / users.length };
}

/** One test item of a user against its given negatives (He et al. 2017). */
export interface NcfCase {
  user: string;
  item: string;
  negatives: string[];
}

const movieLens = { train: 'train.tsv.gz', cases: 'ml-1m.test.negative.gz' };

/**
 * A set in the NCF protocol, by default MovieLens-1M: 994,169 train pairs, 6,040 cases. Train has lines of `user TAB item`, the cases
 * `(user,item) TAB negative TAB ...`.
 */
export function ncf(folder: string, files = movieLens): { train: Interactions; cases: NcfCase[] } {
  // Columns of shared ids: an array and two strings per row would take more memory than a fit.
  const ids = new Map<string, string>();
  const own = (id: string) => ids.get(id) ?? (ids.set(id, id).get(id) as string);
  const users: string[] = [];
  const items: string[] = [];
  for (const line of gzLines(join(folder, files.train))) {
    const [user, item] = line.split('\t', 2);
    users.push(own(user));
    items.push(own(item));
  }
  const cases = gzLines(join(folder, files.cases)).map((line) => {
    const [head, ...negatives] = line.split('\t');
    const [user, item] = head.slice(1, -1).split(',');
    return { user, item, negatives: negatives.map(own) };
  });
  return { train: Interactions.fromColumns({ users, items }), cases };
}

/**
 * HR@10 and NDCG@10. A test item that stands among its own negatives is not counted as beating itself; what the model does
 * not know (NaN) comes last.
 */
export function ncfQuality(score: (user: string, items: string[]) => Float32Array, cases: NcfCase[]): { hr: number; ndcg: number } {
  let hr = 0;
  let ndcg = 0;
  for (const { user, item, negatives } of cases) {
    const others = negatives.filter((other) => other !== item);
    const scores = score(user, [item, ...others]);
    let rank = 0;
    for (let k = 1; k < scores.length; k++) if (scores[k] > scores[0]) rank++;
    if (rank >= 10 || Number.isNaN(scores[0])) continue;
    hr++;
    ndcg += 1 / Math.log2(rank + 2);
  }
  return { hr: hr / cases.length, ndcg: ndcg / cases.length };
}
