import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { flatIndex, type Metadata, memoryModelStore, type Ranked, type Recommendation, SemanticIndex, type Where } from 'attune';
import { compileWhere } from 'attune/authoring';
import { type PgvectorOptions, pgvectorIndex } from 'attune/pgvector';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { unitVector, vectorIndexConformance } from '../support/conformance.ts';

const service = join(import.meta.dirname, '../../.services/postgres');
const url = readFileSync(join(service, 'url.txt'), 'utf8').trim();
const pool = new pg.Pool({ connectionString: url, max: 4 });

afterAll(() => pool.end());

let tables = 0;
const open = (options: PgvectorOptions = {}) => pgvectorIndex(pool, { table: `t${++tables}`, ...options });
const keysTo = (count: number, from = 0) => Int32Array.from({ length: count }, (_, k) => from + k);
const coded = (code: string) => expect.objectContaining({ code });

function unitRows(count: number, dimensions: number, seed = 0): Float32Array {
  const rows = new Float32Array(count * dimensions);
  for (let k = 0; k < count; k++) rows.set(unitVector(dimensions, seed + k), k * dimensions);
  return rows;
}

async function rowCount(table: string): Promise<number> {
  return (await pool.query(`select count(*)::int4 as count from ${table}`)).rows[0].count;
}

describe.each<[string, PgvectorOptions, number]>([
  ['hnsw', { index: 'hnsw' }, 0.9],
  ['ivfflat', { index: 'ivfflat', lists: 8, probes: 6 }, 0.7],
  ['none', { index: 'none' }, 1],
])('pgvector, index %s,', (_, options, recall) => {
  vectorIndexConformance({ open: (dimensions) => open({ ...options, dimensions }), recall });
});

describe('pgvector, among 10,000 vectors of 64 dimensions,', () => {
  const dimensions = 64;
  const count = 10_000;
  const rows = unitRows(count, dimensions);
  // A tenth of each vector's numbers make it like its group, as texts are.
  for (let k = 0; k < count; k++) {
    const center = unitVector(dimensions, 7_000_000 + (k % 50));
    const row = rows.subarray(k * dimensions, (k + 1) * dimensions);
    row.forEach((x, d) => {
      row[d] = 0.7 * x + center[d];
    });
    const length = Math.hypot(...row);
    row.forEach((x, d) => {
      row[d] = x / length;
    });
  }
  const exact = flatIndex();
  exact.add(keysTo(count), rows);
  const metadata = Array.from({ length: count }, (_, k) => ({ rare: k % 1000 === 3, group: k % 50, price: k / 10 }));

  it.each<[PgvectorOptions, number]>([
    [{ index: 'hnsw' }, 0.97],
    [{ index: 'ivfflat', lists: 100, probes: 20 }, 0.9],
    [{ index: 'none' }, 1],
  ])('%o finds at least %f of the true ten, and all there is under filters', { timeout: 240_000 }, async (options, least) => {
    const index = open({ ...options, table: `ten_thousand_${options.index}` });
    await index.add(keysTo(count), rows, metadata); // more than one statement holds
    expect([index.size, index.dimensions]).toEqual([count, dimensions]);
    let hits = 0;
    for (let q = 0; q < 50; q++) {
      const query = rows.slice(q * 37 * dimensions, (q * 37 + 1) * dimensions).map((x, d) => x + 0.02 * Math.sin(d + q));
      const truth = new Set((exact.search(query, { n: 10 }) as Ranked).indices);
      hits += [...(await index.search(query, { n: 10 })).indices].filter((key) => truth.has(key)).length;
    }
    console.log(`${JSON.stringify(options)}: recall@10 ${(hits / 500).toFixed(4)}`);
    expect(hits / 500).toBeGreaterThanOrEqual(least);

    const query = rows.slice(0, dimensions);
    const filters: [Where, (k: number) => boolean][] = [
      [{ rare: true }, (k) => k % 1000 === 3],
      [{ group: [7, 9] }, (k) => [7, 9].includes(k % 50)],
      [{ price: { min: 2, max: 3 } }, (k) => k >= 20 && k <= 30],
      [{ group: { min: 25 } }, (k) => k % 50 >= 25],
    ];
    const under = { found: 0, wanted: 0 };
    for (const [where, test] of filters) {
      const allowed = Uint8Array.from({ length: count }, (_, k) => (test(k) ? 1 : 0));
      const wanted = exact.search(query, { n: 10, allowed }) as Ranked;
      for (const found of [await index.search(query, { n: 10, where }), await index.search(query, { n: 10, where, allowed })]) {
        expect(found.indices.length).toBe(wanted.indices.length);
        for (const key of found.indices) expect(test(key)).toBe(true);
        under.found += [...found.indices].filter((key) => wanted.indices.includes(key)).length;
        under.wanted += wanted.indices.length;
      }
    }
    // Of all together: where pgvector puts the centres of ivfflat is chance, and one query may be unlucky.
    expect(under.found / under.wanted).toBeGreaterThanOrEqual(options.index === 'none' ? 1 : 0.7);
    expect((await index.search(query, { n: 100, where: { rare: true } })).indices).toHaveLength(10);
    expect((await index.search(query, { n: 100, where: { group: 99 } })).indices).toHaveLength(0);
    expect((await index.search(query, { n: 20_000 })).indices).toHaveLength(count);
  });

  it('uses the index, as wide as told, for one statement only', async () => {
    const table = 'ten_thousand_hnsw';
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const seen: string[] = [];
    const query = (text: string, values?: unknown[]) => {
      seen.push(text);
      return client.query(text, values);
    };
    const narrow = pgvectorIndex({ query }, { table, efSearch: 3 });
    await narrow.search(unitVector(dimensions, 1), { n: 3 });
    const plan = await client.query(`explain ${seen.at(-1)}`, [`[${unitVector(dimensions, 1)}]`, 3]);
    const lines = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(lines).toMatch(/One-Time Filter/);
    expect(lines).toMatch(/Index Scan using ten_thousand_hnsw_embedding/);
    expect((await client.query('show hnsw.ef_search')).rows).toEqual([{ 'hnsw.ef_search': '40' }]);
    const wide = pgvectorIndex(pool, { table, efSearch: 1000 });
    const hits = async (index: typeof wide) => {
      let sum = 0;
      for (let q = 0; q < 40; q++) {
        const asked = unitVector(dimensions, 9e6 + q);
        const truth = new Set((exact.search(asked, { n: 3 }) as Ranked).indices);
        sum += [...(await index.search(asked, { n: 3 })).indices].filter((key) => truth.has(key)).length;
      }
      return sum;
    };
    expect(await hits(wide)).toBeGreaterThan(await hits(narrow));
    await client.end();
  });
});

