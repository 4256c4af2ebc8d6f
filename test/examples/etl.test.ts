import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import Database from 'libsql';
import { afterAll, describe, expect, it } from 'vitest';
import { type EtlOptions, runEtl, type Step } from '../../examples/amazon-appliances/etl/run.ts';
import { openDatabase } from '../../examples/amazon-appliances/pipeline/database.ts';
import { defaults } from '../../examples/amazon-appliances/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-etl-'));
afterAll(() => rmSync(folder, { recursive: true }));

const quiet: Step = (_, work) => work(() => {});
let made = 0;
const file = (content: string | Buffer, name = 'file') => {
  const path = join(folder, `${name}-${made++}`);
  writeFileSync(path, content);
  return path;
};
const lines = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const run = async (options: Partial<EtlOptions> & { reviews: string }) => {
  const dataDir = options.dataDir ?? join(folder, `data-${made++}`);
  const summary = await runEtl({ ...defaults.etl, ...options, dataDir }, quiet);
  return { dataDir, summary };
};
const query = <Row>(dataDir: string, sql: string): Row[] => {
  const database = new Database(join(dataDir, 'appliances.db'));
  const rows = database.prepare(sql).all() as Row[];
  database.close();
  return rows;
};
const rejects = (dataDir: string) =>
  gunzipSync(readFileSync(join(dataDir, 'rejects.jsonl.gz')))
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const review = (user_id: string, parent_asin: string, rating: number, timestamp = 1_600_000_000_000, more = {}) => ({
  user_id,
  parent_asin,
  rating,
  timestamp,
  ...more,
});
const reviews = [
  review('u1', 'B1', 5, 1_600_000_000_000, { helpful_vote: 2, verified_purchase: true }),
  review('u1', 'B2', 4),
  review('u2', 'B1', 3),
  review('u2', 'B3', 1),
];
const products = [
  {
    parent_asin: 'B1',
    title: 'Kettle',
    price: 9.99,
    store: 'Acme',
    features: ['2 l'],
    details: { Color: 'Red' },
    average_rating: 4.5,
    rating_number: 7,
  },
  { parent_asin: 'B2', title: 'Toaster', main_category: 'Appliances' },
];

