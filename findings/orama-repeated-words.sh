#!/usr/bin/env bash
# @orama/orama 3.1.18 (npm), search by BM25
# Guess: a text that has the word three times ranks before one that has it once, as BM25 says, and scores are positive.
# Seen:  the tokenizer drops repeated words, so both get the same score. With `allowDuplicates: true` the order is right, but every occurrence
#        counts as a text in the frequency of the word: with more occurrences than texts the scores are negative.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts @orama/orama@3.1.18
cat > run.mjs <<'JS'
import assert from 'node:assert';
import { create, insert, search } from '@orama/orama';
async function scores(components) {
  const database = create({ schema: { title: 'string' }, components });
  for (const title of ['pump hose', 'pump pump pump hose']) await insert(database, { title });
  const { hits } = await search(database, { term: 'pump' });
  return Object.fromEntries(hits.map(({ document, score }) => [document.title, Number(score.toFixed(4))]));
}
const once = await scores({});
const often = await scores({ tokenizer: { language: 'english', allowDuplicates: true } });
console.log({ once, often });
assert.deepStrictEqual(once, { 'pump hose': 0.1716, 'pump pump pump hose': 0.1716 });
assert.deepStrictEqual(often, { 'pump pump pump hose': -0.3874, 'pump hose': -0.4634 });
JS
node run.mjs
