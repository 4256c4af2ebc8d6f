import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type * as Attune from 'attune';
import { appliancesColumns } from '../support/appliances-shape.ts';
import type { Build } from '../support/built.ts';
import { dataFolder, listedPairs } from '../support/data.ts';
import { generator, sample } from '../support/random.ts';
import { longUser, shopModels, shopPage, someUsers } from '../support/shop-page.ts';

/** What two builds are timed on. It is prepared once in a process of each build; its runs are what counts. */
export interface BuildTask {
  name: string;
  /** What one run does. */
  what: string;
  /** Runs that are not counted, and counted ones. */
  runs: number;
  /** Pairs of processes; default 1. */
  starts?: number;
  /** @returns one run, or undefined where its data is missing. */
  prepare(build: Build, scale: number): Promise<(() => unknown) | undefined>;
}

const n = { n: 10 };
const dimensions = 384;
const vectorCount = 94_327;

/** Two threads, as the goals are set. */
const threads = 2;

export const buildTasks: BuildTask[] = [
  {
    name: 'als-gowalla',
    what: 'fit of ALS, 64 factors, 4 iterations, Gowalla',
    runs: 3,
    starts: 3,
    async prepare({ AlsRecommender, Interactions }) {
      const folder = dataFolder('gowalla-lightgcn');
      if (!folder || !existsSync(join(folder, 'train.txt.gz'))) return undefined;
      const pairs = listedPairs(join(folder, 'train.txt.gz'));
      const data = Interactions.fromColumns({ users: pairs.map(([user]) => user), items: pairs.map(([, item]) => item) });
      return () => new AlsRecommender({ factors: 64, iterations: 4, seed: 1, threads }).fit(data);
    },
  },
  {
    name: 'als-shape',
    what: 'fit of ALS, 128 factors, 2 iterations, Appliances shape',
    runs: 3,
    starts: 3,
    async prepare({ AlsRecommender, Interactions }, scale) {
      const data = Interactions.fromColumns(appliancesColumns(scale));
      return () => new AlsRecommender({ factors: 128, iterations: 2, seed: 1, threads }).fit(data);
    },
  },
  {
    name: 'als-serving',
    what: 'ALS, Appliances shape: recommend for 500 users',
    runs: 15,
    async prepare(build, scale) {
      const als = await servedAls(build, scale);
      const users = sample(500, als.users.size).map((u) => als.users.idAt(u));
      return () => users.map((user) => als.recommend(user, n));
    },
  },
  {
    name: 'als-many',
    what: 'ALS, Appliances shape: recommendMany for 4,000 users',
    runs: 9,
    async prepare(build, scale) {
      const als = await servedAls(build, scale);
      const users = sample(4000, als.users.size, 3).map((u) => als.users.idAt(u));
      return () => als.recommendMany(users, n);
    },
  },
  {
    name: 'als-similar',
    what: 'ALS, Appliances shape: similarItems for 200 items',
    runs: 15,
    starts: 3,
    async prepare(build, scale) {
      const als = await servedAls(build, scale);
      const items = sample(200, als.items.size, 2).map((i) => als.items.idAt(i));
      return () => items.map((item) => als.similarItems(item, n));
    },
  },
  {
    name: 'page',
    what: 'page of ten with reasons by ALS, search, popular and diversify, Appliances shape: 20 users',
    runs: 15,
    async prepare(build, scale) {
      return pagesOf(build, scale, (users) => someUsers(users, 20));
    },
  },
  {
    name: 'page-long',
    what: 'the same page for a user with 1,200 interactions, 5 times',
    runs: 15,
    async prepare(build, scale) {
      return pagesOf(build, scale, () => Array<string>(5).fill(longUser));
    },
  },
  {
    name: 'bpr-many',
    what: 'BPR, an eighth of the shape, 64 factors: recommendMany for 1,000 users',
    runs: 7,
    async prepare({ BprRecommender, Interactions }, scale) {
      const data = Interactions.fromColumns(appliancesColumns(scale / 8));
      const bpr = await new BprRecommender({ factors: 64, iterations: 2, seed: 1, threads }).fit(data);
      const users = sample(1000, bpr.users.size, 3).map((u) => bpr.users.idAt(u));
      return () => bpr.recommendMany(users, n);
    },
  },
  {
    name: 'flat',
    what: 'flatIndex, 94,327 x 384: 20 queries one by one',
    runs: 15,
    async prepare(build, scale) {
      const { search, queries } = await searchable(build, build.flatIndex(), scale);
      return async () => {
        for (const query of queries.slice(0, 20)) await search(query);
      };
    },
  },
  {
    name: 'hnsw',
    what: 'hnswIndex, a quarter of them: 200 queries',
    runs: 15,
    starts: 3,
    async prepare(build, scale) {
      const { search, queries } = await searchable(build, build.hnswIndex(), scale / 4);
      return async () => {
        for (const query of queries) await search(query);
      };
    },
  },
  {
    name: 'hnsw-build',
    what: 'hnswIndex, a fifth of them: built by two threads where it can',
    runs: 3,
    async prepare({ hnswIndex }, scale) {
      const count = Math.round((vectorCount * scale) / 5);
      const near = nearCentres(generator(9));
      const rows = new Float32Array(count * dimensions);
      for (let k = 0; k < count; k++) rows.set(near(0.8), k * dimensions);
      const keys = Int32Array.from({ length: count }, (_, k) => k);
      return () => hnswIndex().add(keys, rows);
    },
  },
  {
    name: 'bm25',
    what: 'words alone, 20,000 short texts: 100 queries',
    runs: 15,
    async prepare({ SemanticIndex, flatIndex }) {
      const random = generator(5);
      const word = () => `w${Math.floor(3000 * random() ** 3)}`;
      const texts = Array.from({ length: 20_000 }, (_, id) => ({ id: `t${id}`, text: Array.from({ length: 12 }, word).join(' ') }));
      const embedder = {
        name: 'none',
        dimensions: 8,
        embed: async (some: string[]) => new Float32Array(8 * some.length).fill(Math.SQRT1_2 / 2),
      };
      const index = await SemanticIndex.build(texts, { embedder, vectorIndex: flatIndex() });
      const queries = Array.from({ length: 100 }, () => `${word()} ${word()} ${word()}`);
      return async () => {
        for (const query of queries) await index.search(query, { n: 10, mode: 'lexical' });
      };
    },
  },
];

