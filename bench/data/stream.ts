import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Row } from '../support/table.ts';

/** What a process that streamed a table says. Memory is the peak of the whole process in MB: after 200,000 rows, and after all. */
export interface Streamed {
  rows: number;
  wall: number;
  cpu: number;
  first: number;
  peak: number;
}

/** Streams the interactions of some stores, and the rows of a file, each in a process of its own. @param database an address of PostgreSQL; without it that is left out */
export async function streamRows(folder: string, count: number, kinds: readonly string[], database: string | undefined): Promise<Row[]> {
  const stores = [
    ['csv', join(folder, 'stream.csv')],
    ['sqlite', join(folder, 'stream.db')],
    ['pglite', join(folder, 'stream-pglite')],
    ...(database ? [['postgresql', database]] : []),
  ];
  const rows: Row[] = [];
  for (const [kind, where] of stores.filter(([kind]) => kinds.includes(kind))) {
    await child(kind, where, 'fill', String(count));
    const { rows: read, wall, cpu, first, peak } = JSON.parse(await child(kind, where, 'read')) as Streamed;
    if (read !== count) throw new Error(`${kind}: expected ${count} rows, got ${read}.`);
    rows.push({
      task: `${kind === 'csv' ? 'readTable' : 'all()'} of ${kind}, ${count.toLocaleString('en-US')} rows`,
      unit: 's',
      attune: wall,
      attuneCpu: cpu,
      note: `peak ${peak.toFixed(0)} MB, ${first.toFixed(0)} MB of it after 200,000 rows`,
    });
  }
  return rows;
}

async function child(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    join(import.meta.dirname, 'stream-child.ts'),
    ...args,
  ]);
  return stdout;
}
