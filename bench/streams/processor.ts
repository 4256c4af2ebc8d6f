import { Consumer } from '@platformatic/kafka';
import { AlsRecommender } from 'attune';
import { interactionStream, streamProcessor } from 'attune/kafka';
import { postgresDataStore, postgresModelStore } from 'attune/postgres';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { tablesOf } from '../streams.ts';
import { Probes, type Stamps } from './stages.ts';

/** The stream processor. */
const [broker, database, topic, run, library, mode, publishEvery] = process.argv.slice(2);
const kafka = new Kafka({ clientId: 'processor', brokers: [broker], logLevel: logLevel.NOTHING });
const consumer =
  library === 'platformatic'
    ? new Consumer({ groupId: topic, clientId: 'processor', bootstrapBrokers: [broker] })
    : kafka.consumer({ groupId: topic, minBytes: 100_000, maxWaitTimeInMs: 100 });
if ('connect' in consumer) await consumer.connect();
const pool = new pg.Pool({ connectionString: database, max: 4 });
const data = await postgresDataStore(pool, { tables: tablesOf(run) });
const models = postgresModelStore(pool, { table: `m${run}`, keep: 5 });
const recommender = await AlsRecommender.load(models, 'als');
const stream = interactionStream({ consumer, topic, weights: { view: 1, purchase: 5 }, maxWaitMs: 100 });
const changes = mode === 'changes' ? postgresModelStore(pool, { table: `c${run}`, keep: 500 }) : undefined;
const stamps = traced();
const processor = streamProcessor({
  stream,
  data,
  recommender,
  models,
  changes,
  name: 'als',
  publishEveryMs: Number(publishEvery),
  onError: console.error,
});
const stop = new AbortController();
process.stdin.resume().on('end', () => stop.abort());
console.log('{}');
await processor.run({ signal: stop.signal });
if (process.env.VERBOSE) console.error(processor.metrics());
console.log(JSON.stringify({ versions: Number(/versions_total\S* (\d+)/.exec(processor.metrics())?.[1]), stamps }));
process.exit(0);

/** Notes when probes come out of the stream, are stored, and are written as changes. */
function traced(): Stamps {
  const probes = new Probes();
  const allBatches = stream.allBatches.bind(stream);
  let users: string[] = [];
  let stored: string[] = [];
  stream.allBatches = async function* (options) {
    for await (const batch of allBatches(options)) {
      users = batch.events.map(({ event }) => event.user).filter((user) => user.startsWith('probe-'));
      probes.note('arrived', users);
      yield batch;
    }
  };
  const transaction = data.transaction.bind(data);
  data.transaction = async (work) => {
    const result = await transaction(work);
    probes.note('stored', users);
    stored.push(...users);
    return result;
  };
  if (changes) {
    const put = changes.put.bind(changes);
    changes.put = async (...args) => {
      const written = stored;
      stored = [];
      const info = await put(...args);
      probes.note('published', written);
      return info;
    };
  }
  return probes.stamps;
}
