import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AlsContext, type AlsTask, defaultThreads } from './support/als/context.ts';
import { gowalla } from './support/als/gowalla.ts';
import { latency } from './support/als/latency.ts';
import { memory } from './support/als/memory.ts';
import { ml1m } from './support/als/ml1m.ts';
import { quality } from './support/als/quality.ts';
import { scaling } from './support/als/scaling.ts';
import { quarter, shape } from './support/als/shape.ts';
import { Implicit } from './support/implicit.ts';
import { type Row, table } from './support/table.ts';

const tasks: AlsTask[] = [shape, quarter, gowalla, ml1m, quality, latency, memory, scaling];

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
    const chosen = chooseTasks(values.only);
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
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, ...(await implicit?.about()) };
    const loadBefore = loadavg();
    console.log(JSON.stringify(machine));
    if (loadBefore[0] > 1)
      console.log(`The machine is busy (load ${loadBefore[0].toFixed(1)}): ratios of wall times are not to be quoted.`);
    const rows: Row[] = [];
    const details: Record<string, unknown> = {};
    try {
      for (const task of chosen) {
        const result = await task.run(context);
        rows.push(...result.rows);
        details[task.name] = result.detail;
        console.log(`\n${table(result.rows)}\n`);
      }
    } finally {
      implicit?.close();
      rmSync(folder, { recursive: true, force: true });
    }
    const load = { before: loadBefore, after: loadavg() };
    const { repeats, threads, quick } = context;
    const out = join(import.meta.dirname, 'out');
    mkdirSync(out, { recursive: true });
    const file = join(out, `als-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
    writeFileSync(file, JSON.stringify({ machine, load, repeats, threads, quick, rows, details }, undefined, 2));
    if (chosen.length > 1) console.log(table(rows));
    console.log(`\nload before and after ${load.before[0].toFixed(1)}, ${load.after[0].toFixed(1)}; written to ${file}`);
  },
};

function chooseTasks(only: string | undefined): AlsTask[] {
  if (only === undefined) return tasks;
  return only.split(',').map((name) => {
    const task = tasks.find((each) => each.name === name.trim());
    if (!task) throw new Error(`There is no task '${name}'. ${help}`);
    return task;
  });
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a whole number from 1, got '${text}'.`);
  return value;
}
