import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  conformanceScript,
  installAttune,
  runtimes as installed,
  inWorkerd,
  outputOf,
  workerdScript,
} from '../test/integration/runtimes/project.ts';
import { median } from './support/clock.ts';
import { resultTable, writeResult } from './support/results.ts';

const rounds = 3;

/** Milliseconds of a fit in each runtime, taken in turns. */
export const runtimes = {
  name: 'runtimes',
  summary: 'A fit on one thread in each runtime of `npm run test:integration runtimes`. Needs a build. --json keeps the result.',
  async run(args: string[]): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'attune-runtimes-'));
    try {
      const times = await measure(folder);
      const reference = median(times.get('Node 22') as number[]);
      const rows = [...times].map(([name, each]): [string, number, number] => {
        const ms = median(each);
        return [name, Math.round(ms), Number((ms / reference).toFixed(1))];
      });
      const found = { command: 'npm run bench -- runtimes --json', columns: ['runtime', 'fit, ms', 'times Node 22'], rows };
      console.log(resultTable({ ...found, date: 'now', machine: 'this machine' }));
      if (args.includes('--json')) writeResult('runtimes', found);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(folder: string): Promise<Map<string, number[]>> {
  installAttune(folder);
  writeFileSync(join(folder, 'conformance.mjs'), await conformanceScript());
  writeFileSync(
    join(folder, 'time.mjs'),
    "import { fit } from './conformance.mjs';\nawait fit();\nconst began = performance.now();\nawait fit();\nconsole.log(performance.now() - began);",
  );
  const worker = await workerdScript(folder);
  const times = new Map<string, number[]>();
  const note = (name: string, ms: number) => times.set(name, [...(times.get(name) ?? []), ms]);
  const given = { worker, compatibilityDate: '2026-04-01' };
  for (let round = 0; round < rounds; round++) {
    for (const [name, command, args] of commands) {
      note(name, Number(await outputOf(join(installed, command), [...args, 'time.mjs'], folder, { DENO_DIR: join(folder, 'deno') })));
    }
    await inWorkerd(join(folder, 'workerd'), given, async (address) => note('workerd, plain twins', await secondFit(address)));
    await inWorkerd(join(folder, 'workerd'), given, async (address) => {
      await (await fetch(`${address}/use`)).text();
      note('workerd, given kernels', await secondFit(address));
    });
  }
  return times;
}

/** From outside, since clocks inside stand still while a worker computes. */
async function secondFit(address: string): Promise<number> {
  await (await fetch(`${address}/fit`)).text();
  const began = performance.now();
  await (await fetch(`${address}/fit`)).text();
  return performance.now() - began;
}

const commands: [name: string, command: string, args: string[]][] = [
  ['Node 22', 'node22/bin/node', []],
  ['Node 24', 'node24/bin/node', []],
  ['Node 26', 'node26/bin/node', []],
  ['Bun', 'bun/bin/bun', ['run']],
  ['Deno', 'deno/deno', ['run', '--no-prompt', '--allow-read', '--allow-env', '--allow-sys', '--node-modules-dir=manual']],
];
