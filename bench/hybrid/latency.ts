import type { HybridRanker, HybridSource, Interactions, RankRequest } from 'attune';
import { appliancesColumns } from '../support/appliances-shape.ts';
import { builtPackage } from '../support/built.ts';
import { quantile } from '../support/clock.ts';
import { generator } from '../support/random.ts';

const longUser = 'long';
const longHistory = 1200;

/** What a page is made by, of whom, and the most milliseconds it may take; the last says whether with reasons. */
type Row = [name: string, ranker: HybridRanker, request: (k: number) => RankRequest, bound: number | undefined, reasons?: boolean];

/**
 * Milliseconds of a page of ten with reasons by the built package, on the shape of Amazon Appliances: by ALS alone, and by ALS, a search index, popular items and
 * `diversify` together; for users as they are, for a user of 1,200 interactions, for visitors and for queries.
 * @param scale share of users, items and ratings.
 */
export async function latency(scale: number, rounds: number): Promise<void> {
  const { AlsRecommender, diversify, flatIndex, HybridRanker, hnswIndex, Interactions, PopularityRecommender, SemanticIndex, weighted } =
    await builtPackage();
  const data = Interactions.fromColumns(withLongUser(appliancesColumns(scale)));
  console.log(`\nPages of ten with reasons: ${data.itemCount} items, ${data.userCount} users, 128 factors, ${rounds} pages each`);
  const als = await new AlsRecommender({ factors: 128, iterations: 2, seed: 7 }).fit(data);
  const popular = await new PopularityRecommender().fit(data);
  const alone = new HybridRanker({ sources: { als } });
  const users = usersOf(data, rounds);
  const known = (k: number): RankRequest => ({ user: users[k] });
  const rows: Row[] = [
    ['als', alone, known, 0.5],
    ['als, without reasons', alone, known, undefined, false],
    [`als, ${longHistory} interactions`, alone, () => ({ user: longUser }), 5],
  ];
  // At this size a shop takes the graph; the exact index compares the history with every vector.
  for (const [kind, vectorIndex] of [['graph', hnswIndex()] as const, ['exact', flatIndex()] as const]) {
    const index = await SemanticIndex.build(products(data), { id: 'id', text: 'title', metadata: ['brand'], vectorIndex });
    const shop = new HybridRanker({
      sources: { als, semantic: index, popular } satisfies Record<string, HybridSource>,
      fusion: weighted({ als: 0.7, semantic: 0.3 }),
      rerank: [diversify({ lambda: 0.8, by: index })],
    });
    rows.push(
      [`als + search (${kind}) + popular + diversify`, shop, known, kind === 'graph' ? 4 : undefined],
      ['the same, without reasons', shop, known, undefined, false],
      [`the same, ${longHistory} interactions`, shop, () => ({ user: longUser }), kind === 'graph' ? 5 : undefined],
      ['the same, visitor with two items', shop, (k) => ({ history: [`I${k}`, `I${3 * k}`] }), undefined],
      ['the same, query', shop, (k) => ({ user: users[k], query: 'steel dishwasher filter' }), undefined],
    );
  }
  console.log(`${'pages by'.padEnd(44)}${['p50', 'p90', 'p99'].map((name) => name.padStart(9)).join('')}   must hold`);
  for (const [name, ranker, request, bound, reasons = true] of rows) {
    const times = await timesOf((k) => ranker.rank(request(k), { n: 10, reasons }), rounds);
    const columns = [0.5, 0.9, 0.99].map((q) => quantile(times, q).toFixed(2).padStart(9)).join('');
    console.log(`${name.padEnd(44)}${columns}   ${bound === undefined ? '' : `p50 <= ${bound} ms`}`);
  }
  const plain = await timesOf(async (k) => als.recommend(users[k], { n: 10 }), rounds);
  console.log(`${'als.recommend alone'.padEnd(44)}${[0.5, 0.9, 0.99].map((q) => quantile(plain, q).toFixed(2).padStart(9)).join('')}`);
}

async function timesOf(work: (k: number) => Promise<unknown>, rounds: number): Promise<number[]> {
  for (let k = 0; k < Math.min(100, rounds); k++) await work(k);
  const times: number[] = [];
  for (let k = 0; k < rounds; k++) {
    const start = performance.now();
    await work(k);
    times.push(performance.now() - start);
  }
  return times;
}

/** Every 97th user, so that long and short histories come as often as there are of them. */
function usersOf({ users, userCount }: Interactions, count: number): string[] {
  return Array.from({ length: count }, (_, k) => users.idAt((k * 97) % userCount));
}

function withLongUser(data: ReturnType<typeof appliancesColumns>): { users: string[]; items: string[] } {
  const { users, items } = data;
  const every = [...new Set(items)];
  const count = Math.min(longHistory, every.length >> 1);
  const step = Math.floor(every.length / count);
  return {
    users: [...users, ...Array<string>(count).fill(longUser)],
    items: [...items, ...Array.from({ length: count }, (_, k) => every[k * step])],
  };
}

function products({ items }: Interactions): { id: string; title: string; brand: string }[] {
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
