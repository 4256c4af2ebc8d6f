#!/usr/bin/env bash
# hyparquet 1.31.5 (npm), columns of type DECIMAL(18, 0), as databases export NUMERIC keys
# Guess: a whole DECIMAL kept as INT64 comes as a BigInt, as an INT64 column without that type does.
# Seen:  it comes as a JavaScript number and is rounded beyond 2^53, so neighbouring ids become one. The same values as INT64 are exact.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts hyparquet@1.31.5 @duckdb/node-api@1.5.6-r.1
cat > run.mjs <<'JS'
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetReadObjects } from 'hyparquet';
const connection = await (await DuckDBInstance.create()).connect();
await connection.run(`COPY (SELECT id::DECIMAL(18, 0) AS key, id::BIGINT AS plain FROM (VALUES (9007199254740992), (9007199254740993)) t(id)) TO 'ids.parquet'`);
const file = new Uint8Array(readFileSync('ids.parquet')).buffer;
const rows = await parquetReadObjects({ file });
console.log(rows);
assert.deepStrictEqual(rows.map(({ key }) => key), [9007199254740992, 9007199254740992]);
assert.deepStrictEqual(rows.map(({ plain }) => plain), [9007199254740992n, 9007199254740993n]);
JS
node run.mjs
