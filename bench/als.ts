import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AlsContext, type AlsTask, defaultThreads } from './als/context.ts';
import { gowalla } from './als/gowalla.ts';
import { Implicit } from './als/implicit.ts';
import { jobs } from './als/jobs.ts';
import { latency } from './als/latency.ts';
import { memory } from './als/memory.ts';
import { ml1m } from './als/ml1m.ts';
import { quality } from './als/quality.ts';
import { scaling } from './als/scaling.ts';
import { quarter, shape } from './als/shape.ts';
import { chooseTasks, positive, runTasks } from './support/tasks.ts';

const tasks: AlsTask[] = [shape, quarter, gowalla, ml1m, quality, latency, memory, scaling, jobs];

const help = `npm run bench -- als [options]
  --only a,b     some tasks: ${tasks.map(({ name }) => name).join(', ')}
  --repeats N    fits on each side of a race, alternately; medians count (default 3)
  --threads N    threads of a fit, both sides (default ${defaultThreads})
  --quick        smaller data and one repeat: to see that it runs, not to quote
  --no-peers     our side only
`;

/** ALS beside `implicit`: the same data, confidences, start and loss function, on the same machine in the same run. */
export const als = {
  name: 'als',
  summary: 'ALS against implicit (Python/C++): time to the same loss, quality, latency, memory. --help lists options.',
  async run(args: string[]): Promise<void> {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        repeats: { type: 'string' },
        threads: { type: 'string', default: String(defaultThreads) },
        quick: { type: 'boolean', default: false },
        'no-peers': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return console.log(help);
    const chosen = chooseTasks(tasks, values.only);
    const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
    const implicit = values['no-peers'] ? undefined : Implicit.start(folder);
    const context: AlsContext = {
      implicit,
      repeats: positive('--repeats', values.repeats ?? (values.quick ? '1' : '3')),
      threads: positive('--threads', values.threads),
      quick: values.quick,
      folder,
      say: (line) => console.log(`  ${line}`),
    };
    try {
      await runTasks('als', chosen, context, await implicit?.about());
    } finally {
      implicit?.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
