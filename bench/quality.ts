import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  compareAll,
  type EvaluationReport,
  evaluate,
  type FittableRecommender,
  formatReports,
  type MetricKey,
  type Split,
  split,
} from 'attune';
import { committedTable, pictureOf } from './quality/committed.ts';
import { type QualitySet, qualitySets } from './quality/data.ts';
import { type QualityModel, qualityModels } from './quality/models.ts';
import { costPicture, costs, lossPicture, overview, type SetSummary } from './quality/table.ts';
import { timed } from './support/clock.ts';
import { dataFolder } from './support/data.ts';
import { readResult, resultNames, writeResult } from './support/results.ts';

const help = `npm run bench -- quality [options]
  --only a,b     some sets: ${Object.keys(qualitySets).join(', ')}
  --models a,b   some models: ${qualityModels.map(({ key }) => key).join(', ')}
  --large        the models that take minutes, too: EASE on Gowalla
  --picture f    writes a picture of quality against cost as SVG
  --quick        the first setting of each model, nothing chosen: to see that it runs
  --defaults     no settings at all but \`seed: 1\`: what a model does on data it was not set up for
  --json         with --defaults: puts the sets of this run into bench/results, and the picture into the guides
`;

/** What one model did on one set. */
interface Result {
  model: string;
  setting: object;
  /** What was tried on the validation part, with its NDCG there. */
  tried: { setting: object; ndcg: number }[];
  figures: Record<string, number>;
  fitSeconds: number;
  fitCpuSeconds: number;
  rankSeconds: number;
  /** Of models that are trained by gradients: the mean loss of each epoch. */
  losses?: number[] | undefined;
}