describe('conditions in pgvector', () => {
  const texts = [
    '',
    'GE',
    'ge',
    'İstanbul',
    'straße',
    'STRASSE',
    "O'Brien",
    '100%_',
    '\\',
    '"',
    '{}',
    '$1',
    'null',
    '5',
    'a\0b',
    'x\ud83d',
    '🙂',
    'K',
  ];
  const value = fc.oneof(
    fc.constantFrom(...texts),
    fc.constantFrom(0, -0, 5, 0.1, 1e21, -3.5, 2 ** 53),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.oneof(fc.constantFrom(...texts), fc.integer({ min: 0, max: 6 }), fc.constant(null), fc.boolean()), { maxLength: 3 }),
    fc.constant({ deep: ['GE'] }),
  );
  const fields = ['brand', "it's", '__proto__', 'a.b', '$1', 'constructor'];
  const field = fc.constantFrom(...fields);
  const plain = fc.oneof(fc.constantFrom(...texts), fc.constantFrom(0, 5, 0.1, 1e21), fc.boolean(), fc.constant(null));
  const condition = fc.oneof(
    plain,
    fc.array(plain, { maxLength: 4 }),
    fc.record({ contains: fc.oneof(fc.constantFrom(...texts, 'S', 'ß', 'st', 'I'), fc.constantFrom(5, true)) }),
    fc.record({ min: fc.constantFrom(-5, 0.1, 5, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY) }),
    fc.record({ min: fc.constantFrom(-5, 0), max: fc.constantFrom(4, 5, 1e22) }),
    fc.record({ max: fc.constantFrom('GE', 'z', '') }),
    fc.record({ min: fc.constantFrom(undefined, 3), max: fc.constantFrom(undefined, 5) }),
    fc.constant({ contains: undefined }),
  );

  it('mean what they mean in memory', { timeout: 240_000 }, async () => {
    const index = open({ index: 'none' });
    const vector = unitVector(4, 1);
    const rows = fc.sample(fc.array(fc.tuple(field, value), { maxLength: 4 }), { numRuns: 300, seed: 5 });
    const kept = rows.map((entries) => {
      const row: Metadata = {};
      for (const [name, one] of entries) Object.defineProperty(row, name, { value: one, enumerable: true, configurable: true });
      return row;
    });
    const vectors = new Float32Array(4 * kept.length);
    for (let k = 0; k < kept.length; k++) vectors.set(vector, 4 * k);
    await index.add(keysTo(kept.length), vectors, kept);
    let answers = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(field, condition), { minLength: 1, maxLength: 2 }), async (entries) => {
        const where: Record<string, unknown> = {};
        for (const [name, one] of entries) Object.defineProperty(where, name, { value: one, enumerable: true, configurable: true });
        const test = compileWhere(where as Where);
        const wanted = kept.flatMap((row, key) => (test(row) ? [key] : []));
        const found = await index.search(vector, { n: 1000, where: where as Where });
        answers += wanted.length;
        expect([...found.indices]).toEqual(wanted); // equal scores: by key
      }),
      { numRuns: 500, seed: 7 },
    );
    expect(answers).toBeGreaterThan(1000);
  });

  it('are refused when they are none', async () => {
    const index = open({ dimensions: 4 });
    await expect(index.search(unitVector(4, 1), { n: 1, where: { a: { near: 1 } } as never })).rejects.toEqual(coded('ERR_BAD_OPTION'));
  });
});

