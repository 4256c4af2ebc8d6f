/** One epoch of a model on a data set; prints its cost. Arguments: class, set, options as JSON. The first of two epochs warms up. */
import { LightGcnRecommender, NcfRecommender, SasRecRecommender, TwoTowerRecommender } from 'attune';
import { qualitySets } from '../quality/data.ts';
import { dataFolder } from '../support/data.ts';

const [name, setName, options] = process.argv.slice(2);
const set = qualitySets[setName];
const folder = dataFolder(set.folder);
if (!folder) throw new Error(`${set.folder} is missing`);
const { train } = set.read(folder);
const Class = { LightGcnRecommender, NcfRecommender, SasRecRecommender, TwoTowerRecommender }[name];
if (!Class) throw new Error(`There is no class '${name}' here.`);

let cpu = process.cpuUsage();
let start = performance.now();
let cost = { wall: 0, cpu: 0 };
await new Class({ ...JSON.parse(options), epochs: 2 }).fit(train, {
  onProgress: () => {
    const { user, system } = process.cpuUsage(cpu);
    cost = { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
    cpu = process.cpuUsage();
    start = performance.now();
  },
});
console.log(JSON.stringify({ ...cost, peak: process.resourceUsage().maxRSS * 1024 }));
