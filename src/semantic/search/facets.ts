import type { Catalogue } from '../catalogue/catalogue.ts';
import type { FacetCount } from './result.ts';

/** How often each value of some fields occurs among keys. An entry of a list counts once per item. */
export function facetsOf(catalogue: Catalogue, keys: Iterable<number>, fields: readonly string[]): Record<string, FacetCount[]> {
  const counts = fields.map(() => new Map<string, FacetCount>());
  for (const key of keys) {
    const row = catalogue.rowOf(key);
    fields.forEach((field, f) => {
      const value = row && Object.hasOwn(row, field) ? row[field] : undefined;
      if (value === undefined || value === null) return;
      const seen = new Set<string>();
      for (const entry of Array.isArray(value) ? value : [value]) {
        const name = JSON.stringify(entry);
        if (seen.has(name)) continue;
        seen.add(name);
        const known = counts[f].get(name);
        if (known) known.count++;
        else counts[f].set(name, { value: entry, count: 1 });
      }
    });
  }
  return Object.fromEntries(
    fields.map((field, f) => [field, [...counts[f].values()].sort((a, b) => b.count - a.count || order(a.value, b.value))]),
  );
}

/** Numbers before texts before anything else; texts by their units, so that every runtime has one order. */
export function order(a: unknown, b: unknown): number {
  const rank = (value: unknown) => (typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : typeof value === 'boolean' ? 2 : 3);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const [left, right] = rank(a) === 3 ? [JSON.stringify(a), JSON.stringify(b)] : [a as string, b as string];
  return left < right ? -1 : left > right ? 1 : 0;
}
