import { parseArgs } from 'node:util';
import {
  AlsRecommender,
  type BlendOptions,
  BlendRecommender,
  BprRecommender,
  compare,
  EaseRecommender,
  type EvaluationReport,
  evaluate,
  type FittableRecommender,
  formatReports,
  GraphFilterRecommender,
  type Interactions,
  ItemKnnRecommender,
  NcfRecommender,
  SasRecRecommender,
  SequenceLinearRecommender,
  type Split,
  split,
} from 'attune';
import { type QualitySet, qualitySets } from './quality/data.ts';
import { timed } from './support/clock.ts';
import { dataFolder } from './support/data.ts';

type Part = NonNullable<BlendOptions['parts']>[number] & FittableRecommender;
type Parts = Record<string, () => Part>;

const seed = 1;
const root = { regularizationScaling: 'frequency', regularizationExponent: 0.5 } as const;
const als = (options: object) => () => new AlsRecommender({ seed, ...options });
const knn = (options: object) => () => new ItemKnnRecommender(options);
const next = (options: object) => () => new SequenceLinearRecommender(options);
const graph = (options: object) => () => new GraphFilterRecommender({ seed, ...options });
const sasrec = () => new SasRecRecommender({ seed });

/** What may be part of a blend, by set: models that are good alone and differ from each other. */
const partsOf: Record<string, Parts> = {
  'ml-1m': {
    als: als({ factors: 128, alpha: 10, regularization: 3, iterations: 8, ...root }),
    'sequence-linear': next({ historyDecay: 2, historyFloor: 0 }),
    ease: () => new EaseRecommender({ regularization: 250 }),
  },
  'amazon-music': {
    als: als({ factors: 128, alpha: 10, regularization: 3, iterations: 8, ...root }),
    'graph-filter': graph({}),
    'sequence-linear': next({}),
    bpr: () => new BprRecommender({ seed, candidates: 4, iterations: 60 }),
    ncf: () => new NcfRecommender({ seed }),
  },
  beauty: { 'sequence-linear': next({}), 'item-knn': knn({ popularityExponent: 0.3 }), als: als({}), 'graph-filter': graph({}), sasrec },
  sports: { 'sequence-linear': next({}), 'item-knn': knn({ popularityExponent: 0.3 }), als: als({}), 'graph-filter': graph({}), sasrec },
  gowalla: {
    'graph-filter': graph({}),
    'item-knn': knn({ neighbors: 300 }),
    als: als({ factors: 128, alpha: 60, regularization: 3, regularizationScaling: 'count', iterations: 3 }),
    'sequence-linear': next({ sessionWeight: 0.9, regularization: 150, weightsPerItem: 500 }),
  },
};

const help = `npm run bench -- blends [options]
  --only a,b     some sets: ${Object.keys(partsOf).join(', ')}
  --parts a,b    some of their parts
  --weights 1,2  what the parts count, chosen in an earlier run
  --dry          chooses and leaves the test part alone
`;

/** Users by whom weights are chosen. */
const users = 4000;
/** Times that a part is added, with replacement. */
const mostSteps = 8;

/** Blends whose parts and weights are chosen on validation rows, judged once on the test part beside the best of their parts. */
export const blendsBench = {
  name: 'blends',
  summary: 'Blends on public data sets: parts and weights by greedy selection on validation rows, then one look at the test part.',
  async run(args: string[] = []): Promise<void> {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        parts: { type: 'string' },
        weights: { type: 'string' },
        dry: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return console.log(help);
    for (const name of values.only?.split(',') ?? Object.keys(partsOf)) {
      const set = qualitySets[name];
      if (!set || !partsOf[name]) throw new Error(`There are no blends for '${name}'.\n${help}`);
      const folder = dataFolder(set.folder);
      if (!folder) continue;
      const wanted = values.parts?.split(',') ?? Object.keys(partsOf[name]);
      const parts = Object.fromEntries(wanted.map((part) => [part, partsOf[name][part]]));
      const read = set.read(folder);
      console.log(`\n${name}: ${read.train.size} rows; ${set.protocol}\n  chosen on ${set.validation.words}, ${users} users at most`);
      const weights = values.weights?.split(',').map(Number);
      const counts = weights
        ? new Map(wanted.map((part, k) => [part, weights[k]]))
        : await chosen(parts, split(read.train, set.validation.split) as Split, set);
      if (!values.dry) await judged(parts, counts, read, set);
    }
  },
};

type Fitted = Record<string, Part>;

async function fitted(parts: Parts, train: Interactions): Promise<Fitted> {
  const all: Fitted = {};
  for (const [name, make] of Object.entries(parts)) {
    all[name] = make();
    const { wall, cpu } = await timed(() => all[name].fit(train));
    console.log(`  ${name}: fitted in ${wall.toFixed(1)} s (${cpu.toFixed(1)} CPU s)`);
  }
  return all;
}

/** How often each part counts: the one is added, again and again, that helps most (Caruana et al. 2004, "Ensemble selection"). */
async function chosen(parts: Parts, { train, test }: Split, set: QualitySet): Promise<Map<string, number>> {
  const models = await fitted(parts, train);
  const { candidates } = set.validation;
  const worth = async (counts: Map<string, number>) => {
    const report = await evaluate(blendOf(models, counts), { train, test, candidates, metrics: set.metrics, k: set.k, users, seed });
    const figures = set.metrics.map((metric) => report.get(metric, set.k).mean);
    console.log(`  validation ${said(counts)}: ${figures.map((figure) => figure.toFixed(4)).join(' / ')}`);
    return figures[1];
  };
  let best = new Map<string, number>();
  let value = 0;
  for (let step = 0; step < mostSteps; step++) {
    const before = best;
    for (const name of Object.keys(models)) {
      const counts = new Map(before).set(name, (before.get(name) ?? 0) + 1);
      if (step > 0 && counts.size === 1) continue;
      const own = await worth(counts);
      if (own > value) [best, value] = [counts, own];
    }
    if (best === before) break;
  }
  return best;
}

/** The blend and each of its parts, fitted on all rows. */
async function judged(parts: Parts, counts: Map<string, number>, read: ReturnType<QualitySet['read']>, set: QualitySet): Promise<void> {
  const models = await fitted(Object.fromEntries([...counts.keys()].map((name) => [name, parts[name]])), read.train);
  const measured = { ...read, metrics: set.metrics, k: set.k };
  const reports: Record<string, EvaluationReport> = {};
  for (const name of counts.keys()) reports[name] = await evaluate(models[name], { ...measured, name });
  const ndcg = (name: string) => reports[name].get(set.metrics[1], set.k).mean;
  const best = [...counts.keys()].reduce((a, b) => (ndcg(b) > ndcg(a) ? b : a));
  const blend = await evaluate(blendOf(models, counts), { ...measured, name: 'blend' });
  console.log(`${formatReports({ ...reports, blend })}\nblend: ${said(counts)}`);
  if (counts.size > 1) console.log(compare(blend, reports[best], `${set.metrics[1]}@${set.k}`).summary);
}

function blendOf(models: Fitted, counts: Map<string, number>) {
  const [first, ...others] = counts.keys();
  if (others.length === 0) return models[first];
  return new BlendRecommender({ parts: [...counts.keys()].map((name) => models[name]), weights: [...counts.values()] });
}

const said = (counts: Map<string, number>) => [...counts].map(([name, count]) => `${count} x ${name}`).join(' + ');
