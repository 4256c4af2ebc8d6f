import { AlsRecommender } from 'attune';
import { pgvectorFactors } from 'attune/pgvector';
import { postgresModelStore } from 'attune/postgres';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { zipf } from '../support/makers.ts';
import { serviceUrl } from '../support/service.ts';

const pool = new pg.Pool({ connectionString: serviceUrl('postgres'), max: 4 });
afterAll(() => pool.end());
const run = Date.now().toString(36);
const data = zipf({ users: 400, items: 3000, rows: 20_000, seed: 8 });
const trained = (seed: number) => new AlsRecommender({ factors: 16, iterations: 4, alpha: 5, seed, threads: 1 }).fit(data);
const metadata = (item: string) => ({ brand: Number(item.replace(/\D/g, '')) % 3 === 0 ? 'GE' : 'LG' });

describe('factors in pgvector', () => {
  it('answer like the model, with filters, and without what a user has seen', { timeout: 240_000 }, async () => {
    const als = await trained(1);
    const served = pgvectorFactors(pool, { table: `f${run}` });
    await expect(served.recommend('u1')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await served.publish(als, 1, metadata);
    for (const user of [...als.users].slice(0, 50)) {
      const wanted = als.recommend(user, { n: 10 });
      const found = await served.recommend(user, { n: 10 });
      expect(found.map(({ item }) => item)).toEqual(wanted.map(({ item }) => item));
      for (const [k, { score }] of found.entries()) expect(score).toBeCloseTo(wanted[k].score, 4);
    }
    const user = als.users.idAt(0);
    const only = [...als.items].filter((item) => metadata(item).brand === 'GE');
    const exclude = [als.recommend(user, { n: 1, only })[0].item];
    const filtered = await served.recommend(user, { n: 5, where: { brand: 'GE' }, exclude });
    expect(filtered.map(({ item }) => item)).toEqual(als.recommend(user, { n: 5, only, exclude }).map(({ item }) => item));
    expect((await served.recommend(user, { n: 3, includeSeen: true })).map(({ item }) => item)).toEqual(
      als.recommend(user, { n: 3, includeSeen: true }).map(({ item }) => item),
    );
    await expect(served.recommend('nobody')).rejects.toMatchObject({ code: 'ERR_UNKNOWN_USER' });
  });

  it('are found by an index as well, and a filter gives full lists', { timeout: 240_000 }, async () => {
    const als = await trained(2);
    const served = pgvectorFactors(pool, { table: `g${run}`, index: 'hnsw' });
    await served.publish(als, 1, metadata);
    let hits = 0;
    for (const user of [...als.users].slice(0, 50)) {
      const wanted = new Set(als.recommend(user, { n: 10 }).map(({ item }) => item));
      const found = await served.recommend(user, { n: 10 });
      hits += found.filter(({ item }) => wanted.has(item)).length;
      expect(await served.recommend(user, { n: 10, where: { brand: 'GE' } })).toHaveLength(10);
    }
    console.log(`recall@10 of hnsw by inner product: ${hits / 500}`);
    expect(hits / 500).toBeGreaterThan(0.95);
  });

  it('answer a reader whose version has gone meanwhile, because two came within its refreshMs', { timeout: 240_000 }, async () => {
    const als = await trained(1);
    const writer = pgvectorFactors(pool, { table: `k${run}` });
    const reader = pgvectorFactors(pool, { table: `k${run}`, refreshMs: 60_000 });
    await writer.publish(als, 1);
    const wanted = await reader.recommend('u1');
    for (const version of [2, 3]) await writer.publish(als, version);
    expect(await reader.recommend('u1')).toEqual(wanted);
    expect(await reader.version()).toBe(3);
    await expect(reader.recommend('u1', { where: { brand: { gte: 1 } } as never })).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  });

  it('change over to what a store of models promotes, in a process that holds no model', { timeout: 240_000 }, async () => {
    const models = postgresModelStore(pool, { table: `m${run}` });
    const writer = pgvectorFactors(pool, { table: `h${run}` });
    const reader = pgvectorFactors(pool, { table: `h${run}`, refreshMs: 20, onUnknown: 'empty' });
    const stop = new AbortController();
    const first = await (await trained(1)).save(models, 'als');
    const follow = (async () => {
      for await (const info of models.watch('als', 'production', { signal: stop.signal, intervalMs: 50 })) {
        await writer.publish(await AlsRecommender.load(models, `als@${info.version}`), info.version);
      }
    })();
    await models.promote('als', first.version, 'production');
    const reached = async (version: number) => {
      for (const end = Date.now() + 180_000; (await reader.version()) !== version; ) {
        if (Date.now() > end) throw new Error(`version ${version} is not served`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await reached(1);
    const user = data.users.idAt(5);
    const before = await reader.recommend(user);
    for (const seed of [3, 4]) {
      const { version } = await (await trained(seed)).save(models, 'als');
      await models.promote('als', version, 'production');
      await reached(version);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
    const after = await reader.recommend(user);
    expect(after.map(({ item }) => item)).toEqual((await trained(4)).recommend(user).map(({ item }) => item));
    expect(after).not.toEqual(before);
    expect(await reader.recommend('nobody')).toEqual([]);
    stop.abort();
    await follow;
    const { rows } = await pool.query(`select count(*)::int4 as n from pg_class where relname ~ '^h${run}_[0-9]+_users$'`);
    expect(rows).toEqual([{ n: 2 }]);
  });
});
