import { existsSync } from 'node:fs';
import { command } from '../cli/command.ts';
import { withProgress } from '../cli/progress.ts';
import { count } from '../cli/table.ts';
import { defaults, paths } from '../settings.ts';
import { describeEtl } from './etl.ts';
import { evaluateWithProgress } from './evaluate.ts';
import { places, sampleOptions, serveOptions } from './options.ts';
import { serveUntilStopped } from './serve.ts';
import { describeTraining, trainWithProgress } from './train.ts';

export const start = command({
  name: 'start',
  summary: 'runs sample, etl, train, evaluate and serve, skipping what is already done',
  options: { ...places, ...sampleOptions, ...serveOptions },
  async run({ dataDir, database, scale, seed, port, host, adminPassword }) {
    const { runEtl } = await import('../etl/run.ts');
    const { openSystem } = await import('../pipeline/system.ts');
    const { writeSample } = await import('../sample/write.ts');
    const { databaseOf, kindOf } = await import('../pipeline/database.ts');
    const { reviews, products, manifest, evaluation } = paths(dataDir);
    const place = databaseOf({ dataDir, database });
    if (!existsSync(manifest) || !(await (await kindOf(place)).exists(place))) {
      if (!existsSync(reviews) || !existsSync(products)) {
        await withProgress(
          'Generating a sample',
          (onProgress) => writeSample({ reviews, products, scale, seed, onProgress }),
          (made) => `${count(made.ratings)} ratings by ${count(made.users)} users of ${count(made.products)} products`,
        );
      }
      console.log(`${describeEtl(await runEtl({ dataDir, database, reviews, products, ...defaults.etl }, withProgress))}\n`);
    }
    const system = await openSystem({ ...defaults, dataDir, database, adminPassword }, { withModels: false });
    const training = await trainWithProgress(system, 'both', false);
    console.log(`${describeTraining(training)}\n`);
    if (!existsSync(evaluation) || training.models.some((it) => it.trained)) {
      // Real data can be too small to hold anything out. The shop opens anyway.
      const figures = await evaluateWithProgress(system, defaults.evaluation.k).catch((error) => {
        if (error.code !== 'ERR_EMPTY') throw error;
        return error.message;
      });
      console.log(`${figures}\n`);
    }
    await system.reload();
    await serveUntilStopped(system, { port, host });
  },
});
