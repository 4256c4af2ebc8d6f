import { memoryModelStore } from 'attune';
import type { PgvectorHandle } from 'attune/pgvector';

export const fields = { id: 'asin', text: 'title' } as const;
export const moreProducts = [{ asin: 'k1', title: 'Kettle', features: ['2 l'], brand: 'Bosch', price: 25 }];
export const store = memoryModelStore();
export const pool: PgvectorHandle = { query: async () => ({ rows: [] }) };
export const vectors = new Float32Array(128);
