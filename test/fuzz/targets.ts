import {
  AlsRecommender,
  BprRecommender,
  EaseRecommender,
  evaluate,
  flatIndex,
  GraphFilterRecommender,
  HybridRanker,
  hnswIndex,
  Interactions,
  ItemKnnRecommender,
  LightGcnRecommender,
  loadRecommender,
  NcfRecommender,
  PopularityRecommender,
  SasRecRecommender,
  SemanticIndex,
  SequenceLinearRecommender,
  split,
} from 'attune';
import { readTable } from 'attune/node';
import { below, damagedBytes, forged, junk, oneOf, type Random } from './damage.ts';

/** Something that takes what others made: it answers, or refuses with a coded error. */
export interface Target {
  name: string;
  /** Makes what the cases share, then gives a case. */
  prepare(): Promise<(random: Random) => Promise<unknown>>;
}

const users = Array.from({ length: 240 }, (_, k) => `u${(k * 7) % 40}`);
const items = Array.from({ length: 240 }, (_, k) => `i${(k * k + 3 * k) % 25}`);
const data = Interactions.fromColumns({
  users,
  items,
  values: users.map((_, k) => 1 + (k % 5)),
  timestamps: users.map((_, k) => 1e12 + k * 1000),
});
const products = Array.from({ length: 40 }, (_, k) => ({
  id: `i${k}`,
  text: `steel kettle ${k % 7} litres ${k % 3 ? 'red' : 'blue'} café`,
  price: k,
  brand: `b${k % 4}`,
}));

async function models() {
  const few = { epochs: 1, seed: 1, threads: 1 };
  return Promise.all([
    new AlsRecommender({ factors: 4, iterations: 1, seed: 1, threads: 1 }).fit(data),
    new AlsRecommender({ factors: 4, iterations: 1, seed: 1, threads: 1, feedback: 'explicit', biases: true, storage: 'float16' }).fit(
      data,
    ),
    new BprRecommender({ factors: 8, iterations: 1, seed: 1, threads: 1 }).fit(data),
    new EaseRecommender().fit(data),
    new GraphFilterRecommender({ rank: 8 }).fit(data),
    new ItemKnnRecommender({ neighbors: 5 }).fit(data),
    new LightGcnRecommender({ factors: 8, ...few }).fit(data),
    new NcfRecommender({ factors: 8, layers: [16, 8], ...few }).fit(data),
    new PopularityRecommender().fit(data),
    new SasRecRecommender({ factors: 8, maxLength: 8, negatives: 8, ...few }).fit(data),
    new SequenceLinearRecommender().fit(data),
  ]);
}

const index = (vectorIndex = flatIndex()) =>
  SemanticIndex.build(products, { id: 'id', text: 'text', metadata: ['price', 'brand'], vectorIndex });

/** What a model that could be read must answer. */
function answersOf(model: Awaited<ReturnType<typeof loadRecommender>>): void {
  for (const user of [...model.users].slice(0, 3)) model.recommend(user, { n: 5 });
  model.recommendFor([...model.items].slice(0, 2), { n: 5, onUnknown: 'empty' });
  if (model.can('similarItems')) model.similarItems?.([...model.items][0], { n: 3 });
  model.toBytes();
}

