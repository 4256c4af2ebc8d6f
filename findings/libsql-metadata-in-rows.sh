#!/usr/bin/env bash
# libsql 0.5.29 (npm), Statement.get()
# Guess: a row of get() has the columns of the query, like a row of all() and like those of better-sqlite3, whose interface it has.
# Seen:  get() adds an enumerable `_metadata: { duration }` to the row, all() and iterate() do not. It comes out in JSON answers and
#        counts as a column for whoever copies rows by their keys.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts libsql@0.5.29
cat > run.cjs <<'JS'
const assert = require('node:assert');
const database = new (require('libsql'))(':memory:');
const query = database.prepare("SELECT 'B01' AS item, 4.5 AS rating");
const [got, all, iterated] = [query.get(), query.all()[0], [...query.iterate()][0]].map((row) => Object.keys(row));
console.log({ got, all, iterated });
assert.deepStrictEqual(got, ['item', 'rating', '_metadata']);
assert.deepStrictEqual(all, ['item', 'rating']);
assert.deepStrictEqual(iterated, ['item', 'rating']);
JS
node run.cjs
