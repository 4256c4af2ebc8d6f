import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ModelsTask } from './models/context.ts';
import { chooseTasks, positive, runTasks } from './support/tasks.ts';

const folder = join(import.meta.dirname, 'models');
const isTask = (value: unknown): value is ModelsTask => typeof (value as ModelsTask)?.run === 'function';

/** What trained models cost beside their peers; each file of `bench/models/` that exports a task is one. */
export const modelsBench = {
  name: 'models',
  summary: 'Epochs and memory of trained models beside torch and jax, two threads a side. --help lists options.',
  async run(args: string[] = []): Promise<void> {
    const tasks: ModelsTask[] = [];
    for (const file of existsSync(folder) ? readdirSync(folder).sort() : []) {
      if (file.endsWith('.ts') && !file.endsWith('-child.ts'))
        tasks.push(...Object.values(await import(join(folder, file))).filter(isTask));
    }
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(
        'npm run bench -- models [options]\n  --only a,b   some tasks\n  --threads n  of each side, default 2\n  --quick      fewer batches of the peers\n',
      );
      for (const task of tasks) console.log(`  ${task.name.padEnd(12)} ${task.summary}`);
      return;
    }
    const context = { repeats: 1, threads: positive('--threads', values.threads), quick: values.quick };
    await runTasks('models', chooseTasks(tasks, values.only), context);
  },
};
