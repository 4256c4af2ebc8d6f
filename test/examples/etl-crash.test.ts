import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parquetReadObjects } from 'hyparquet';
import Database from 'libsql';
import { afterAll, expect, it } from 'vitest';
import { finishSwitch } from '../../examples/amazon-appliances/etl/switch.ts';
import { bundled } from '../support/bundled.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'attune-etl-crash-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** More with ATTUNE_KILLS, as the release does. */
const kills = Number(process.env.ATTUNE_KILLS ?? 6);
const sizes = [3000, 5000];
const files = sizes.map((size) => {
  const file = join(folder, `${size}.csv`);
  const rows = Array.from({ length: size }, (_, k) => `user${k},B${k % 97},${1 + (k % 5)},${1_600_000_000 + k}`);
  writeFileSync(file, `user_id,parent_asin,rating,timestamp\n${rows.join('\n')}\n`);
  return file;
});
const program = await bundled(join(root, 'examples/amazon-appliances/main.ts'));
const etl = (file: string) =>
  spawn(process.execPath, [program, 'etl', '--reviews', file], {
    cwd: root,
    env: { ...process.env, DATA_DIR: join(folder, 'data') },
    stdio: 'ignore',
  });

/** How many ratings there are, in the database and beside it; whatever they are, they are whole. */
async function ratings(): Promise<number> {
  finishSwitch(join(folder, 'data')); // as every command does first
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

it(`has the old tables or the new ones, whole, whenever etl is killed (${kills} times)`, { timeout: 30_000 * (kills + 2) }, async () => {
  const started = performance.now();
  const ended = (child: ChildProcess) => new Promise<number | null>((done) => child.on('close', done));
  expect(await ended(etl(files[0]))).toBe(0);
  const whole = performance.now() - started;
  let now = await ratings();
  expect(now).toBe(sizes[0]);
  let killed = 0;
  let switched = 0;
  for (let k = 0; k < kills; k++) {
    const next = now === sizes[0] ? 1 : 0;
    const child = etl(files[next]);
    const end = ended(child);
    // Most of a run is the start of Node; the kills fall into the part behind it, and some come too late, or the last steps would have none.
    await Promise.race([end, wait(whole * (0.4 + 0.8 * ((k * 0.618) % 1)))]);
    child.kill('SIGKILL');
    const code = await end;
    expect([0, null]).toContain(code); // whole or killed, not refused
    if (code === null) killed++;
    const found = await ratings();
    expect([now, sizes[next]]).toContain(found);
    if (code === null && found !== now) switched++;
    now = found;
  }
  console.log(`etl: ${killed} of ${kills} loads killed before their end, ${switched} of them with the new tables in place, all whole`);
  const other = now === sizes[0] ? 1 : 0;
  expect(await ended(etl(files[other]))).toBe(0);
  expect(await ratings()).toBe(sizes[other]);
});
