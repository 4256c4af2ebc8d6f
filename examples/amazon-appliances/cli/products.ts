import type { DataStore, Recommendation } from 'attune';
import { money, table } from './table.ts';

/** Recommended products with what a person wants to know of them. */
export async function productTable(
  data: DataStore,
  list: readonly (Recommendation & { note?: string })[],
  last = 'score',
): Promise<string> {
  if (list.length === 0) return '  (none)';
  const products = await data.products.getMany(list.map(({ item }) => item));
  return table(
    [
      { title: '', align: 'right' },
      { title: 'product', width: Math.min(90, Math.max(30, (process.stdout.columns ?? 125) - 47)) },
      { title: 'price', align: 'right' },
      { title: 'stars', align: 'right' },
      { title: last, align: 'right' },
      { title: 'id' },
    ],
    list.map(({ item, score, note }, k) => {
      const { title = item, price, average_rating: stars, rating_number: ratings } = products[k] ?? ({} as Record<string, unknown>);
      return [
        k + 1,
        String(title),
        money(price as number | null),
        typeof stars === 'number' ? `${stars.toFixed(1)} (${ratings})` : '',
        note ?? score.toFixed(3),
        item,
      ];
    }),
  );
}

export const heading = (text: string) => `\n${process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text}`;
