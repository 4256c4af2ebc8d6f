import { parseArgs } from 'node:util';
import { chooseModel, type EvaluationReport, evaluate, formatReports } from 'attune';
import { qualitySets } from './quality/data.ts';
import { qualityModels } from './quality/models.ts';
import { dataFolder } from './support/data.ts';

const help = `npm run bench -- choose [options]
  --only a,b     some sets: ${Object.keys(qualitySets).join(', ')}
  --budget n     seconds for each; default 120
  --seed n       default 1
  --families a,b beside single families with their defaults, or all: ${qualityModels.map(({ key }) => key).join(', ')}
`;

/** What chooseModel finds alone on public data sets, judged once on their test parts. */
export const chooseBench = {
  name: 'choose',
  summary: 'What chooseModel finds on public data sets within a budget of seconds, and what it is worth on their test parts.',
  async run(args: string[] = []): Promise<void> {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        budget: { type: 'string', default: '120' },
        seed: { type: 'string', default: '1' },
        families: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return console.log(help);
    for (const name of values.only?.split(',') ?? Object.keys(qualitySets)) {
      const set = qualitySets[name];
      if (!set) throw new Error(`There is no set '${name}'.\n${help}`);
      const folder = dataFolder(set.folder);
      if (!folder) continue;
      const { train, ...measured } = set.read(folder);
      console.log(`\n${name}: ${train.userCount} users, ${train.itemCount} items, ${train.size} rows; ${set.protocol}`);
      const cpu = process.cpuUsage();
      const chosen = await chooseModel(train, {
        objective: 'ndcg@10',
        budgetSeconds: Number(values.budget),
        seed: Number(values.seed),
      });
      const { user, system } = process.cpuUsage(cpu);
      console.log(`${chosen}\nheld out: ${chosen.heldOut}`);
      if (chosen.comparison) console.log(chosen.comparison.summary);
      console.log(`chosen in ${chosen.seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(0)} processor seconds): ${chosen.family}`);
      console.log(`${JSON.stringify(chosen.parameters)}${chosen.refitted ? '' : ', not fitted again: no time left'}`);
      const test = { ...measured, train, metrics: set.metrics, k: set.k };
      const reports: Record<string, EvaluationReport> = { chosen: await evaluate(chosen.recommender, { ...test, name: 'chosen' }) };
      const wanted = values.families?.split(',') ?? [];
      for (const { name, key, make } of qualityModels) {
        if (!wanted.includes(key) && !wanted.includes('all')) continue;
        const model = make({ seed: 1 });
        await model.fit(train);
        reports[name] = await evaluate(model, { ...test, name });
      }
      console.log(`test:\n${formatReports(reports)}`);
    }
  },
};
