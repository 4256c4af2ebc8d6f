import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fitAlsOnDisk } from 'attune/node';
import type { Benchmark } from './index.ts';
import { measuredChild } from './scale/child.ts';
import { generatedRows } from './scale/rows.ts';

const help = `npm run bench -- scale [options]
  --ratings a,b      sizes (default 1000000,10000000,100000000: 1/1000, 1/100 and 1/10 of a billion)
  --factors N        (default 64)
  --iterations N     (default 1; the first one has the step of the power method as well)
  --memory BYTES     maxMemoryBytes (default 2e9)
  --threads N        (default auto)
  --folder FOLDER    scratch files: 36 bytes a rating (default the system's)
`;

/** Time per rating and memory of a fit whose rows are on disk. Each size runs in a process of its own. */
export const scale: Benchmark = {
  name: 'scale',
  summary: 'ALS on generated ratings that do not fit in memory: time per rating, largest resident memory. --help lists options.',
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        ratings: { type: 'string', default: '1000000,10000000,100000000' },
        factors: { type: 'string', default: '64' },
        iterations: { type: 'string', default: '1' },
        memory: { type: 'string', default: '2e9' },
        threads: { type: 'string', default: 'auto' },
        folder: { type: 'string' },
        child: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return console.log(help);
    if (values.child) return one(Number(values.child), values);
    if (values.folder) mkdirSync(values.folder, { recursive: true });
    console.log('ratings      users     items   reading  sorting  training     total  µs/rating  processor µs/rating  peak MB');
    for (const ratings of values.ratings.split(',')) await measuredChild(['scale', ...args, '--child', ratings]);
  },
};

async function one(
  ratings: number,
  values: { factors: string; iterations: string; memory: string; threads: string; folder?: string | undefined },
) {
  const began = performance.now();
  const seconds: Record<string, number> = {};
  const last = { phase: '', at: began };
  const onProgress = ({ phase }: { phase: string }) => {
    if (phase === last.phase) return;
    const now = performance.now();
    if (last.phase) seconds[last.phase] = (now - last.at) / 1000;
    Object.assign(last, { phase, at: now });
  };
  const als = await fitAlsOnDisk(
    generatedRows(ratings),
    {
      factors: Number(values.factors),
      iterations: Number(values.iterations),
      maxMemoryBytes: Number(values.memory),
      threads: values.threads === 'auto' ? 'auto' : Number(values.threads),
      history: false,
      ...(values.folder && { folder: values.folder }),
    },
    { onProgress },
  );
  const now = performance.now();
  seconds[last.phase] = (now - last.at) / 1000;
  const total = (now - began) / 1000;
  const { user, system } = process.cpuUsage();
  const peak = process.resourceUsage().maxRSS / 1024;
  const cell = (value: number, width: number, digits = 1) => value.toFixed(digits).padStart(width);
  console.log(
    `${String(ratings).padEnd(11)} ${String(als.users.size).padStart(7)} ${String(als.items.size).padStart(9)} ${cell(seconds.reading ?? 0, 9)} ${cell(seconds.sorting ?? 0, 8)} ${cell(seconds.training ?? 0, 9)} ${cell(total, 9)} ${cell((total * 1e6) / ratings, 10, 2)} ${cell((user + system) / ratings, 20, 2)} ${cell(peak, 8, 0)}`,
  );
}
