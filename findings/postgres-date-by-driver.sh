#!/usr/bin/env bash
# pg 8.23.1, postgres 3.4.9 and @electric-sql/pglite 0.5.17 (npm), columns of type date and timestamp
# Guess: the same row gives the same moment by each of the three, in any time zone.
# Seen:  outside UTC, a `date` is midnight of the machine's zone from pg and midnight UTC from the other two; a `timestamp` without a zone is
#        read in the machine's zone by all three. Ratings by day fall on another day, and a split by time cuts elsewhere, when the driver or
#        the machine changes. `timestamptz` agrees.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --legacy-peer-deps \
  @electric-sql/pglite@0.5.17 @electric-sql/pglite-socket@0.2.17 pg@8.23.1 postgres@3.4.9
cat > run.mjs <<'JS'
import assert from 'node:assert';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';
import postgres from 'postgres';
const query = `SELECT date '2024-07-02' AS day, timestamp '2024-07-02 03:04:05' AS local, timestamptz '2024-07-02 03:04:05+00' AS zoned`;
const shown = ({ day, local, zoned }) => [day, local, zoned].map((moment) => moment.toISOString());
const database = await PGlite.create();
const server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 54329 });
const found = { pglite: shown((await database.query(query)).rows[0]) };
await server.start();
const options = { host: '127.0.0.1', port: 54329, user: 'postgres', database: 'postgres', password: 'none' };
const client = new pg.Client(options);
await client.connect();
found.pg = shown((await client.query(query)).rows[0]);
await client.end();
const sql = postgres({ ...options, max: 1 });
found.postgres = shown((await sql.unsafe(query))[0]);
await sql.end();
await server.stop();
console.log(found);
const [local, zoned] = ['2024-07-02T07:04:05.000Z', '2024-07-02T03:04:05.000Z'];
assert.deepStrictEqual(found, {
  pglite: ['2024-07-02T00:00:00.000Z', local, zoned],
  pg: ['2024-07-02T04:00:00.000Z', local, zoned],
  postgres: ['2024-07-02T00:00:00.000Z', local, zoned],
});
process.exit(0);
JS
TZ=America/New_York node run.mjs
