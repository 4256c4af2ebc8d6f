import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Served } from './serving/child.ts';
import { resultTable, writeResult } from './support/results.ts';

/** Factors of users and items, and texts of a search index. */
const models = [
  [10_000, 10_000],
  [100_000, 10_000],
  [100_000, 100_000],
  [1_000_000, 100_000],
  [1_000_000, 1_000_000],
];
const catalogues = [1000, 10_000, 100_000];
const command = 'npm run bench -- serving --json';

/** What a process that serves needs: memory and time to load by the size of the shop. */
export const serving = {
  name: 'serving',
  summary: 'Memory, time to load and latency of a served model and a search index by catalogue size. --json keeps the result.',
  async run(args: string[]): Promise<void> {
    const { values } = parseArgs({
      args,
      options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
    });
    const rows = [
      ...(values.quick ? models.slice(0, 2) : models).map(([users, items]) =>
        row(`${count(users)} users, ${count(items)} items`, 'model', users, items),
      ),
      ...(values.quick ? catalogues.slice(0, 1) : catalogues).map((items) => row(`search in ${count(items)} texts`, 'index', 0, items)),
    ];
    const columns = ['served', 'file, MB', 'load, s', 'memory it adds, MB', 'one answer, p50, ms'];
    const found = { command, columns, rows };
    console.log(resultTable({ ...found, date: 'now', machine: 'this machine' }));
    if (values.json) writeResult('serving', found);
  },
};

const count = (n: number) => n.toLocaleString('en-US');

/** Each in a process of its own, whose memory is that of nothing else. */
function row(label: string, kind: string, users: number, items: number): (string | number)[] {
  const child = join(import.meta.dirname, 'serving/child.ts');
  const argv = ['--import', 'tsx', '--expose-gc', '--max-old-space-size=8192', child, kind, String(users), String(items)];
  const served: Served = JSON.parse(execFileSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 1e9 }));
  return [label, round(served.fileBytes / 1e6), round(served.loadSeconds), round(served.addedBytes / 1e6), round(served.milliseconds)];
}

const round = (x: number) => Number(x.toPrecision(2));