describe('a table of pgvector', () => {
  it.each(['Robert"); drop table t1; --', "it's", 'ütf ✓', 'select', 'a\\b', 'x'.repeat(50)])('may be called %s', async (table) => {
    const index = pgvectorIndex(pool, { table });
    await index.add(keysTo(3), unitRows(3, 4), [{ "f'": "v'; --" }, {}, {}]);
    expect((await index.search(unitVector(4, 2), { n: 1 })).indices).toEqual(Int32Array.of(2));
    expect((await index.search(unitVector(4, 2), { n: 5, where: { "f'": "v'; --" } })).indices).toEqual(Int32Array.of(0));
    expect((await pool.query('select 1 from pg_tables where tablename = $1', [table])).rows).toHaveLength(1);
  });

  it('lies in a schema that exists', async () => {
    await pool.query('create schema if not exists "My shop"');
    const index = pgvectorIndex(pool, { table: 'v', schema: 'My shop' });
    await index.add(keysTo(3), unitRows(3, 4));
    expect(await rowCount('"My shop".v')).toBe(3);
    await expect(pgvectorIndex(pool, { table: 'v', schema: 'nowhere', dimensions: 3 }).prepare()).rejects.toEqual(coded('ERR_STORE'));
  });

  it('is found again, with its size and its index', async () => {
    const index = open();
    await index.add(keysTo(30), unitRows(30, 4));
    const again = pgvectorIndex(pool, { table: `t${tables}` });
    await again.prepare();
    expect([again.size, again.dimensions]).toEqual([30, 4]);
    expect(await again.search(unitVector(4, 5), { n: 4 })).toEqual(await index.search(unitVector(4, 5), { n: 4 }));
    await again.clear();
    expect([again.size, await rowCount(`t${tables}`)]).toEqual([0, 0]);
    await expect(pgvectorIndex(pool, { table: `t${tables}`, dimensions: 5 }).prepare()).rejects.toEqual(coded('ERR_BAD_OPTION'));
    await expect(again.add(keysTo(1), unitRows(1, 7))).rejects.toEqual(coded('ERR_BAD_ARGUMENT'));
  });

  it('is made once by many who begin together', async () => {
    const all = Array.from({ length: 6 }, () => pgvectorIndex(pool, { table: 'together' }));
    await Promise.all(all.map((index, k) => index.add(keysTo(20, k * 10), unitRows(20, 4, k * 10)))); // with keys in common
    expect(await rowCount('together')).toBe(70);
    expect(await rowCount('together_staged')).toBe(0);
  });

  it('takes changes in the order of their calls', async () => {
    const index = open();
    const row = unitVector(4, 1);
    const changes = [index.add(Int32Array.of(1, 2), unitRows(2, 4)), index.remove(Int32Array.of(1)), index.add(Int32Array.of(1), row)];
    await Promise.all([...changes, index.remove(Int32Array.of(2, 9))]);
    expect(index.size).toBe(1);
    const found = await index.search(row, { n: 5 });
    expect([...found.indices]).toEqual([1]);
    expect(found.scores[0]).toBeCloseTo(1, 5);
  });

  it('removes what is removed, added and removed again', async () => {
    const index = open();
    const one = Int32Array.of(1);
    await Promise.all([index.add(one, unitRows(1, 4)), index.remove(one), index.add(one, unitRows(1, 4)), index.remove(one)]);
    expect([index.size, await rowCount(`t${tables}`)]).toEqual([0, 0]);
  });

  it('is read by who may only read', async () => {
    const index = open();
    await index.add(keysTo(30), unitRows(30, 4));
    await pool.query(`drop role if exists reader`);
    await pool.query(`create role reader login; grant select on t${tables} to reader`);
    const client = new pg.Client({ connectionString: url.replace('test@', 'reader@') });
    await client.connect();
    const reader = pgvectorIndex(client, { table: `t${tables}` });
    expect((await reader.search(unitVector(4, 5), { n: 1 })).indices).toEqual(Int32Array.of(5));
    await expect(reader.add(keysTo(1), unitRows(1, 4))).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringContaining('42501'),
    });
    expect(reader.size).toBe(30);
    await client.end();
  });

  it('keeps the last of a key that stands twice', async () => {
    const index = open();
    await index.add(Int32Array.of(4, 4), unitRows(2, 4));
    expect((await index.search(unitVector(4, 1), { n: 5 })).scores[0]).toBeCloseTo(1, 5);
    expect(index.size).toBe(1);
  });

  it('holds long vectors without an index, and says so with one', async () => {
    await expect(open().add(keysTo(1), unitRows(1, 2001))).rejects.toEqual(coded('ERR_BAD_OPTION'));
    const index = open({ index: 'none' });
    await index.add(keysTo(2), unitRows(2, 2001));
    expect((await index.search(unitVector(2001, 1), { n: 1 })).indices).toEqual(Int32Array.of(1));
  });
});

