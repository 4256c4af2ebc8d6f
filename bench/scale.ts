import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Benchmark } from './index.ts';
import { equal } from './scale/equal.ts';
import { fitFile, type GrowthSettings, growth, write } from './scale/growth.ts';
import { largeModel, loadLarge, saveLarge } from './scale/large-model.ts';
import { chooseTasks } from './support/tasks.ts';

const help = `npm run bench -- scale [options]
  --only a,b         growth: time per rating and memory on Parquet files of growing size
                     large-model: saving and loading a model of more than 1 GiB
                     equal: a fit on disk has the factors of a fit in memory, bit for bit
  --ratings a,b      sizes (default of growth 1000000,10000000,100000000: 1/1000, 1/100 and 1/10 of a billion; of equal 2000000)
  --factors N        (default 64)
  --iterations N     (default 2)
  --memory BYTES     maxMemoryBytes (default 2e9)
  --threads N        (default auto)
  --gib N            size of the large model (default 1.1; takes three times that in memory)
  --in-memory       growth of fits in memory instead
  --folder FOLDER    the file and scratch files: 43 bytes a rating (default the system's)
`;

/** ALS on generated ratings that do not fit in memory. */
export const scale: Benchmark = {
  name: 'scale',
  summary: 'ALS on generated ratings that do not fit in memory: time per rating, largest resident memory. --help lists options.',
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        ratings: { type: 'string' },
        factors: { type: 'string', default: '64' },
        iterations: { type: 'string', default: '2' },
        memory: { type: 'string', default: '2e9' },
        threads: { type: 'string', default: 'auto' },
        folder: { type: 'string' },
        file: { type: 'string', default: '' },
        gib: { type: 'string', default: '1.1' },
        'in-memory': { type: 'boolean', default: false },
        save: { type: 'string' },
        load: { type: 'string' },
        write: { type: 'string' },
        fit: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return console.log(help);
    if (values.folder) mkdirSync(values.folder, { recursive: true });
    const settings = (ratings: string): GrowthSettings => ({
      ratings: (values.ratings ?? ratings).split(',').map(Number),
      factors: Number(values.factors),
      iterations: Number(values.iterations),
      maxMemoryBytes: Number(values.memory),
      threads: values.threads === 'auto' ? 'auto' : Number(values.threads),
      folder: values.folder,
      inMemory: values['in-memory'],
    });
    const growing = settings('1000000,10000000,100000000');
    if (values.write) return write(Number(values.write), values.file);
    if (values.fit) return fitFile(Number(values.fit), values.file, growing);
    if (values.save) return saveLarge(Number(values.save), values.file);
    if (values.load) return loadLarge(Number(values.load), values.file);
    const tasks = [
      { name: 'growth', run: () => growth(growing, args) },
      { name: 'large-model', run: () => largeModel(Number(values.gib), values.folder, args) },
      { name: 'equal', run: () => equal(settings('2000000')) },
    ];
    for (const task of chooseTasks(tasks, values.only)) await task.run();
  },
};
