import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { conformance } from './runtimes/conformance.ts';
import { conformanceScript, installAttune, inWorkerd, outputOf, root, runtimes, workerdScript } from './runtimes/project.ts';
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

  test.each(['22', '24', '26'])('has the same bytes in Node %s, with 1 and 2 threads', async (version) => {
    for (const threads of ['1', '2']) {
      expect(await outputOf(join(runtimes, `node${version}/bin/node`), [script, threads], folder.path)).toBe(wanted);
    }
  });
});

describe('kernels of relaxed SIMD', () => {
  test.each(['22', '24', '26'])('bound what they should in Node %s, and exact search stays exact', async (version) => {
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'config/vitest.config.ts', '--reporter', 'json'];
    const said = await outputOf(join(runtimes, `node${version}/bin/node`), [...vitest, 'coarse.relaxed', 'flat.test', 'coded-rows'], root);
    const { numPassedTests, numPendingTests, numPassedTestSuites } = JSON.parse(said);
    expect(numPassedTestSuites).toBeGreaterThanOrEqual(3);
    expect(numPassedTests).toBeGreaterThan(20);
    expect(numPendingTests).toBe(0);
  });
});

describe('the installed package', () => {
  const folder = temporaryFolder();
  let wanted: Record<string, string>;

  beforeAll(async () => {
    installAttune(folder.path);
    folder.write('conformance.mjs', await conformanceScript());
    folder.write(
      'run.mjs',
      "import { conformance } from './conformance.mjs';\nconsole.log(JSON.stringify([await conformance(1), await conformance(2)]));",
    );
    wanted = await conformance(1);
  });

  test.each([
    ['Node 20 or what runs the tests', process.execPath, []],
    ['Node 22', join(runtimes, 'node22/bin/node'), []],
    ['Node 24', join(runtimes, 'node24/bin/node'), []],
    ['Node 26', join(runtimes, 'node26/bin/node'), []],
    ['Bun', join(runtimes, 'bun/bin/bun'), ['run']],
    [
      'Deno',
      join(runtimes, 'deno/deno'),
      ['run', '--no-prompt', '--allow-read', '--allow-env', '--allow-sys', '--node-modules-dir=manual'],
    ],
  ])('fits, answers and searches with the bytes of every other runtime: %s', async (_, command, args) => {
    const said = JSON.parse(
      await outputOf(command, [...args, 'run.mjs'], folder.path, { DENO_DIR: join(folder.path, 'deno'), NO_COLOR: '1' }),
    );
    expect(said).toEqual([wanted, wanted]);
  });

  describe('in Cloudflare workerd', () => {
    let worker: string;

    beforeAll(async () => {
      worker = await workerdScript(folder.path);
    });

    test.each(['2024-09-01', '2026-04-01'])('with given kernels it has the same bytes, by the rules of %s', async (compatibilityDate) => {
      const said = await inWorkerd(join(folder.path, compatibilityDate), { worker, compatibilityDate }, async (address) =>
        (await fetch(`${address}/given`)).text(),
      );
      expect(said).toBe(JSON.stringify(wanted));
    });

    test('without them, where bytes may not be compiled, it takes the plain twins by itself', async () => {
      const given = { worker, compatibilityDate: '2026-04-01' };
      const said = await inWorkerd(join(folder.path, 'plain'), given, async (address) => (await fetch(`${address}/plain`)).json());
      expect(Object.keys(said)).toEqual(Object.keys(wanted));
      expect(said.lexical).toBe(wanted.lexical);
    });
  });
});
