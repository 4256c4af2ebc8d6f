/** `npm run bench -- <name> [options]`: runs one benchmark; without a name lists them. Each file beside this one is one. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A benchmark: prints its table, throws when it cannot run. */
export interface Benchmark {
  /** What to type after `npm run bench --`. */
  name: string;
  /** One line for the list. */
  summary: string;
  /** Runs it with the arguments behind its name. */
  run(args: string[]): Promise<void>;
}

const isBenchmark = (value: unknown): value is Benchmark => typeof (value as Benchmark)?.run === 'function';

const [name, ...args] = process.argv.slice(2);
const benchmarks: Benchmark[] = [];
for (const file of readdirSync(import.meta.dirname).sort()) {
  if (!file.endsWith('.ts') || file === 'index.ts') continue;
  benchmarks.push(...Object.values(await import(join(import.meta.dirname, file))).filter(isBenchmark));
}
const chosen = benchmarks.find((benchmark) => benchmark.name === name);
if (!chosen) {
  if (name && name !== '--help') console.error(`There is no benchmark '${name}'.`);
  console.log('npm run bench -- <name>\n');
  for (const benchmark of benchmarks) console.log(`  ${benchmark.name.padEnd(12)} ${benchmark.summary}`);
  process.exit(name && name !== '--help' ? 2 : 0);
}
await chosen.run(args);
