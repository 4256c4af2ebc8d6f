/** A fit, and the lists of all users where asked; prints their cost. Arguments: class, set, options as JSON, `n` of the lists or 0. */
import { GraphFilterRecommender, SequenceLinearRecommender } from 'attune';
import { qualitySets } from '../quality/data.ts';
import { dataFolder } from '../support/data.ts';

const [name, setName, options, n] = process.argv.slice(2);
const set = qualitySets[setName];
const folder = dataFolder(set.folder);
if (!folder) throw new Error(`${set.folder} is missing`);
const { train } = set.read(folder);
const Class = { GraphFilterRecommender, SequenceLinearRecommender }[name];
if (!Class) throw new Error(`There is no class '${name}' here.`);

const cpu = process.cpuUsage();
const start = performance.now();
const model = await new Class(JSON.parse(options)).fit(train);
const prepared = (performance.now() - start) / 1000;
const users = Number(n) > 0 ? [...model.users] : [];
for (let from = 0; from < users.length; from += 4096) model.recommendMany(users.slice(from, from + 4096), { n: Number(n) });
const { user, system } = process.cpuUsage(cpu);
const cost = { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6, peak: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify({ ...cost, prepared }));
