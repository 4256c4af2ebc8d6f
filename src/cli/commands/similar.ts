import { readTitles } from '../catalogue.ts';
import { command, UsageError } from '../command.ts';
import { printList } from '../lists.ts';
import { loadModel } from '../models.ts';

export default command({
  summary: 'Items similar to an item, by who likes them.',
  usage: '<model> <item>',
  options: {
    n: { type: 'integer', short: 'n', help: 'length of the list', default: 10, min: 1 },
    catalogue: { type: 'text', help: 'a file with titles' },
    json: { type: 'flag', help: 'print JSON' },
  },
  async run([file, item], { n, catalogue, json }) {
    const model = await loadModel(file);
    if (!model.similarItems) throw new UsageError(`attune similar: a model of kind '${model.kind}' knows no similar items.`);
    printList(model.similarItems(item, { n }), await readTitles(catalogue), json);
  },
});
