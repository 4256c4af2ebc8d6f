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

/** What pyarrow 26 writes with `compression='lz4', use_dictionary=False, write_statistics=False, store_schema=False`. */
const arrowLz4 = [
  'UEFSMRUAFbwJFVAsFXgVABUGFQYcAAAA9QECAAAAeAEGAAAAdXNlciAwCgAVMQoAFTIKAA8eAP//G1BzZXIgMhUAFdwFFWIsFXgVABUGFQYcAAAAYAIAAAB4AQYAIUIwBg',
  'ARMQYAETIGABEzBgARNAYAETUGABE2BgAPKgD/IlAAAABCMxUAFdAsFfgDLBV4FQAVBhUGHAAAAPIDAgAAAHgBAAAAAAMAAABhYmMGBwBFYWJjCQoASGFiYwwNAEthYmMP',
  'EABOYWJjEhMAT2FiYxUWAAJPYWJjGBkABU9hYmMbHAAIT2FiYx4fAAtPYWJjISIADk9hYmMkJQART2FiYycoABRPYWJjKisAF09hYmMtLgAaT2FiYzAxAB1PYWJjMzQAIE',
  '9hYmM2NwAjT2FiYzk6ACZPYWJjPD0AKU9hYmM/QAAsT2FiY0JDAC9PYWJjRUYAMk9hYmNISQA1T2FiY0tMADhPYWJjTk8AO09hYmNRUgA+T2FiY1RVAEFPYWJjV1gARD9h',
  'YmORBf//////flBiY2FiYxUEGUw1ABgGc2NoZW1hFQYAFQwlAhgEdXNlciUATBwAAAAVDCUCGARpdGVtJQBMHAAAABUMJQIYBHRleHQlAEwcAAAAFngZHBk8JgAcFQwZJQ',
  'YAGRgEdXNlchUOFngW5AkWeCYISRwVABUAFQIAPBbQBRkGGSYAeAAAACYAHBUMGSUGABkYBGl0ZW0VDhZ4FoQGFooBJoABSRwVABUAFQIAPBbwARkGGSYAeAAAACYAHBUM',
  'GSUGABkYBHRleHQVDhZ4FvosFqIEJooCSRwVABUAFQIAPBbkKBkGGSYAeAAAABbiPBZ4JggWpAYAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRk8HAAAHA',
  'AAHAAAABoBAABQQVIx',
];

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
      LZO: (bytes: Uint8Array) => bytes,
      ZSTD: storedZstd,
    };
    expect((await all(write('gzip.parquet', { codec: 'GZIP', compressors }))).length).toBe(size);
    expect((await all(write('zstd.parquet', { codec: 'ZSTD', compressors }))).length).toBe(size);
    const path = write('lzo.parquet', { codec: 'LZO', compressors });
    await expect(all(path)).rejects.toThrow(coded('ERR_BAD_FILE', 'LZO'));
    await expect(all(path)).rejects.toThrow(coded('ERR_BAD_FILE', 'hyparquet-compressors'));
    expect((await all(path, { compressors: { LZO: (bytes) => bytes } })).length).toBe(size);
  });

  it('reads pages of LZ4 as pyarrow and DuckDB write them, and as Hadoop did', async () => {
    const rows = Array.from({ length: 60 }, (_, k) => ({ user: `user ${k % 3}`, item: `B${k % 7}`, text: 'abc'.repeat(k % 30) }));
    expect(await all(folder.write('arrow-lz4.parquet', Buffer.from(arrowLz4.join(''), 'base64')))).toEqual(rows);
    const stored = (bytes: Uint8Array) => {
      const more = bytes.length - 15; // one sequence of literals, whose length takes bytes of 255 and a rest
      return Uint8Array.from([0xf0, ...new Array(Math.floor(more / 255)).fill(255), more % 255, ...bytes]);
    };
    const framed = (bytes: Uint8Array) => {
      const block = stored(bytes);
      const head = Buffer.alloc(8);
      head.writeUInt32BE(bytes.length);
      head.writeUInt32BE(block.length, 4);
      return Uint8Array.from([...head, ...block]);
    };
    const halves = (bytes: Uint8Array) => {
      const middle = bytes.length >> 1;
      return Uint8Array.from([...framed(bytes.subarray(0, middle)), ...framed(bytes.subarray(middle))]);
    };
    for (const [codec, compress] of [
      ['LZ4_RAW', stored],
      ['LZ4', stored],
      ['LZ4', framed],
      ['LZ4', halves],
    ] as const) {
      const path = write('lz4.parquet', { codec, compressors: { [codec]: compress } });
      expect((await all(path)).map(({ item }) => item)).toEqual(numbers.map((k) => `i${k}`));
    }
  });

  it('a file with a damaged byte in pages of LZ4 is ERR_BAD_FILE, or has other rows', async () => {
    const whole = Buffer.from(arrowLz4.join(''), 'base64');
    let refused = 0;
    for (let at = 4; at < 360; at++) {
      const broken = Buffer.from(whole);
      broken[at] ^= 0xff;
      const read = await all(folder.write('damaged.parquet', broken)).catch((error) => error);
      if (Array.isArray(read)) continue;
      expect(read).toEqual(coded('ERR_BAD_FILE'));
      refused++;
    }
    expect(refused).toBeGreaterThan(50);
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

  it('says so where hyparquet is one that would end the process at some files', async () => {
    vi.doMock('hyparquet', () => ({ parquetRead() {}, parquetMetadataAsync() {}, parquetSchema() {} }));
    vi.resetModules();
    const { readParquet: withOld } = await import('attune/node');
    await expect(withOld('a.parquet')[Symbol.asyncIterator]().next()).rejects.toThrow(coded('ERR_MISSING_PEER', 'hyparquet 1.31 or later'));
  });
});
