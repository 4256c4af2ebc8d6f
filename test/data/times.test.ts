import { Interactions } from 'attune';
import { afterEach, describe, expect, it } from 'vitest';

const coded = (code: string, message = '') => expect.objectContaining({ code, message: expect.stringContaining(message) });
const rowsOf = (times: unknown[]) => times.map((timestamp, k) => ({ user: `u${k}`, item: 'i', timestamp }));
const read = async (times: unknown[], options = {}) => Interactions.from(rowsOf(times), options);
const list = (data: Interactions) => [...(data.timestamps ?? [])];
const { TZ } = process.env;

afterEach(() => {
  if (TZ === undefined) delete process.env.TZ;
  else process.env.TZ = TZ;
});

describe('numbers as times', () => {
  const moments = [1_200_000_000, 1_300_000_000.5, 1_440_979_201.25, 1_600_000_000];

  it.each([
    ['seconds', 1, 's'],
    ['milliseconds', 1e3, 'ms'],
    ['microseconds', 1e6, 'us'],
    ['nanoseconds', 1e9, 'ns'],
  ] as const)('in %s are told by the whole column and come as milliseconds', async (name, factor, timestampUnit) => {
    for (const form of [(n: number) => n, String, (n: number) => (n % 1 === 0 ? BigInt(n) : n)]) {
      const data = await read(moments.map((s) => form(s * factor)));
      expect(list(data)).toEqual(moments.map((s) => s * 1000));
      expect(data.notices.join()).toEqual(timestampUnit === 'ms' ? '' : expect.stringContaining(name));
      const named = await read(
        moments.map((s) => form(s * factor)),
        { timestampUnit },
      );
      expect([list(named), named.notices]).toEqual([moments.map((s) => s * 1000), []]);
    }
    const columns = { users: ['a', 'b', 'c', 'd'], items: ['x', 'x', 'x', 'x'], timestamps: moments.map((s) => s * factor) };
    expect(list(Interactions.fromColumns(columns))).toEqual(moments.map((s) => s * 1000));
    expect(list(Interactions.fromColumns(columns, { timestampUnit }))).toEqual(moments.map((s) => s * 1000));
  });

  it('of two units in one column are an error that names a row of each, or are left out where they are few', async () => {
    await expect(read([1.5e9, 1.5e9, 1.5e12])).rejects.toThrow(coded('ERR_BAD_VALUE', 'Row 2: expected a timestamp in seconds'));
    await expect(read([1.5e9, 1.5e12], { onBadRow: 'skip' })).rejects.toThrow(coded('ERR_BAD_VALUE', 'timestampUnit'));
    const many = [...Array.from({ length: 60 }, (_, k) => 1.5e9 + k), 1.5e12];
    const data = await read(many, { onBadRow: 'skip' });
    expect([data.size, data.skipped, data.userCount, data.users.has('u60')]).toEqual([60, 1, 60, false]);
    expect(list(await read([1.5e9, 1.5e12], { timestampUnit: 'ms' }))).toEqual([1.5e9, 1.5e12]);
  });

  it('stand beside dates and texts', async () => {
    const data = await read([1.5e9, new Date(1.4e12), '2017-07-14 02:40:00', '1500000001', new Date(7)]);
    expect(list(data)).toEqual([1.5e12, 1.4e12, 1.5e12, 1.500000001e12, 7]);
  });

  it('that are the steps of made-up data stay as they are', async () => {
    const day = 86_400_000;
    expect(list(await read([0, 1, 2]))).toEqual([0, 1, 2]);
    expect(list(await read([0, 1, 2, 3, 9].map((k) => k * day)))).toEqual([0, 1, 2, 3, 9].map((k) => k * day));
    expect((await read([1, 2])).notices.join()).toContain('milliseconds');
    expect(list(await read([-1.5e9, 0, 1.5e9]))).toEqual([-1.5e12, 0, 1.5e12]);
  });
});

