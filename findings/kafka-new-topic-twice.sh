#!/usr/bin/env bash
# @platformatic/kafka 1.35.0 and kafkajs 2.2.4 (npm), a broker of Kafka 4.2.0 (Maven Central); needs Java 17, Maven and Python 3
# Guess: a send to a topic that was made a moment ago stores each message once, since no broker fails.
# Seen:  a producer that is not idempotent repeats messages that were stored. Of ten sends of 300 messages to six partitions, six to ten of
#        @platformatic/kafka and none to two of kafkajs left 339 to 547 messages: while partitions have no leader yet, the send is tried again,
#        those that had one included. Idempotent producers of both store 300 each time.
set -euo pipefail
folder=$(mktemp -d); broker=; trap '[ -z "$broker" ] || { kill "$broker"; wait "$broker" 2> /dev/null; }; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts @platformatic/kafka@1.35.0 kafkajs@2.2.4
cat > pom.xml << 'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>4.2.0</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies></project>
POM
mvn -q -B dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=jars
read -r port controller < <(python3 -c '
import socket
open = [socket.socket() for _ in range(2)]
for s in open: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in open])')
cat > server.properties << PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$folder/data
offsets.topic.replication.factor=1
PROPERTIES
java=(java -Xmx512m -cp "jars/*" -Dorg.slf4j.simpleLogger.defaultLogLevel=error)
"${java[@]}" kafka.tools.StorageTool format -t "$("${java[@]}" kafka.tools.StorageTool random-uuid)" -c server.properties > format.txt
"${java[@]}" kafka.Kafka server.properties > log.txt 2>&1 &
broker=$!
for _ in $(seq 300); do (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && break; sleep 0.2; done
cat > run.mjs << 'JS'
import assert from 'node:assert';
import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
const broker = process.argv[2];
const kafka = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING });
const counter = kafka.admin();
await counter.connect();
const stored = async (topic) =>
  (await counter.fetchTopicOffsets(topic)).reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
const messages = Array.from({ length: 300 }, (_, k) => ({ key: `user-${k}`, value: String(k) }));
const sends = {
  async platformatic(topic, idempotent) {
    const admin = new Admin({ clientId: 'a', bootstrapBrokers: [broker] });
    await admin.createTopics({ topics: [topic], partitions: 6, replicas: 1 });
    const producer = new Producer({ clientId: 'p', bootstrapBrokers: [broker], serializers: stringSerializers, idempotent });
    await producer.send({ acks: -1, messages: messages.map((each) => ({ topic, ...each })) });
    await Promise.all([producer.close(), admin.close()]);
  },
  async kafkajs(topic, idempotent) {
    await counter.createTopics({ topics: [{ topic, numPartitions: 6, replicationFactor: 1 }] });
    const producer = kafka.producer({ idempotent, maxInFlightRequests: 1 });
    await producer.connect();
    await producer.send({ topic, acks: -1, messages });
    await producer.disconnect();
  },
};
const found = {};
for (const [library, idempotent] of [['platformatic', false], ['platformatic', true], ['kafkajs', false], ['kafkajs', true]]) {
  const name = `${library}${idempotent ? ', idempotent' : ''}`;
  found[name] = [];
  for (let run = 0; run < 10; run++) {
    const topic = `t${run}-${library}-${idempotent}`;
    await sends[library](topic, idempotent);
    found[name].push(await stored(topic));
  }
  console.log(`${name}: of 300 messages sent, stored ${found[name].join(' ')}`);
}
await counter.disconnect();
assert.ok(found.platformatic.some((count) => count > 300));
assert.ok(found.kafkajs.every((count) => count >= 300));
for (const name of ['platformatic, idempotent', 'kafkajs, idempotent']) assert.ok(found[name].every((count) => count === 300), name);
JS
node run.mjs "127.0.0.1:$port"
