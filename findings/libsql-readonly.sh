#!/usr/bin/env bash
# libsql 0.5.29 (npm), new Database(file, { readonly: true })
# Guess: a database opened with the option that its types have refuses to be written, as with better-sqlite3.
# Seen:  the option is ignored: a row is inserted, `readonly` of the database is false, and a file that is not there is made.
#        PRAGMA query_only = ON refuses ("attempt to write a readonly database").
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts libsql@0.5.29
cat > run.cjs <<'JS'
const assert = require('node:assert');
const { existsSync } = require('node:fs');
const Database = require('libsql');
const made = new Database('ratings.db');
made.exec('CREATE TABLE ratings (user, rating)');
made.close();
const database = new Database('ratings.db', { readonly: true });
database.exec('INSERT INTO ratings VALUES (1, 5)');
const { n } = database.prepare('SELECT count(*) AS n FROM ratings').get();
new Database('missing.db', { readonly: true });
database.exec('PRAGMA query_only = ON');
let refused = '';
try {
  database.exec('INSERT INTO ratings VALUES (2, 5)');
} catch (error) {
  refused = error.message;
}
const seen = { rows: n, readonly: database.readonly, missingIsMade: existsSync('missing.db'), refused };
console.log(seen);
assert.deepStrictEqual(seen, { rows: 1, readonly: false, missingIsMade: true, refused: 'attempt to write a readonly database' });
JS
node run.cjs
