#!/usr/bin/env bash
# @lancedb/lancedb 0.37.1 (npm), rows with vectors of another length than the first
# Guess: an error, since such vectors come from another model and mean nothing beside the others.
# Seen:  createTable takes the length of the first row. Longer vectors lose their end, shorter ones get null at theirs, and `add` does the same;
#        nothing is said. Only a query of another length is an error.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts @lancedb/lancedb@0.37.1
cat > run.mjs <<'JS'
import assert from 'node:assert';
import { connect } from '@lancedb/lancedb';
const database = await connect('vectors');
const table = await database.createTable('texts', [{ id: 1, vector: [1, 2] }, { id: 2, vector: [3, 4, 5] }]);
await table.add([{ id: 3, vector: [6, 7, 8] }, { id: 4, vector: [9] }]);
const kept = (await table.query().toArray()).map(({ id, vector }) => [id, [...vector]]);
console.log(kept);
assert.deepStrictEqual(kept, [[1, [1, 2]], [2, [3, 4]], [3, [6, 7]], [4, [9, null]]]);
await assert.rejects(table.search([1, 2, 3]).toArray(), /query vector dimension: 3/);
JS
node run.mjs
