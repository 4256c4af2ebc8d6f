import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EtlOptions, runEtl } from '../../examples/amazon-appliances/etl/run.ts';
import { openDatabase } from '../../examples/amazon-appliances/pipeline/database.ts';
import { defaults } from '../../examples/amazon-appliances/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-etl-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
const write = (content: string | Uint8Array, name = `file-${made++}`) => {
  const path = join(folder, name); // a name that says nothing
  writeFileSync(path, content);
  return path;
};

/** What the tables hold after a load: ratings as `[user, item, value, time]`, products as `[id, price, number of ratings]`. */
async function loaded(reviews: string, options: Partial<EtlOptions> = {}) {
  const dataDir = join(folder, `data-${made++}`);
  const summary = await runEtl({ ...defaults.etl, dataDir, reviews, ...options }, (_, work) => work(() => {}));
  const { data, close } = await openDatabase(join(dataDir, 'appliances.db'));
  const ratings: unknown[][] = [];
  const products: unknown[][] = [];
  try {
    for await (const { user, item, value, timestamp } of data.interactions.all())
      ratings.push([user, item, value, timestamp === undefined ? undefined : new Date(timestamp).toISOString()]);
    for await (const { item, price, rating_number } of data.products.all()) products.push([item, price, rating_number]);
  } finally {
    close();
  }
  return { ratings, products, rejects: summary.rejects };
}

const two = [
  ['ann', 'tea', 5, undefined],
  ['bob', 'jam', 4, undefined],
];
const lines = ['ann,tea,5', 'bob,jam,4'];

describe('files that people have', () => {
  it.each<[string, string | Uint8Array]>([
    ['lines that end as on an old Mac', `user,item,rating\r${lines.join('\r')}\r`],
    ['blank first lines', '\n\n{"user_id":"ann","asin":"tea","rating":5}\n{"user_id":"bob","asin":"jam","rating":4}\n'],
    [
      'NaN as Python writes it, in the first line too',
      '{"user_id": "ann", "parent_asin": "tea", "rating": 5.0, "helpful_vote": NaN}\n{"user_id": "bob", "parent_asin": "jam", "rating": 4.0, "helpful_vote": 1}\n',
    ],
    ['backslashes before quotes', '"user";"item";"title";"rating"\n"ann";"tea";"The \\"Best\\" Tea";"5"\n"bob";"jam";"Plain";"4"\n'],
    ['quotes that are letters', 'user\titem\ttitle\trating\nann\ttea\t"Magic pan\t5\nbob\tjam\tScreen 15"\t4\n'],
    ['columns called otherwise', 'Id,ProductId,UserId,Score\n1,tea,ann,5\n2,jam,bob,4\n'],
    ['RecBole', 'user_id:token\titem_id:token\trating:float\nann\ttea\t5\nbob\tjam\t4\n'],
    [
      'an object that holds the rows',
      '{ "reviews": [\n{"user_id":"ann","asin":"tea","rating":5},\n{"user_id":"bob","asin":"jam","rating":4}] }',
    ],
    ['lines cut out of an array', '{"user_id":"ann","asin":"tea","rating":5},\n{"user_id":"bob","asin":"jam","rating":4},\n'],
    [
      'Parquet',
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'user_id', data: ['ann', 'bob'], type: 'STRING' },
            { name: 'parent_asin', data: ['tea', 'jam'], type: 'STRING' },
            { name: 'rating', data: [5, 4], type: 'DOUBLE' },
          ],
        }),
      ),
    ],
  ])('%s', async (_, content) => {
    const { ratings, rejects } = await loaded(write(content));
    expect(ratings).toEqual(two);
    expect(rejects).toEqual({});
  });

  it('a folder of parts', async () => {
    mkdirSync(join(folder, 'parts'));
    for (const [k, line] of lines.entries()) write(`user,item,rating\n${line}\n`, `parts/part-${k}.csv`);
    expect((await loaded(join(folder, 'parts'))).ratings).toEqual(two);
  });

  it('other letters, by an option that the rejects name', async () => {
    const latin = write(Buffer.from('user,item,rating\nJosé,tea,5\nbob,jam,4\n', 'latin1'));
    expect(await loaded(latin)).toMatchObject({ ratings: [two[1]], rejects: { 'not a row: expected UTF-8, or --encoding latin1': 1 } });
    expect((await loaded(latin, { encoding: 'latin1' })).ratings.map(([user]) => user)).toEqual(['José', 'bob']);
    const wide = write(Buffer.from(`\ufeffuser,item,rating\n${lines.join('\n')}\n`, 'utf16le'));
    await expect(loaded(wide)).rejects.toMatchObject({ code: 'ERR_BAD_FILE', message: expect.stringContaining('utf-16le') });
    expect((await loaded(wide, { encoding: 'utf-16le' })).ratings).toEqual(two);
  });

  it('the error of a file without known columns lists those there are, and how to name them', async () => {
    const error = { code: 'ERR_EMPTY', message: expect.stringMatching(/buyer, sku, mark.*--columns user=/s) };
    await expect(loaded(write('buyer,sku,mark\nann,tea,5\n'))).rejects.toMatchObject(error);
  });

  it('what is compressed or kept in ways that are not read is named', async () => {
    await expect(loaded(write(Buffer.from('BZh91AY&SYabcdef')))).rejects.toMatchObject({ message: expect.stringContaining('bunzip2') });
    await expect(loaded(write('<!DOCTYPE html><html></html>'))).rejects.toMatchObject({ message: expect.stringContaining('HTML') });
  });

  it('prices of every country, and numbers of ratings with separators', async () => {
    const prices = ['1 299,00 kr', '1\u00a0234,56\u00a0€', "CHF 1'299.00", 'Rs.49', 'Rs 1,299', '.99', 'kr 1 299'];
    const rows = prices.map((price, k) => ({ parent_asin: `B${k}`, title: 'Pan', price, rating_number: ['1.234', '1,234', '12'][k % 3] }));
    const products = write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const found = (await loaded(write('user,item,rating\nann,B0,5\n'), { products })).products;
    expect(found.map(([, price]) => price)).toEqual([1299, 1234.56, 1299, 49, 1299, 0.99, 1299]);
    expect(found.map(([, , number]) => number)).toEqual([1234, 1234, 12, 1234, 1234, 12, 1234]);
  });
});