/** Pages of a shop, one after the other. */
async function pagesOf(build: Build, scale: number, whose: (users: Attune.IdMap) => string[]): Promise<() => Promise<void>> {
  const models = await shopModels(build, scale);
  const shop = await shopPage(build, models, 'graph');
  const users = whose(models.data.users);
  return async () => {
    for (const user of users) await shop.rank({ user }, n);
  };
}

/** One model for all tasks of a process. */
let served: Promise<Attune.AlsRecommender> | undefined;

function servedAls({ AlsRecommender, Interactions }: Build, scale: number): Promise<Attune.AlsRecommender> {
  served ??= new AlsRecommender({ factors: 128, iterations: 2, seed: 1, threads }).fit(Interactions.fromColumns(appliancesColumns(scale)));
  return served;
}

/** Vectors in clusters behind an index of meanings, asked by queries near them. */
async function searchable(
  { SemanticIndex }: Build,
  vectorIndex: ReturnType<Build['flatIndex']> | ReturnType<Build['hnswIndex']>,
  scale: number,
) {
  const near = nearCentres(generator(9));
  const vectors = new Map<string, Float32Array>();
  for (let k = 0; k < Math.round(vectorCount * scale); k++) vectors.set(`v${k}`, near(0.8));
  const queries = Array.from({ length: 200 }, (_, k) => `q${k}`);
  for (const query of queries) vectors.set(query, near(0.8));
  const embedder = {
    name: 'made',
    dimensions,
    async embed(texts: string[]) {
      const rows = new Float32Array(dimensions * texts.length);
      for (let k = 0; k < texts.length; k++) rows.set(vectors.get(texts[k]) as Float32Array, k * dimensions);
      return rows;
    },
  };
  const items = Array.from(vectors.keys(), (id) => ({ id, text: id })).filter(({ id }) => id.startsWith('v'));
  const index = await SemanticIndex.build(items, { embedder, vectorIndex });
  return { queries, search: (query: string) => index.search(query, { n: 10, mode: 'semantic' }) };
}

/** Draws vectors of length 1 near one of 500 centres. */
function nearCentres(random: () => number): (spread: number) => Float32Array {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const centres = Array.from({ length: 500 }, () => Float32Array.from({ length: dimensions }, normal));
  return (spread) => {
    const centre = centres[Math.floor(random() * centres.length)];
    const vector = centre.map((value) => value + spread * normal());
    const norm = Math.hypot(...vector);
    return vector.map((value) => value / norm);
  };
}
