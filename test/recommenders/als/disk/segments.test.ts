import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Interactions } from 'attune';
import { expect, it } from 'vitest';
import { randomNumbers } from '../../../../src/numeric/random.ts';
import { withNumbers } from '../../../../src/recommenders/als/auto-settings.ts';
import { RowSpool } from '../../../../src/recommenders/als/disk/by-user.ts';
import { problemOnDisk } from '../../../../src/recommenders/als/disk/problem-on-disk.ts';
import { readAlsOptions } from '../../../../src/recommenders/als/options.ts';
import { shapeOf } from '../../../../src/recommenders/als/solver/memory.ts';
import { routesOf } from '../../../../src/recommenders/als/solver/plan.ts';
import { alsProblem } from '../../../../src/recommenders/als/solver/problem.ts';
import type { segmentsOf } from '../../../../src/recommenders/als/solver/segments.ts';
import { trainAls } from '../../../../src/recommenders/als/solver/train.ts';

const random = randomNumbers(3);
const rows = Array.from({ length: 9000 }, () => ({
  user: `u${Math.floor(3000 * random() ** 2)}`,
  item: `i${Math.floor(900 * random() ** 2)}`,
  value: Math.ceil(random() * 3),
}));
// Short rows are put together from rows of the other side, long ones are not.
const shapes = {
  'with rows that are combined': { factors: 64, regularizationScaling: 'none' },
  'with rows that are not': { factors: 24, regularizationScaling: 'count' },
} as const;

it.each(Object.entries(shapes))('factors do not depend on how many parts and segments the rows are in, %s', async (_, options) => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-segments-test-'));
  try {
    const s = withNumbers(readAlsOptions({ ...options, iterations: 3 }));
    const problem = alsProblem((await Interactions.from(rows)).byUser, s);
    const there = await trainAls(problem, s, {}, {});
    const scratch = { folder, bytes: 20_000 };
    const spool = new RowSpool(scratch);
    for (const { user, item, value } of rows) spool.push(user, item, value);
    const onDisk = await problemOnDisk(await spool.byUser(scratch, 'last'), s, scratch);
    const shape = shapeOf(onDisk.problem, s, routesOf(s));
    expect(shape.combined).toBe(options.regularizationScaling === 'none');
    expect(segmentCount(onDisk.problem.rows, shape.userCut)).toBeGreaterThan(5);
    const here = await trainAls(onDisk.problem, s, {}, {});
    expect(here.history.map(({ loss }) => loss)).toEqual(there.history.map(({ loss }) => loss));
    expect(here.items).toEqual(there.items);
    expect(here.rows).toEqual(there.rows);
    expect(here.variantScale).toEqual(there.variantScale);
    onDisk.remove();
    spool.remove();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function segmentCount(of: Parameters<typeof segmentsOf>[0], cut: Int32Array): number {
  if (!('segmentEntries' in of)) return 1;
  let count = 0;
  for (let from = 0, block = 1; block < cut.length; block++) {
    if (block < cut.length - 1 && of.offsets[cut[block + 1]] - of.offsets[cut[from]] <= of.segmentEntries) continue;
    count++;
    from = block;
  }
  return count;
}
