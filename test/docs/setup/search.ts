import { memoryModelStore } from 'attune';

export const fields = { id: 'asin', text: 'title' } as const;
export const moreProducts = [{ asin: 'k1', title: 'Kettle', features: ['2 l'], brand: 'Bosch', price: 25 }];
export const store = memoryModelStore();
