import { basename } from 'node:path';
import { replaceFile } from '../../storage/file/writing.ts';
import { command, UsageError } from '../command.ts';
import { interactionOptions, readInteractions } from '../input.ts';
import { type Family, familyNames, newModel, readSettings } from '../models.ts';
import { count, printJson, remark, withProgress } from '../terminal.ts';

export default command({
  summary: 'Trains a model on a file of interactions and writes it as one file.',
  usage: '<file>',
  more: 'Example: attune fit ratings.csv --model als --set factors=64 --set regularization=0.05 --out als.attune',
  options: {
    model: { type: 'text', help: 'family', choices: familyNames, default: 'als' },
    out: { type: 'text', short: 'o', help: 'file to write', default: 'model.attune' },
    set: { type: 'texts', help: 'an option of the model, name=value; may be repeated' },
    seed: { type: 'integer', help: 'seed of everything random', default: 1 },
    ...interactionOptions,
    json: { type: 'flag', help: 'print JSON' },
  },
  async run([file], o, context) {
    if (o.model.includes(',')) throw new UsageError('--model: expected one family. attune evaluate compares several.');
    const data = await readInteractions(file, o, context);
    const model = await withProgress(`training ${o.model}`, (onProgress) =>
      newModel(o.model as Family, { seed: o.seed, ...readSettings(o.set ?? []) }).fit(data, { ...context, onProgress }),
    );
    const bytes = model.toBytes();
    await replaceFile(o.out, bytes);
    const summary = { file: o.out, kind: model.kind, bytes: bytes.length, users: model.users.size, items: model.items.size };
    if (o.json) return printJson(summary);
    remark(
      `wrote ${basename(o.out)}, ${count(bytes.length)} bytes. Next: attune recommend ${o.out} --user ${JSON.stringify(model.users.idAt(0))}`,
    );
  },
});
