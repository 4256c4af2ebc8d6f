import { basename } from 'node:path';
import {
  compare,
  evaluate,
  evaluationMetrics,
  formatReports,
  type Interactions,
  type MetricName,
  type Recommender,
} from '../../entries/index.ts';
import { command, UsageError } from '../command.ts';
import { interactionOptions, readInteractions } from '../input.ts';
import { loadModel } from '../models.ts';
import { print, printJson, remark, withProgress } from '../terminal.ts';

export default command({
  summary: 'Which of two models is better on a test file, by a paired test over its users.',
  usage: '<model> <model>',
  more: 'Example: attune compare old.attune new.attune --test june.csv --train ratings.csv',
  options: {
    test: { type: 'text', help: 'file with what users chose later (required)' },
    train: { type: 'text', help: 'file that both models were trained on; its items are not in the lists' },
    metric: { type: 'text', help: 'what decides', choices: Object.keys(evaluationMetrics), default: 'ndcg' },
    k: { type: 'integer', help: 'where lists are cut', default: 10, min: 1 },
    relevantFrom: { type: 'number', help: 'test rows with a smaller value are not relevant' },
    ...interactionOptions,
    json: { type: 'flag', help: 'print JSON' },
  },
  async run(files, o, context) {
    if (o.test === undefined) throw new UsageError('attune compare: --test is missing, the file with what users chose later.');
    const models: Recommender[] = [];
    for (const file of files) models.push(await loadModel(file)); // before large files are read
    const test = await readInteractions(o.test, o, context);
    const train = o.train === undefined ? undefined : await readInteractions(o.train, o, context);
    for (const [k, file] of files.entries()) {
      const share = shareSeen(models[k], test);
      if (share > 0.01)
        remark(
          `${file} was fitted on ${Math.round(100 * share)} % of the rows of ${o.test} and leaves those out of its lists, so the verdict is not about how well it recommends. Test on rows that no model was fitted on.`,
        );
    }
    const metric = o.metric as MetricName;
    const reports = [];
    for (const [k, file] of files.entries()) {
      reports.push(
        await withProgress(`evaluating ${file}`, (onProgress) =>
          evaluate(models[k], {
            test,
            train,
            metrics: [metric],
            k: [o.k],
            relevantFrom: o.relevantFrom,
            name: basename(file),
            ...context,
            onProgress,
          }),
        ),
      );
    }
    const [a, b] = reports;
    const verdict = compare(a, b, a.keys[0] as 'ndcg@10');
    if (o.json) return printJson(verdict);
    print(`${formatReports({ [files[0]]: a, [files[1]]: b })}\n\n${verdict.summary}`);
  },
});

/** How many of the test's rows a model knows as done already; of the first users, since all would take as long as the evaluation. */
function shareSeen(model: Recommender, test: Interactions): number {
  const { offsets, indices } = test.byUser;
  let rows = 0;
  let seen = 0;
  for (let user = 0; user < Math.min(test.userCount, 500); user++) {
    const only = Array.from(indices.subarray(offsets[user], offsets[user + 1]), (item) => test.items.idAt(item));
    const listed = (includeSeen: boolean) =>
      model.recommend(test.users.idAt(user), { n: only.length, only, includeSeen, onUnknown: 'empty' }).length;
    rows += only.length;
    if (only.length > 0) seen += listed(true) - listed(false);
  }
  return seen / Math.max(rows, 1);
}
