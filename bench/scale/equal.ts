import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlsRecommender, Interactions } from 'attune';
import { fitAlsOnDisk, readParquet } from 'attune/node';
import { fitOptions, type GrowthSettings } from './growth.ts';
import { writeRatings } from './parquet-file.ts';

/** Whether a fit on disk has the factors of a fit in memory, on the same Parquet file. @throws when it has not */
export async function equal(s: GrowthSettings): Promise<void> {
  const folder = mkdtempSync(join(s.folder ?? tmpdir(), 'attune-scale-'));
  const file = join(folder, 'ratings.parquet');
  try {
    for (const ratings of s.ratings) {
      writeRatings(file, ratings);
      const { maxMemoryBytes: _, history: __, folder: ___, ...settings } = fitOptions(s);
      const onDisk = await fitAlsOnDisk(readParquet(file), fitOptions(s));
      const inMemory = await new AlsRecommender(settings).fit(await Interactions.from(readParquet(file)));
      for (const side of ['userFactors', 'itemFactors'] as const) {
        const [a, b] = [onDisk[side].data, inMemory[side].data];
        if (a.length !== b.length) throw new Error(`${side}: ${a.length} numbers on disk, ${b.length} in memory`);
        const different = a.reduce((sum, value, k) => sum + (Object.is(value, b[k]) ? 0 : 1), 0);
        console.log(
          `${ratings} ratings, ${s.factors} factors, ${s.iterations} iterations, ${side}: ${different} of ${a.length} numbers differ`,
        );
        if (different > 0) throw new Error(`the ${side} are not those of a fit in memory`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