describe.each(['UTC', 'America/New_York', 'Asia/Tokyo'])('times, where the clock is that of %s', (zone) => {
  const before = process.env.TZ;
  beforeEach(() => void (process.env.TZ = zone));
  afterEach(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });

  it('mean the same', async () => {
    const times = [
      ['1600000000', '2020-09-13T12:26:40.000Z'],
      ['1600000000123', '2020-09-13T12:26:40.123Z'],
      ['1600000000000000', '2020-09-13T12:26:40.000Z'],
      ['2021-03-14 02:30:00', '2021-03-14T02:30:00.000Z'], // an hour that New York has not
      ['2021-03-14T02:30:00.5', '2021-03-14T02:30:00.500Z'],
      ['2021-03-14 02:30:00+02:00', '2021-03-14T00:30:00.000Z'],
      ['2021/03/14', '2021-03-14T00:00:00.000Z'],
      ['2021-03-14', '2021-03-14T00:00:00.000Z'],
      ['"03 14, 2021"', '2021-03-14T00:00:00.000Z'],
      ['"Mar 14, 2021"', '2021-03-14T00:00:00.000Z'],
      ['14 March 2021 02:30', '2021-03-14T02:30:00.000Z'],
      ['"Sun, 14 Mar 2021 02:30:00 GMT"', '2021-03-14T02:30:00.000Z'],
    ];
    const file = write(`user,item,rating,timestamp\n${times.map(([time], k) => `u${k},tea,5,${time}`).join('\n')}\n`);
    expect((await loaded(file)).ratings.map((row) => row[3])).toEqual(times.map(([, time]) => time));
  });

  it('or are rejected when they could mean several things, or none', async () => {
    const none = ['20200102', 'item 7', '01/02/2020', '14.03.2021', '2021-02-30', '2021', '2021-03-14 25:00:00', 'Foo 14, 2021'];
    const file = write(`user,item,rating,timestamp\nann,tea,5,1600000000\n${none.map((time, k) => `u${k},tea,5,"${time}"`).join('\n')}\n`);
    const { ratings, rejects } = await loaded(file);
    expect(ratings).toHaveLength(1);
    expect(rejects).toEqual({ 'time cannot be read': none.length });
  });
});