export const targets: Target[] = [
  {
    name: 'model-files',
    async prepare() {
      const files = (await models()).map((model) => model.toBytes());
      return async (random) => {
        const file = oneOf(random, files);
        answersOf(await loadRecommender(random() < 0.2 ? damagedBytes(random, file) : forged(random, file), { onUnknown: 'empty' }));
      };
    },
  },
  {
    name: 'index-files',
    async prepare() {
      const files = [
        await index(),
        await index(flatIndex({ storage: '4bit' })),
        await index(hnswIndex() as never),
        await index(hnswIndex({ storage: '4bit' }) as never),
      ].map((each) => each.toBytes());
      return async (random) => {
        const file = oneOf(random, files);
        const read = SemanticIndex.fromBytes(random() < 0.2 ? damagedBytes(random, file) : forged(random, file));
        await read.search('red kettle', { n: 5 });
        await read.similarItems('i3', { n: 3 });
      };
    },
  },
  {
    name: 'readers',
    async prepare() {
      const texts = [
        'user,item,value\nann,ramen,1\n"b,en","gy""oza",2\n',
        'user\titem\nann\tramen\n',
        '{"user":"ann","item":"ramen","value":1}\n{"user":"ben"}\n',
        '[{"user":"ann","tags":["a",{"b":1}]},{"user":"ben"}]',
        "{'user': 'ann', 'none': None, 'yes': True}\n{'user': u'ben'}\n",
        '1::122::5::838985046\n1::185::5::838983525\n',
      ];
      return async (random) => {
        const bytes = damagedBytes(random, new TextEncoder().encode(oneOf(random, texts)));
        const pieces = async function* () {
          for (let at = 0, size = 1 + below(random, 9); at < bytes.length; at += size) yield bytes.slice(at, at + size);
        };
        for await (const row of readTable(pieces() as never, random() < 0.2 ? (junk(random) as never) : {})) void row;
      };
    },
  },
  {
    name: 'rows',
    async prepare() {
      return async (random) => {
        const rows = Array.from({ length: below(random, 6) }, () =>
          random() < 0.2
            ? junk(random)
            : {
                user: random() < 0.3 ? junk(random) : 'u',
                item: random() < 0.3 ? junk(random) : 'i',
                value: random() < 0.3 ? junk(random) : 1,
                timestamp: random() < 0.3 ? junk(random) : undefined,
              },
        );
        const read = await Interactions.from(rows as never, random() < 0.3 ? (junk(random) as never) : {});
        if (read.size > 0) split(read, random() < 0.5 ? (junk(random) as never) : { strategy: 'random' });
      };
    },
  },
  {
    name: 'options',
    async prepare() {
      const fitted = await models();
      const search = await index();
      return async (random) => {
        const model = oneOf(random, fitted) as AlsRecommender;
        const user = random() < 0.3 ? (junk(random) as string) : 'u1';
        const given = options(random, ['n', 'exclude', 'only', 'includeSeen', 'onUnknown', 'metric']) as never;
        const calls = [
          () => model.recommend(user, given),
          () =>
            model.recommendFor(
              random() < 0.5 ? (junk(random) as never) : ['i1', { item: 'i2', value: 2, timestamp: junk(random) } as never],
              given,
            ),
          () => model.recommendMany(random() < 0.5 ? (junk(random) as never) : ['u1', 'u2'], given).at(0),
          () => model.score(user, random() < 0.5 ? (junk(random) as never) : ['i1'], given),
          () => model.whyNot(user, random() < 0.5 ? (junk(random) as never) : 'i1', given),
          () => model.similarItems?.(random() < 0.3 ? (junk(random) as never) : 'i1', given),
          () => model.similarUsers?.(user, given),
          () => model.explain?.(user, random() < 0.3 ? (junk(random) as never) : 'i1', given),
          () =>
            new AlsRecommender(
              options(random, ['factors', 'iterations', 'alpha', 'regularization', 'seed', 'threads', 'storage']) as never,
            ),
          () => evaluate(model, options(random, ['train', 'test', 'metrics', 'k', 'includeSeen', 'users']) as never),
          () =>
            new HybridRanker(options(random, ['sources', 'fusion', 'rerank', 'timeoutMs', 'coldStart']) as never).rank(
              junk(random) as never,
            ),
          () => search.add(junk(random) as never),
          () => search.remove(junk(random) as never),
        ];
        await oneOf(random, calls)();
      };
    },
  },
  {
    name: 'queries',
    async prepare() {
      const search = await index();
      const letters = [
        'a',
        'é',
        'kettle',
        '"',
        ' ',
        '-',
        '1/2',
        '한국',
        '日本',
        '👩‍👩‍👧',
        '\u0000',
        '\ud800',
        'ﬁ',
        '𝒳',
        '\u202e',
        'ß',
        '٣',
        "'",
      ];
      return async (random) => {
        const query =
          random() < 0.1 ? (junk(random) as string) : Array.from({ length: below(random, 12) }, () => oneOf(random, letters)).join('');
        const where = random() < 0.3 ? { [oneOf(random, ['price', 'brand', 'x', '__proto__'])]: junk(random) } : undefined;
        const mode = oneOf(random, ['lexical', 'hybrid', 'semantic'] as const);
        const rest = options(random, ['n', 'offset', 'match', 'minScore', 'fields', 'sort', 'facets', 'highlight']);
        await search.search(query, { mode, ...(where && { where }), ...(random() < 0.5 ? (rest as object) : {}) } as never);
        await search.suggest(query, random() < 0.3 ? (rest as never) : {});
      };
    },
  },
];

/** Some options of these names with values that nobody expects; now and then something else altogether. */
function options(random: Random, names: readonly string[]): unknown {
  if (random() < 0.1) return junk(random);
  return Object.fromEntries(Array.from({ length: 1 + below(random, 2) }, () => [oneOf(random, names), junk(random)]));
}