describe('etl', () => {
  it('makes the tables, columns, keys and indexes of the system', async () => {
    const { dataDir } = await run({ reviews: file(lines(reviews)), products: file(lines(products)) });
    const columns = (table: string) => query<{ name: string }>(dataDir, `pragma table_info(${table})`).map(({ name }) => name);
    expect(columns('product_catalog')).toEqual([
      'parent_asin',
      'title',
      'main_category',
      'average_rating',
      'rating_number',
      'price',
      'store',
      'features',
      'description',
      'images',
      'categories',
      'details',
    ]);
    expect(columns('user_item_rating')).toEqual([
      'id',
      'user_id',
      'parent_asin',
      'rating',
      'timestamp',
      'verified_purchase',
      'helpful_vote',
    ]);
    const indexes = query<{ name: string }>(dataDir, "select name from sqlite_master where type = 'index' and sql is not null").map(
      ({ name }) => name,
    );
    expect(indexes).toEqual(expect.arrayContaining(['idx_user_rating', 'idx_item_rating', 'idx_rating_value']));
    expect(query(dataDir, 'pragma foreign_key_list(user_item_rating)')).toMatchObject([
      { table: 'product_catalog', from: 'parent_asin', on_delete: 'CASCADE' },
    ]);
  });

  it('stores what the rows say, JSON as text, absent things as null', async () => {
    const { dataDir } = await run({ reviews: file(lines(reviews)), products: file(lines(products)) });
    const [kettle, toaster, bare] = query<Record<string, unknown>>(dataDir, 'select * from product_catalog order by parent_asin');
    expect(kettle).toMatchObject({
      title: 'Kettle',
      price: 9.99,
      store: 'Acme',
      features: '["2 l"]',
      details: '{"Color":"Red"}',
      average_rating: 4.5,
      rating_number: 7,
    });
    expect(toaster).toMatchObject({ price: null, average_rating: 4, rating_number: 1, categories: '[]' }); // from the rating at hand
    expect(bare).toMatchObject({ parent_asin: 'B3', title: 'Product B3', average_rating: 1 });
    const [first] = query<Record<string, unknown>>(dataDir, 'select * from user_item_rating order by id');
    expect(first).toMatchObject({
      user_id: 'u1',
      parent_asin: 'B1',
      rating: 5,
      timestamp: 1_600_000_000_000,
      verified_purchase: 1,
      helpful_vote: 2,
    });
  });

  it('keeps the newest of several ratings of one pair, whatever their order, and the others in the rejects', async () => {
    const rows = [
      review('u1', 'B1', 1, 100_000_000_000),
      review('u1', 'B1', 5, 300_000_000_000),
      review('u1', 'B1', 3, 200_000_000_000),
      review('u2', 'B1', 4),
    ];
    const { dataDir, summary } = await run({ reviews: file(lines(rows)) });
    expect(query<{ rating: number }>(dataDir, "select rating from user_item_rating where user_id = 'u1'")).toMatchObject([{ rating: 5 }]);
    expect(summary.reviews).toMatchObject({ rows: 4, superseded: 2, kept: 2 });
    expect(rejects(dataDir).map(({ line, row }) => [line, row.value])).toEqual([
      [1, 1],
      [3, 3],
    ]);
  });

  it('counts what breaks a rule by reason, and keeps it with its line', async () => {
    const content = `${lines([review('u1', 'B1', 5), review('', 'B1', 5), review('u1', 'B2', 9)])}{"broken\n${lines([review('u3', 'B1', 4)])}`;
    const { dataDir, summary } = await run({ reviews: file(content) });
    expect(summary.reviews).toMatchObject({ rows: 5, kept: 2 });
    const kept = rejects(dataDir);
    expect(kept.map(({ line }) => line).sort()).toEqual([2, 3, 4]);
    expect(Object.keys(summary.rejects).sort()).toEqual([
      'no user',
      'not a row: expected a JSON object',
      'rating is not a number from 1 to 5',
    ]);
    expect(kept.find(({ line }) => line === 3)).toEqual({
      source: 'reviews',
      reason: 'rating is not a number from 1 to 5',
      line: 3,
      row: review('u1', 'B2', 9),
    });
  });

  it('leaves ratings of products without metadata out, when asked', async () => {
    const { dataDir, summary } = await run({ reviews: file(lines(reviews)), products: file(lines(products)), unknownProducts: 'reject' });
    expect(summary).toMatchObject({ reviews: { kept: 3 }, products: { stubs: 0, kept: 2 }, rejects: { 'product without metadata': 1 } });
    expect(rejects(dataDir)).toMatchObject([{ line: 4, row: { user: 'u2', item: 'B3' } }]);
  });

  it('applies --min-interactions until it holds for users and products', async () => {
    const grid = ['u1', 'u2'].flatMap((user) => ['B1', 'B2'].map((item) => review(user, item, 5)));
    // u3 has two ratings, one of them of B3, which nobody else rated: without B3 u3 has one, and goes as well.
    const { summary } = await run({ reviews: file(lines([...grid, review('u3', 'B1', 5), review('u3', 'B3', 5)])), minInteractions: 2 });
    expect(summary).toMatchObject({ users: 2, ratedProducts: 2, reviews: { kept: 4, tooFew: 2 } });
  });

  it('says what to do when nothing is left', async () => {
    await expect(run({ reviews: file(lines(reviews)), minInteractions: 50 })).rejects.toMatchObject({
      code: 'ERR_EMPTY',
      message: expect.stringContaining('Lower --min-interactions'),
    });
    await expect(run({ reviews: file(lines([{ a: 1 }])) })).rejects.toMatchObject({
      code: 'ERR_EMPTY',
      message: expect.stringContaining('1 rows: no user'),
    });
    await expect(run({ reviews: join(folder, 'nowhere') })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  it('samples users with all their ratings, the same ones for the same seed', async () => {
    const rows = Array.from({ length: 400 }, (_, k) => [review(`user${k}`, 'B1', 5), review(`user${k}`, `B${k % 7}x`, 4)]).flat();
    const input = file(lines(rows));
    const users = async (sampleSeed: number) => {
      const { dataDir, summary } = await run({ reviews: input, sampleFraction: 0.25, sampleSeed });
      expect(summary.reviews.kept).toBe(summary.users * 2);
      return query<{ user_id: string }>(dataDir, 'select distinct user_id from user_item_rating order by user_id').map(
        ({ user_id }) => user_id,
      );
    };
    const drawn = await users(1);
    expect(drawn.length).toBeGreaterThan(70);
    expect(drawn.length).toBeLessThan(130);
    expect(await users(1)).toEqual(drawn);
    expect(await users(2)).not.toEqual(drawn);
  });

  it('merges rows of one product, also far apart', async () => {
    const many = Array.from({ length: 2500 }, (_, k) => ({ parent_asin: `C${k}`, title: `Thing ${k}` }));
    const rows = [
      { parent_asin: 'B1', title: '<span class="x"', brand: 'Acme', description: ['A kettle. Boils.'] },
      ...many,
      { parent_asin: 'B1', title: 'Kettle', price: '$5' },
    ];
    const { dataDir, summary } = await run({ reviews: file(lines(reviews)), products: file(lines(rows)) });
    expect(query(dataDir, "select title, price, store, description from product_catalog where parent_asin = 'B1'")).toMatchObject([
      { title: 'Kettle', price: 5, store: 'Acme', description: '["A kettle. Boils."]' },
    ]);
    expect(summary.products).toMatchObject({ rows: 2502, duplicates: 1, repairedTitles: 0 });
  });

  it('writes parquet files that agree with the tables', async () => {
    const { dataDir } = await run({ reviews: file(lines(reviews)), products: file(lines(products)) });
    const read = async (name: string) => {
      const { buffer, byteOffset, byteLength } = readFileSync(join(dataDir, name));
      return parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer });
    };
    const users = await read('user_map.parquet');
    const items = await read('item_map.parquet');
    const pairs = (await read('interactions.parquet')).map((row) => [
      users[row.user_idx].user_id,
      items[row.item_idx].parent_asin,
      row.rating,
      Number(row.timestamp),
    ]);
    expect(pairs).toEqual(reviews.map((row) => [row.user_id, row.parent_asin, row.rating, row.timestamp]));
    expect((await read('popular_items.parquet'))[0]).toMatchObject({ parent_asin: 'B1', rating_count: 2, average_rating: 4 });
  });

  it('replaces tables as a whole, keeps what visitors did, and leaves nothing beside them', async () => {
    const { dataDir } = await run({ reviews: file(lines(reviews)) });
    const database = new Database(join(dataDir, 'appliances.db'));
    database.exec("insert into events (timestamp, type, user, data) values (1, 'like', 'u1', '{}')");
    database.close();
    await run({ reviews: file(lines(reviews.slice(0, 1))), dataDir });
    expect(query(dataDir, 'select count(*) as n from user_item_rating')).toMatchObject([{ n: 1 }]);
    expect(query(dataDir, 'select count(*) as n from events')).toMatchObject([{ n: 1 }]);
    expect(readdirSync(dataDir).sort()).toEqual([
      'appliances.db',
      'etl.json',
      'interactions.parquet',
      'item_map.parquet',
      'popular_items.parquet',
      'quality.html',
      'quality.json',
      'rejects.jsonl.gz',
      'user_map.parquet',
    ]);
  });

  it('leaves the old tables when it fails', async () => {
    const { dataDir } = await run({ reviews: file(lines(reviews)) });
    await expect(run({ reviews: file('{"x":1}\n'), dataDir })).rejects.toThrow();
    expect(query(dataDir, 'select count(*) as n from user_item_rating')).toMatchObject([{ n: 4 }]);
    expect(readdirSync(dataDir)).not.toContain('.etl');
  });

  it('does not touch a database that a server has open', async () => {
    const { dataDir } = await run({ reviews: file(lines(reviews)) });
    const { close } = await openDatabase(join(dataDir, 'appliances.db'));
    try {
      await expect(run({ reviews: file(lines(reviews)), dataDir })).rejects.toMatchObject({ code: 'ERR_IN_USE' });
    } finally {
      close();
    }
  });
});

describe('etl reads every form of file', () => {
  const header = 'user_id,parent_asin,rating,timestamp';
  const csv = `${header}\n${reviews.map((row) => [row.user_id, row.parent_asin, row.rating, row.timestamp].join(',')).join('\n')}\n`;
  const python = reviews
    .map(
      (row) =>
        `{'reviewerID': '${row.user_id}', 'asin': '${row.parent_asin}', 'overall': ${row.rating}.0, 'unixReviewTime': 1600000000, 'reviewText': "it's"}\n`,
    )
    .join('');
  const asins = (text: string) => text.replaceAll('B1', 'B00000000A').replaceAll('B2', 'B00000000B').replaceAll('B3', 'B00000000C');
  const forms: [string, string][] = [
    ['JSON Lines', lines(reviews)],
    ['a JSON array', JSON.stringify(reviews, undefined, 2)],
    ['an object around a JSON array', JSON.stringify({ reviews }, undefined, 2)],
    ['CSV', csv],
    ['TSV', csv.replaceAll(',', '\t')],
    ['CSV with a byte order mark and CRLF', `\uFEFF${csv.replaceAll('\n', '\r\n')}`],
    ['Python literals of 2014', python],
    [
      'ratings of 2014 without a header: user, item',
      asins(reviews.map((row) => [row.user_id, row.parent_asin, `${row.rating}.0`, 1_600_000_000].join(',')).join('\n')),
    ],
    [
      'ratings of 2018 without a header: item, user',
      asins(reviews.map((row) => [row.parent_asin, row.user_id, `${row.rating}.0`, 1_600_000_000].join(',')).join('\n')),
    ],
  ];
  it.each(forms)('%s, plain and gzip', async (_, content) => {
    for (const bytes of [Buffer.from(content), gzipSync(content)]) {
      const { dataDir, summary } = await run({ reviews: file(bytes) });
      expect(summary).toMatchObject({ users: 2, ratedProducts: 3, reviews: { kept: 4 }, rejects: {} });
      const stored = query<{ user_id: string; rating: number; timestamp: number }>(
        dataDir,
        'select user_id, rating, timestamp from user_item_rating order by id',
      );
      expect(stored.map(({ user_id, rating, timestamp }) => [user_id, rating, timestamp])).toEqual(
        reviews.map((row) => [row.user_id, row.rating, row.timestamp]),
      );
    }
  });
});

const real = process.env.ATTUNE_DATA ?? join(import.meta.dirname, '../../../shared/data');
const has = (path: string) => {
  try {
    return readdirSync(join(real, path)).length > 0;
  } catch {
    return false;
  }
};
describe('etl on real rows', () => {
  it.skipIf(!has('amazon-small-5core-2018'))('Magazine Subscriptions 2018: duplicates, broken titles', async () => {
    const at = (name: string) => join(real, 'amazon-small-5core-2018', name);
    const { dataDir, summary } = await run({
      reviews: at('Magazine_Subscriptions_5.jsonl.gz'),
      products: at('meta_Magazine_Subscriptions.jsonl.gz'),
    });
    expect(summary).toMatchObject({
      users: 348,
      ratedProducts: 157,
      reviews: { rows: 2375, superseded: 73, kept: 2302 },
      products: { rows: 3385, duplicates: 1065, stubs: 6, kept: 2326 },
    });
    expect(query<{ n: number }>(dataDir, "select count(*) as n from product_catalog where title like '%<%' or title = ''")).toMatchObject([
      { n: 0 },
    ]);
  });

  it.skipIf(!has('amazon-appliances-2018'))('Appliances 2018: nine rows in ten are repeated', async () => {
    const { summary } = await run({ reviews: join(real, 'amazon-appliances-2018/Appliances_5.jsonl.gz') });
    expect(summary).toMatchObject({ users: 47, ratedProducts: 48, reviews: { rows: 2277, superseded: 2094, kept: 183 } });
  });

  it.skipIf(!has('amazon-2023-schema'))('the official rows of 2023, raw and by way of Hugging Face', async () => {
    for (const variant of ['', '_hf']) {
      const at = (name: string) => join(real, 'amazon-2023-schema', `${name}_example${variant}.jsonl`);
      const { summary } = await run({ reviews: at('review'), products: at('meta') });
      expect(summary).toMatchObject({ reviews: { kept: 1 }, products: { rows: 1, stubs: 1, kept: 2 }, rejects: {} });
    }
  });

  it.skipIf(!has('amazon-in-appliances'))('a scraped catalogue as products', async () => {
    const { dataDir, summary } = await run({
      reviews: file(lines(reviews)),
      products: join(real, 'amazon-in-appliances/all_appliances.csv.gz'),
    });
    expect(summary.products).toMatchObject({ rows: 9576, kept: 8717 + 3 });
    expect(query(dataDir, "select title, price, rating_number from product_catalog where parent_asin = 'B08X14KW3R'")).toMatchObject([
      { title: 'LG Mini Refrigerator, 45L GL-M051RSWC (White)', price: 9290 },
    ]);
  });
});
