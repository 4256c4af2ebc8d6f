import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark } from './index.ts';
import { agreement } from './spark/agreement.ts';
import { dataFolder, gowalla, movieLens100k } from './support/data.ts';

const help = `npm run bench -- spark [options]
  --cluster URL      a Spark Connect server (default: the one of npm run services -- up spark)
  --only a,b         movielens-100k, gowalla
  --rank N           factors (default 32)
  --iterations N     of Spark (default 160 and 40)
`;

/** How near attune's optimum is to that of MLlib, with the options that docs/scale.md gives. */
export const spark: Benchmark = {
  name: 'spark',
  summary: "MLlib's ALS on a cluster and attune with the same objective: losses, scores, fold-in. --help lists options.",
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        cluster: { type: 'string' },
        only: { type: 'string', default: 'movielens-100k,gowalla' },
        rank: { type: 'string', default: '32' },
        iterations: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return console.log(help);
    const cluster = values.cluster ?? readFileSync(join(import.meta.dirname, '../.services/spark/url.txt'), 'utf8').trim();
    const sets = {
      'movielens-100k': { folder: 'movielens-100k', load: movieLens100k, alpha: 10, regularization: 0.05, iterations: 160 },
      gowalla: {
        folder: 'gowalla-lightgcn',
        load: (folder: string) => gowalla(folder).train,
        alpha: 10,
        regularization: 0.1,
        iterations: 40,
      },
    };
    for (const name of values.only.split(',')) {
      const set = sets[name as keyof typeof sets];
      if (!set) throw new Error(`There is no data set '${name}'. There are: ${Object.keys(sets).join(', ')}.`);
      const { alpha, regularization } = set;
      const folder = dataFolder(set.folder);
      if (!folder) continue;
      const iterations = Number(values.iterations ?? set.iterations);
      const data = set.load(folder);
      const found = await agreement(data, { cluster, rank: Number(values.rank), alpha, regularization, iterations });
      const { sparkLoss, ownLoss, continuedLoss, scores, foldIn, seconds } = found;
      console.log(`${name}: ${data.size} values, rank ${values.rank}, alpha ${alpha}, regularization ${regularization}, ${iterations} iterations of Spark
  loss of Spark's factors ${sparkLoss.toFixed(2)}, of attune's ${ownLoss.toFixed(2)}: ratio ${(ownLoss / sparkLoss).toFixed(6)}; after five more iterations of attune ${(continuedLoss / sparkLoss).toFixed(6)}
  scores of Spark's factors, attune and transform: largest difference ${scores.toExponential(1)}
  lists of a stored user and of the same history: largest difference ${foldIn.toExponential(1)}
  seconds: Spark ${seconds.spark.toFixed(1)}, attune to convergence ${seconds.own.toFixed(1)}`);
      if (!(ownLoss / sparkLoss < 1.001 && scores < 1e-5 && foldIn < 1e-4))
        throw new Error(`${name}: a loss of more than 0.1 % above Spark's, scores 1e-5 or lists 1e-4 apart`);
    }
  },
};
