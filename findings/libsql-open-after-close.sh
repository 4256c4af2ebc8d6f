#!/usr/bin/env bash
# libsql 0.5.29 (npm), close() after a prepared statement
# Guess: after close() the process has no lock on the file, as with better-sqlite3 and node:sqlite, which finalize what is prepared.
# Seen:  the connection lives until the statements prepared on it are garbage-collected. Until then another process cannot take a database
#        in WAL mode for itself ("database is locked"), though the one that closed it has nothing left to do.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts libsql@0.5.29
cat > other.cjs <<'JS'
const database = new (require('libsql'))('shop.db');
try {
  console.log(database.prepare('PRAGMA journal_mode = DELETE').get().journal_mode);
} catch (error) {
  console.log(error.message);
}
JS
cat > run.cjs <<'JS'
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const other = () => execFileSync(process.execPath, ['other.cjs'], { encoding: 'utf8' }).trim();
function use() {
  const database = new (require('libsql'))('shop.db');
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE ratings (user, rating); INSERT INTO ratings VALUES (1, 5)');
  database.prepare('SELECT * FROM ratings').all();
  database.close();
}
use();
const closed = other();
(async () => {
  await new Promise((done) => setTimeout(done, 50));
  globalThis.gc();
  await new Promise((done) => setTimeout(done, 50));
  const collected = other();
  console.log({ closed, collected });
  assert.deepStrictEqual({ closed, collected }, { closed: 'database is locked', collected: 'delete' });
})();
JS
node --expose-gc run.cjs
