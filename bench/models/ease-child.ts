/** A fit of EASE; prints its cost. Argument: threads. */
import { EaseRecommender } from 'attune';
import { filmsRatedTwice } from './ease.ts';

const train = filmsRatedTwice();
if (!train) throw new Error('movielens-latest-small is missing');
const cpu = process.cpuUsage();
const start = performance.now();
await new EaseRecommender({ threads: Number(process.argv[2]) }).fit(train);
const { user, system } = process.cpuUsage(cpu);
const cost = { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6, peak: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify(cost));
