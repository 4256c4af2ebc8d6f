import { command } from '../cli/command.ts';
import { withProgress } from '../cli/progress.ts';
import { table } from '../cli/table.ts';
import { type Family, familyNames } from '../pipeline/family-names.ts';
import type { System, TrainKind, TrainResult } from '../pipeline/system.ts';
import { defaults } from '../settings.ts';
import { alsFrom, alsOptions, places } from './options.ts';

const kinds = { als: 'mf', semantic: 'ss', all: 'both' } as const satisfies Record<string, TrainKind>;

export const train = command({
  name: 'train',
  summary: 'trains and evaluates models, and promotes them to production',
  options: {
    ...places,
    model: {
      type: 'choice',
      choices: [...new Set(['als', 'semantic', 'all', 'auto', ...familyNames])],
      help: 'which models; als includes popularity, all is als and semantic, auto chooses among all families',
      default: 'all',
    },
    budget: { type: 'number', help: 'seconds that auto may take', default: defaults.choice.budgetSeconds, min: 1 },
    force: { type: 'flag', help: 'train even if neither data nor settings have changed', default: false },
    ...alsOptions,
  },
  async run({ dataDir, database, model, force, budget, ...hyperParameters }) {
    const { openSystem } = await import('../pipeline/system.ts');
    const choice = { ...defaults.choice, budgetSeconds: budget };
    const system = await openSystem({ ...defaults, dataDir, database, choice, als: alsFrom(hyperParameters) }, { withModels: false });
    try {
      const kind = Object.hasOwn(kinds, model) ? kinds[model as keyof typeof kinds] : undefined;
      const result = kind ? trainWithProgress(system, kind, force) : trainFamilyWithProgress(system, model as Family | 'auto', force);
      console.log(describeTraining(await result));
    } finally {
      system.close();
    }
  },
});

/** Trains what the shop does not serve itself, with one progress bar. */
async function trainFamilyWithProgress(system: System, family: Family | 'auto', force: boolean): Promise<TrainResult> {
  const { trainFamily } = await import('../pipeline/families.ts');
  const model = await withProgress(
    `Training ${family}`,
    (onProgress) => trainFamily(system, family, { force, onProgress }),
    ({ trained }) => (trained ? 'new' : 'unchanged'),
  );
  return { seconds: model.seconds, models: [model] };
}

/** Trains with one progress bar. */
export const trainWithProgress = (system: System, kind: TrainKind, force: boolean) =>
  withProgress(
    'Training models',
    (onProgress) => system.train(kind, { force, onProgress }),
    ({ models }) => `${models.filter((it) => it.trained).length} new, ${models.filter((it) => !it.trained).length} unchanged`,
  );

export function describeTraining({ models }: TrainResult): string {
  const rows = models.map(({ name, version, trained, seconds, metrics }) => [
    name,
    `${version}`,
    trained ? `trained in ${seconds.toFixed(1)} s` : 'unchanged',
    Object.entries(metrics)
      .map(([key, value]) => `${key} ${Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(4)}`)
      .join(', '),
  ]);
  return `\n${table([{ title: 'model' }, { title: 'version', align: 'right' }, { title: '' }, { title: 'metrics' }], rows)}`;
}
