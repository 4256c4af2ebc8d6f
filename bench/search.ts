import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { SearchContext, SearchTask } from './search/context.ts';
import { embedders } from './search/embedders.ts';
import { filters } from './search/filters.ts';
import { hnsw } from './search/hnsw.ts';
import { sentences } from './search/sentences.ts';
import { storage } from './search/storage.ts';
import { texts } from './search/texts.ts';
import { titles } from './search/titles.ts';
import { vectors } from './search/vectors.ts';
import { chooseTasks, positive, runTasks } from './support/tasks.ts';

const tasks: SearchTask[] = [vectors, hnsw, filters, storage, texts, titles, sentences, embedders];

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
    const chosen = chooseTasks(tasks, values.only);
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
    try {
      await runTasks('search', chosen, context);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
