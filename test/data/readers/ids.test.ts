import { Interactions } from 'attune';
import { readJsonLines, readParquet } from 'attune/node';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const coded = (code: string, message = '') => expect.objectContaining({ code, message: expect.stringContaining(message) });
const ids = [9007199254740992n, 9007199254740993n, -9007199254740993n, 7n];

async function rowsOf(name: string, schema: object[], columnData: object[]) {
  const path = folder.write(name, new Uint8Array(parquetWriteBuffer({ schema, columnData } as never)));
  const rows: Record<string, unknown>[] = [];
  for await (const row of readParquet(path)) rows.push(row);
  return { path, rows };
}

describe('ids of Parquet', () => {
  it('that are whole decimals or 64-bit numbers are exact, in INT64 as in bytes', async () => {
    const decimal = { converted_type: 'DECIMAL', precision: 18, scale: 0, repetition_type: 'REQUIRED' };
    const { path, rows } = await rowsOf(
      'decimal.parquet',
      [
        { name: 'root', num_children: 4 },
        { ...decimal, name: 'user', type: 'INT64' },
        { ...decimal, name: 'item', type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, precision: 38 },
        { name: 'plain', type: 'INT64', repetition_type: 'REQUIRED' },
        { ...decimal, name: 'price', type: 'INT64', scale: 2 },
      ],
      [
        { name: 'user', data: ids },
        { name: 'item', data: ids },
        { name: 'plain', data: ids },
        { name: 'price', data: [435n, -1999n, 7n, 110n] },
      ],
    );
    const expected = [...ids.slice(0, 3), 7];
    for (const name of ['user', 'item', 'plain']) expect(rows.map((row) => row[name])).toEqual(expected);
    expect(rows.map((row) => row.price)).toEqual([4.35, -19.99, 0.07, 1.1]); // and not 4.3500000000000005
    const data = await Interactions.from(readParquet(path));
    expect([[...data.users], [...data.items]]).toEqual([ids.map(String), ids.map(String)]);
  });

  it('that are bytes are text where they are UTF-8, and are refused where they are not', async () => {
    for (const type of [{ type: 'BYTE_ARRAY' }, { type: 'BYTE_ARRAY', converted_type: 'UTF8' }]) {
      const schema = [
        { name: 'root', num_children: 2 },
        { name: 'user', repetition_type: 'REQUIRED', type: 'BYTE_ARRAY' },
        { name: 'item', repetition_type: 'REQUIRED', ...type },
      ];
      const good = [Uint8Array.of(0xc3, 0xa9), Uint8Array.of(97)];
      const { rows } = await rowsOf('text.parquet', schema, [
        { name: 'user', data: good },
        { name: 'item', data: ['x', 'y'].map((t) => Buffer.from(t)) },
      ]);
      expect(rows.map((row) => row.user)).toEqual(['é', 'a']);
      const bad = [Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xff, 0xfd)];
      const { path } = await rowsOf('bytes.parquet', schema, [
        { name: 'user', data: bad },
        { name: 'item', data: ['x', 'y'].map((t) => Buffer.from(t)) },
      ]);
      await expect(Interactions.from(readParquet(path))).rejects.toThrow(coded('ERR_BAD_ID', 'no UTF-8'));
    }
  });
});

it('a number of JSON that was rounded is refused with advice', async () => {
  const path = folder.write('large.jsonl', '{"user":9007199254740993,"item":"x"}\n');
  await expect(Interactions.from(readJsonLines(path))).rejects.toThrow(coded('ERR_BAD_ID', 'quote the ids in JSON'));
});
