#!/usr/bin/env bash
# libsql 0.5.29 (npm), prepared statements
# Guess: a call with fewer values than the statement has places is an error, as with better-sqlite3, or binds NULL.
# Seen:  the places that get nothing keep the value of the call before: the row of one user silently takes over a column of another.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts libsql@0.5.29
cat > run.cjs <<'JS'
const assert = require('node:assert');
const database = new (require('libsql'))(':memory:');
database.exec('CREATE TABLE ratings (user, rating)');
const insert = database.prepare('INSERT INTO ratings VALUES (?, ?)');
insert.run('ann', 5);
insert.run('bob'); // one value too few
const rows = database.prepare('SELECT user, rating FROM ratings').all();
console.log(rows);
assert.deepStrictEqual(rows, [{ user: 'ann', rating: 5 }, { user: 'bob', rating: 5 }]);
const asked = database.prepare('SELECT ? AS x');
asked.get(1);
assert.strictEqual(asked.get().x, 1);
JS
node run.cjs
