import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import Database from 'libsql';
import { afterAll, describe, expect, it } from 'vitest';
import { PageFile } from '../../examples/amazon-appliances/bulk/page-file.ts';
import { writeParquetFile } from '../../examples/amazon-appliances/bulk/parquet.ts';
import { writeRatingTable } from '../../examples/amazon-appliances/bulk/rating-table.ts';
import { BatchBuilder } from '../../examples/amazon-appliances/etl/batch.ts';
import { Ratings } from '../../examples/amazon-appliances/etl/ratings.ts';
import { readReviews } from '../../examples/amazon-appliances/etl/read-reviews.ts';
import { readRating } from '../../examples/amazon-appliances/etl/review.ts';
import { scanReview } from '../../examples/amazon-appliances/etl/scan-review.ts';
import { sqlite } from '../../examples/amazon-appliances/pipeline/sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-bulk-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

/** Ratings of any shape: ids of 1 to 200 letters, also beyond ASCII, fractions, missing fields, the largest times. */
function someRatings(count: number): Ratings {
  let seed = count + 1;
  const random = (n: number) => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 8) % n;
  const builder = new BatchBuilder();
  const ratings = new Ratings();
  for (let k = 0; k < count; k++) {
    const letters = random(50) === 0 ? 'é'.repeat(1 + random(90)) : 'x'.repeat(random(random(20) === 0 ? 150 : 12));
    builder.add(
      {
        user: `${random(1 + count / 2)}${letters}`,
        item: `B${random(1 + count / 10)}`,
        value: [1, 2, 3, 4, 5, 4.5, 3.7][random(7)],
        ...(random(9) > 0 && { timestamp: [0, 1, 127, 128, 40_000, 9e6, 2 ** 31, 1.6e12 + k, 8.64e15][random(9)] }),
        ...(random(3) > 0 && { verified: random(2) === 1 }),
        ...(random(3) > 0 && { helpful: [0, 1, 2, 200, 70_000, 2 ** 31 - 1][random(6)] }),
      },
      k + 1,
    );
    if (builder.full) ratings.addAll(builder.take(), () => {});
  }
  ratings.addAll(builder.take(), () => {});
  return ratings;
}

async function tableOf(ratings: Ratings): Promise<Database.Database> {
  const path = join(folder, `table-${made++}.db`);
  (await sqlite.create(path)).close();
  const target = await sqlite.reopen(path);
  await target.data.products.putMany(Array.from(ratings.items, (item) => ({ item })));
  target.close();
  const rows = Int32Array.from({ length: ratings.size }, (_, k) => k);
  await writeRatingTable(path, ratings.release(), rows);
  return new Database(path);
}

