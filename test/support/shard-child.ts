import { existsSync, readFileSync } from 'node:fs';
import { FactorRecommender, type HistoryItem } from 'attune';

/**
 * A process that holds one part of a model: answers for all users, gives the factors of histories, and answers for the factors that these
 * are solved to once they are in a file.
 */
const [model, histories, solved] = process.argv.slice(2);
const part = FactorRecommender.fromBytes(readFileSync(model));
console.log(`lists ${JSON.stringify(Array.from(part.users, (user) => part.recommend(user, { n: 10 })))}`);
if (histories) {
  const asked: HistoryItem[][] = JSON.parse(readFileSync(histories, 'utf8'));
  console.log(`rows ${JSON.stringify(asked.map((history) => part.historyFactors(history)))}`);
  while (!existsSync(solved)) await new Promise((resolve) => setTimeout(resolve, 50));
  const factors: number[][] = JSON.parse(readFileSync(solved, 'utf8'));
  const seen = (k: number) => asked[k].map((each) => (typeof each === 'object' ? each.item : each));
  console.log(`visitors ${JSON.stringify(factors.map((vector, k) => part.recommendByFactors(vector, { n: 10, exclude: seen(k) })))}`);
}