describe('when PostgreSQL fails', () => {
  const clients: pg.Client[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end().catch(() => {});
  });
  async function connected() {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    clients.push(client);
    return client;
  }

  it('a change in many statements leaves nothing behind', async () => {
    const table = `t${++tables}`;
    let failing = false;
    const handle = {
      query: async (text: string, values?: unknown[]) => {
        if (failing && text.includes('with moved')) throw Object.assign(new Error('disk full'), { code: '53100' });
        return pool.query(text, values);
      },
    };
    const index = pgvectorIndex(handle, { table, index: 'none' });
    await index.add(keysTo(10), unitRows(10, 1024));
    failing = true;
    await expect(index.add(keysTo(1200), unitRows(1200, 1024))).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringContaining('disk full (53100)'),
    });
    expect([index.size, await rowCount(table), await rowCount(`${table}_staged`)]).toEqual([10, 10, 0]);
    failing = false;
    await index.add(keysTo(1200), unitRows(1200, 1024));
    expect([index.size, await rowCount(table), await rowCount(`${table}_staged`)]).toEqual([1200, 1200, 0]);
  });

  it('a lost connection is a coded error', async () => {
    const client = await connected();
    const index = pgvectorIndex(client, { table: `t${++tables}` });
    await index.add(keysTo(5), unitRows(5, 4));
    const { rows } = await client.query('select pg_backend_pid() as pid');
    await pool.query('select pg_terminate_backend($1)', [rows[0].pid]);
    await expect(index.search(unitVector(4, 1), { n: 1 })).rejects.toEqual(coded('ERR_STORE'));
    await expect(index.add(keysTo(1), unitRows(1, 4))).rejects.toEqual(coded('ERR_STORE'));
    expect(index.size).toBe(5);
  });

  it('what could not be removed is in no answer, and goes with the next change', async () => {
    const table = `t${++tables}`;
    let failing = false;
    const index = pgvectorIndex(
      {
        query: async (text, values) => (failing && text.includes('delete') ? Promise.reject(new Error('gone')) : pool.query(text, values)),
      },
      { table },
    );
    await index.add(keysTo(5), unitRows(5, 4));
    failing = true;
    await expect(index.remove(Int32Array.of(2))).rejects.toEqual(coded('ERR_STORE'));
    expect((await index.search(unitVector(4, 2), { n: 5 })).indices).toHaveLength(4);
    failing = false;
    await index.add(Int32Array.of(7), unitVector(4, 7));
    expect([index.size, await rowCount(table)]).toEqual([5, 5]);
  });
});

