import { AttuneError, type Recommendation } from 'attune';

/** A list in which the first item has the highest score, evenly spaced down to 1. */
export function ranked(...items: string[]): Recommendation[] {
  return items.map((item, at) => ({ item, score: items.length - at }));
}

/** A recommender that knows some users and items, and has one list for all of them. */
export function fakeModel(lists: Record<string, string[]>, { items = [...new Set(Object.values(lists).flat())] as string[] } = {}) {
  const users = new Set(Object.keys(lists));
  const listed = (list: string[], options: { n?: number; exclude?: Iterable<string>; only?: Iterable<string> } = {}) => {
    const never = new Set(options.exclude);
    const only = options.only && new Set(options.only);
    return ranked(...list)
      .filter(({ item }) => !never.has(item) && (!only || only.has(item)))
      .slice(0, options.n ?? 10);
  };
  return {
    kind: 'fake',
    users,
    items: new Set(items),
    recommend(user: string, options = {}) {
      if (!users.has(user)) throw new AttuneError('ERR_UNKNOWN_USER', `no ${user}`);
      return listed(lists[user], options);
    },
    recommendFor(_: unknown, options = {}) {
      return listed(items, options);
    },
  };
}

/** An index with a list for any words and one for any history. */
export function fakeIndex(found: string[], near: string[] = [], vectors: Record<string, number[]> = {}) {
  const all = new Set([...found, ...near, ...Object.keys(vectors)]);
  return {
    search: async () => ranked(...found),
    similarTo: () => ranked(...near),
    has: (item: string) => all.has(item),
    vectorOf: (item: string) => vectors[item],
    metadataOf: () => undefined,
  };
}

/** Never answers. */
export const hangs = () => new Promise<never>(() => {});
