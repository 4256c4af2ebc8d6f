import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exampleFolder } from '../settings.ts';

const root = resolve(exampleFolder, '../..');

/**
 * A Spark cluster of two workers on this machine, the one that `npm run services -- up spark` starts. One that runs already is used, and then
 * `stop` leaves it running. The first start fetches Spark, some 400 MB.
 *
 * @throws where it cannot be had
 */
export function startSpark(): { url: string; stop(): void } {
  const services = (...args: string[]) => {
    const { status, stdout } = spawnSync('node', ['--import', 'tsx', 'config/services.ts', ...args, 'spark'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return status === 0 ? stdout.trim() : `${stdout.trim()} (exit ${status})`;
  };
  const before = services('status');
  const found = before.includes('running at') ? before : services('up');
  if (!found.includes('running at')) throw new Error(`There is no Spark cluster: ${found}. Name one by --cluster sc://host:15002.`);
  const url = readFileSync(join(root, '.services/spark/url.txt'), 'utf8').trim();
  return { url, stop: () => void (found === before || services('down')) };
}