describe('a search index in PostgreSQL', () => {
  const products = Array.from({ length: 400 }, (_, k) => ({
    id: `p'${k}"\0`.slice(0, k % 2 ? 6 : 4),
    text: `part ${k} of machine ${k % 7}`,
    brand: ['GE', 'Bosch', "O'Neill"][k % 3],
  }));

  it('answers as one in memory, under filters too, and comes back from its file', async () => {
    const options = { metadata: ['brand'] as const };
    const plain = await SemanticIndex.build(products, options);
    const vectorIndex = open({ index: 'none' });
    const index = await SemanticIndex.build(products, { ...options, vectorIndex });
    const filters = [
      {},
      { where: { brand: "O'Neill" } },
      { where: { brand: 'GE' }, exclude: [products[3].id] },
      { only: [products[5].id] },
    ];
    for (const filter of filters) {
      const wanted = await plain.search('machine 3 part 17', { n: 20, mode: 'semantic', ...filter });
      const found = await index.search('machine 3 part 17', { n: 20, mode: 'semantic', ...filter });
      expect(found.map(({ score }) => score.toFixed(4))).toEqual(wanted.map(({ score }) => score.toFixed(4)));
    }
    expect(index.remove([products[3].id])).toBe(1);
    await index.add([{ id: 'new', text: 'a kettle', brand: 'GE' }]);
    expect(vectorIndex.size).toBe(index.size);
    plain.remove([products[3].id]);
    await plain.add([{ id: 'new', text: 'a kettle', brand: 'GE' }]);
    const rounded = (list: Recommendation[]) => list.map(({ score }) => score.toFixed(4));
    for (const options of [{ n: 5 }, { n: 12, where: { brand: 'GE' } }, { n: 3, exclude: ['new'] }]) {
      const similar: Promise<Recommendation[]> = index.similarItems(products[8].id, options); // a promise by its type as well
      expect(rounded(await similar)).toEqual(rounded(plain.similarItems(products[8].id, options)));
      const history = [{ item: products[8].id, value: 2 }, products[20].id, 'nobody'];
      expect(rounded(await index.similarTo(history, options))).toEqual(rounded(plain.similarTo(history, options)));
    }
    await expect(index.similarItems('nobody')).rejects.toEqual(coded('ERR_UNKNOWN_ITEM'));
    await expect(index.similarItems('new', { n: -1 })).rejects.toEqual(coded('ERR_BAD_OPTION'));
    await expect(index.similarTo(['nobody'])).rejects.toEqual(coded('ERR_UNKNOWN_HISTORY'));
    expect(await index.similarItems('nobody', { onUnknown: 'empty' })).toEqual([]);
    for (const threshold of [0.3, 0.4]) {
      const groups = await plain.nearDuplicates({ by: 'vectors', threshold });
      expect(await index.nearDuplicates({ by: 'vectors', threshold })).toEqual(groups);
    }
    expect((await index.nearDuplicates({ by: 'vectors', threshold: 0.4 })).length).toBeGreaterThan(0);

    const store = memoryModelStore();
    await index.save(store, 'shop');
    const again = await SemanticIndex.load(store, 'shop', { vectorIndex: pgvectorIndex(pool, { table: `t${tables}`, index: 'none' }) });
    expect(await again.search('kettle', { n: 3 })).toEqual(await index.search('kettle', { n: 3 }));
    await expect(SemanticIndex.build(products, { vectorIndex: pgvectorIndex(pool, { table: `t${tables}` }) })).rejects.toEqual(
      coded('ERR_BAD_OPTION'),
    );
  });

  it('goes on when the database is gone for a while', async () => {
    let failing = false;
    const handle = {
      query: async (text: string, values?: unknown[]) => (failing ? Promise.reject(new Error('no connection')) : pool.query(text, values)),
    };
    const index = await SemanticIndex.build(products, { vectorIndex: pgvectorIndex(handle, { table: `t${++tables}` }) });
    const before = index.size;
    failing = true;
    await expect(index.search('machine', { mode: 'semantic' })).rejects.toEqual(coded('ERR_STORE'));
    await expect(index.add([{ id: 'new', text: 'kettle', brand: 'GE' }])).rejects.toEqual(coded('ERR_STORE'));
    expect(index.remove([products[0].id])).toBe(1);
    await expect(index.save(memoryModelStore(), 'shop')).rejects.toEqual(coded('ERR_STORE'));
    failing = false;
    await index.add([{ id: 'new', text: 'kettle', brand: 'GE' }]);
    expect((await index.search('kettle', { n: 1 }))[0].item).toBe('new');
    expect([index.size, await rowCount(`t${tables}`)]).toEqual([before, before]);
    await index.save(memoryModelStore(), 'shop');
  });
});
