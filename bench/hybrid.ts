import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bands } from './hybrid/bands.ts';
import { coldUsers } from './hybrid/cold-users.ts';
import { industrial } from './hybrid/data.ts';
import { coldItems } from './hybrid/items.ts';
import { latency } from './hybrid/latency.ts';
import { pages } from './hybrid/pages.ts';
import { type Comparisons, print } from './hybrid/table.ts';

/** Quality of mixtures on Amazon Industrial 2018, each beside its parts, with paired tests. */
export const hybrid = {
  name: 'hybrid',
  summary:
    'Hybrid pages, cold items, cold users with one and two ratings on Amazon Industrial 2018, beside their parts, with paired tests. --only pages,items,users; --sample 1000 users to choose weights by; --seed 7 of the cold items; --rows of the test file, default all. --only bands: how wide bands of relevance should be; --only latency: milliseconds of a page on the shape of Amazon Appliances; --scale 1, --rounds 1000.',
  async run(args: string[] = []): Promise<void> {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string', default: 'items,users,pages' },
        sample: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '7' },
        rows: { type: 'string' },
        scale: { type: 'string', default: '1' },
        rounds: { type: 'string', default: '1000' },
      },
    });
    if (values.only === 'latency') return latency(Number(values.scale), Number(values.rounds));
    const data = await industrial();
    if (!data) return;
    const sample = Number(values.sample);
    if (values.only === 'bands') return bands(data, sample);
    const parts: Record<string, (() => Promise<Comparisons>)[]> = {
      items: [() => coldItems(data, Number(values.seed))],
      users: [1, 2].map((given) => () => coldUsers(data, given, sample)),
      pages: [() => pages(data, sample, values.rows === undefined ? undefined : Number(values.rows))],
    };
    const results: Comparisons[] = [];
    for (const name of values.only.split(',')) {
      if (!parts[name]) throw new Error(`There is no part '${name}'; there are ${Object.keys(parts).join(', ')}.`);
      for (const run of parts[name]) {
        const result = await run();
        print(result);
        results.push(result);
      }
    }
    const out = join(import.meta.dirname, 'out');
    mkdirSync(out, { recursive: true });
    const file = join(out, `hybrid-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
    writeFileSync(file, JSON.stringify(results, undefined, 2));
    console.log(`\nwritten to ${file}`);
  },
};
