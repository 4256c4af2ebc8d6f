/**
 * `npm run fuzz -- --minutes N [--only a,b] [--target NAME --seed S]`: damaged files, rows, options and queries. Whatever is not an answer or a
 * coded error, and whatever takes long, is printed with the seed that makes it again. What was found and repaired is a test by name.
 */
import { parseArgs } from 'node:util';
import { AttuneError } from 'attune';
import { randomOf } from './damage.ts';
import { type Target, targets } from './targets.ts';

/** Longer than this for one case is a find. */
const slowMs = 4000;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, only: { type: 'string' }, target: { type: 'string' }, seed: { type: 'string' } },
});
const found = new Map<string, string>();
let cases = 0;

if (values.target && values.seed) {
  const target = targets.find(({ name }) => name === values.target) as Target;
  await (await target.prepare())(randomOf(Number(values.seed)));
} else {
  const chosen = targets.filter(({ name }) => !values.only || values.only.split(',').includes(name));
  const until = Date.now() + Number(values.minutes) * 60_000;
  const runs = await Promise.all(chosen.map(async (target) => ({ target, run: await target.prepare() })));
  for (let seed = Math.floor(Math.random() * 2 ** 30); Date.now() < until; seed++) for (const each of runs) await attempt(each, seed);
  console.log(`${cases} cases, ${found.size} kinds of finds`);
  process.exitCode = found.size === 0 ? 0 : 1;
}

async function attempt({ target, run }: { target: Target; run: Awaited<ReturnType<Target['prepare']>> }, seed: number): Promise<void> {
  cases++;
  const began = performance.now();
  let problem: string | undefined;
  try {
    await run(randomOf(seed));
  } catch (error) {
    if (!(error instanceof AttuneError)) problem = error instanceof Error ? `${error.stack}` : String(error);
  }
  const ms = performance.now() - began;
  if (ms > slowMs) problem ??= `took ${ms.toFixed(0)} ms`;
  if (!problem) return;
  const kind = `${target.name} ${problem.split('\n').slice(0, 2).join(' ').replace(/\d+/g, '#')}`;
  if (found.has(kind)) return;
  found.set(kind, problem);
  console.log(`\n--target ${target.name} --seed ${seed}\n${problem.split('\n').slice(0, 8).join('\n')}`);
}
