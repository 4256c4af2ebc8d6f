import { type PgvectorOptions, pgvectorIndex } from 'attune/pgvector';
import { describe, expect, it } from 'vitest';
import { unitVector } from '../../support/conformance.ts';

const coded = (code: string) => expect.objectContaining({ code });

/** A handle that keeps what it is asked, and answers as a database with an empty table of 4 dimensions would. What it means to a real one stands in test/integration. */
function recorder() {
  const asked: { text: string; values: unknown[] }[] = [];
  return {
    asked,
    async query(text: string, values: unknown[] = []) {
      asked.push({ text, values });
      if (text.includes('to_regclass')) return { rows: [{ dimensions: 4, indexed: true, version: '0.8.5' }] };
      if (text.includes('count(*)::int4 as size')) return { rows: [{ size: 1 }] };
      if (text.includes('as fresh')) return { rows: [{ fresh: 1 }] };
      return { rows: text.includes('<#>') ? [{ key: 3, score: 0.5 }] : [] };
    },
  };
}

describe('a pgvector index, without a database,', () => {
  it.each<[unknown]>([[undefined], [{}], ['postgres://user:password@host/shop']])('refuses %o as a handle', (handle) => {
    expect(() => pgvectorIndex(handle as never)).toThrow(coded('ERR_BAD_ARGUMENT'));
  });

  it.each<[object]>([
    [{ table: '' }],
    [{ table: 'x'.repeat(51) }],
    [{ table: 'ü'.repeat(26) }],
    [{ table: 'a\0b' }],
    [{ table: '$attune_block$' }],
    [{ schema: '' }],
    [{ dimensions: 16_001 }],
    [{ index: 'flat' }],
    [{ m: 50, efConstruction: 64 }],
    [{ efSearch: 1001 }],
    [{ tabel: 'x' }],
  ])('refuses the options %o', (options) => {
    expect(() => pgvectorIndex(recorder(), options as PgvectorOptions)).toThrow(coded('ERR_BAD_OPTION'));
  });

  it('asks nothing before it is used', () => {
    const handle = recorder();
    pgvectorIndex(handle, { table: 'x', dimensions: 4 });
    expect(handle.asked).toEqual([]);
  });

  it('binds every value and field of a condition, and quotes names', async () => {
    const handle = recorder();
    const index = pgvectorIndex(handle, { table: 'my "table"', schema: "it's" });
    const evil = `'; drop table "x"; --`;
    await index.search(unitVector(4, 1), { n: 2, where: { [evil]: evil, a: [evil], b: { contains: evil }, c: { min: evil } } });
    for (const { text } of handle.asked) expect(text).not.toContain('drop table');
    expect(handle.asked.at(-1)?.text).toContain(`"it's"."my ""table"""`);
    expect(JSON.stringify(handle.asked.at(-1)?.values)).toContain('drop table');
  });

  it('refuses bad vectors before the database sees them', async () => {
    const handle = recorder();
    const index = pgvectorIndex(handle);
    await index.prepare();
    const asked = handle.asked.length;
    const key = Int32Array.of(1);
    await expect(index.add(key, new Float32Array(3))).rejects.toEqual(coded('ERR_BAD_ARGUMENT'));
    await expect(index.add(Int32Array.of(-1), new Float32Array(4))).rejects.toEqual(coded('ERR_BAD_ARGUMENT'));
    await expect(index.add(key, new Float32Array(4).fill(Number.NaN))).rejects.toEqual(coded('ERR_BAD_VALUE'));
    await expect(index.add(key, new Float32Array(4), [])).rejects.toEqual(coded('ERR_COLUMN_LENGTH'));
    await expect(index.search(new Float32Array(5), { n: 1 })).rejects.toEqual(coded('ERR_BAD_ARGUMENT'));
    await expect(index.search(new Float32Array(4).fill(Number.NaN), { n: 1 })).rejects.toEqual(coded('ERR_BAD_ARGUMENT'));
    expect(handle.asked.length).toBe(asked);
  });

  it('names what the database said, and tries again at the next use', async () => {
    let down = true;
    const { query } = recorder();
    const handle = {
      query: async (text: string, values?: unknown[]) => {
        if (down) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        return query(text, values);
      },
    };
    const index = pgvectorIndex(handle);
    await expect(index.prepare()).rejects.toMatchObject({ code: 'ERR_STORE', message: expect.stringContaining('ECONNREFUSED') });
    down = false;
    expect((await index.search(unitVector(4, 1), { n: 1 })).indices).toEqual(Int32Array.of(3));
  });
});
