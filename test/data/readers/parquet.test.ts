import { gzipSync } from 'node:zlib';
import { Interactions } from 'attune';
import { type ParquetOptions, readParquet } from 'attune/node';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { storedZstd } from '../../support/stored-zstd.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const coded = (code: string, message = '') => expect.objectContaining({ code, message: expect.stringContaining(message) });

async function all(path: string, options?: ParquetOptions) {
  const rows: Record<string, unknown>[] = [];
  for await (const row of readParquet(path, options)) rows.push(row);
  return rows;
}

const size = 5000;
const numbers = Array.from({ length: size }, (_, k) => k);
const columnData = [
  { name: 'user', data: numbers.map((k) => `u${k % 70}`), type: 'STRING' as const },
  { name: 'item', data: numbers.map((k) => `i${k}`), type: 'STRING' as const },
  { name: 'value', data: numbers.map((k) => (k % 9 === 8 ? null : k % 9)), type: 'DOUBLE' as const },
  { name: 'timestamp', data: numbers.map((k) => BigInt(1_600_000_000_000 + k)), type: 'INT64' as const },
  { name: '__proto__', data: numbers.map((k) => new Date(k)), type: 'TIMESTAMP' as const },
];
const write = (name: string, options = {}) =>
  folder.write(name, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: [1000, 1500], ...options })));

afterEach(() => {
  vi.doUnmock('hyparquet');
  vi.resetModules();
});

describe('readParquet', () => {
  it('reads rows of several row groups, safe 64-bit numbers as numbers', async () => {
    const rows = await all(write('rows.parquet'));
    expect(rows.length).toBe(size);
    expect(Object.entries(rows[4999])).toEqual([
      ['user', 'u29'],
      ['item', 'i4999'],
      ['value', 4],
      ['timestamp', 1_600_000_004_999],
      ['__proto__', new Date(4999)],
    ]);
    expect(rows[8].value).toBeNull();
    expect(rows.map((row) => row.item)).toEqual(columnData[1].data);
    expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype);
  });

  it('goes on from a position, and leaves whole row groups unread', async () => {
    const path = write('from.parquet');
    const rows: unknown[] = [];
    for await (const row of readParquet(path)) rows.push(row);
    const read = async (from: number) => {
      const found: unknown[] = [];
      for await (const row of readParquet(path, { from })) found.push(row);
      return found;
    };
    for (const from of [0, 1, 999, 1000, 1001, rows.length - 1, rows.length, rows.length + 1])
      expect(await read(from)).toEqual(rows.slice(from));
  });

  it('reads the asked columns only, and feeds interactions', async () => {
    const path = write('some.parquet');
    expect((await all(path, { columns: ['item', 'user'] }))[1]).toEqual({ item: 'i1', user: 'u1' });
    const data = await Interactions.from(readParquet(path, { columns: ['user', 'item', 'timestamp'] }));
    expect([data.size, data.userCount, data.timestamps?.[7]]).toEqual([size, 70, 1_600_000_000_007]);
    await expect(all(path, { columns: ['rating'] })).rejects.toThrow(coded('ERR_BAD_ARGUMENT', '"rating". It has "user", "item"'));
  });

  it('reads gzip pages, and others by a given decompressor', async () => {
    const compressors = {
      GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
      LZ4_RAW: (bytes: Uint8Array) => bytes,
      ZSTD: storedZstd,
    };
    expect((await all(write('gzip.parquet', { codec: 'GZIP', compressors }))).length).toBe(size);
    expect((await all(write('zstd.parquet', { codec: 'ZSTD', compressors }))).length).toBe(size);
    const path = write('lz4.parquet', { codec: 'LZ4_RAW', compressors });
    await expect(all(path)).rejects.toThrow(coded('ERR_BAD_FILE', 'hyparquet-compressors'));
    expect((await all(path, { compressors: { LZ4_RAW: (bytes) => bytes } })).length).toBe(size);
  });

  it('reports progress and stops by signal', async () => {
    const path = write('work.parquet');
    const seen: { done: number; total?: number }[] = [];
    await all(path, { onProgress: (p) => seen.push(p) });
    expect(seen.length).toBe(4);
    expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total);
    const controller = new AbortController();
    const stop = () => controller.abort(new Error('stop'));
    await expect(all(path, { signal: controller.signal, onProgress: stop })).rejects.toThrow('stop');
  });

  it('says so when a file is missing, damaged or something else', async () => {
    await expect(all(`${folder.path}/nothing.parquet`)).rejects.toThrow(coded('ERR_NOT_FOUND', 'readParquet'));
    await expect(all(folder.write('text.parquet', 'a,b\n1,2\n'.repeat(9)))).rejects.toThrow(coded('ERR_BAD_FILE', 'is not Parquet'));
    await expect(all(folder.write('empty.parquet', ''))).rejects.toThrow(coded('ERR_BAD_FILE'));
    expect(() => readParquet('a', { column: ['a'] } as ParquetOptions)).toThrow("Did you mean 'columns'?");
    expect(() => readParquet('a', { columns: [] })).toThrow(coded('ERR_BAD_OPTION'));
  });

  it('names the type of a column that is not read, and reads the others', async () => {
    // DuckDB 1.5.6: COPY (SELECT 'u' AS user, 'i' AS item, INTERVAL 3 DAY AS since) TO 'interval.parquet'
    const interval =
      'UEFSMRUAFRYVGiwVAhUAFQYVBgAACygCAAAAAgEBAAAAdRUAFRYVGiwVAhUAFQYVBgAACygCAAAAAgEBAAAAaRUAFSQVKCwVAhUAFQYVBgAAEkQCAAAAAgEAAAAAAwAAAAAAAAAVAhlMNQAYDWR1Y2tkYl9zY2hlbWEVBgAVDCUCGAR1c2VyJQAAFQwlAhgEaXRlbSUAABUOFRgVAhgFc2luY2UlKgAWAhkcGTwmABwVDBkVABkYBHVzZXIVAhYCFjgWPCYIPBgBdRgBdRYAKAF1GAF1EREAAAAmABwVDBkVABkYBGl0ZW0VAhYCFjgWPCZEPBgBaRgBaRYAKAFpGAFpEREAAAAmABwVDhkFGRgFc2luY2UVAhYCFkYWSiaAAQAAFrYBFgImCBbCAQAoKER1Y2tEQiB2ZXJzaW9uIHYxLjUuNiAoYnVpbGQgMDY5Y2M5ZjliNSkZPBwAABwAABwAAAD/AAAAUEFSMQ==';
    const path = folder.write('interval.parquet', new Uint8Array(Buffer.from(interval, 'base64')));
    await expect(all(path)).rejects.toThrow(coded('ERR_BAD_FILE', 'a column of type INTERVAL, which is not read. Name the columns'));
    expect(await all(path, { columns: ['user', 'item'] })).toEqual([{ user: 'u', item: 'i' }]);
  });

  it('says how to install hyparquet when it is not there', async () => {
    vi.doMock('hyparquet', () => {
      throw new Error('Cannot find package');
    });
    vi.resetModules();
    const { readParquet: without } = await import('attune/node');
    await expect(without('a.parquet')[Symbol.asyncIterator]().next()).rejects.toThrow(coded('ERR_MISSING_PEER', 'npm install hyparquet'));
  });
});
