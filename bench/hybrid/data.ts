import { join } from 'node:path';
import { type AlsOptions, AlsRecommender, Interactions, ngramEmbedder, SemanticIndex } from 'attune';
import { dataFolder, gzLines } from '../support/data.ts';

/** Amazon Industrial and Scientific 2018: who chose what, in which order, and what the items are. */
export interface Industrial {
  /** Distinct pairs; of a repeated one the first counts. Timestamps are places in the user's sequence. */
  all: Interactions;
  /** All but what is held out by the set's own files. */
  train: Interactions;
  /** Rows of its validation file, and of its test file. */
  validation: Rows;
  test: Rows;
  /** Titles, brands and descriptions as n-gram vectors. */
  index: SemanticIndex<Product>;
  brandOf: Map<string, string>;
}

/** Rows to be predicted; each is a case of its own, called `user#number`. */
export interface Rows {
  /** What is to be found. */
  test: Interactions;
  /** The latest items before it, at most 10, as the file has them; earlier rows of the user among them. */
  histories: Interactions;
  /** The same rows under the names of their users. */
  pairs: { user: string; item: string; value: number }[];
}

/** One line of items.jsonl.gz. */
export interface Product {
  item_id: number;
  title: string;
  brand: string;
  description: string;
}

/** Reads everything; undefined, after one line that says so, where the data set is missing. */
export async function industrial(): Promise<Industrial | undefined> {
  const folder = dataFolder('amazon-industrial-2018');
  if (!folder) return undefined;
  const products = gzLines(join(folder, 'items.jsonl.gz')).map((line) => JSON.parse(line) as Product);
  const index = await SemanticIndex.build(products, {
    id: ({ item_id }) => String(item_id),
    text: ({ title, brand, description }) => [title, brand, description].filter(Boolean),
    embedder: ngramEmbedder(),
  });
  const rows = gzLines(join(folder, 'interactions.csv.gz'))
    .slice(1)
    .map((line) => line.split(','))
    .map(([user, item, position]) => ({ user, item, value: 1, timestamp: Number(position) }));
  const read = (given: Iterable<{ user: string; item: string; value: number }>) => Interactions.from(given, { duplicates: 'first' });
  const held = async (name: string): Promise<Rows> => {
    const lines = gzLines(join(folder, name)).map((line) => JSON.parse(line) as { user_id: string; history: number[]; item_id: number });
    const cases = lines.map(({ user_id, history, item_id }, at) => ({
      id: `${user_id}#${at}`,
      user: user_id,
      history,
      item: String(item_id),
    }));
    const past = cases.flatMap(({ id, history }) => history.map((item) => ({ user: id, item: String(item), value: 1 })));
    return {
      test: await read(cases.map(({ id, item }) => ({ user: id, item, value: 1 }))),
      histories: await read(past),
      pairs: cases.map(({ user, item }) => ({ user, item, value: 1 })),
    };
  };
  const [validation, test] = [await held('valid.jsonl.gz'), await held('test.jsonl.gz')];
  const out = new Set([...validation.pairs, ...test.pairs].map(pairOf));
  return {
    all: await read(rows),
    train: await read(rows.filter((row) => !out.has(pairOf(row)))),
    validation,
    test,
    index,
    brandOf: new Map(products.map(({ item_id, brand }) => [String(item_id), brand])),
  };
}

const pairOf = ({ user, item }: { user: string; item: string }) => `${user} ${item}`;

/** Ten plain iterations: the loss falls further with more, the lists do not get better. */
export function fitAls(options: AlsOptions, train: Interactions): Promise<AlsRecommender> {
  return new AlsRecommender({ iterations: 10, acceleration: false, ...options }).fit(train);
}

/** What a user has in some interactions, as a history. */
export function historyOf(interactions: Interactions, user: string): { item: string; value: number }[] {
  const row = interactions.users.indexOf(user);
  if (row < 0) return [];
  const { offsets, indices, values } = interactions.byUser;
  return Array.from({ length: offsets[row + 1] - offsets[row] }, (_, k) => {
    const at = offsets[row] + k;
    return { item: interactions.items.idAt(indices[at]), value: values[at] };
  });
}