describe('texts as times', () => {
  it.each(['UTC', 'America/New_York', 'Asia/Tokyo'])('without a zone are UTC on a machine in %s', async (zone) => {
    process.env.TZ = zone;
    const texts = [
      '2021-03-14 02:30:00', // pandas; this hour does not exist in New York
      '2021-03-14T02:30:00',
      '2021-03-14T02:30:00.000',
      '2021-03-14 02:30:00.000000000',
      '2021-03-14 02:30',
      '2021/03/14 02:30:00',
      '2021-03-14T02:30:00Z',
      '2021-03-14 02:30:00+00:00',
      '2021-03-14 02:30:00 UTC',
      '2021-03-13T21:30:00-05:00',
      '2021-03-14T11:30:00+0900',
      'Sun, 14 Mar 2021 02:30:00 GMT',
      'Sun Mar 14 2021 03:30:00 GMT+0100 (Central European Standard Time)',
      'March 14, 2021 02:30',
      '2021-3-14 2:30:00',
      '2021-03-14 02:30 AM',
      'Mar 14, 2021 2:30:00 am UTC',
      'Sat Mar 13 21:30:00 -0500 2021', // as Twitter writes it
      'Sun Mar 14 02:30:00 2021',
      '20210314T023000Z',
      '20210314T0230',
    ];
    const moment = Date.UTC(2021, 2, 14, 2, 30);
    for (const text of texts) expect([text, ...list(await read([text]))]).toEqual([text, moment]);
    const days = ['2014-01-05', '2014/01/05', 'Jan 5, 2014', '5 January 2014', '2014-01-05T00:00:00'];
    for (const text of days) expect([text, ...list(await read([text]))]).toEqual([text, Date.UTC(2014, 0, 5)]);
    expect(list(await read(['2014-02', '2014-01-31 23:59:59.123456', '2012-02-29']))).toEqual([
      Date.UTC(2014, 1, 1),
      Date.UTC(2014, 0, 31, 23, 59, 59) + 123.456,
      Date.UTC(2012, 1, 29),
    ]);
    const noonAndMidnight = ['2014-01-05 12:00 PM', '2014-01-05 12:00 AM', 'Jan 5, 2014 3:04 p.m.'];
    expect(list(await read(noonAndMidnight)).map((time) => time - Date.UTC(2014, 0, 5))).toEqual([43_200_000, 0, 54_240_000]);
  });

  it.each([
    '20200102',
    20200102,
    'item 7',
    '01/02/2020',
    '05/01/2014',
    '2014',
    2014,
    'yesterday',
    '2021-02-30',
    '2021-13-01',
    '2021-02-29 10:00:00',
    '2021-03-14 24:30:00',
    '2021-03-14T10:00:00+25:00',
    '2021-03-14 10:00:00+05:75',
    '10:00',
    '2021-03-14 13:00 AM',
    '20210314T2530Z',
    'Sun Mär 14 02:30:00 2021',
    'NaN',
    'NaT',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
    {},
    new Date('none'),
    1e30,
  ])('%j is no time: an error with row and value, and the only row that is lost', async (value) => {
    await expect(read([value])).rejects.toThrow(coded('ERR_BAD_VALUE', 'Row 0: expected a timestamp'));
    if (value === '2014' || value === 2014) return; // only a whole column of years is told from numbers
    const data = await read([value, 1.5e12, '2014-01-05', value, new Date(5)], { onBadRow: 'skip' });
    expect([data.skipped, list(data)]).toEqual([2, [1.5e12, Date.UTC(2014, 0, 5), 5]]);
  });

  it('that are missing in few rows cost these rows only, wherever they are', async () => {
    const data = await read([undefined, 1.5e9, null, 1.6e9, '', 1.7e9, 1.8e9], { onBadRow: 'skip' });
    expect([data.skipped, list(data)]).toEqual([3, [1.5e12, 1.6e12, 1.7e12, 1.8e12]]);
    const untimed = await read([undefined, undefined, 5], { onBadRow: 'skip' });
    expect([untimed.skipped, untimed.size, untimed.timestamps]).toEqual([1, 2, undefined]);
    await expect(read([undefined, 1.5e9])).rejects.toThrow(coded('ERR_BAD_VALUE', 'Row 1: expected no timestamp'));
  });
});

