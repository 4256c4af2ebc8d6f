import { memoryDataStore } from 'attune';
import { expect, it } from 'vitest';
import { exportLines, importLines } from '../../examples/amazon-appliances/server/domain/copies.ts';

const products = Array.from({ length: 250 }, (_, k) => ({
  item: `P${k}`,
  title: `Kettle ${k}`,
  price: k + 1,
  categories: ['Kettles', `No. ${k}`],
}));

async function copyOf(data: ReturnType<typeof memoryDataStore>): Promise<string[]> {
  let text = '';
  for await (const lines of exportLines(data)) text += lines;
  return text.split('\n');
}

it('only products that came or are different are told of', async () => {
  const data = memoryDataStore();
  await data.products.putMany(products);
  await data.interactions.putMany(Array.from({ length: 5000 }, (_, k) => ({ user: `U${k}`, item: `P${k % 250}`, value: 5, timestamp: k })));
  const lines = await copyOf(data);
  await data.products.putMany([{ ...products[120], price: 9 }]);
  await data.products.delete(['P7']);
  const told: string[] = [];
  const counts = await importLines(data, lines, async (ids) => void told.push(...ids));
  expect(told).toEqual(['P7', 'P120']);
  expect(counts).toEqual({ products: 250, interactions: 5000, events: 0, rejected: [] });
  expect((await data.products.get('P120'))?.price).toBe(121);
});
