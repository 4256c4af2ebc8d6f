#!/usr/bin/env bash
# hyparquet 1.30.1 (npm), parquetReadObjects with parsers: { stringFromBytes }, of a file that has times
# Guess: one parser of one's own takes the place of that one, and the others stay.
# Seen:  it takes the place of all ("parsers.timestampFromMicroseconds is not a function"), so that no file with times, dates or UUIDs is read.
#        From 1.31 on the others stay, which is why attune needs it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts hyparquet@1.30.1 new@npm:hyparquet@1.31.5 @duckdb/node-api@1.5.6-r.1
cat > run.mjs <<'JS'
import assert from 'node:assert';
import { DuckDBInstance } from '@duckdb/node-api';
const connection = await (await DuckDBInstance.create()).connect();
await connection.run(`COPY (SELECT 'ann' AS user, TIMESTAMP '2014-01-05 10:00:00' AS time) TO 'a.parquet'`);
const read = async (library) => {
  const { asyncBufferFromFile, parquetReadObjects } = await import(library);
  const parsers = { stringFromBytes: (bytes) => new TextDecoder().decode(bytes).toUpperCase() };
  return parquetReadObjects({ file: await asyncBufferFromFile('a.parquet'), parsers }).catch((error) => error.message);
};
const [old, now] = [await read('hyparquet'), await read('new')];
console.log({ old, now });
assert.strictEqual(old, 'parsers.timestampFromMicroseconds is not a function');
assert.deepStrictEqual(now, [{ user: 'ANN', time: new Date('2014-01-05T10:00:00Z') }]);
JS
node run.mjs
