import { evaluate, HybridRanker, weighted } from 'attune';
import { dataFolder, gzLines } from '../support/data.ts';
import { historyOf, type Industrial, type Product } from './data.ts';
import { sourcesOf } from './sources.ts';

const widths = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 1];

/**
 * How wide the bands of about equal relevance should be: validation rows of Amazon Industrial, each with a made query, two words of the title of
 * what is to be found, and its history. A made query is kinder than people's, so this tells orders of widths and not how good a search is.
 */
export async function bands({ train, validation, index }: Industrial, sample: number): Promise<void> {
  const sources = await sourcesOf({ factors: 64, alpha: 10, regularization: 1 }, train, index);
  const { histories, test } = validation;
  const titles = new Map(
    gzLines(`${dataFolder('amazon-industrial-2018')}/items.jsonl.gz`)
      .map((line) => JSON.parse(line) as Product)
      .map(({ item_id, title }) => [String(item_id), title]),
  );
  const wanted = new Map(Array.from(test, ({ user, item }) => [user, item]));
  const queryOf = (user: string) => {
    const words = (titles.get(wanted.get(user) ?? '') ?? '').split(/\s+/).filter((word) => /^[A-Za-z]{4,}$/.test(word));
    const hash = [...user].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
    return [words[hash % words.length], words[(hash >> 3) % words.length]].filter(Boolean).join(' ') || 'tool';
  };
  console.log(`\nBands of relevance: ${sample} validation rows with a made query of two words, ALS .7 and content .3`);
  for (const relevanceBand of widths) {
    const fusion = weighted({ als: 0.7, content: 0.3 });
    const ranker = new HybridRanker({ sources, fusion, relevanceBand, reasons: false, timeoutMs: 60_000 });
    const list = async (user: string, { n }: { n: number }) =>
      (await ranker.rank({ history: historyOf(histories, user), query: queryOf(user) }, { n })).items;
    const report = await evaluate(list, { train: histories, test, metrics: ['ndcg', 'hitRate'], users: sample });
    const [ndcg, hits] = (['ndcg', 'hitRate'] as const).map((metric) => report.get(metric).mean.toFixed(3));
    console.log(`relevanceBand ${String(relevanceBand).padEnd(5)} NDCG@10 ${ndcg}  HR@10 ${hits}`);
  }
}
