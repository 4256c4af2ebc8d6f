import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

it('the quickstart recommends, and ends by itself', () => {
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'examples/quickstart.ts')], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(stdout).toMatch(/Bob may like \[\s*\{ item: 'gyoza'/);
  expect(stdout).toMatch(/who had lasagne may like \[\s*\{ item: 'risotto'/);
  expect(stdout).toMatch(/"noodles in a soup": \[ \{ item: 'ramen'/);
});
