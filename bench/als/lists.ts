import type { Interactions, Recommender } from 'attune';
import { allRanking } from '../support/data.ts';
import type { Implicit } from './implicit.ts';

/** Test items by user. */
export type TestLists = Map<string, Set<string>>;

/** Recall@20 and NDCG@20 of a fitted model, all items ranked that the user has not met. */
export function qualityOf(model: Recommender, test: TestLists): { recall: number; ndcg: number } {
  return allRanking((users) => Array.from(model.recommendMany(users, { n: 20 }), (list) => list.map(({ item }) => item)), test);
}

/** The same of what implicit has taken. */
export async function qualityOfImplicit(implicit: Implicit, data: Interactions, test: TestLists, threads: number) {
  const k = 20;
  const users = [...test.keys()].filter((user) => (test.get(user)?.size ?? 0) > 0);
  const items = await implicit.lists(
    users.map((user) => data.users.indexOf(user)),
    k,
    threads,
  );
  const lists = users.map((_, u) => Array.from(items.subarray(u * k, (u + 1) * k), (i) => (i < 0 ? '' : data.items.idAt(i))));
  return allRanking(() => lists, test, k);
}
