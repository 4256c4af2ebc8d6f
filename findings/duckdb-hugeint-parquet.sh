#!/usr/bin/env bash
# @duckdb/node-api 1.5.6-r.1 (npm), COPY ... TO 'file.parquet'
# Guess: a whole number that DuckDB keeps exactly is exact in the Parquet file it writes, or refused.
# Seen:  HUGEINT becomes DOUBLE without a word: ids beyond 2^53 change. sum() of a BIGINT column is a HUGEINT, so a key made by arithmetic
#        or a total of an aggregation is rounded on its way into the file. CAST to BIGINT or VARCHAR keeps it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts @duckdb/node-api@1.5.6-r.1
cat > run.mjs <<'JS'
import assert from 'node:assert';
import { DuckDBInstance } from '@duckdb/node-api';
const connection = await (await DuckDBInstance.create()).connect();
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
const summed = 'SELECT sum(id) AS id FROM (VALUES (9007199254740993::BIGINT)) t(id)';
const [{ id: before }] = await rows(summed);
await connection.run(`COPY (${summed}) TO 'ids.parquet'`);
const [{ id: after, type }] = await rows("SELECT id, typeof(id) AS type FROM 'ids.parquet'");
console.log({ before, after, type });
assert.strictEqual(before, 9007199254740993n);
assert.strictEqual(type, 'DOUBLE');
assert.strictEqual(after, 9007199254740992);
JS
node run.mjs
