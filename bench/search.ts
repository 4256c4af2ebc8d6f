import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { SearchContext, SearchTask } from './support/search/context.ts';
import { embedders } from './support/search/embedders.ts';
import { hnsw } from './support/search/hnsw.ts';
import { texts } from './support/search/texts.ts';
import { vectors } from './support/search/vectors.ts';
import { type Row, table } from './support/table.ts';

const tasks: SearchTask[] = [vectors, hnsw, texts, embedders];

const root = resolve(import.meta.dirname, '..');
const defaultThreads = Math.min(2, availableParallelism());
const help = `npm run bench -- search [options]
  --only a,b     some tasks: ${tasks.map(({ name }) => name).join(', ')}
  --repeats N    rounds in which the sides alternate (default 5)
  --threads N    threads of a batch or a build, both sides (default ${defaultThreads}); a single query has one
  --data FOLDER, --models FOLDER   public data sets and models (default ATTUNE_DATA, ATTUNE_MODELS)
  --quick        smaller data and one round: to see that it runs, not to quote
  --no-peers     our side only

${tasks.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}
`;

/** Search beside the libraries people use: the same vectors and texts, on the same machine in the same run, quality beside speed. */
export const search = {
  name: 'search',
  summary: 'Search against faiss, usearch, hnswlib and others: quality, latency, memory. --help lists options.',
  async run(args: string[]): Promise<void> {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        repeats: { type: 'string' },
        threads: { type: 'string', default: String(defaultThreads) },
        data: { type: 'string', default: resolve(root, process.env.ATTUNE_DATA ?? '../shared/data') },
        models: { type: 'string', default: resolve(root, process.env.ATTUNE_MODELS ?? '../shared/models') },
        quick: { type: 'boolean', default: false },
        'no-peers': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return console.log(help);
    const chosen = chooseTasks(values.only);
    const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
    const context: SearchContext = {
      peers: !values['no-peers'],
      repeats: positive('--repeats', values.repeats ?? (values.quick ? '1' : '5')),
      threads: positive('--threads', values.threads),
      quick: values.quick,
      data: resolve(values.data),
      models: resolve(values.models),
      folder,
      say: (line) => console.log(`  ${line}`),
    };
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
    const loadBefore = loadavg();
    console.log(JSON.stringify(machine));
    if (loadBefore[0] > 1)
      console.log(`The machine is busy (load ${loadBefore[0].toFixed(1)}): ratios of wall times are not to be quoted.`);
    const rows: Row[] = [];
    const details: Record<string, unknown> = {};
    try {
      for (const task of chosen) {
        const result = await task.run(context);
        rows.push(...result.rows);
        details[task.name] = result.detail;
        console.log(`\n${table(result.rows)}\n`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const load = { before: loadBefore, after: loadavg() };
    const { repeats, threads, quick } = context;
    const out = join(import.meta.dirname, 'out');
    mkdirSync(out, { recursive: true });
    const file = join(out, `search-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
    writeFileSync(file, JSON.stringify({ machine, load, repeats, threads, quick, rows, details }, undefined, 2));
    if (chosen.length > 1) console.log(table(rows));
    console.log(`\nload before and after ${load.before[0].toFixed(1)}, ${load.after[0].toFixed(1)}; written to ${file}`);
  },
};

function chooseTasks(only: string | undefined): SearchTask[] {
  if (only === undefined) return tasks;
  return only.split(',').map((name) => {
    const task = tasks.find((each) => each.name === name.trim());
    if (!task) throw new Error(`There is no task '${name}'. ${help}`);
    return task;
  });
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a whole number from 1, got '${text}'.`);
  return value;
}
