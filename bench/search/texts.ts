import { resolve } from 'node:path';
import { SemanticIndex } from 'attune';
import { median } from '../support/clock.ts';
import { generator } from '../support/random.ts';
import type { Row } from '../support/table.ts';
import type { SearchTask } from './context.ts';
import { readScifact, type Scifact } from './scifact.ts';
import { type TextSet, textPeers } from './text-peers.ts';

/** Word search beside its peers, and the speed of a whole index on generated titles. */
export const texts: SearchTask = {
  name: 'texts',
  summary: 'Words: SciFact and generated titles beside MiniSearch, Orama, FlexSearch and bm25s; then a whole index of 94,327.',
  async run(context) {
    const { quick, data } = context;
    const products = quick ? 10_000 : 94_327;
    const random = generator(2);
    const vocabulary = Array.from({ length: 20_000 }, () =>
      Array.from({ length: 3 + Math.floor(random() * 8) }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join(''),
    );
    const word = () => vocabulary[Math.floor(vocabulary.length ** random())];
    const items = Array.from({ length: products }, (_, k) => ({
      id: `P${k}`,
      text: Array.from({ length: 14 }, word).join(' '),
      group: k % 1000,
    }));
    const queries = Array.from({ length: 200 }, () => `${word()} ${word()} ${word()}`);
    const some = items.slice(0, 20_000).map(({ text }) => text); // a fifth, for the sake of the slow ones
    const sets: TextSet[] = [{ name: `${some.length} titles`, texts: some, queries, typed: queries.map(asTyped), n: 10 }];
    const scifact = readScifact(resolve(data, 'scifact'));
    if (scifact) sets.unshift(scifactSet(scifact));
    else context.say(`skipped: no SciFact in ${data}`);
    const compared: Record<string, unknown> = {};
    for (const set of sets) compared[set.name] = Object.fromEntries(await textPeers(set, context));

    const task = (name: string) => `${products} titles, ${name}`;
    const started = performance.now();
    const index = await SemanticIndex.build(items, { metadata: ['group'] });
    const rows: Row[] = [
      { task: task('whole index, build'), unit: 's', attune: (performance.now() - started) / 1000, note: index.embedder.name },
    ];
    for (const mode of ['lexical', 'semantic', 'hybrid'] as const) {
      const all = await medianMs(queries.slice(0, 50), (query) => index.search(query, { mode }));
      const few = await medianMs(queries.slice(0, 50), (query) => index.search(query, { mode, where: { group: 7 } }));
      rows.push({ task: task(`${mode} query`), unit: 'ms', attune: all });
      rows.push({ task: task(`${mode} query that 1 in 1,000 pass`), unit: 'ms', attune: few });
    }
    const saving = performance.now();
    const bytes = index.toBytes();
    const loading = performance.now();
    SemanticIndex.fromBytes(bytes);
    rows.push({ task: task('save'), unit: 'ms', attune: loading - saving, note: `${(bytes.length / 1e6).toFixed(0)} MB` });
    rows.push({ task: task('load'), unit: 'ms', attune: performance.now() - loading });
    const comparing = performance.now();
    const groups = await index.nearDuplicates();
    rows.push({
      task: task('near duplicates at 0.9'),
      unit: 's',
      attune: (performance.now() - comparing) / 1000,
      note: `${groups.length} groups`,
    });
    return { rows, detail: compared };
  },
};

function scifactSet({ corpus, queries, relevant }: Scifact): TextSet {
  const gain = (hits: number[]) => hits.slice(0, 10).reduce((sum, hit, rank) => sum + hit / Math.log2(rank + 2), 0);
  return {
    name: 'SciFact train',
    texts: corpus.map(({ title, text }) => `${title} ${text}`),
    queries: queries.map(({ text }) => text),
    typed: queries.slice(0, 200).map(({ text }) => asTyped(text)),
    n: 10,
    quality: (lists) => {
      const each = lists.map((list, q) => {
        const wanted = relevant.get(queries[q]._id) as Set<string>;
        return gain(list.map((k) => (wanted.has(corpus[k]._id) ? 1 : 0))) / gain(Array(wanted.size).fill(1));
      });
      return each.reduce((sum, value) => sum + value, 0) / each.length;
    },
  };
}

/** A query in the middle of its last word, two letters of its first long word swapped. */
function asTyped(query: string): string {
  const swapped = query.replace(/[a-z]{5,}/i, (word) => `${word.slice(0, 2)}${word[3]}${word[2]}${word.slice(4)}`);
  return swapped.trim().replace(/(\w{3})\w*\W*$/, '$1');
}

async function medianMs<T>(inputs: T[], work: (input: T) => unknown): Promise<number> {
  for (const input of inputs.slice(0, 10)) await work(input);
  const times: number[] = [];
  for (const input of inputs) {
    const started = performance.now();
    await work(input);
    times.push(performance.now() - started);
  }
  return median(times);
}
