import { Readable } from 'node:stream';
import { readJsonLines, readTable } from 'attune/node';
import { describe, expect, it } from 'vitest';

/** What pandas 2 writes of a table of two rows by `to_json(path, orient=...)`. */
const written = {
  columns: '{"user":{"0":"a","1":"b"},"item":{"0":"x","1":"y"}}',
  index: '{"0":{"user":"a","item":"x"},"1":{"user":"b","item":"y"}}',
  split: '{"columns":["user","item"],"index":[0,1],"data":[["a","x"],["b","y"]]}',
  records: '[{"user":"a","item":"x"},{"user":"b","item":"y"}]',
  table:
    '{"schema":{"fields":[{"name":"user","type":"string"}],"pandas_version":"1.4.0"},"data":[{"user":"a","item":"x"},{"user":"b","item":"y"}]}',
};

async function rowsOf(text: string, read: typeof readTable | typeof readJsonLines = readTable) {
  const rows: object[] = [];
  for await (const row of read(Readable.from([Buffer.from(text)]))) rows.push(row as object);
  return rows;
}

describe('a table that pandas wrote as JSON', () => {
  it.each(['columns', 'index', 'split'] as const)('with orient %s says how to write it instead', async (orient) => {
    await expect(rowsOf(written[orient])).rejects.toMatchObject({
      code: 'ERR_BAD_ROW',
      message: expect.stringContaining(`orient '${orient}'. Write it by to_json(path, orient='records', lines=True)`),
    });
  });
  it.each(['records', 'table'] as const)('with orient %s is read', async (orient) => {
    expect(await rowsOf(written[orient])).toEqual([
      { user: 'a', item: 'x' },
      { user: 'b', item: 'y' },
    ]);
  });
  it.each([
    { items: ['x', 'y'], times: [1, 2] },
    { user: { id: 'a' }, item: { id: 'x' } },
    { histogram: { 1: 4, 2: 5 } },
    { columns: ['a'], user: 'u' },
  ])('is not what %j is', async (row) => {
    expect(await rowsOf(`${JSON.stringify(row)}\n`, readJsonLines)).toEqual([row]);
  });
});
