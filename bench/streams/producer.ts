import { eventProducer } from 'attune/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { itemOf, userOf } from '../streams.ts';
import { generator } from '../support/random.ts';
import { Probes } from './stages.ts';

/** Sends events at a rate. One of a hundred is a probe: the first event of a user whose name is the time. */
const [broker, , topic, , , , rate, seconds] = process.argv.slice(2);
const producer = new Kafka({ clientId: 'producer', brokers: [broker], logLevel: logLevel.NOTHING }).producer({ idempotent: true });
await producer.connect();
const events = eventProducer({ producer, topic, partitions: 6 });
const random = generator(2);
const began = performance.now();
const before = process.cpuUsage();
const stamps = new Probes();
let sent = 0;
let probes = 0;
let sending: Promise<unknown> = Promise.resolve();
for (;;) {
  const elapsed = (performance.now() - began) / 1000;
  if (sent >= Number(rate) * Number(seconds)) break; // all of them, however long a busy machine takes
  const due = Math.min(2000, Number(rate) * Number(seconds) - sent, Math.floor(elapsed * Number(rate)) - sent);
  if (due > 0) {
    const timestamp = Date.now();
    const batch = Array.from({ length: due }, (_, k) => {
      const probe = (sent + k) % 100 === 0;
      if (probe) probes++;
      const user = probe ? `probe-${timestamp}-${probes}` : userOf(random());
      return { user, item: itemOf(random()), type: random() < 0.9 ? 'view' : 'purchase', timestamp };
    });
    sent += due;
    await sending;
    stamps.note(
      'sent',
      batch.map(({ user }) => user),
    );
    sending = events.send(batch);
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await sending;
const { user, system } = process.cpuUsage(before);
console.log(
  JSON.stringify({ events: sent, probes, seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6, stamps: stamps.stamps }),
);
await producer.disconnect();
