import { fileModelStore } from 'attune/node';
import { loadRatings } from '../../pipeline/data.ts';
import { databaseOf, openDatabase } from '../../pipeline/database.ts';
import { modelNames, trainModels } from '../../pipeline/train.ts';
import { updateFactors } from '../../pipeline/update.ts';
import { paths } from '../../settings.ts';
import { mayReplace } from './gate.ts';
import type { GatedResult, TrainingMessage, TrainingOrder } from './messages.ts';

/** The process that trains. It shares nothing with the server but the files, so that whatever becomes of it, the server goes on. */
process.once('message', async (order: TrainingOrder) => {
  try {
    tell({ type: 'done', result: await train(order) });
  } catch (error) {
    tell({ type: 'failed', code: (error as { code?: string }).code, message: (error as Error).message });
  }
  process.disconnect();
});
process.once('disconnect', () => process.exit());

async function train({ settings, kind, force }: TrainingOrder): Promise<GatedResult> {
  const store = fileModelStore(paths(settings.dataDir).models);
  const { data, close } = await openDatabase(databaseOf(settings));
  try {
    if (kind === 'update') return await updateFactors({ data, store, settings }, { onProgress });
    const before = (await store.list(modelNames.als)).find((it) => it.aliases.includes('production'));
    const result = await trainModels({ data, store, settings }, kind, { force, promote: false, onProgress });
    const isNew = (name: string) => result.models.find((it) => it.name === name && it.trained);
    const als = isNew(modelNames.als);
    const gate = als && (await mayReplace(await loadRatings(data), settings.als, before, onProgress));
    for (const { name, version, trained } of result.models) {
      const isHeld = gate?.promoted === false && name !== modelNames.search;
      if (trained && !isHeld) await store.promote(name, version, 'production');
    }
    return { ...result, gate };
  } finally {
    close();
  }
}

function tell(message: TrainingMessage): void {
  process.send?.(message);
}

/** Every change of phase, and of each phase a few steps a second. */
let last = { phase: '', at: 0 };
function onProgress(progress: Parameters<NonNullable<Parameters<typeof trainModels>[2]>['onProgress'] & {}>[0]): void {
  const now = Date.now();
  if (progress.phase === last.phase && now - last.at < 150) return;
  last = { phase: progress.phase, at: now };
  tell({ type: 'progress', progress });
}
