import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { bundled } from './bundled.ts';

const root = resolve(import.meta.dirname, '../..');
/** Ratings of the two files that are loaded in turn. */
const sizes = [3000, 5000];

/**
 * Loads two files of ratings in turn by the command etl, kills it at many points of its work, and looks after each.
 * @param folder for the files, and for the data folder `data`
 * @param ratings how many ratings there are now, once it has seen that they are whole
 */
export async function killLoads(folder: string, times: number, args: string[], ratings: () => Promise<number>): Promise<void> {
  const program = await bundled(join(root, 'examples/amazon-appliances/main.ts'));
  const env = { ...process.env, DATA_DIR: join(folder, 'data') };
  const files = sizes.map((size) => fileOf(folder, size));
  const etl = (file: string) => spawn(process.execPath, [program, 'etl', '--reviews', file, ...args], { cwd: root, env, stdio: 'ignore' });
  const ended = (child: ChildProcess) => new Promise<number | null>((done) => child.on('close', done));
  const started = performance.now();
  expect(await ended(etl(files[0]))).toBe(0);
  let whole = performance.now() - started;
  let now = await ratings();
  expect(now).toBe(sizes[0]);
  let killed = 0;
  let switched = 0;
  for (let k = 0; k < times; k++) {
    const next = now === sizes[0] ? 1 : 0;
    const begun = performance.now();
    const child = etl(files[next]);
    const end = ended(child);
    // Most of a run is the start of Node; the kills fall into the part behind it, and some come too late, or the last steps would have none.
    const share = 0.4 + 0.8 * ((k * 0.618) % 1);
    await Promise.race([end, wait(whole * share)]);
    child.kill('SIGKILL');
    const code = await end;
    expect([0, null]).toContain(code); // whole or killed, not refused
    if (code === null) killed++;
    if (code === 0) whole = performance.now() - begun;
    else if (share > 1) whole *= 1.1; // the machine is slower than it was
    const found = await ratings();
    expect([now, sizes[next]]).toContain(found);
    if (code === null && found !== now) switched++;
    now = found;
  }
  console.log(`etl: ${killed} of ${times} loads killed before their end, ${switched} of them with the new tables in place, all whole`);
  const other = now === sizes[0] ? 1 : 0;
  expect(await ended(etl(files[other]))).toBe(0);
  expect(await ratings()).toBe(sizes[other]);
}

function fileOf(folder: string, size: number): string {
  const file = join(folder, `${size}.csv`);
  const rows = Array.from({ length: size }, (_, k) => `user${k},B${k % 97},${1 + (k % 5)},${1_600_000_000 + k}`);
  writeFileSync(file, `user_id,parent_asin,rating,timestamp\n${rows.join('\n')}\n`);
  return file;
}
