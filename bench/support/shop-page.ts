import type { HybridSource } from 'attune';
import { appliancesColumns } from './appliances-shape.ts';
import type { Build } from './built.ts';
import { generator } from './random.ts';

/** A user with a long history. */
export const longUser = 'long';
export const longHistory = 1200;

/** Users as they are, a user with {@link longHistory} interactions, and models of them, on the shape of Amazon Appliances. */
export async function shopModels({ AlsRecommender, Interactions, PopularityRecommender }: Build, scale: number) {
  const data = Interactions.fromColumns(withLongUser(appliancesColumns(scale)));
  const als = await new AlsRecommender({ factors: 128, iterations: 2, seed: 7 }).fit(data);
  return { data, als, popular: await new PopularityRecommender().fit(data) };
}

/** A page by ALS, a search index, popular items and `diversify` together. */
export async function shopPage(build: Build, { data, als, popular }: Awaited<ReturnType<typeof shopModels>>, kind: 'graph' | 'exact') {
  const { diversify, flatIndex, HybridRanker, hnswIndex, SemanticIndex, weighted } = build;
  const vectorIndex = kind === 'graph' ? hnswIndex() : flatIndex();
  const index = await SemanticIndex.build(products(data.items), { id: 'id', text: 'title', metadata: ['brand'], vectorIndex });
  return new HybridRanker({
    sources: { als, semantic: index, popular } satisfies Record<string, HybridSource>,
    fusion: weighted({ als: 0.7, semantic: 0.3 }),
    rerank: [diversify({ lambda: 0.8, by: index })],
  });
}

/** Every 97th user, so that long and short histories come as often as there are of them. */
export function someUsers(users: { size: number; idAt(index: number): string }, count: number): string[] {
  return Array.from({ length: count }, (_, k) => users.idAt((k * 97) % users.size));
}

function withLongUser({ users, items }: ReturnType<typeof appliancesColumns>): { users: string[]; items: string[] } {
  const every = [...new Set(items)];
  const count = Math.min(longHistory, every.length >> 1);
  const step = Math.floor(every.length / count);
  return {
    users: [...users, ...Array<string>(count).fill(longUser)],
    items: [...items, ...Array.from({ length: count }, (_, k) => every[k * step])],
  };
}

function products(items: Iterable<string>): { id: string; title: string; brand: string }[] {
  const random = generator(3);
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)];
  const brands = ['Acme', 'Borel', 'Cauchy', 'Dirac', 'Euler', 'Fermat', 'Gauss', 'Hilbert'];
  const stuffs = ['steel', 'glass', 'copper', 'ceramic', 'white', 'black', 'compact', 'portable'];
  const kinds = ['dishwasher', 'refrigerator', 'washer', 'dryer', 'range', 'oven', 'freezer', 'kettle'];
  const parts = ['filter', 'hose', 'pump', 'valve', 'door seal', 'control board', 'heating element', 'knob'];
  return Array.from(items, (id) => {
    const brand = pick(brands);
    return { id, brand, title: `${brand} ${pick(stuffs)} ${pick(kinds)} ${pick(parts)} model ${id}` };
  });
}
