import { once } from 'node:events';
import { eventProducer } from 'attune/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { itemOf, userOf } from '../streams.ts';
import { generator } from '../support/random.ts';
import { Probes } from './stages.ts';

/**
 * Sends events at a rate: first those that warm up, then those that are measured. Of these one of a hundred is a probe: the first event of
 * a user whose name is the time.
 */
const [broker, , topic, , , , rate, seconds, warmUp] = process.argv.slice(2);
/** Time between two sends: what is due meanwhile goes together. */
const lingerMs = 50;
const producer = new Kafka({ clientId: 'producer', brokers: [broker], logLevel: logLevel.NOTHING }).producer({ idempotent: true });
await producer.connect();
const events = eventProducer({ producer, topic, partitions: 6 });
const random = generator(2);
const stamps = new Probes();
let probes = 0;
await send(Number(warmUp), () => false);
console.log('{}');
await once(process.stdin, 'data');
const began = performance.now();
const sent = await send(Number(seconds), (k) => k % 100 === 0);
console.log(JSON.stringify({ events: sent, probes, seconds: (performance.now() - began) / 1000, stamps: stamps.stamps }));
process.stdin.resume().on('end', () => void producer.disconnect());

/** All events that are due in some seconds, however long a busy machine takes. @returns how many */
async function send(seconds: number, isProbe: (k: number) => boolean): Promise<number> {
  const total = Number(rate) * seconds;
  const began = performance.now();
  let sent = 0;
  let sending: Promise<unknown> = Promise.resolve();
  while (sent < total) {
    const elapsed = (performance.now() - began) / 1000;
    const due = Math.min(2000, total - sent, Math.floor(elapsed * Number(rate)) - sent);
    if (due > 0) {
      const timestamp = Date.now();
      const batch = Array.from({ length: due }, (_, k) => {
        const probe = isProbe(sent + k);
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
    await new Promise((resolve) => setTimeout(resolve, lingerMs));
  }
  await sending;
  return sent;
}
