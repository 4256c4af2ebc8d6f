import { Readable } from 'node:stream';
import { Interactions, type InteractionsOptions } from 'attune';
import { type CsvOptions, readCsv, readTable } from 'attune/node';
import { describe, expect, it } from 'vitest';

/** More rows than are looked at one by one, with what is unusual strewn among them. */
function table(header: string, rowOf: (k: number) => string, count = 5000): () => Readable {
  const text = [header, ...Array.from({ length: count }, (_, k) => rowOf(k)), ''].join('\n');
  const bytes = Buffer.from(text);
  return () => Readable.from(Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, k) => bytes.subarray(1000 * k, 1000 * (k + 1))));
}

const time = (k: number) => 1_600_000_000 + k * 60;
const users = ['"Zoë, A."', 'Zoë', '"a ""b"""', '', ' padded ', 'x'];
const values = ['4.5', '0.1', '1e1', '-2', '+3', '.5', '5.', '12345678901234567', ' 3 ', '0007', '', 'many', '3.4e38'];
const odd = (k: number) => k > 1100 && k % 37 === 5;

const cases: [name: string, input: () => Readable, options: InteractionsOptions<Record<string, unknown>>, csv?: CsvOptions][] = [
  ['plain rows', table('user,item,value,timestamp', (k) => `u${k % 900},i${k % 70},${1 + (k % 5)},${time(k)}`), {}],
  ['another order, more columns', table('x,timestamp,item,user', (k) => `${k},${time(k)}000,i${k % 70},u${k % 900}`), {}],
  ['a value column under another name', table('user,item,stars', (k) => `u${k % 900},i${k % 70},${k % 5}.5`), {}],
  ['named columns', table('a,b,c,d', (k) => `u${k},i${k % 9},${k % 5},${time(k)}`), { user: 'a', item: 'b', value: 'c', timestamp: 'd' }],
  ['a unit', table('user,item,timestamp', (k) => `u${k},i${k % 9},${time(k)}`), { timestampUnit: 's', duplicates: 'sum' }],
  ['unusual users', table('user,item,value', (k) => `${odd(k) ? users[k % users.length] : `u${k}`},i,1`), { onBadRow: 'skip' }],
  ['unusual values', table('user,item,value', (k) => `u${k},i,${odd(k) ? values[k % values.length] : '1'}`), { onBadRow: 'skip' }],
  ['times of some', table('user,item,timestamp', (k) => `u${k},i,${odd(k) ? '' : time(k)}`), { onBadRow: 'skip' }],
  ['times as texts', table('user,item,timestamp', (k) => `u${k},i,${odd(k) ? '2014-01-05 10:00:00' : time(k)}`), { onBadRow: 'skip' }],
  ['times of another size', table('user,item,timestamp', (k) => `u${k},i,${odd(k) ? `${time(k)}000` : time(k)}`), { onBadRow: 'skip' }],
  ['an error', table('user,item,value', (k) => (k === 3000 ? 'u,i,many' : `u${k},i,1`)), {}],
  ['no item', table('user,item,value', (k) => (k === 3000 ? 'u,,1' : `u${k},i,1`)), {}],
  ['a bad line', table('user,item,value', (k) => (k === 3000 ? 'u,i' : `u${k},i,1`)), {}],
  ['bad lines left out', table('user,item,value', (k) => (odd(k) ? 'u,i' : `u${k},i,1`)), {}, { onBadLine: 'skip' }],
  ['blanks to trim', table('user, item, value', (k) => `u${k}, i${k % 9}, 2`), {}],
  ['a function', table('user,item,value', (k) => `u${k},i${k % 9},2`), { value: (row) => Number(row.value) + 1 }],
  ['no header', table('u,i,2', (k) => `u${k},i${k % 9},2`), { user: '0', item: '1', value: '2' }, { header: false }],
  ['given names', table('u,i,2', (k) => `u${k},i${k % 9},2`), {}, { header: ['user', 'item', 'value'] }],
  ['given names, one row', table('u,i,2', () => '', 0), {}, { header: ['user', 'item', 'value'] }],
  ['rows left out first', table('user,item,value', (k) => `u${k},i${k % 9},2`), {}, { from: 1500 }],
];

const columnsOf = ({ users, items, userIndices, itemIndices, values, timestamps, ...rest }: Interactions) => ({
  users: [...users],
  items: [...items],
  userIndices,
  itemIndices,
  values,
  timestamps,
  counts: [rest.skipped, rest.duplicates, rest.notices],
});

describe.each([
  ['readCsv', readCsv],
  ['readTable', readTable],
])('%s handed to Interactions.from gives what its rows give one by one', (_, read) => {
  it.each(cases)('%s', async (_, input, options, csv = {}) => {
    const outcome = async (reader: ReturnType<typeof read>, rows: AsyncIterable<Record<string, unknown>>) => {
      const read = await Interactions.from(rows, options).then(columnsOf, ({ code, message }) => ({ code, message }));
      return { read, skipped: reader.skipped, position: 'code' in read ? undefined : reader.position };
    };
    const whole = read<Record<string, unknown>>(input(), csv);
    const single = read<Record<string, unknown>>(input(), csv);
    const oneByOne = async function* () {
      yield* single;
    };
    expect(await outcome(whole, whole)).toEqual(await outcome(single, oneByOne()));
  });
});
