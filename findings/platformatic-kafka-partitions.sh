#!/usr/bin/env bash
# @platformatic/kafka 1.35.0 beside kafkajs 2.2.4 (npm), both with their default partitioner
# Guess: the same key goes to the same partition, since both hash by murmur2.
# Seen:  with 6 or 12 partitions half of the keys go elsewhere: the default takes the hash as unsigned, kafkajs and the Java client clear
#        its sign bit first. With a power of two it makes no difference, so tests with 1, 2 or 4 partitions pass. Events of one user then
#        come from two partitions, and their order is lost. compatibilityPartitioner agrees.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts @platformatic/kafka@1.35.0 kafkajs@2.2.4
cat > run.mjs <<'JS'
import assert from 'node:assert';
import { compatibilityPartitioner, defaultPartitioner } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
const reference = kafkajs.Partitioners.DefaultPartitioner();
const keys = Array.from({ length: 1000 }, (_, k) => Buffer.from(`user-${k}`));
const elsewhere = (partitioner, partitions) => {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 0 }));
  return keys.filter((key) => partitioner({ key }, key) % partitions !== reference({ topic: 't', partitionMetadata, message: { key } })).length;
};
for (const partitions of [4, 6, 12])
  console.log(`${partitions} partitions: default ${elsewhere(defaultPartitioner, partitions)}, compatible ${elsewhere(compatibilityPartitioner, partitions)} of 1000 keys elsewhere`);
assert.strictEqual(elsewhere(defaultPartitioner, 4), 0);
assert.ok(elsewhere(defaultPartitioner, 6) > 400 && elsewhere(defaultPartitioner, 12) > 400);
assert.strictEqual(elsewhere(compatibilityPartitioner, 6), 0);
JS
node run.mjs
