import { type Interactions, memoryDataStore, SemanticIndex } from 'attune';
import type { ClickSession } from 'attune/click-models';
import { randomOf, zipf } from '../../support/makers.ts';

export const ratings: Interactions = zipf({ users: 60, items: 40, rows: 600, seed: 3 });
export const store = memoryDataStore();

const random = randomOf(5);
const all: ClickSession[] = Array.from({ length: 400 }, () => {
  const items = ['a', 'b', 'c'].sort(() => random() - 0.5);
  const clicked = items.filter((item, rank) => random() < { a: 0.2, b: 0.3, c: 0.6 }[item as 'a'] / (rank + 1));
  return { query: 'tv', items, clicked, converted: clicked.filter(() => random() < 0.3) };
});
export const sessions = all.slice(0, 300);
export const heldOut = all.slice(300);
export const index = await SemanticIndex.build(['a', 'b', 'c'].map((id) => ({ id, text: `tv ${id}` })));
