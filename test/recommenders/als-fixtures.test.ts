import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AlsRecommender } from 'attune';
import { describe, expect, it } from 'vitest';
import { csrFromCoordinates } from '../../src/data/csr.ts';
import { alsProblem } from '../../src/recommenders/als/problem.ts';
import { trainAls } from '../../src/recommenders/als/train.ts';

interface Run {
  regularization: number;
  objective: { sum: number }[];
  after1: { itemFactors: number[] };
  after3: { itemFactors: number[] };
}
interface Fixture {
  users: number;
  items: number;
  factors: number;
  alpha: number;
  interactions: [number, number, number][];
  initialUserFactors: number[];
  initialItemFactors: number[];
  runs: Record<string, Run>;
}

const folder = join(process.env.ATTUNE_SHARED ?? resolve(import.meta.dirname, '../../../shared'), 'peers/als-fixtures');
const missing = !existsSync(folder);
if (missing) console.log(`skipped: exact ALS trajectories are not in ${folder} (set ATTUNE_SHARED)`);

describe.skipIf(missing).each(['als-7x6', 'als-200x150'])('textbook ALS on %s', (name) => {
  const rules = [
    ['implicit', { feedback: 'implicit', regularizationScaling: 'none' }],
    ['explicit-als-wr', { feedback: 'explicit', regularizationScaling: 'count' }],
  ] as const;
  it.each(rules)('gives the factors and the loss of a direct solve in 64 bits: %s', async (rule, how) => {
    const fixture: Fixture = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
    const run = fixture.runs[rule];
    const column = (k: 0 | 1) => Int32Array.from(fixture.interactions, (row) => row[k]);
    const values = Float32Array.from(fixture.interactions, (row) => row[2]);
    const csr = csrFromCoordinates(fixture.users, fixture.items, column(0), column(1), values);
    for (const [iterations, expected] of [
      [1, run.after1],
      [3, run.after3],
    ] as const) {
      // biome-ignore format: a table
      const { options } = new AlsRecommender({
        ...how,
        factors: fixture.factors,
        alpha: fixture.alpha,
        regularization: run.regularization,
        iterations,
        acceleration: false,
        solver: 'exact',
      });
      const start = { items: Float32Array.from(fixture.initialItemFactors), users: Float32Array.from(fixture.initialUserFactors) };
      const { items, history } = await trainAls(alsProblem(csr, options), options, start, {});
      const worst = items.reduce((most, v, k) => Math.max(most, Math.abs(v - expected.itemFactors[k])), 0);
      expect(worst).toBeLessThan(1e-4);
      const loss = history.at(-1)?.loss ?? Number.NaN;
      expect(Math.abs(loss / run.objective[iterations - 1].sum - 1)).toBeLessThan(1e-5);
    }
  });
});
