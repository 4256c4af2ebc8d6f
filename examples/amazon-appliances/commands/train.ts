import { command } from '../cli/command.ts';
import { withProgress } from '../cli/progress.ts';
import { table } from '../cli/table.ts';
import type { System, TrainKind, TrainResult } from '../pipeline/system.ts';
import { defaults } from '../settings.ts';
import { alsFrom, alsOptions, dataDir } from './options.ts';

const kinds = { als: 'mf', semantic: 'ss', all: 'both' } as const satisfies Record<string, TrainKind>;

export const train = command({
  name: 'train',
  summary: 'trains and evaluates models, and promotes them to production',
  options: {
    dataDir,
    model: { type: 'choice', choices: ['als', 'semantic', 'all'], help: 'which models; als includes popularity', default: 'all' },
    force: { type: 'flag', help: 'train even if neither data nor settings have changed', default: false },
    ...alsOptions,
  },
  async run({ dataDir, model, force, ...hyperParameters }) {
    const { openSystem } = await import('../pipeline/system.ts');
    const system = await openSystem({ ...defaults, dataDir, als: alsFrom(hyperParameters) });
    try {
      console.log(describeTraining(await trainWithProgress(system, kinds[model], force)));
    } finally {
      system.close();
    }
  },
});

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
