import { command } from '../cli/command.ts';
import { withProgress } from '../cli/progress.ts';
import { count } from '../cli/table.ts';
import type { System } from '../pipeline/system.ts';
import { defaults, paths } from '../settings.ts';
import { alsFrom, alsOptions, dataDir } from './options.ts';

export const evaluate = command({
  name: 'evaluate',
  summary: 'evaluates ALS, item-kNN and popularity on the last rating of each user',
  options: {
    dataDir,
    k: { type: 'integers', help: 'cutoffs of the lists', default: defaults.evaluation.k, min: 1, max: 1000 },
    ...alsOptions,
  },
  async run({ dataDir, k, ...hyperParameters }) {
    const { openSystem } = await import('../pipeline/system.ts');
    const system = await openSystem({ ...defaults, dataDir, als: alsFrom(hyperParameters) });
    try {
      console.log(await evaluateWithProgress(system, k));
    } finally {
      system.close();
    }
  },
});

/** Evaluates with one progress bar, and writes the JSON file and the page. @returns the table */
export async function evaluateWithProgress({ data, settings }: System, k: number[]): Promise<string> {
  const { loadRatings } = await import('../pipeline/data.ts');
  const { describeEvaluation, evaluateModels } = await import('../pipeline/evaluate.ts');
  const { saveEvaluation } = await import('../pipeline/evaluation-report.ts');
  const evaluation = await withProgress(
    'Evaluating models',
    async (onProgress) => evaluateModels(await loadRatings(data), settings, { k, onProgress }),
    ({ protocol }) => `${count(protocol.users)} users, each with the last rating held out`,
  );
  saveEvaluation(evaluation, settings);
  const { evaluation: json, evaluationPage } = paths(settings.dataDir);
  return `\n${describeEvaluation(evaluation)}\n\n${json}\n${evaluationPage}`;
}