/** Every model on public data sets beside published figures; one protocol per set, printed with it. */
export const qualityBench = {
  name: 'quality',
  summary: 'Every model on Gowalla, Last.fm, ML-1M, Amazon Music, Beauty, Industrial beside published figures. --help lists options.',
  async run(args: string[] = []): Promise<void> {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        models: { type: 'string' },
        large: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        defaults: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        picture: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return console.log(help);
    const sets = [...positionals, ...named(values.only)];
    const keys = named(values.models);
    for (const key of keys) if (!qualityModels.some((model) => model.key === key)) throw new Error(`There is no model '${key}'.\n${help}`);
    const models = qualityModels.filter(({ key }) => keys.length === 0 || keys.includes(key));
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, load: loadavg()[0] };
    console.log(`${JSON.stringify(machine)}\nEach setting is the best of a few on a part cut from train; the test part is looked at once.`);
    const all: Record<string, SetSummary> = {};
    const cpu = process.cpuUsage();
    for (const name of sets.length > 0 ? sets : Object.keys(qualitySets)) {
      const done = await runSet(name, models, { large: values.large, quick: values.quick, defaults: values.defaults });
      if (done) all[name] = done;
    }
    const { user, system } = process.cpuUsage(cpu);
    if (Object.keys(all).length > 0)
      console.log(`\n${overview(all)}\n\n${costs(all)}\n\n${((user + system) / 1e6).toFixed(0)} processor seconds in all`);
    const out = join(import.meta.dirname, 'out');
    mkdirSync(out, { recursive: true });
    const file = join(out, `quality-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
    writeFileSync(file, JSON.stringify({ machine, quick: values.quick, sets: all }, undefined, 2));
    console.log(`\nwritten to ${file}`);
    if (values.json && values.defaults) commit(all);
    if (values.picture !== undefined) writeFileSync(values.picture, costPicture(all));
  },
};

/** Puts sets into the committed table, and makes the pictures anew: curves of loss are those of the models trained on Industrial, where some were. */
function commit(sets: Record<string, SetSummary>): void {
  const name = 'quality-defaults';
  const table = committedTable(sets, resultNames().includes(name) ? readResult(name) : undefined);
  writeResult(name, table);
  const picture = (file: string, text: string) => writeFileSync(join(import.meta.dirname, '../docs/images', file), text);
  picture('quality-cost.svg', pictureOf(table));
  const losses = lossPicture(sets.industrial?.results ?? []);
  if (losses) picture('loss-curves.svg', losses);
}

const named = (list: string | undefined) => (list ?? '').split(',').filter((name) => name !== '');

async function runSet(name: string, models: QualityModel[], how: { large: boolean; quick: boolean; defaults: boolean }) {
  const set = qualitySets[name];
  if (!set) throw new Error(`There is no set '${name}'.\n${help}`);
  const folder = dataFolder(set.folder);
  if (!folder) return undefined;
  const { train, test, candidates } = set.read(folder);
  console.log(`\n${name}: ${train.userCount} x ${train.itemCount}, ${train.size} train and ${test.size} test rows.`);
  console.log(`  test: ${set.protocol}\n  settings chosen on ${set.validation.words}, ${validationUsers} users at most`);
  const parts = split(train, set.validation.split) as Split;
  const reports: Record<string, EvaluationReport> = {};
  const results: Result[] = [];
  for (const model of models) {
    const settings = how.defaults ? [{ seed: 1 }] : model.settings(train.itemCount);
    if (model.heavy?.(train.itemCount) && !how.large) {
      console.log(`  ${model.name} left out: it takes minutes here. Pass --large.`);
      continue;
    }
    const tried = how.quick || settings.length === 1 ? [] : await tryAll(model, settings, parts, set);
    const setting = tried.reduce((best, one) => (one.ndcg > best.ndcg ? one : best), tried[0])?.setting ?? settings[0];
    const fit = await timed(async () => (await model.make(setting).fit(train)) as FittableRecommender);
    const measured = { train, test, candidates, metrics: set.metrics, k: set.k, name: model.name };
    const rank = await timed(() => evaluate(fit.value, measured));
    reports[model.name] = rank.value;
    const losses = 'history' in fit.value ? (fit.value.history as { loss: number }[]).map(({ loss }) => loss) : undefined;
    const figures = Object.fromEntries(rank.value.keys.map((key) => [key, rank.value.get(key).mean]));
    results.push({
      model: model.name,
      setting,
      tried,
      figures,
      fitSeconds: fit.wall,
      fitCpuSeconds: fit.cpu,
      rankSeconds: rank.wall,
      losses,
    });
    const choice = tried.length > 0 ? `best of ${tried.length} on validation` : 'not chosen';
    const seconds = `fitted in ${fit.wall.toFixed(1)} s (${fit.cpu.toFixed(1)} CPU s), ranked in ${rank.wall.toFixed(1)} s`;
    console.log(`  ${model.name} ${JSON.stringify(setting)} (${choice}): ${seconds}`);
  }
  if (results.length === 0) return undefined;
  console.log(formatReports(reports));
  for (const [model, first, second, source] of set.published) console.log(`published  ${model}: ${first} / ${second} (${source})`);
  const key = `${set.metrics[1]}@${set.k}` as const;
  const verdict = bestAgainstSecond(reports, key);
  if (verdict) console.log(verdict);
  return {
    protocol: set.protocol,
    validation: set.validation.words,
    users: train.userCount,
    items: train.itemCount,
    rows: train.size,
    metrics: set.metrics,
    k: set.k,
    results,
    published: set.published,
    verdict,
  };
}

/** Lists of all users would cost more than the fits. */
const validationUsers = 5000;

/** NDCG on the validation part of every setting, for the same users. */
async function tryAll(model: QualityModel, settings: object[], { train, test }: Split, set: QualitySet) {
  const tried: Result['tried'] = [];
  for (const setting of settings) {
    const fitted = (await model.make(setting).fit(train)) as FittableRecommender;
    const { candidates } = set.validation;
    const report = await evaluate(fitted, { train, test, candidates, metrics: ['ndcg'], k: set.k, users: validationUsers, seed: 1 });
    tried.push({ setting, ndcg: report.get('ndcg', set.k).mean });
  }
  return tried;
}

/** A paired test over users. */
function bestAgainstSecond(reports: Record<string, EvaluationReport>, key: MetricKey): string | undefined {
  const [first, second] = Object.entries(reports).sort(([, a], [, b]) => b.get(key).mean - a.get(key).mean);
  return second && compareAll(Object.fromEntries([first, second]), key)[0].summary;
}
