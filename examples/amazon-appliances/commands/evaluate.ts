import { command } from '../cli/command.ts';
import { UsageError } from '../cli/parse.ts';
import { withProgress } from '../cli/progress.ts';
import { count } from '../cli/table.ts';
import { type Family, familyNames, isFamily } from '../pipeline/family-names.ts';
import type { System } from '../pipeline/system.ts';
import { defaults, paths } from '../settings.ts';
import { alsFrom, alsOptions, places } from './options.ts';

export const evaluate = command({
  name: 'evaluate',
  summary: 'evaluates ALS, item-kNN, popularity or other models on the last rating of each user',
  options: {
    ...places,
    models: { type: 'text', help: `which models, with commas: ${familyNames.join(', ')}, or all`, default: 'als,item-knn,popularity' },
    k: { type: 'integers', help: 'cutoffs of the lists', default: defaults.evaluation.k, min: 1, max: 1000 },
    ...alsOptions,
  },
  async run({ dataDir, database, models, k, ...hyperParameters }) {
    const families = familiesIn(models);
    const { openSystem } = await import('../pipeline/system.ts');
    const system = await openSystem({ ...defaults, dataDir, database, als: alsFrom(hyperParameters) }, { withModels: false });
    try {
      console.log(await evaluateWithProgress(system, k, families));
    } finally {
      system.close();
    }
  },
});

function familiesIn(models: string): readonly Family[] {
  if (models.trim() === 'all') return familyNames;
  return [...new Set(models.split(',').map((name) => name.trim()))].map((name) => {
    if (isFamily(name)) return name;
    throw new UsageError(`--models: expected some of ${familyNames.join(', ')}, or all, got '${name}'.`);
  });
}

/** Evaluates with one progress bar, and writes the JSON file and the page. @returns the table */
export async function evaluateWithProgress({ data, settings }: System, k: number[], families?: readonly Family[]): Promise<string> {
  const { loadRatings } = await import('../pipeline/data.ts');
  const { describeEvaluation, evaluateModels } = await import('../pipeline/evaluate.ts');
  const { saveEvaluation } = await import('../pipeline/evaluation-report.ts');
  const evaluation = await withProgress(
    'Evaluating models',
    async (onProgress) => evaluateModels(await loadRatings(data), settings, { k, onProgress, ...(families && { families }) }),
    ({ protocol }) => `${count(protocol.users)} users, each with the last rating held out`,
  );
  saveEvaluation(evaluation, settings);
  const { evaluation: json, evaluationPage } = paths(settings.dataDir);
  return `\n${describeEvaluation(evaluation)}\n\n${json}\n${evaluationPage}`;
}