describe('the column of values', () => {
  it.each(['rating', 'score', 'Score', 'overall', 'stars', 'star_rating', 'Book-Rating', 'rating:float', 'Value'])(
    'is found as %s where there is no "value", and that is said',
    async (name) => {
      const data = await Interactions.from([
        { user: 'a', item: 'x', [name]: '5' },
        { user: 'b', item: 'x', [name]: 1 },
      ]);
      expect([[...data.values], data.notices.length, data.notices[0]]).toEqual([[5, 1], 1, expect.stringContaining(`"${name}"`)]);
    },
  );

  it('is not sought where "value" is there, where it is named, or where ratings are words', async () => {
    const row = { user: 'a', item: 'x', rating: 3 };
    const values = async (rows: object[], o = {}) => [...(await Interactions.from(rows as Record<string, unknown>[], o)).values];
    expect(await values([{ ...row, value: 4 }])).toEqual([4]);
    expect(await values([row], { value: () => 1 })).toEqual([1]);
    expect(await values([{ user: 'a', item: 'x', stars: 'many' }])).toEqual([1]);
    expect(await values([{ user: 'a', item: 'x' }])).toEqual([1]);
  });

  it('that holds no numbers is not read, and that is said with how to read it', async () => {
    const notices = async (rating: string) => {
      const { values, notices } = await Interactions.from([
        { user: 'a', item: 'x', rating },
        { user: 'b', item: 'x', rating },
      ]);
      return [[...values], notices.join()];
    };
    expect(await notices('4,5')).toEqual([[1, 1], expect.stringContaining(`"4,5" in row 0 of the column "rating"`)]);
    expect(await notices('4,5')).toEqual([[1, 1], expect.stringContaining(`Number(row["rating"].replace(',', '.'))`)]);
    expect(await notices('★★★★')).toEqual([[1, 1], expect.stringContaining('pass value: (row) => ...')]);
  });

  it('that turns up late or is missing in a row is an error, or loses that row only', async () => {
    const rows = [
      { user: 'a', item: 'x', rating: null },
      { user: 'b', item: 'x', rating: 3 },
      { user: 'c', item: 'x' },
    ] as Record<string, unknown>[];
    await expect(Interactions.from(rows)).rejects.toThrow(coded('ERR_BAD_VALUE', 'Row 0: expected a finite number'));
    const data = await Interactions.from(rows, { onBadRow: 'skip' });
    expect([data.skipped, [...data.values]]).toEqual([2, [3]]);
    await expect(Interactions.from([{ user: 'a', item: 'x' }, ...rows])).rejects.toThrow(coded('ERR_BAD_VALUE', 'value: "rating"'));
  });
});

describe('a missing or broken id', () => {
  it('is told with the columns there are and the likely ones', async () => {
    const row = { Id: '1', ProductId: 'B1', UserId: 'U1', Score: '5', Time: '1303862400' };
    await expect(Interactions.from([row])).rejects.toThrow(
      coded('ERR_BAD_ID', 'Likely: { user: "UserId", item: "ProductId", value: "Score", timestamp: "Time" }'),
    );
    const data = await Interactions.from([row], { user: 'UserId', item: 'ProductId' });
    expect([[...data.values], data.notices.at(-1)]).toEqual([[5], expect.stringContaining('timestamp: "Time"')]);
  });

  it('that was rounded when it was read says so, and bytes say what they are', async () => {
    await expect(Interactions.from([{ user: 2 ** 53 + 2, item: 'x' }])).rejects.toThrow(coded('ERR_BAD_ID', 'rounded when it was read'));
    await expect(Interactions.from([{ user: Uint8Array.of(255), item: 'x' }])).rejects.toThrow(coded('ERR_BAD_ID', 'no UTF-8'));
    const exact = await Interactions.from([{ user: 9007199254740993n, item: 'x' }]);
    expect([...exact.users]).toEqual(['9007199254740993']);
  });
});