describe('the bulk load of ratings', () => {
  it.each([0, 1, 2, 3, 30, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 99, 1000, 4321, 60_000])(
    'writes %i ratings as SQLite itself would',
    async (count) => {
      const ratings = someRatings(count);
      const expected = Array.from({ length: ratings.size }, (_, k) => ratings.at(k));
      const database = await tableOf(ratings);
      expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
      expect(database.prepare('pragma foreign_key_check').all()).toEqual([]);
      const rows = database.prepare('select * from user_item_rating order by id').all() as Record<string, unknown>[];
      expect(rows).toEqual(
        expected.map(({ user, item, value, timestamp, verified, helpful }, k) => ({
          id: k + 1,
          user_id: user,
          parent_asin: item,
          rating: value,
          timestamp: timestamp ?? null,
          verified_purchase: verified === undefined ? null : Number(verified),
          helpful_vote: helpful ?? null,
        })),
      );
      database.close();
    },
  );

  it.each([0, 1, 70, 60_000])('writes %i ratings the same when their users were put in order before', async (count) => {
    const [ordered, plain] = [someRatings(count), someRatings(count)];
    ordered.orderUsers();
    const tables = [await tableOf(ordered), await tableOf(plain)];
    expect(tables[0].prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    const [theirs, ours] = tables.map((table) => table.prepare('select * from user_item_rating order by user_id, parent_asin').all());
    expect(theirs).toEqual(ours);
    for (const table of tables) table.close();
  });

  it('does not use an order that lacks users who came later', () => {
    const ratings = someRatings(50);
    ratings.orderUsers();
    const builder = new BatchBuilder();
    builder.add({ user: 'a new one', item: 'B1', value: 5 }, 51);
    ratings.addAll(builder.take(), () => {});
    const { users, userOrder } = ratings.release();
    expect(userOrder).toBeUndefined();
    expect(new TextDecoder().decode(users.bytes.slice())).toMatch(/a new one$/);
  });

  it('leaves a table that takes further rows, finds rows by every index, and refuses a pair that is there', async () => {
    const ratings = someRatings(5000);
    const { user, item } = ratings.at(4000 % ratings.size);
    const size = ratings.size;
    const database = await tableOf(ratings);
    const by = (column: string, value: string) =>
      (database.prepare(`select count(*) as n from user_item_rating where ${column} = ?`).get(value) as { n: number }).n;
    expect(by('user_id', user)).toBeGreaterThan(0);
    expect(by('parent_asin', item)).toBeGreaterThan(0);
    const insert = database.prepare('insert into user_item_rating (user_id, parent_asin, rating) values (?, ?, 5)');
    expect(() => insert.run(user, item)).toThrow(/UNIQUE/);
    for (let k = 0; k < 500; k++) insert.run(`new${k}`, item);
    expect(database.prepare('select max(id) as id from user_item_rating').get()).toMatchObject({ id: size + 500 });
    database.exec(`delete from user_item_rating where id % 3 = 0`);
    expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    database.close();
  });

  it('refuses a table that is not empty', async () => {
    (await tableOf(someRatings(10))).close();
    const path = join(folder, `table-${made - 1}.db`);
    await expect(writeRatingTable(path, someRatings(5).release(), new Int32Array(0))).rejects.toThrow(/empty table/);
  });
});

it('files that append to one database take different pages, none of them the one that SQLite locks', () => {
  const path = join(folder, `pages-${made++}.db`);
  const database = new Database(path);
  database.exec('create table t (a)');
  database.close();
  const locked = 2 ** 30 / 4096 + 1;
  const first = new PageFile(path, new Int32Array(new SharedArrayBuffer(4)).fill(locked - 300));
  const second = new PageFile(path, first.counter);
  const written = new Map<number, number>();
  for (let k = 0; k < 700; k++) written.set((k % 3 ? first : second).append(new Uint8Array(4096).fill(k)), k);
  const unused = [...first.end(), ...second.end()];
  expect(new Set([...written.keys(), ...unused]).size).toBe(first.counter[0] - (locked - 300) - 1);
  expect([...written.keys(), ...unused]).not.toContain(locked);
  const file = openSync(path, 'r');
  const page = new Uint8Array(4096);
  for (const [number, k] of written) {
    readSync(file, page, 0, 4096, (number - 1) * 4096);
    expect([page[0], page[4095]]).toEqual([k & 255, k & 255]);
  }
  closeSync(file);
});

describe('the Parquet files', () => {
  it.each([0, 1, 7, 8, 9, 32_768, 32_769, 700_000])('hold %i rows of every type, missing times included', async (count) => {
    const path = join(folder, `file-${made++}.parquet`);
    const time = Float64Array.from({ length: count }, (_, k) => (k % 3 === 1 ? Number.NaN : k * 1e11));
    const bytes = Buffer.from(Array.from({ length: count }, (_, k) => `é${k}`).join(''));
    let end = 0;
    const ends = Int32Array.from({ length: count }, (_, k) => (end += 2 + String(k).length));
    writeParquetFile(path, [
      { name: 'i', type: 'int32', data: Int32Array.from({ length: count }, (_, k) => -k) },
      { name: 'f', type: 'float', data: Float32Array.from({ length: count }, (_, k) => k / 2) },
      { name: 'd', type: 'double', data: Float64Array.from({ length: count }, (_, k) => k / 3) },
      { name: 't', type: 'int64', data: time },
      { name: 's', type: 'text', data: { bytes, ends } },
    ]);
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    const rows = await parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer });
    expect(rows).toHaveLength(count);
    for (let k = 0; k < count; k += 1 + (count >> 8)) {
      expect(rows[k]).toEqual({
        i: -k === 0 ? 0 : -k,
        f: Math.fround(k / 2),
        d: k / 3,
        t: Number.isNaN(time[k]) ? null : BigInt(k * 1e11),
        s: `é${k}`,
      });
    }
  });
});

