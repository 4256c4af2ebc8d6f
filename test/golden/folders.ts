import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SqliteTables } from 'attune/sqlite';
import type { Tracker } from 'attune/tracking';
import Database from 'libsql';
import { type Attune, plain } from './attune.ts';
import { itemId, productsOf, queries, userId } from './data.ts';
import { ownEmbedder } from './embedder.ts';

/** Something that keeps its state in a folder, what is put there, and what it is asked then. */
export interface FolderCase {
  name: string;
  /** Fills a folder that is empty, at a fixed time. */
  write(attune: Attune, folder: string): Promise<void>;
  /** Asks what lies there. It may write, so give it a copy. */
  read(attune: Attune, folder: string): Promise<unknown>;
}

function folderCase({ name, write, read }: FolderCase): FolderCase {
  return {
    name,
    write: (attune, folder) => atFixedTime(() => write(attune, folder)),
    read: async (attune, folder) => {
      const files = layoutOf(folder); // first, because asking may write
      return plain({ files, ...((await read(attune, folder)) as object) });
    },
  };
}

/** What is done at one and the same time, each time. */
async function atFixedTime(work: () => Promise<void>): Promise<void> {
  const { now } = Date;
  Date.now = () => 1.75e12;
  try {
    await work();
  } finally {
    Date.now = now;
  }
}

/** Names of all files below a folder; what is random in them as a star. */
function layoutOf(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(folder.length + 1)
      .replaceAll('\\', '/'),
  );
  return names.map((name) => name.replace(/(?<![0-9a-f])([0-9a-f]{8}|[0-9a-f]{16})(?=\.embeddings|\/|$)/g, '*')).sort();
}

const bytes = (...numbers: number[]) => Uint8Array.from(numbers);

const modelFolder = folderCase({
  name: 'file-model-store',
  async write({ fileModelStore }, folder) {
    const store = fileModelStore(folder);
    await store.put('shop-als', bytes(1, 2, 3), { ndcg: 0.25, note: 'é "first"' });
    await store.put('shop-als', bytes(4), {});
    await store.put('shop-als', bytes(5, 6));
    await store.put('shop.search', bytes(7));
    await store.promote('shop-als', 1, 'production');
    await store.promote('shop-als', 3, 'production');
    await store.promote('shop-als', 3, 'candidate');
    await store.promote('shop-als', 1, 'candidate');
    await store.rollback('shop-als', 'candidate');
    await store.delete('shop-als', 2);
    // A deleted version names the machine and the process that deleted it.
    const deleted = join(folder, 'shop-als', '2.json');
    const state = JSON.parse(readFileSync(deleted, 'utf8'));
    writeFileSync(deleted, `${JSON.stringify({ ...state, by: { ...state.by, host: 'shop', pid: 4711 } }, undefined, 2)}\n`);
  },
  async read({ fileModelStore }, folder) {
    const store = fileModelStore(folder);
    const text = (name: string) => readFileSync(join(folder, 'shop-als', name), 'utf8');
    const found = {
      facts: text('1.json').replace(/,\n {2}"checksum": "[0-9a-f]{8}"/, ''), // the build before kept none
      deleted: text('2.json'),
      aliases: text('aliases.jsonl').replace(/,"id":"[0-9a-f]+"/g, ''), // the same
      list: await store.list(),
      newest: await store.get('shop-als'),
      production: await store.get('shop-als@production'),
      first: await store.get('shop-als@1'),
      gone: await store.get('shop-als@2').catch(({ code }) => code),
    };
    await store.rollback('shop-als', 'production');
    const { version } = await store.put('shop-als', bytes(8));
    return { ...found, next: version, rolledBack: (await store.get('shop-als@production')).version };
  },
});

const tables: SqliteTables = {
  products: { name: 'catalog', id: 'asin', columns: { title: 'TEXT', price: 'REAL', stock: 'INTEGER', features: 'JSON' } },
  interactions: { name: 'ratings', user: 'user_id', item: 'asin', value: 'rating', columns: { verified: 'INTEGER' } },
};

