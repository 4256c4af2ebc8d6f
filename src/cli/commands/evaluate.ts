import {
  compareAll,
  type EvaluationReport,
  evaluate,
  evaluationMetrics,
  formatReports,
  type Interactions,
  type MetricName,
  reportsToHtml,
  split,
} from '../../entries/index.ts';
import { replaceFile } from '../../storage/file/writing.ts';
import { type Context, command, UsageError } from '../command.ts';
import { interactionOptions, readInteractions } from '../input.ts';
import { type Family, familyNames, newModel, readSettings } from '../models.ts';
import { checkOutputs } from '../output.ts';
import { print, printJson, remark, withProgress } from '../terminal.ts';

const strategies = ['leave-last-out', 'per-user', 'by-time', 'random'] as const;

export default command({
  summary: 'Trains models on a part of a file and measures them on the rest.',
  usage: '<file>',
  more: 'Example: attune evaluate ratings.csv --model als,ease,item-knn,popularity --k 10,20 --html report.html',
  options: {
    model: { type: 'text', help: 'families, separated by commas', choices: familyNames, default: 'als,item-knn,popularity' },
    set: { type: 'texts', help: 'an option of the model, name=value, when there is one model' },
    split: { type: 'text', help: 'how the test part is taken; by default leave-last-out with times, else random', choices: strategies },
    relevantFrom: { type: 'number', help: 'test rows with a smaller value are not relevant' },
    metrics: {
      type: 'text',
      help: 'separated by commas',
      choices: Object.keys(evaluationMetrics),
      default: 'ndcg,recall,hitRate,coverage',
    },
    k: { type: 'integers', help: 'where lists are cut', default: [10], min: 1 },
    seed: { type: 'integer', help: 'seed of everything random', default: 1 },
    ...interactionOptions,
    html: { type: 'text', help: 'write the report as a page' },
    json: { type: 'flag', help: 'print JSON' },
  },
  async run([file], o, context) {
    await checkOutputs({ html: o.html });
    const families = o.model.split(',') as Family[];
    const settings = { seed: o.seed, ...readSettings(o.set ?? []) };
    for (const family of families) newModel(family, settings); // before a large file is read
    const data = await readInteractions(file, o, context);
    const strategy = (o.split ?? (data.timestamps ? 'leave-last-out' : 'random')) as 'random';
    const { train, test } = split(data, { strategy, ...(strategy === 'random' && { seed: o.seed }) });
    remark(`split: ${strategy}, ${train.size} rows to train on, ${test.size} to test on`);
    if (test.size === 0) {
      throw new UsageError(
        `${file}: nothing is left to test on. A test needs users with two rows or more, of whom one is held out; attune describe says how many rows users have.`,
      );
    }
    const reports: Record<string, EvaluationReport> = {};
    for (const family of families) {
      const measure = { metrics: o.metrics.split(',') as MetricName[], k: o.k, seed: o.seed, relevantFrom: o.relevantFrom };
      reports[family] = await measured(family, settings, { train, test, ...measure }, context);
    }
    if (o.html !== undefined) {
      await replaceFile(o.html, reportsToHtml(reports, { title: `Evaluation of ${file}` }));
      remark(`wrote ${o.html}`);
    }
    if (o.json) return printJson(reports);
    print(formatReports(reports));
    const [key] = Object.values(reports)[0].keys;
    if (Object.keys(reports).length > 1)
      print(
        `\n${compareAll(reports, key as 'ndcg@10')
          .map(({ summary }) => summary)
          .join('\n')}`,
      );
  },
});

interface Measurement {
  train: Interactions;
  test: Interactions;
  metrics: MetricName[];
  k: number[];
  seed: number;
  relevantFrom: number | undefined;
}

async function measured(family: Family, settings: Record<string, unknown>, { train, ...rest }: Measurement, { signal }: Context) {
  const model = await withProgress(`training ${family}`, (onProgress) => newModel(family, settings).fit(train, { signal, onProgress }));
  return withProgress(`evaluating ${family}`, (onProgress) => evaluate(model, { ...rest, train, name: family, signal, onProgress }));
}
