import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../peers');

/**
 * Installs the JavaScript peers into `bench/peers/node_modules`, which git ignores, unless they are there in the versions of
 * `bench/peers/package.json`. @returns their versions; undefined, after one line that says why, where they cannot be had.
 */
export function nodePeers(): Record<string, string> | undefined {
  const wanted = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies as Record<string, string>;
  const versionOf = (name: string) => {
    const file = join(folder, 'node_modules', name, 'package.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).version as string) : undefined;
  };
  if (Object.entries(wanted).every(([name, version]) => versionOf(name) === version)) return wanted;
  console.log(`installing the JavaScript peers into ${join(folder, 'node_modules')}`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const made = spawnSync(
    npm,
    ['install', '--prefix', folder, '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--silent'],
    {
      encoding: 'utf8',
    },
  );
  if (made.status === 0) return wanted;
  console.log(`JavaScript peers skipped: npm could not install them: ${made.stderr.trim().split('\n').at(-1)}`);
  return undefined;
}
