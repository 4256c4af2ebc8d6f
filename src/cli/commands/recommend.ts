import { once } from 'node:events';
import type { Recommendation, Recommender, RecommendOptions } from '../../entries/index.ts';
import { replaceFile } from '../../storage/file/writing.ts';
import { readTitles } from '../catalogue.ts';
import { type Context, command, UsageError } from '../command.ts';
import { printList, type Reason } from '../lists.ts';
import { loadModel } from '../models.ts';
import { checkOutputs } from '../output.ts';
import { count, print, remark, table } from '../terminal.ts';

export default command({
  summary: 'Recommendations of a model for a user, for somebody with a history, or for everybody.',
  usage: '<model>',
  more: 'Examples:\n  attune recommend model.attune --user 42 --why\n  attune recommend model.attune --history B01,B02 -n 5\n  attune recommend model.attune --all --out lists.csv',
  options: {
    user: { type: 'text', short: 'u', help: 'a user of the training data' },
    history: { type: 'text', help: 'ids of items, separated by commas, the newest last' },
    all: { type: 'flag', help: 'everybody, as CSV: user,item,rank,score; with --json a line of JSON for each user' },
    n: { type: 'integer', short: 'n', help: 'length of a list', default: 10, min: 1 },
    exclude: { type: 'text', help: 'ids of items that must not be in the list' },
    only: { type: 'text', help: 'ids of the only items that may be' },
    includeSeen: { type: 'flag', help: 'items of the history may be in the list too' },
    why: { type: 'flag', help: 'which items of the history speak for each' },
    catalogue: { type: 'text', help: 'a file with titles' },
    out: { type: 'text', short: 'o', help: 'file for --all (default: standard output)' },
    json: { type: 'flag', help: 'print JSON' },
  },
  async run([file], o, context) {
    const asked = [o.user, o.history, o.all || undefined].filter((each) => each !== undefined);
    if (asked.length !== 1) throw new UsageError('attune recommend: say for whom: --user, --history or --all.');
    await checkOutputs({ out: o.out });
    const model = await loadModel(file);
    const options: RecommendOptions = {
      n: o.n,
      includeSeen: o.includeSeen ?? false,
      ...(o.exclude !== undefined && { exclude: idsOf(o.exclude) }),
      ...(o.only !== undefined && { only: idsOf(o.only) }),
    };
    if (o.all) {
      if (o.why) throw new UsageError('attune recommend: --why says it of one list, not of those of --all.');
      return writeAll(model, options, o, context);
    }
    const titles = await readTitles(o.catalogue);
    const unknown = o.history === undefined ? [] : idsOf(o.history).filter((id) => !model.items.has(id));
    const list = o.user !== undefined ? model.recommend(o.user, options) : model.recommendFor(idsOf(o.history as string), options);
    const why = o.why ? reasonsFor(model, o.user ?? idsOf(o.history as string), list) : undefined;
    printList(list, titles, o.json, why);
    if (unknown.length > 0) remark(`left out of the history, as the model does not know them: ${unknown.join(', ')}`);
    if (list.length === 0 && !o.includeSeen) remark('No item is left that is not in the history. --include-seen lists those too.');
    if (o.why && !why) remark(`A model of kind '${model.kind}' cannot say why.`);
    if (why && !o.json) print(`\n${reasonTable(list, why, titles)}`);
  },
});

const idsOf = (text: string) => text.split(',').map((id) => id.trim());

/** For each item of a list the items of the history that speak for it most; undefined when the model cannot say. */
function reasonsFor(model: Recommender, who: string | string[], list: readonly Recommendation[]): Reason[][] | undefined {
  const items = list.map(({ item }) => item);
  const explained = typeof who === 'string' ? model.explainMany?.(who, items, { n: 2 }) : model.explainFor?.(who, items, { n: 2 });
  return explained?.map(({ contributions }) => contributions.map(({ item, score }) => ({ item, score })));
}

function reasonTable(list: readonly Recommendation[], why: Reason[][], titles: ReadonlyMap<string, string>): string {
  const name = (item: string) => titles.get(item) ?? item;
  return table(
    ['item', 'because of'],
    list.map(({ item }, k) => [name(item), why[k].map((it) => name(it.item)).join(', ')]),
  );
}

/** Writes the lists of everybody: a file is whole or not there, and standard output gets what is ready. */
async function writeAll(model: Recommender, options: RecommendOptions, { out, json }: AllOptions, { signal }: Context): Promise<void> {
  const lists = listsOfAll(model, options, json ? asJson : asCsv, signal);
  if (out !== undefined) {
    await replaceFile(out, lists);
    return remark(`wrote ${out}: lists of ${count(model.users.size)} users`);
  }
  for await (const lines of lists) if (!process.stdout.write(lines)) await once(process.stdout, 'drain');
}

interface AllOptions {
  out: string | undefined;
  json: boolean | undefined;
}

/** How the lists of everybody are written. */
interface Lines {
  head: string;
  of(user: string, list: readonly Recommendation[]): string;
}

const asCsv: Lines = {
  head: 'user,item,rank,score\n',
  of: (user, list) => list.map(({ item, score }, rank) => `${field(user)},${field(item)},${rank + 1},${score}\n`).join(''),
};

/** A line for each user, since a million lists are no text to read as a whole. */
const asJson: Lines = { head: '', of: (user, recommendations) => `${JSON.stringify({ user, recommendations })}\n` };

/** In blocks of users, so that a million lists need no memory of their own, and Ctrl-C is heard between them. */
async function* listsOfAll(model: Recommender, options: RecommendOptions, lines: Lines, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (lines.head !== '') yield Buffer.from(lines.head);
  const users = Array.from(model.users);
  for (let start = 0; start < users.length; start += 4096) {
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    const block = users.slice(start, start + 4096);
    const lists = model.recommendMany(block, options);
    yield Buffer.from(block.map((user, k) => lines.of(user, lists.at(k))).join(''));
  }
}

const field = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
