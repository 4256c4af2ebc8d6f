import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { bundled } from '../support/bundled.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'attune-start-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** More with ATTUNE_KILLS, as the release does. */
const kills = Number(process.env.ATTUNE_KILLS ?? 3);
const program = await bundled(join(root, 'examples/amazon-appliances/main.ts'));

/** Starts the shop. @returns its address, or undefined when it ended before */
async function start(dataDir: string, killedAfterMs = Number.POSITIVE_INFINITY): Promise<string | undefined> {
  const env = { ...process.env, DATA_DIR: dataDir, PORT: '0', ADMIN_PASSWORD: 'x', APPLIANCES_SCALE: '0.002' };
  const child = spawn(process.execPath, [program, 'start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((done) => child.once('close', done));
  if (Number.isFinite(killedAfterMs)) wait(killedAfterMs).then(() => child.kill('SIGKILL'));
  let url: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    url = /^ready (\S+)/.exec(line)?.[1];
    if (url) break;
  }
  const status = url && (await fetch(new URL('/status', url)).catch(() => undefined));
  child.kill('SIGKILL');
  await ended;
  return status ? url : undefined;
}

it(`opens the shop at the next start, whenever the first was killed (${kills} times)`, { timeout: 60_000 * (kills + 2) }, async () => {
  const started = performance.now();
  expect(await start(join(folder, 'whole'))).toBeDefined();
  const whole = performance.now() - started;
  for (let k = 0; k < kills; k++) {
    const dataDir = join(folder, `${k}`);
    // The kills are spread over all that a first start does.
    await start(dataDir, whole * (0.1 + 0.9 * ((k * 0.618) % 1)));
    expect(await start(dataDir)).toBeDefined();
  }
});
