import type { History, IndexLike, Recommendation, SemanticIndex } from 'attune';
import { LruCache } from './lru-cache.ts';

/** How many neighbours of a product are kept, and of how many products. */
const listLength = 60;
const remembered = 30_000;

type Similar = NonNullable<IndexLike['similarTo']>;

/**
 * The search index as a source of recommendations. What is close to a product is found once and kept, because it takes a scan of all vectors; what
 * is close to a history is chosen among the neighbours of its products and then scored as the index itself scores it.
 */
export class ContentNeighbours implements IndexLike {
  readonly cache = new LruCache<readonly string[]>('neighbours', remembered);
  readonly #index: SemanticIndex;

  constructor(index: SemanticIndex) {
    this.#index = index;
  }

  search: IndexLike['search'] = (query, options) => this.#index.search(query, options);
  has = (item: string) => this.#index.has(item);
  vectorOf = (item: string) => this.#index.vectorOf(item);
  metadataOf = (item: string) => this.#index.metadataOf(item);

  similarTo: Similar = (history, options = {}) => {
    const { n = 10, only } = options;
    const items = itemsOf(history);
    if (only || n > listLength || items.length === 0) return this.#index.similarTo(history, options);
    const near = new Set<string>();
    for (const item of items) for (const id of this.#of(item)) near.add(id);
    return this.#index.similarTo(history, { ...options, only: near });
  };

  #of(item: string): readonly string[] {
    const known = this.cache.get(item);
    if (known) return known;
    const found = this.#index.similarItems(item, { n: listLength, onUnknown: 'empty' }) as Recommendation[];
    const ids = found.map((it) => it.item);
    this.cache.set(item, ids);
    return ids;
  }
}

function itemsOf(history: History): string[] {
  return Array.from(history as Iterable<unknown>, (it) =>
    String(typeof it === 'object' && it !== null ? (it as { item: unknown }).item : it),
  );
}
