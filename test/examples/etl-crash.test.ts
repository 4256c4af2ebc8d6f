import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import Database from 'libsql';
import { afterAll, expect, it } from 'vitest';
import { finishSwitch } from '../../examples/amazon-appliances/etl/switch.ts';
import { sqlite } from '../../examples/amazon-appliances/pipeline/sqlite.ts';
import { killLoads } from '../support/kill-loads.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-etl-crash-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** More with ATTUNE_KILLS, as the release does. */
const kills = Number(process.env.ATTUNE_KILLS ?? 6);

/** How many ratings there are, in the database and beside it; whatever they are, they are whole. */
async function ratings(): Promise<number> {
  await finishSwitch(join(folder, 'data'), sqlite, ''); // as every command does first
  // From a copy: libsql keeps a file open after `close()` until its statements are collected, and etl refuses a database that is in use.
  const copy = join(folder, 'copy.db');
  copyFileSync(join(folder, 'data', 'appliances.db'), copy);
  const database = new Database(copy);
  expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  const { n } = database.prepare('select count(*) as n from user_item_rating').get() as { n: number };
  database.close();
  const { buffer, byteOffset, byteLength } = readFileSync(join(folder, 'data', 'interactions.parquet'));
  expect(await parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer })).toHaveLength(n);
  expect(JSON.parse(readFileSync(join(folder, 'data', 'etl.json'), 'utf8')).summary.reviews.kept).toBe(n);
  return n;
}

it(`has the old tables or the new ones, whole, whenever etl is killed (${kills} times)`, { timeout: 30_000 * (kills + 2) }, () =>
  killLoads(folder, kills, [], ratings),
);
