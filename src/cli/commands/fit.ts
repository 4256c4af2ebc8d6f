import { basename } from 'node:path';
import { chooseModel, evaluationMetrics, type Interactions, type Recommender } from '../../entries/index.ts';
import { replaceFile } from '../../storage/file/writing.ts';
import { type Context, command, UsageError } from '../command.ts';
import { interactionOptions, readInteractions } from '../input.ts';
import { type Family, familyNames, newModel, readSettings } from '../models.ts';
import { checkOutputs } from '../output.ts';
import { count, printJson, remark, withProgress } from '../terminal.ts';

/** With fewer users to ask, which family comes first is chance. */
const leastUsers = 20;

export default command({
  summary: 'Trains a model on a file of interactions and writes it as one file.',
  usage: '<file>',
  more: `Examples:
  attune fit ratings.csv --out model.attune
  attune fit ratings.csv --model als --set factors=64 --set regularization=0.05 --out als.attune

auto tries the families that suit the data on a part that it holds out, and fits the best on everything. From fewer than ${leastUsers} users with
two rows or more it cannot tell which is best, and trains als with its defaults.`,
  options: {
    model: { type: 'text', help: 'family', choices: ['auto', ...familyNames], default: 'auto' },
    out: { type: 'text', short: 'o', help: 'file to write', default: 'model.attune' },
    set: { type: 'texts', help: 'an option of the model, name=value; may be repeated' },
    budget: { type: 'number', help: 'seconds that auto may take', default: 60, min: 1 },
    objective: { type: 'text', help: 'what auto makes best, a metric with its cut', default: 'ndcg@10' },
    seed: { type: 'integer', help: 'seed of everything random', default: 1 },
    ...interactionOptions,
    json: { type: 'flag', help: 'print JSON' },
  },
  async run([file], o, context) {
    if (o.model.includes(',')) throw new UsageError('--model: expected one family. attune evaluate compares several.');
    await checkOutputs({ out: o.out });
    checkSettings(o); // before a large file is read
    const data = await readInteractions(file, o, context);
    const model = await (o.model === 'auto' ? chosen(data, o, context) : trained(data, o, context));
    const bytes = model.toBytes();
    await replaceFile(o.out, bytes);
    const summary = { file: o.out, kind: model.kind, bytes: bytes.length, users: model.users.size, items: model.items.size };
    if (o.json) return printJson(summary);
    remark(
      `wrote ${basename(o.out)}, ${count(bytes.length)} bytes. Next: attune recommend ${o.out} --user ${JSON.stringify(model.users.idAt(0))}`,
    );
  },
});

interface Asked {
  model: string;
  set: string[] | undefined;
  seed: number;
  budget: number;
  objective: string;
}

function trained(data: Interactions, { model, set, seed }: Asked, context: Context): Promise<Recommender> {
  return withProgress(`training ${model}`, (onProgress) =>
    newModel(model as Family, { seed, ...readSettings(set ?? []) }).fit(data, { ...context, onProgress }),
  );
}

/** @throws UsageError when no model takes the settings, or auto cannot make the objective best */
function checkSettings({ model, set, seed, objective }: Asked): void {
  const [metric, cut] = objective.split('@');
  if (!Object.hasOwn(evaluationMetrics, metric) || (cut !== undefined && !/^[1-9]\d*$/.test(cut)))
    throw new UsageError(
      `--objective: expected a metric with its cut, such as ndcg@10, got '${objective}'. The metrics are ${Object.keys(evaluationMetrics).join(', ')}.`,
    );
  if (model !== 'auto') newModel(model as Family, { seed, ...readSettings(set ?? []) });
  else if (set) throw new UsageError('--set: auto chooses the options too. Name the family with --model.');
}

async function chosen(data: Interactions, asked: Asked, context: Context): Promise<Recommender> {
  const { seed, budget, objective } = asked;
  const users = usersToAsk(data);
  if (users < leastUsers) {
    remark(
      `too little to choose from: ${users} of the users have two rows or more, and it takes ${leastUsers} to tell models apart. Training als with its defaults; --model names another.`,
    );
    return trained(data, { ...asked, model: 'als' }, context);
  }
  const { signal } = context;
  const choice = await withProgress(
    'choosing a model',
    (onProgress) => chooseModel(data, { budgetSeconds: budget, objective: objective as 'ndcg@10', seed, signal, onProgress }),
    ({ family, trials }) => `${family} of ${trials.length} trials`,
  );
  remark(String(choice));
  return choice.recommender;
}

/** Users of whom something can be held out, and something is left. */
function usersToAsk({ userIndices, userCount }: Interactions): number {
  const rows = new Int32Array(userCount);
  for (const user of userIndices) rows[user]++;
  return rows.filter((count) => count > 1).length;
}
