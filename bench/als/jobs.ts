import { type Cut, Engine } from '../../src/engine/engine.ts';
import type { Job } from '../../src/engine/generated/jobs.ts';
import { dataFolder, gowalla } from '../support/data.ts';
import type { Row } from '../support/table.ts';
import type { AlsTask } from './context.ts';
import { fitAttune, startOf } from './training.ts';

const iterations = 8;

/** Where the time of a fit goes: processor time of each job of the engine, on one thread. */
export const jobs: AlsTask = {
  name: 'jobs',
  summary: 'Gowalla, 64 and 128 factors, one thread: processor time an iteration of each job of the engine. Our side only.',
  async run({ quick }) {
    const folder = dataFolder('gowalla-lightgcn');
    if (!folder) return { rows: [] };
    const { train: data } = gowalla(folder);
    data.byUser;
    const rows: Row[] = [];
    for (const factors of quick ? [64] : [64, 128]) {
      const race = { data, factors, alpha: 30, regularization: 10 };
      const start = startOf(data, factors);
      await fitAttune(race, 2, start, 1); // warms up the compiler
      const { total, spent } = await measured(() => fitAttune(race, iterations, start, 1));
      const row = (task: string, seconds: number): Row => ({
        task: `f=${factors}, ${task}`,
        unit: 'ms',
        attune: (1000 * seconds) / iterations,
        note: `${((100 * seconds) / total).toFixed(0)} %`,
      });
      for (const [job, seconds] of spent) rows.push(row(job, seconds));
      const rest = total - [...spent.values()].reduce((sum, seconds) => sum + seconds, 0);
      rows.push(row('preparing, small matrices, the rest', rest), row('all', total));
    }
    return { rows };
  },
};

/** Processor seconds of what is run, and of its jobs by name and number of rows. */
async function measured(run: () => Promise<unknown>) {
  const spent = new Map<string, number>();
  const seconds = (since?: NodeJS.CpuUsage) => process.cpuUsage(since).user / 1e6;
  const original = Engine.prototype.run;
  Engine.prototype.run = async function (this: Engine, job: Job<unknown>, cut: Cut, args: unknown, signal?: AbortSignal) {
    const before = process.cpuUsage();
    await (original as (...args: unknown[]) => Promise<void>).call(this, job, cut, args, signal);
    const count = 'bounds' in cut ? cut.bounds.array[cut.bounds.array.length - 1] : cut.rows;
    const key = `${job.name} of ${count} rows`;
    spent.set(key, (spent.get(key) ?? 0) + seconds(before));
  } as typeof original;
  try {
    const before = process.cpuUsage();
    await run();
    return { total: seconds(before), spent };
  } finally {
    Engine.prototype.run = original;
  }
}
