import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type BuildTask, buildTasks } from './builds/tasks.ts';
import { entryOf } from './support/built.ts';
import { type Cost, median, medianCost } from './support/clock.ts';
import { type Row, ratioOf, table } from './support/table.ts';

const help = `npm run bench -- builds --before FOLDER [options]
  --before FOLDER  another checkout, built with \`npm run build\`; this one must be built as well
  --only a,b       some tasks: import, ${buildTasks.map(({ name }) => name).join(', ')}
  --scale S        share of the Appliances shape and of the vectors (default 1)
  --imports N      starts of Node on each side (default 21)
  --node a,b       Node programs that import, such as node_modules/node/bin/node of \`npm install node@22\` (default: this one)
`;

/** Two builds of this library on the same work, alternating run by run, so that a machine whose speed drifts is fair to both. */
export const builds = {
  name: 'builds',
  summary: 'This build against another checkout: training, serving, search, import, interleaved. --help lists options.',
  async run(args: string[]): Promise<void> {
    const { values } = parseArgs({
      args,
      options: {
        before: { type: 'string' },
        only: { type: 'string' },
        scale: { type: 'string', default: '1' },
        imports: { type: 'string', default: '21' },
        node: { type: 'string', default: process.execPath },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help || values.before === undefined) return console.log(help);
    const entries = [entryOf(join(import.meta.dirname, '..')), entryOf(values.before)];
    const chosen = values.only?.split(',');
    const rows: Row[] = [];
    console.log(`this build ${entries[0]}\nbefore     ${entries[1]}\nload ${loadavg()[0].toFixed(1)}`);
    if (!chosen || chosen.includes('import')) {
      for (const node of values.node.split(',')) rows.push(importRow(node, entries, Number(values.imports)));
    }
    for (const task of buildTasks.filter(({ name }) => !chosen || chosen.includes(name))) {
      const row = await raceOf(task, entries, values.scale);
      console.log(row ? table([row]) : `skipped: ${task.name}, its data is missing`);
      if (row) rows.push(row);
    }
    console.log(`\n${table(rows)}\n\nratios above 1: this build is faster; load ${loadavg()[0].toFixed(1)}`);
  },
};

/** As many pairs of processes as the task wants, since where memory happens to lie makes a process faster or slower throughout. */
async function raceOf(task: BuildTask, entries: string[], scale: string): Promise<Row | undefined> {
  const costs: Cost[][] = [[], []];
  for (let start = 0; start < (task.starts ?? 1); start++) if (!(await race(task, entries, scale, costs))) return undefined;
  return rowOf(task.what, costs);
}

/**
 * One process for each build. They wait while the other one runs; the order of the two changes from round to round.
 * @returns whether the task has its data
 */
async function race(task: BuildTask, entries: string[], scale: string, costs: Cost[][]): Promise<boolean> {
  const sides = entries.map((entry) =>
    fork(join(import.meta.dirname, 'builds/side.ts'), [entry, scale], { execArgv: ['--import', 'tsx'] }),
  );
  try {
    await Promise.all(sides.map((side) => once(side, 'message')));
    for (const side of sides) if (!(await ask(side, { prepare: task.name })).ready) return false;
    for (let round = -1; round < task.runs; round++) {
      for (const k of round % 2 === 0 ? [0, 1] : [1, 0]) {
        const cost = (await ask(sides[k], {})) as Cost;
        if (round >= 0) costs[k].push(cost);
      }
    }
    return true;
  } finally {
    for (const side of sides) side.kill();
  }
}

async function ask(side: ChildProcess, message: object): Promise<Cost & { ready?: boolean }> {
  side.send(message);
  const [answer] = await once(side, 'message');
  if (answer.error) throw new Error(answer.error);
  return answer;
}

/** The median of the ratios of neighbouring runs; those of whole medians would take in how the machine drifted. */
function rowOf(what: string, [own, other]: Cost[][]): Row {
  const ms = ({ wall, cpu }: Cost) => ({ wall: 1000 * wall, cpu: 1000 * cpu });
  const [mine, theirs] = [medianCost(own), medianCost(other)].map(ms);
  const ratio = median(own.map(({ wall }, k) => other[k].wall / wall));
  const cpu = median(own.map((cost, k) => other[k].cpu / cost.cpu));
  return {
    task: what,
    unit: 'ms',
    attune: mine.wall,
    attuneCpu: mine.cpu,
    peer: 'before',
    other: theirs.wall,
    otherCpu: theirs.cpu,
    ratio,
    note: `cpu, pair by pair ${cpu.toFixed(3)} x; ${own.length} runs each`,
  };
}

/** How long `import 'attune'` takes in a process that has just started. */
function importRow(node: string, entries: string[], starts: number): Row {
  const times: number[][] = [[], []];
  for (let k = -1; k < starts; k++) {
    entries.forEach((entry, side) => {
      const script = `const t = performance.now(); await import(${JSON.stringify(pathToFileURL(entry).href)}); console.log(performance.now() - t);`;
      const ms = Number(execFileSync(node, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
      if (k >= 0) times[side].push(ms);
    });
  }
  const [own, other] = times.map(median);
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  return {
    task: `import 'attune', Node ${version}`,
    unit: 'ms',
    attune: own,
    peer: 'before',
    other,
    ratio: ratioOf(own, other),
    note: `${starts} starts each, in turns`,
  };
}
