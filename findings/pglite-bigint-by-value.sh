#!/usr/bin/env bash
# @electric-sql/pglite 0.5.17 (npm), columns of type int8
# Guess: a column has one type in JavaScript: text, as node-postgres and postgres.js give it, or bigint.
# Seen:  each value has its own. Up to 2^53 - 1 it is a number, beyond that a bigint, in arrays too; so a program works on small ids, and the first
#        large one meets code that cannot add a bigint to a number or write it as JSON. Inside json the same number is rounded instead.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts @electric-sql/pglite@0.5.17
cat > run.mjs <<'JS'
import assert from 'node:assert';
import { PGlite } from '@electric-sql/pglite';
const database = new PGlite();
await database.exec('CREATE TABLE ratings ("user" int8, rating int8)');
await database.exec('INSERT INTO ratings VALUES (9007199254740991, 5), (9007199254740993, 4)');
const { rows } = await database.query('SELECT "user", count(*) AS n FROM ratings GROUP BY 1 ORDER BY 1');
console.log(rows);
assert.deepStrictEqual(rows, [{ user: 9007199254740991, n: 1 }, { user: 9007199254740993n, n: 1 }]);
const lists = await database.query('SELECT array_agg("user" ORDER BY "user") AS users, json_agg("user" ORDER BY "user") AS json FROM ratings');
console.log(lists.rows[0]);
assert.deepStrictEqual(lists.rows[0].users, [9007199254740991, 9007199254740993n]);
assert.deepStrictEqual(lists.rows[0].json, [9007199254740991, 9007199254740992]);
JS
node run.mjs