describe('the scanner of reviews', () => {
  const usual = {
    rating: 5,
    title: 'A "b"\\ \u00e9\n',
    text: '',
    images: [],
    asin: 'B000000001',
    parent_asin: 'B000000002',
    user_id: 'AUSER1',
    timestamp: 1_600_000_000_000,
    helpful_vote: 3,
    verified_purchase: true,
  };
  const scan = (text: string) => {
    const builder = new BatchBuilder();
    const bytes = Buffer.from(`${text}\n{"next"`);
    if (scanReview(bytes, 0, Buffer.byteLength(text) + 1, 7, builder) !== Buffer.byteLength(text) + 1) return undefined;
    const ratings = new Ratings();
    ratings.addAll(builder.take(), () => {});
    return ratings.at(0);
  };

  it('takes the usual lines as JSON.parse and the rules would', () => {
    const images = [{ small: 'https://x/{}[]",', n: [1, 2.5, null, true, false, { a: [] }] }];
    for (const row of [
      usual,
      { ...usual, images },
      { ...usual, rating: 4.5, verified_purchase: false },
      { ...usual, text: '\\"}{\t\u0001' },
    ]) {
      expect(scan(JSON.stringify(row))).toEqual(readRating(row));
      expect(scan(`${JSON.stringify(row)}\r`)).toEqual(readRating(row));
    }
  });

  it('leaves whatever is unusual or broken to the slow way', () => {
    const text = JSON.stringify(usual);
    const unusual = [
      { ...usual, user_id: 'none' },
      { ...usual, user_id: ' AUSER1' },
      { ...usual, user_id: 'A\\SER1' },
      { ...usual, user_id: 'AÜSER1' },
      { ...usual, user_id: null },
      { ...usual, user_id: 12345678 },
      { ...usual, rating: 6 },
      { ...usual, rating: '5' },
      { ...usual, rating: -1 },
      { ...usual, timestamp: 1_600_000_000 },
      { ...usual, timestamp: '1600000000000' },
      { ...usual, timestamp: null },
      { ...usual, helpful_vote: '3' },
      { ...usual, helpful_vote: 2 ** 40 },
      { ...usual, verified_purchase: 'true' },
      { ...usual, reviewerID: 'x' },
    ].map((row) => JSON.stringify(row));
    const broken = [
      text.slice(0, -1),
      text.slice(1),
      `${text}}`,
      `${text},`,
      text.replace(',', ', '),
      text.replace(',', ''),
      text.replace('5', '05'),
      text.replace('5', '5.'),
      text.replace('5', '5e0'),
      text.replace('true', 'True'),
      text.replace('true', 'tru'),
      text.replace('[]', '[,]'),
      text.replace('[]', '[1,]'),
      text.replace('[]', '{"a"}'),
      text.replace('A \\"', 'A \t'),
      text.replace('A \\"', '\\x'),
      text.replace('A \\"', '\\u00g0'),
      text.replace('"rating":5', '"rating":5,"rating":4'),
      '{}',
      '',
      'null',
    ];
    for (const line of [...unusual, ...broken]) expect([line, scan(line)]).toEqual([line, undefined]);
    for (const line of broken.slice(0, 3)) expect(() => JSON.parse(line)).toThrow();
  });

  it('gives the same in a thread of its own, for a file large enough for one', async () => {
    const path = join(folder, 'large.jsonl');
    const rows = Array.from({ length: 30_000 }, (_, k) => ({
      ...usual,
      user_id: `AUSER${k % 20_000}`,
      rating: 1 + (k % 5),
      text: 'words '.repeat(30),
    }));
    const lines = rows.map((row) => JSON.stringify(row));
    lines.splice(17, 0, '{"broken', '', '[1]');
    writeFileSync(path, lines.join('\n'));
    const ratings = new Ratings();
    const rejects: unknown[] = [];
    const superseded: number[] = [];
    for await (const { batch } of readReviews({ file: path })) {
      rejects.push(...batch.rejects.map(({ line, reason }) => [line, reason]));
      ratings.addAll(batch, (line) => superseded.push(line));
    }
    expect(ratings.size).toBe(20_000);
    expect(rejects).toEqual([
      [18, 'not a row: expected a JSON object'],
      [20, 'not a row: expected a JSON object'],
    ]);
    expect(superseded).toHaveLength(10_000);
    expect(superseded.slice(15, 18)).toEqual([16, 17, 21]);
    expect(ratings.at(0)).toEqual(readRating(rows[20_000]));
  });
});
