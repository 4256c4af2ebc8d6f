import type { HybridRanker, RankRequest } from 'attune';
import { builtPackage } from '../support/built.ts';
import { quantile } from '../support/clock.ts';
import { longHistory, longUser, shopModels, shopPage, someUsers } from '../support/shop-page.ts';

/** What a page is made by, of whom, and the most milliseconds it may take; the last says whether with reasons. */
type Row = [name: string, ranker: HybridRanker, request: (k: number) => RankRequest, bound: number | undefined, reasons?: boolean];

/**
 * Milliseconds of a page of ten with reasons by the built package, on the shape of Amazon Appliances: by ALS alone, and by ALS, a search index, popular items and
 * `diversify` together; for users as they are, for a user of 1,200 interactions, for visitors and for queries.
 * @param scale share of users, items and ratings.
 */
export async function latency(scale: number, rounds: number): Promise<void> {
  const build = await builtPackage();
  const models = await shopModels(build, scale);
  const { data, als } = models;
  console.log(`\nPages of ten with reasons: ${data.itemCount} items, ${data.userCount} users, 128 factors, ${rounds} pages each`);
  const alone = new build.HybridRanker({ sources: { als } });
  const users = someUsers(data.users, rounds);
  const known = (k: number): RankRequest => ({ user: users[k] });
  const rows: Row[] = [
    ['als', alone, known, 0.5],
    ['als, without reasons', alone, known, undefined, false],
    [`als, ${longHistory} interactions`, alone, () => ({ user: longUser }), 5],
  ];
  // At this size a shop takes the graph; the exact index compares the history with every vector.
  for (const kind of ['graph', 'exact'] as const) {
    const shop = await shopPage(build, models, kind);
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