async function all<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const list: Row[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

const databaseFile = folderCase({
  name: 'sqlite-stores',
  async write({ sqliteDataStore, sqliteModelStore, sqliteEmbeddingCache }, folder) {
    const database = new Database(join(folder, 'shop.db'));
    database.exec('PRAGMA page_size = 1024');
    for (const options of [{}, { tables }]) {
      const declared = 'tables' in options;
      const data = await sqliteDataStore(database, options);
      await data.products.putMany(
        productsOf(8).map(({ id, title, price, features, brand }, k) => ({
          item: id,
          title,
          features,
          ...(declared ? { price, stock: k } : { brand }),
        })),
      );
      await data.interactions.putMany(
        Array.from({ length: 20 }, (_, k) => ({
          user: userId(k % 6),
          item: itemId((k * k) % 9), // one of them unknown
          value: 1 + (k % 9) / 2,
          timestamp: k % 4 === 0 ? undefined : 1.7e12 + k,
          ...(declared && { verified: k % 2 }),
        })),
      );
      await data.products.delete([itemId(4)]);
    }
    const { events } = await sqliteDataStore(database);
    await events.append({ user: userId(5), type: 'click', item: itemId(3), position: 2 });
    await events.append({ user: userId(1), type: 'exposure', timestamp: 1.6e12, experiment: 'lists', variant: 'new' });
    const models = sqliteModelStore(database);
    await models.put('shop-als', bytes(1, 2, 3), { ndcg: 0.25 });
    await models.put('shop-als', bytes(4));
    await models.put('shop-als', bytes(5));
    await models.promote('shop-als', 1, 'production');
    await models.promote('shop-als', 3, 'production');
    await models.delete('shop-als', 2);
    await sqliteEmbeddingCache(database).put('space', ['a', 'b'], Float32Array.of(0.1, 0.2, 0.3, 0.4));
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    for (const beside of ['shop.db-wal', 'shop.db-shm']) rmSync(join(folder, beside), { force: true }); // both empty of what counts
  },
  async read({ sqliteDataStore, sqliteModelStore, sqliteEmbeddingCache }, folder) {
    const database = new Database(join(folder, 'shop.db'));
    // The build before called the time of an event `time`, in rows and in the table, kept no checksums or parts of models, and had keys of pairs
    // as constraints; its tables are used as they are.
    const rows = database
      .prepare(
        `SELECT name, replace(replace(sql, '"timestamp" BIGINT NOT NULL', '"time" BIGINT NOT NULL'), char(10) || '  checksum TEXT,', '')
         FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'models_parts' ORDER BY name`,
      )
      .raw()
      .all() as [name: string, sql: string][];
    const schema = withConstraints(rows);
    const stores = await Promise.all([{}, { tables }].map((options) => sqliteDataStore(database, options)));
    const data = [];
    for (const { products, interactions } of stores) {
      data.push({
        products: await all(products.all()),
        interactions: await all(interactions.all()),
        ofUser: await interactions.ofUser(userId(5), { newestFirst: true }),
        stats: await interactions.stats(),
        put: await interactions.putMany([
          { user: userId(0), item: itemId(0), value: 2 },
          { user: 'new', item: itemId(1), value: 3 },
        ]),
        last: (await interactions.ofUser('new'))[0].id,
      });
    }
    const models = sqliteModelStore(database);
    const answers = {
      schema,
      data,
      events: (await all(stores[0].events.all())).map(({ timestamp, ...event }) => ({ ...event, time: timestamp })),
      event: (await stores[0].events.append({ user: 'new', type: 'click', timestamp: 0 })).id,
      list: await models.list(),
      production: await models.get('shop-als@production'),
      gone: await models.get('shop-als@2').catch(({ code }) => code),
      next: (await models.put('shop-als', bytes(8))).version,
      vectors: await sqliteEmbeddingCache(database).get('space', ['b', 'c', 'a']),
    };
    database.close();
    return answers;
  },
});

const cacheFolder = folderCase({
  name: 'file-embedding-cache',
  async write({ cachedEmbedder, fileEmbeddingCache }, folder) {
    const embedder = cachedEmbedder(ownEmbedder(8), fileEmbeddingCache(folder));
    await embedder.embed(queries.slice(0, 4));
    await embedder.embed(queries.slice(2, 6));
  },
  async read({ cachedEmbedder, fileEmbeddingCache }, folder) {
    const asked: string[] = [];
    const inner = ownEmbedder(8);
    const embed = async (texts: readonly string[]) => {
      asked.push(...texts);
      return inner.embed(texts);
    };
    const vectors = await cachedEmbedder({ ...inner, embed }, fileEmbeddingCache(folder)).embed(queries);
    return { asked, vectors };
  },
});

/** Everything a tracker says, without the ids of runs. */
async function runsOf(tracker: Tracker) {
  const runs = await tracker.runs();
  return Promise.all(
    runs.map(async ({ id, ...record }) => ({
      ...record,
      curve: await tracker.curve(id, 'training/loss'),
      artifacts: await Promise.all((await tracker.artifacts(id)).map(async (name) => [name, await tracker.artifact(id, name)])),
    })),
  );
}

const trackerFolder = folderCase({
  name: 'file-tracker',
  async write({ fileTracker }, folder) {
    const tracker = fileTracker(folder);
    const run = await tracker.start({ experiment: 'als', name: 'first', parameters: { factors: 8, note: 'é' }, tags: { by: 'hand' } });
    for (let done = 1; done <= 3; done++) run.progress({ phase: 'training', done, total: 3, loss: 10 / done });
    run.log({ 'ndcg@10': 0.25, broken: Number.NaN, endless: Number.POSITIVE_INFINITY });
    await run.tags({ by: 'nobody' });
    await run.artifact('notes/first.txt', 'é');
    await run.model('shop-als', bytes(1, 2, 3), { alias: 'champion' });
    await run.end();
    const second = await tracker.start({ experiment: 'als' });
    second.log({ 'ndcg@10': 0.125 }, { step: 4, time: 1.7e12 });
    await second.end('failed');
    const third = await tracker.start({ experiment: 'other' }); // killed: it never ends
    await third.parameters({ k: [1, 2] });
  },
  async read({ fileTracker }, folder) {
    const tracker = fileTracker(folder);
    const runs = await runsOf(tracker);
    const { run, ...model } = await tracker.model('shop-als@champion');
    const made = (await tracker.runs()).findIndex(({ id }) => id === run);
    return { runs, model, made };
  },
});

/** Everything that is kept in a folder. */
export const folderCases: FolderCase[] = [modelFolder, databaseFile, cacheFolder, trackerFolder];

/** Tables with the keys of their pairs as constraints, as they were, and not as indexes. */
function withConstraints(rows: [name: string, sql: string][]): [name: string, sql: string][] {
  const keys = rows.flatMap(([, sql]) => {
    const found = /^CREATE UNIQUE INDEX "idx_pair_.*" ON ("\w+") (\(.*\))$/.exec(sql);
    return found ? [{ table: found[1], columns: found[2] }] : [];
  });
  return rows
    .filter(([name]) => !name.startsWith('idx_pair_'))
    .map(([name, sql]) => {
      const key = keys.find(({ table }) => table === `"${name}"`);
      return [name, key && sql.startsWith('CREATE TABLE') ? sql.replace(/\n\)$/, `,\n  UNIQUE ${key.columns}\n)`) : sql];
    });
}
