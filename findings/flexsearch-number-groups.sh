#!/usr/bin/env bash
# flexsearch 0.8.212 (npm), an Index with its defaults
# Guess: a part number is one word, so that another number does not find it.
# Seen:  the default encoder cuts numbers into groups of three from the left, and a query finds the groups in any order: 241341 finds the text
#        with 341241, and 978 every ISBN that begins so. With `numeric: false` a number is one word.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts flexsearch@0.8.212
cat > run.cjs <<'JS'
const assert = require('node:assert');
const { Encoder, Index } = require('flexsearch');
const texts = ['dryer belt 341241', 'ISBN 9780306406157', 'ISBN 9780131103627'];
function found(options) {
  const index = new Index(options);
  texts.forEach((text, k) => index.add(k, text));
  return Object.fromEntries(['341241', '241341', '978'].map((query) => [query, index.search(query).sort()]));
}
const groups = found();
const whole = found({ encoder: new Encoder({ numeric: false }) });
console.log({ groups, whole });
assert.deepStrictEqual(groups, { 341241: [0], 241341: [0], 978: [1, 2] });
assert.deepStrictEqual(whole, { 341241: [0], 241341: [], 978: [] });
JS
node run.cjs
