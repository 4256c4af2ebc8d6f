import { memory } from './store.ts';

/** Which model recommends. */
export const models = [
  ['hybrid', 'All together', 'What people like you rate, what products say of themselves, and what is new'],
  ['als', 'People like you', 'Matrix factorization: who rates what, and nothing else'],
  ['semantic', 'What products say', 'Semantic search: products like those you liked'],
  ['popular', 'What everybody likes', 'The same for all'],
] as const;

export type Model = (typeof models)[number][0];

const key = 'shop.model';

export function chosenModel(): Model {
  const chosen = memory.get(key);
  return models.find(([name]) => name === chosen)?.[0] ?? 'hybrid';
}

export const chooseModel = (model: Model) => memory.set(key, model);
