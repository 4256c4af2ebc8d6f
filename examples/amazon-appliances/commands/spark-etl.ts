import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { command } from '../cli/command.ts';
import { facts } from '../cli/table.ts';
import { defaults, paths } from '../settings.ts';
import { dataDir } from './options.ts';

export const sparkEtl = command({
  name: 'spark-etl',
  summary: 'makes the Parquet files of etl on a Spark cluster, and compares them with those that are there',
  options: {
    dataDir,
    cluster: {
      type: 'text',
      help: 'address of Spark Connect, sc://host:15002; without it a cluster of two workers is started here, which needs Java 17 and Maven',
    },
    reviews: { type: 'text', help: 'JSON Lines as of 2023, where the cluster can read it (default: the generated sample)' },
    output: { type: 'text', help: 'folder for the files, where the cluster can write (default: DATA_DIR/spark)' },
    minInteractions: {
      type: 'integer',
      help: 'leave out users and products with fewer ratings',
      default: defaults.etl.minInteractions,
      min: 1,
    },
  },
  async run({ dataDir, cluster, reviews, minInteractions, output = join(dataDir, 'spark') }) {
    const spark = await import('attune/spark');
    const { startSpark } = await import('../etl/spark-service.ts');
    const { compareTables } = await import('../etl/compare-tables.ts');
    const local = cluster === undefined ? startSpark() : undefined;
    try {
      const { rows, users, items, rounds } = await spark.sparkEtl({
        cluster: cluster ?? (local?.url as string),
        interactions: { path: resolve(reviews ?? paths(dataDir).reviews), format: 'json' },
        user: 'user_id',
        item: 'parent_asin',
        value: 'rating',
        minInteractions,
        output: resolve(output),
        itemId: 'parent_asin',
      });
      console.log(
        `\n${facts([
          ['ratings', rows],
          ['  by users', users],
          ['  of products', items],
          ['rounds of leaving out', rounds],
        ])}\n\n${output}`,
      );
    } finally {
      local?.stop();
    }
    if (!existsSync(paths(dataDir).manifest)) return;
    for (const { table, rows, difference } of await compareTables(dataDir, output))
      console.log(`${table}: ${difference ?? `${rows} rows, the same as those of etl`}`);
  },
});
