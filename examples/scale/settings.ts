import { postgresDataStore, postgresModelStore } from 'attune/postgres';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

/** What a deployment sets, all by the environment. */
export const settings = {
  brokers: (process.env.KAFKA_BROKERS ?? '127.0.0.1:9092').split(','),
  database: process.env.DATABASE_URL ?? 'postgres://test@127.0.0.1:5432/postgres',
  topic: process.env.TOPIC ?? 'events',
  partitions: Number(process.env.PARTITIONS ?? 6),
  port: Number(process.env.PORT ?? 8000),
  /** What an event of each type counts. */
  weights: { view: 1, cart: 3, purchase: 5 },
  als: { factors: Number(process.env.FACTORS ?? 32), alpha: 10, seed: 7 },
  /** Interactions that the first model waits for. */
  firstFit: Number(process.env.FIRST_FIT ?? 1000),
  model: 'als',
};

export const kafka = new Kafka({ clientId: 'attune', brokers: settings.brokers, logLevel: logLevel.ERROR });

/** The database, and what is kept in it. */
export async function openStores() {
  const pool = new pg.Pool({ connectionString: settings.database, max: 4 });
  return {
    pool,
    data: await postgresDataStore(pool),
    models: postgresModelStore(pool, { table: 'models', keep: 5 }),
    changes: postgresModelStore(pool, { table: 'model_changes', keep: 500 }),
  };
}

export type Stores = Awaited<ReturnType<typeof openStores>>;

/** Aborts when the process is asked to stop. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  return stop.signal;
}
