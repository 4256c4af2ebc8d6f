import { Consumer } from '@platformatic/kafka';
import { AlsRecommender, Interactions } from 'attune';
import { interactionStream, streamProcessor } from 'attune/kafka';
import { fileModelStore } from 'attune/node';
import { sqliteDataStore } from 'attune/sqlite';
import { Kafka, logLevel } from 'kafkajs';
import Database from 'libsql';

/** A stream processor in a process of its own, for tests that kill it: broker, topic, library, database, folder of models. */
const [broker, topic, library, database, folder] = process.argv.slice(2);
const group = `${topic}-group`;
const times = { sessionTimeout: 1500, rebalanceTimeout: 3000, heartbeatInterval: 300 };
const consumer =
  library === 'kafkajs'
    ? new Kafka({
        clientId: 'child',
        brokers: [broker],
        logLevel: logLevel.NOTHING,
        retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 100 },
      }).consumer({ groupId: group, ...times, maxWaitTimeInMs: 100 })
    : new Consumer({ groupId: group, clientId: 'child', bootstrapBrokers: [broker], ...times });
if ('connect' in consumer) await consumer.connect();

const data = await sqliteDataStore(new Database(database));
const models = fileModelStore(folder, { keep: 5 });
const changes = fileModelStore(`${folder}-changes`);
const recommender = await new AlsRecommender({ factors: 8, iterations: 2, seed: 1, threads: 1 }).fit(
  Interactions.fromColumns({ users: ['first'], items: ['i0'], values: [1] }),
);
const stream = interactionStream({ consumer, topic, weights: { view: 1, purchase: 5 }, maxEvents: 500, maxWaitMs: 20 });
const processor = streamProcessor({
  stream,
  data,
  recommender,
  models,
  changes,
  name: 'als',
  publishEveryMs: 50,
  onError: (error) => process.env.VERBOSE && console.error(error),
});
if (process.env.VERBOSE)
  setInterval(
    () =>
      console.error(
        new Date().toISOString(),
        processor.version,
        processor
          .metrics()
          .match(/^attune_stream_(events|batches|versions|retries|lag).*$/gm)
          ?.join(' '),
      ),
    2000,
  ).unref();
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
console.log('started');
// A kill says most when it comes while something is being done.
const looking = setInterval(() => {
  if (!/^attune_stream_events_total\S* [1-9]/m.test(processor.metrics())) return;
  console.log('stored');
  clearInterval(looking);
}, 20);
looking.unref();
await processor.run({ signal: stop.signal });
console.log('stopped');
process.exit(0);
