import type { History, IndexLike, Recommendation, SemanticIndex } from 'attune';
import { LruCache } from './lru-cache.ts';

/** How many neighbours of a product are kept, and of how many products: less than half a kilobyte each. */
const listLength = 48;
const remembered = 30_000;

type Similar = NonNullable<IndexLike['similarTo']>;

/**
 * The search index as a source of recommendations. What is close to a product is found once and kept, because it takes a scan of all vectors; what
 * is close to a history is chosen among the neighbours of its products and then scored as the index itself scores it.
 */
export class ContentNeighbours implements IndexLike {
  readonly cache = new LruCache<Neighbours>('neighbours', remembered);
  readonly #index: SemanticIndex;
  /** Numbers of products, so that a list of sixty takes a kilobyte and not four. */
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];

  constructor(index: SemanticIndex) {
    this.#index = index;
  }

  search: IndexLike['search'] = (query, options) => this.#index.search(query, options);
  has = (item: string) => this.#index.has(item);
  vectorOf = (item: string) => this.#index.vectorOf(item);
  metadataOf = (item: string) => this.#index.metadataOf(item);

  similarTo: Similar = (history, options = {}) => {
    const { n = 10, only, exclude = [], includeSeen } = options;
    const items = itemsOf(history);
    // What is close to a history of one product is what is close to that product.
    if (!only && items.length === 1 && n <= listLength && this.#index.has(items[0]) && isLiked(history)) {
      return this.near(items[0], n, [...(exclude as Iterable<string>), ...(includeSeen ? [] : items)]);
    }
    // Looking for all at once takes one scan, as looking for what is close to one of them does.
    const isNew = items.filter((item) => !this.cache.has(item)).length > 1;
    if (only || isNew || n > listLength || items.length === 0) return this.#index.similarTo(history, options);
    const near = new Set<string>();
    for (const item of items) for (const number of this.#of(item).numbers) near.add(this.#ids[number]);
    return this.#index.similarTo(history, { ...options, only: near });
  };

  /** What is close to one product. */
  near(item: string, n: number, exclude: readonly string[]): readonly Recommendation[] {
    if (n + exclude.length > listLength) return this.#index.similarItems(item, { n, exclude, onUnknown: 'empty' }) as Recommendation[];
    const never = new Set(exclude);
    const { numbers, scores } = this.#of(item);
    const found: Recommendation[] = [];
    for (let k = 0; k < numbers.length && found.length < n; k++) {
      const id = this.#ids[numbers[k]];
      if (!never.has(id)) found.push({ item: id, score: scores[k] });
    }
    return found;
  }

  /** Finds the neighbours of a product ahead of time. */
  prepare(item: string): void {
    this.#of(item);
  }

  #of(item: string): Neighbours {
    const known = this.cache.get(item);
    if (known) return known;
    const found = this.#index.similarItems(item, { n: listLength, onUnknown: 'empty' }) as Recommendation[];
    const neighbours = {
      numbers: Int32Array.from(found, (it) => this.#numberOf(it.item)),
      scores: Float32Array.from(found, (it) => it.score),
    };
    this.cache.set(item, neighbours);
    return neighbours;
  }

  #numberOf(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    this.#numbers.set(id, this.#ids.length);
    return this.#ids.push(id) - 1;
  }
}

/** Products that are close to one, closest first. */
interface Neighbours {
  numbers: Int32Array;
  scores: Float32Array;
}

/** Whether no value pushes away. */
const isLiked = (history: History) => Array.from(history as Iterable<unknown>).every((it) => !((it as { value?: number }).value! <= 0));

function itemsOf(history: History): string[] {
  return Array.from(history as Iterable<unknown>, (it) =>
    String(typeof it === 'object' && it !== null ? (it as { item: unknown }).item : it),
  );
}
