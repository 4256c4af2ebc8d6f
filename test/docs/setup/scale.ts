/** What the guide to larger systems has besides its own: a small model and stores, and handles that only its types need. */
import { AlsRecommender, Interactions, memoryDataStore, memoryModelStore } from 'attune';
import type { KafkaJsAdmin, KafkaJsConsumer, KafkaJsProducer } from 'attune/kafka';
import type { PgvectorHandle } from 'attune/pgvector';
import { zipf } from '../../support/makers.ts';

export const consumer = undefined as unknown as KafkaJsConsumer;
export const producer = undefined as unknown as KafkaJsProducer;
export const admin = undefined as unknown as KafkaJsAdmin;
export const pool = undefined as unknown as PgvectorHandle;
export const signal = new AbortController().signal;
export const data = memoryDataStore();
export const store = memoryModelStore();
export const brandOf = (item: string) => (item > 'B05' ? 'GE' : 'LG');
export const rowsOf = (name: string) =>
  Array.from({ length: 60 }, (_, k) => ({ user: `A${k % 11}`, item: `${name}-${(k * 7) % 13}`, value: 1 }));
export const priceRows = [
  { item: 'B01', price: 10, brand: 'GE', event_timestamp: 1.7e12 - 86_400_000, created: 1.7e12 - 86_400_000 },
  { item: 'B01', price: 12, brand: 'GE', event_timestamp: 1.7e12 - 3_600_000, created: 1.7e12 - 3_600_000 },
];
const small = zipf({ users: 30, items: 40, rows: 300, seed: 2 });
export const als: AlsRecommender = await new AlsRecommender({ factors: 8, iterations: 3, seed: 7 }).fit(
  await Interactions.from(
    Array.from(small, ({ user, item, value }) => ({ user: user.replace('u', 'A'), item: item.replace('i', 'B0'), value })),
  ),
);

export { writeFile } from 'node:fs/promises';

export const history = [{ user: 'ann', item: 'tea' }];
export const onProgress = () => {};
export const ratings = Array.from({ length: 60 }, (_, k) => ({ customer: `c${k % 12}`, item: `p${(k * 7) % 11}`, value: 1 + (k % 5) }));
