import { type DuplicatePolicy, Interactions, type InteractionsOptions } from 'attune';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const coded = (code: string, message: string | RegExp = '') => expect.objectContaining({ code, message: expect.stringMatching(message) });

/** Three rows of one pair, in an order that is not that of their times, and another pair between. */
const timed = [
  { user: 'a', item: 'x', value: 4, timestamp: 30 },
  { user: 'b', item: 'x', value: 9, timestamp: 5 },
  { user: 'a', item: 'x', value: 5, timestamp: 10 },
  { user: 'a', item: 'x', value: 3, timestamp: 20 },
];
const untimed = timed.map(({ user, item, value }) => ({ user, item, value }));

describe('Interactions.from', () => {
  it('reads rows by default keys, by other keys and by functions', async () => {
    const expected = [{ user: '7', item: 'x', value: 4.5, timestamp: 1000 }];
    const plain = await Interactions.from([{ user: 7, item: 'x', value: '4.5', timestamp: '1970-01-01T00:00:01Z' }]);
    const keys = await Interactions.from([{ u: 7n, i: 'x', r: 4.5, t: new Date(1000) }], {
      user: 'u',
      item: 'i',
      value: 'r',
      timestamp: 't',
    });
    const functions = await Interactions.from([['7', 'x']], {
      user: (row) => row[0],
      item: (row) => row[1],
      value: () => 4.5,
      timestamp: (_, index) => 1000 + index,
    });
    expect([...plain]).toEqual(expected);
    expect([...keys]).toEqual(expected);
    expect([...functions]).toEqual(expected);
  });

  it('counts rows without a value as 1, and needs no times', async () => {
    const data = await Interactions.from([{ user: 'a', item: 'x' }]);
    expect([...data]).toEqual([{ user: 'a', item: 'x', value: 1 }]);
    expect(data.timestamps).toBeUndefined();
  });

  it('never looks for a key in the prototype', async () => {
    await expect(Interactions.from([{ item: 'x' }], { user: 'constructor' as never })).rejects.toThrow(coded('ERR_BAD_ID', 'Row 0'));
  });

  it('reads async iterables, and batches where they are offered', async () => {
    async function* rows() {
      yield { user: 'a', item: 'x', value: 2 };
      yield { user: 'b', item: 'y', value: 3 };
    }
    const inBatches = {
      [Symbol.asyncIterator]: rows,
      async *batches() {
        yield [{ user: 'a', item: 'x', value: 2 }];
        yield [{ user: 'b', item: 'y', value: 3 }];
      },
    };
    expect([...(await Interactions.from(rows()))]).toEqual([...(await Interactions.from(inBatches))]);
  });

  it.each<[DuplicatePolicy, { value: number; timestamp: number }, number]>([
    ['last', { value: 4, timestamp: 30 }, 3],
    ['first', { value: 5, timestamp: 10 }, 4],
    ['sum', { value: 12, timestamp: 30 }, 12],
    ['max', { value: 5, timestamp: 30 }, 5],
    ['mean', { value: 4, timestamp: 30 }, 4],
  ])("merges the rows of a pair under '%s', by time where there are times, else by order", async (duplicates, withTimes, without) => {
    const other = { user: 'b', item: 'x', value: 9 };
    expect([...(await Interactions.from(timed, { duplicates }))]).toEqual([
      { user: 'a', item: 'x', ...withTimes },
      { ...other, timestamp: 5 },
    ]);
    expect([...(await Interactions.from(untimed, { duplicates }))]).toEqual([{ user: 'a', item: 'x', value: without }, other]);
  });

  it('takes the later of two rows with the same time for the newer one', async () => {
    const rows = [1, 2, 3].map((value) => ({ user: 'a', item: 'x', value, timestamp: 5 }));
    expect((await Interactions.from(rows)).values[0]).toBe(3);
    expect((await Interactions.from(rows, { duplicates: 'first' })).values[0]).toBe(1);
  });

  it("refuses a repeated pair under 'error', naming row, user and item", async () => {
    await expect(Interactions.from(timed, { duplicates: 'error' })).rejects.toThrow(coded('ERR_DUPLICATE', /Row 2: user "a" and item "x"/));
  });

  it('agrees with a Map on any duplicates', async () => {
    const row = fc.record({
      user: fc.constantFrom('a', 'b', 'c'),
      item: fc.constantFrom('x', 'y', '__proto__'),
      value: fc.integer({ min: -9, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 60 }), async (rows) => {
        const sums = new Map<string, number>();
        for (const { user, item, value } of rows) sums.set(`${user} ${item}`, (sums.get(`${user} ${item}`) ?? 0) + value);
        const data = await Interactions.from(rows, { duplicates: 'sum' });
        expect(Array.from(data, (r) => [`${r.user} ${r.item}`, r.value])).toEqual([...sums]);
      }),
    );
  });

  const good = { user: 'a', item: 'x', value: 1, timestamp: 1 };
  it.each<[string, unknown, string, InteractionsOptions<typeof good>]>([
    ['no user', { ...good, user: undefined }, 'ERR_BAD_ID', {}],
    ['an empty user', { ...good, user: '' }, 'ERR_BAD_ID', {}],
    ['an item that is null', { ...good, item: null }, 'ERR_BAD_ID', {}],
    ['an item that is a fraction', { ...good, item: 1.5 }, 'ERR_BAD_ID', {}],
    ['half a surrogate pair in an id', { ...good, item: 'a\ud800' }, 'ERR_BAD_ID', {}],
    ['a value that is NaN', { ...good, value: Number.NaN }, 'ERR_BAD_VALUE', {}],
    ['an infinite value', { ...good, value: Number.NEGATIVE_INFINITY }, 'ERR_BAD_VALUE', {}],
    ['a value beyond 32-bit floats', { ...good, value: 1e39 }, 'ERR_BAD_VALUE', {}],
    ['a value that is no number', { ...good, value: 'five' }, 'ERR_BAD_VALUE', {}],
    ['an empty text for a value', { ...good, value: ' ' }, 'ERR_BAD_VALUE', {}],
    ['a missing value that was named', { ...good, value: undefined }, 'ERR_BAD_VALUE', { value: 'value' }],
    ['a time that is none', { ...good, timestamp: 'yesterday' }, 'ERR_BAD_VALUE', {}],
    ['an invalid Date', { ...good, timestamp: new Date(Number.NaN) }, 'ERR_BAD_VALUE', {}],
    ['a missing time after rows with times', { ...good, timestamp: undefined }, 'ERR_BAD_VALUE', {}],
    ['a row that is no object', 'a,x,1', 'ERR_BAD_ROW', {}],
    ['a row that is null', null, 'ERR_BAD_ROW', {}],
  ])('names the row with %s, or leaves it out when asked', async (_, bad, code, options) => {
    const rows = [good, bad as typeof good, { ...good, item: 'y' }];
    await expect(Interactions.from(rows, options)).rejects.toThrow(coded(code, 'Row 1'));
    const kept = await Interactions.from(rows, { ...options, onBadRow: 'skip' });
    expect([kept.skipped, kept.size, kept.userCount, kept.itemCount]).toEqual([1, 2, 1, 2]);
  });

  it('does not hide an error of the caller under skip', async () => {
    const fails = () => {
      throw new TypeError('mine');
    };
    await expect(Interactions.from([good], { user: fails, onBadRow: 'skip' })).rejects.toThrow(new TypeError('mine'));
  });

  it('refuses sums beyond 32-bit floats', async () => {
    const rows = [1, 2].map(() => ({ user: 'a', item: 'x', value: 3e38 }));
    await expect(Interactions.from(rows, { duplicates: 'sum' })).rejects.toThrow(coded('ERR_BAD_VALUE', /"a" and item "x"/));
  });

  it('refuses unknown options, and what is not iterable', async () => {
    await expect(Interactions.from([], { users: 'u' } as never)).rejects.toThrow("Did you mean 'user'?");
    await expect(Interactions.from([], { duplicates: 'newest' as never })).rejects.toThrow(coded('ERR_BAD_OPTION', 'duplicates'));
    await expect(Interactions.from('a,b' as never)).rejects.toThrow(coded('ERR_BAD_ARGUMENT'));
    await expect(Interactions.from({} as never)).rejects.toThrow(coded('ERR_BAD_ARGUMENT'));
  });

  it('stops with the reason of the signal, and ends the source', async () => {
    const controller = new AbortController();
    let ended = false;
    async function* endless() {
      try {
        for (let k = 0; ; k++) yield { user: `u${k % 9}`, item: 'x' };
      } finally {
        ended = true;
      }
    }
    const stop = (done: number) => done > 100_000 && controller.abort(new Error('enough'));
    const reading = Interactions.from(endless(), { signal: controller.signal, onProgress: ({ done }) => stop(done) });
    await expect(reading).rejects.toThrow('enough');
    expect(ended).toBe(true);
    await expect(Interactions.from([], { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });

  it('reports progress, the last time with everything done', async () => {
    const seen: unknown[] = [];
    const rows = Array.from({ length: 70_000 }, (_, k) => ({ user: k, item: 'x' }));
    await Interactions.from(rows, { onProgress: ({ phase, done, total }) => seen.push([phase, done, total]) });
    expect(seen).toEqual([
      ['reading', 65_536, undefined],
      ['reading', 70_000, 70_000],
    ]);
  });

  it('makes nothing of nothing', async () => {
    const none = await Interactions.from([]);
    expect([none.size, none.userCount, none.itemCount, [...none], none.byUser.rows, none.byItem.rows]).toEqual([0, 0, 0, [], 0, 0]);
  });
});

describe('Interactions.fromColumns', () => {
  it('copies its columns', () => {
    const values = Float32Array.of(1, 2);
    const timestamps = Float64Array.of(5, 6);
    const data = Interactions.fromColumns({ users: ['a', 'b'], items: ['x', 'x'], values, timestamps });
    values.fill(9);
    timestamps.fill(9);
    expect([...data]).toEqual([
      { user: 'a', item: 'x', value: 1, timestamp: 5 },
      { user: 'b', item: 'x', value: 2, timestamp: 6 },
    ]);
  });

  it('counts as 1 without values', () => {
    expect([...Interactions.fromColumns({ users: [1, 2], items: ['x', 'x'] }).values]).toEqual([1, 1]);
  });

  it.each([
    ['items', { users: ['a', 'b'], items: ['x'] }],
    ['values', { users: ['a'], items: ['x'], values: [1, 2] }],
    ['timestamps', { users: ['a'], items: ['x'], timestamps: [] }],
  ])('refuses %s of another length', (name, columns) => {
    expect(() => Interactions.fromColumns(columns)).toThrow(coded('ERR_COLUMN_LENGTH', name));
  });

  it('refuses a bad row by number, and what is no column', () => {
    expect(() => Interactions.fromColumns({ users: ['a', ''], items: ['x', 'x'] })).toThrow(coded('ERR_BAD_ID', 'Row 1'));
    expect(() => Interactions.fromColumns({ users: ['a', 'b'], items: ['x', 'x'], values: [1, Number.NaN] })).toThrow(
      coded('ERR_BAD_VALUE', 'Row 1'),
    );
    expect(() => Interactions.fromColumns({ users: 'ab', items: 'xy' } as never)).toThrow(coded('ERR_BAD_ARGUMENT', "'users'"));
    expect(() => Interactions.fromColumns({ users: ['a'] } as never)).toThrow(coded('ERR_BAD_ARGUMENT', "'items'"));
    expect(() => Interactions.fromColumns({ user: ['a'], items: ['x'] } as never)).toThrow("Did you mean 'users'?");
  });
});

describe('what interactions hold', () => {
  const data = Interactions.fromColumns({ users: ['b', 'a', 'b', 'c'], items: ['y', 'y', 'x', 'x'], values: [1, 2, 3, 4] });

  it('is there by row, by user and by item', () => {
    expect(data.at(2)).toEqual({ user: 'b', item: 'x', value: 3 });
    expect([...data.byUser.offsets]).toEqual([0, 2, 3, 4]);
    expect([...data.byUser.indices]).toEqual([0, 1, 0, 1]);
    expect([...data.byItem.values]).toEqual([1, 2, 3, 4]);
    expect(() => data.at(4)).toThrow(coded('ERR_BAD_ARGUMENT'));
  });

  it('can be selected by row, and starts its indices anew', () => {
    const some = data.select([3, 1]);
    expect([...some]).toEqual([
      { user: 'c', item: 'x', value: 4 },
      { user: 'a', item: 'y', value: 2 },
    ]);
    expect([[...some.users], [...some.items]]).toEqual([
      ['c', 'a'],
      ['x', 'y'],
    ]);
    expect(data.select([]).size).toBe(0);
  });

  it.each([[[4]], [[-1]], [[0.5]], [[1, 1]]])('refuses the selection %j', (rows) => {
    expect(() => data.select(rows)).toThrow(coded('ERR_BAD_ARGUMENT'));
  });

  it('can be filtered by value and by any condition', () => {
    expect(data.filter({ minValue: 3 }).size).toBe(2);
    expect([...data.filter({ where: (row) => row.user === 'b' })].map((row) => row.item)).toEqual(['y', 'x']);
    expect(() => data.filter({ minValue: '3' } as never)).toThrow(coded('ERR_BAD_OPTION', 'minValue'));
    expect(() => data.filter({ minPerUsers: 3 } as never)).toThrow("Did you mean 'minPerUser'?");
  });

  it('keeps the largest part in which every user and item has enough rows', () => {
    const pair = fc.tuple(fc.nat(7), fc.nat(7));
    const pairs = fc.uniqueArray(pair, { selector: ([u, i]) => u * 8 + i, maxLength: 50 });
    fc.assert(
      fc.property(pairs, fc.nat(4), fc.nat(4), (rows, minPerUser, minPerItem) => {
        const all = Interactions.fromColumns({ users: rows.map(([u]) => u), items: rows.map(([, i]) => i) });
        let left = rows; // the definition: drop what has too few, until nothing has
        for (let before = -1; before !== left.length; ) {
          before = left.length;
          left = left.filter(([u]) => left.filter((row) => row[0] === u).length >= minPerUser);
          left = left.filter(([, i]) => left.filter((row) => row[1] === i).length >= minPerItem);
        }
        const core = all.filter({ minPerUser, minPerItem });
        expect(Array.from(core, (row) => [Number(row.user), Number(row.item)])).toEqual(left);
      }),
    );
  });
});

it('select refuses what is no array of positions', async () => {
  const data = await Interactions.from([{ user: 'a', item: 'x' }]);
  for (const none of [null, undefined, 5, '0', {}, { length: 0.5 }, () => 0] as never[])
    expect(() => data.select(none)).toThrow(coded('ERR_BAD_ARGUMENT'));
  expect(data.select([]).size).toBe(0);
});
