import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runEtl } from '../../examples/amazon-appliances/etl/run.ts';
import { defaults } from '../../examples/amazon-appliances/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-parquet-'));
afterAll(() => rmSync(folder, { recursive: true }));

const python = process.env.ATTUNE_PYTHON ?? 'python3';
const runs = (code: string) => spawnSync(python, ['-c', code, folder], { encoding: 'utf8' });

const query = `select u.user_id, i.parent_asin, r.rating, r.timestamp from '{d}/interactions.parquet' r
  join '{d}/user_map.parquet' u using (user_idx) join '{d}/item_map.parquet' i using (item_idx) order by r.user_idx, r.item_idx`;
const readers = {
  duckdb: `import duckdb, json, sys
d = sys.argv[1]
print(json.dumps(duckdb.sql(f"""${query}""").fetchall()))`,
  pandas: `import pandas, json, sys
read = lambda name: pandas.read_parquet(f'{sys.argv[1]}/{name}.parquet')
rows = read('interactions').merge(read('user_map')).merge(read('item_map')).sort_values(['user_idx', 'item_idx'])
print(json.dumps([[u, i, float(r), None if pandas.isna(t) else int(t)] for u, i, r, t in rows[['user_id', 'parent_asin', 'rating', 'timestamp']].values.tolist()]))`,
};

describe('the Parquet files of etl', () => {
  for (const [name, code] of Object.entries(readers)) {
    const missing = runs(`import ${name}${name === 'pandas' ? ', pyarrow' : ''}`).status !== 0;
    it.skipIf(missing)(`say the same to ${name}${missing ? ` (skipped: ${python} does not have it, set ATTUNE_PYTHON)` : ''}`, async () => {
      const reviews = join(folder, 'reviews.csv');
      const rows = [
        ['zoë', 'B1', 5, 1_600_000_000_000],
        ['zoë', 'B2', 4.5, null],
        ['Ann', 'B1', 1, 8_000],
      ];
      writeFileSync(reviews, `user,item,rating,timestamp\n${rows.map((row) => row.join(',')).join('\n')}\n`);
      await runEtl({ ...defaults.etl, reviews, dataDir: folder }, (_, work) => work(() => {}));
      const { stdout, stderr } = runs(code);
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual(rows.map(([user, item, value, time]) => [user, item, value, time === 8_000 ? 8_000_000 : time]));
    });
  }
});
