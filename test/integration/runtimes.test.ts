import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { bundle } from './same-bytes/bundle.ts';
import { fingerprint } from './same-bytes/fit.ts';

describe('a fitted model', () => {
  const folder = temporaryFolder();
  let script: string;
  let wanted: string;

  beforeAll(async () => {
    script = folder.write('fit.mjs', `${await bundle('node')}\nconsole.log(await fingerprint(Number(process.argv[2])));`);
    wanted = await fingerprint(1);
  });

  test.each([2, 3])('has the same bytes with %i threads as with one', async (threads) => {
    expect(await fingerprint(threads)).toBe(wanted);
  });

  test.each([22, 24])('has the same bytes in Node %i, with 1 and 2 threads', (version) => {
    for (const threads of ['1', '2']) {
      const said = execFileSync('npx', ['-y', `node@${version}`, script, threads], { encoding: 'utf8' });
      expect(said.trim()).toBe(wanted);
    }
  });
});
