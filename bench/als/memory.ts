import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { appliancesShape } from '../support/appliances-shape.ts';
import { type Row, ratioOf } from '../support/table.ts';
import type { AlsTask } from './context.ts';
import { Implicit } from './implicit.ts';
import { memorySettings } from './memory-settings.ts';
import { startOf } from './training.ts';

/** What a fit needs, each side in a fresh process: peak resident set while fitting, the data in memory included. */
export const memory: AlsTask = {
  name: 'memory',
  summary: 'Appliances shape, 128 factors: peak RSS of a fit in a process of its own.',
  async run({ implicit: wanted, quick, threads, folder }) {
    const scale = quick ? 1 / 16 : 1;
    const own = await child(scale, threads);
    const task = `shape${quick ? ' x 1/16' : ''}, peak RSS of a fit`;
    const row: Row = { task, unit: 'MB', attune: own.peak / 1e6, goal: '<= 1200 MB' };
    row.note = `before the fit ${(own.before / 1e6).toFixed(0)}`;
    const implicit = wanted && Implicit.start(folder);
    if (implicit) {
      const data = appliancesShape(scale);
      await implicit.load(data, memorySettings.alpha);
      const { now: before } = await implicit.memory(true);
      const { alpha: _, ...settings } = memorySettings;
      await implicit.fit({ ...settings, threads, start: startOf(data, settings.factors) });
      const { peak } = await implicit.memory();
      implicit.close();
      Object.assign(row, { peer: 'implicit CG', other: peak / 1e6, ratio: ratioOf(own.peak, peak) });
      row.note += ` / ${(before / 1e6).toFixed(0)}`;
    }
    return { rows: [row] };
  },
};

/** Runs `memory-child.ts` and reads its line. */
function child(scale: number, threads: number): Promise<{ before: number; peak: number }> {
  const args = ['--import', 'tsx', '--expose-gc', join(import.meta.dirname, 'memory-child.ts'), String(scale), String(threads)];
  return new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    process_.stdout.on('data', (part) => {
      text += part;
    });
    process_.on('error', reject);
    process_.on('close', (code) => (code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`memory-child.ts ended with code ${code}`))));
  });
}
