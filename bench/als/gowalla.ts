import { type Cost, medianCost, timed } from '../support/clock.ts';
import { dataFolder, gowalla as readGowalla } from '../support/data.ts';
import { type Row, ratioOf } from '../support/table.ts';
import type { AlsContext, AlsTask } from './context.ts';
import { qualityOf, qualityOfImplicit } from './lists.ts';
import { fitAttune, type Race, raceToLoss, startOf } from './training.ts';

/** Training on Gowalla, whose rows are long: to a loss, and to the best lists implicit gets to. */
export const gowalla: AlsTask = {
  name: 'gowalla',
  summary: 'Gowalla, 64 and 128 factors: time to implicit’s loss after 15 iterations and to its best NDCG@20.',
  async run(context) {
    const folder = dataFolder('gowalla-lightgcn');
    if (!folder) return { rows: [] };
    const { train, test } = readGowalla(folder);
    const settings = { data: train, alpha: 30, regularization: 10 };
    await context.implicit?.load(train, settings.alpha);
    const rows: Row[] = [];
    const detail: unknown[] = [];
    const keep = (result: { row: Row; detail: unknown }) => {
      rows.push(result.row);
      detail.push(result.detail);
    };
    for (const factors of context.quick ? [64] : [64, 128]) {
      const race = { ...settings, factors, iterations: 15 };
      const task = `gowalla, f=${factors}`;
      keep(await raceToLoss({ ...race, task: `${task}, to loss of 15`, goal: '>= 2.5, moonshot 5' }, context));
      keep(await raceToLoss({ ...race, task: `${task}, to loss of 15`, exact: true, goal: '>= 10' }, context));
      if (context.implicit)
        keep(await raceToLists({ ...race, task: `${task}, to best NDCG@20`, goal: '>= 2.5, moonshot 5' }, test, context));
    }
    return { rows, detail };
  },
};

/** Time to the best NDCG@20 that implicit has within its iterations. */
async function raceToLists(race: Race, test: Map<string, Set<string>>, context: AlsContext): Promise<{ row: Row; detail: unknown }> {
  const { data, factors, regularization, iterations } = race;
  const { threads, repeats, say } = context;
  const implicit = context.implicit as NonNullable<AlsContext['implicit']>;
  const start = startOf(data, factors);
  const every = Array.from({ length: iterations }, (_, k) => k + 1);
  const first = await implicit.fit({ factors, regularization, iterations, threads, start, keep: every });
  const theirs: number[] = [];
  for (const k of every) {
    await first.take(k);
    theirs.push((await qualityOfImplicit(implicit, data, test, threads)).ndcg);
  }
  const target = Math.max(...theirs);
  const theirIterations = theirs.indexOf(target) + 1;
  say(
    `${race.task}: implicit has NDCG@20 ${target.toFixed(4)} after ${theirIterations}, ${theirs[iterations - 1].toFixed(4)} after ${iterations}`,
  );

  const ours: number[] = [];
  for (const k of every) {
    ours.push(qualityOf(await fitAttune(race, k, start, threads), test).ndcg);
    if (ours[k - 1] >= target) break;
  }
  const best = Math.max(...ours);
  const ourIterations = ours.indexOf(best) + 1;
  say(`${race.task}: attune has NDCG@20 ${best.toFixed(4)} after ${ourIterations}`);

  const own: Cost[] = [];
  const others: Cost[] = [first.after[theirIterations - 1]];
  for (let k = 0; k < repeats; k++) {
    const { wall, cpu } = await timed(() => fitAttune(race, ourIterations, start, threads));
    own.push({ wall, cpu });
    if (k + 1 < repeats)
      others.push(
        (await implicit.fit({ factors, regularization, iterations: theirIterations, threads, start })).after[theirIterations - 1],
      );
  }
  const attune = medianCost(own);
  const other = medianCost(others);
  const missed = best < target;
  return {
    row: {
      task: race.task,
      unit: 's',
      attune: attune.wall,
      attuneCpu: attune.cpu,
      peer: 'implicit CG',
      other: other.wall,
      otherCpu: other.cpu,
      ratio: missed ? undefined : ratioOf(attune.wall, other.wall),
      goal: race.goal,
      note: `${ourIterations} / ${theirIterations} iterations; NDCG@20 ${best.toFixed(4)} / ${target.toFixed(4)}${missed ? ' NOT REACHED' : ''}`,
    },
    detail: { task: race.task, attune: own, implicit: others, ndcg: { attune: ours, implicit: theirs } },
  };
}
