import { memoryModelStore } from 'attune';

export const fields = { id: 'asin', text: 'title' } as const;
export const products = [
  { asin: 'd1', title: 'Quiet dishwasher', features: ['45 cm', 'for a small kitchen'], brand: 'Bosch', price: 499 },
  { asin: 'h1', title: 'Steel hose for dishwashers', features: ['2 m'], brand: 'GE', price: 19.5 },
  { asin: 'f1', title: 'Refrigerator water filter', features: [], brand: 'Whirlpool', price: 30 },
];
export const store = memoryModelStore();
export const vectors = new Float32Array(128);
