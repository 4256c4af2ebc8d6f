import { randomUUID } from 'node:crypto';
import type { DataStore, ProductRow } from 'attune';

/** What every list shows of a product. */
export interface Card {
  title: string;
  image_url: string;
  price: number | null;
  average_rating: number | null;
  rating_number: number | null;
  store: string | null;
  category: string | null;
}

export interface ProductCard extends Card {
  parent_asin: string;
  main_category: string | null;
}

export const sorts = ['catalogue', 'popular', 'rating', 'price-low', 'price-high'] as const;
export type Sort = (typeof sorts)[number];

export interface PageRequest {
  page: number;
  page_size: number;
  category?: string;
  sort: Sort;
}

/**
 * The cards of all products in memory (about 400 bytes each), because every list of every answer needs some of them.
 * The rest of a product stays in the database. Lists are made when they are first wanted after a change.
 */
export class Catalogue {
  readonly #byId = new Map<string, ProductCard>();
  readonly #session = randomUUID();
  #version = 0;
  #cards: readonly ProductCard[] | undefined;
  #categories: readonly { name: string; count: number }[] | undefined;
  #words: Map<string, number> | undefined;
  readonly #sorted = new Map<string, readonly ProductCard[]>();
  readonly #hidden = new Set<string>();
  #shown: readonly ProductCard[] | undefined;

  static async load(data: DataStore): Promise<Catalogue> {
    const cards: ProductCard[] = [];
    const paths: string[][] = [];
    const shared = new SharedTexts();
    for await (const row of data.products.all()) {
      const card = cardOf(row);
      cards.push({ ...card, main_category: shared.text(card.main_category), store: shared.text(card.store) });
      paths.push(shared.list(textsOf(row.categories)));
    }
    const categories = chooseCategories(paths);
    const catalogue = new Catalogue();
    cards.forEach((card, k) => {
      card.category = categories[k] ?? card.main_category;
      catalogue.#byId.set(card.parent_asin, card);
    });
    return catalogue;
  }

  /** In the order of the database. */
  get cards(): readonly ProductCard[] {
    this.#cards ??= [...this.#byId.values()];
    return this.#cards;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The same without those that are hidden. */
  get shown(): readonly ProductCard[] {
    this.#shown ??= this.#hidden.size > 0 ? this.cards.filter((card) => !this.#hidden.has(card.parent_asin)) : this.cards;
    return this.#shown;
  }

  /** Products that no list shows. */
  get hidden(): ReadonlySet<string> {
    return this.#hidden;
  }

  hide(id: string, isHidden: boolean): void {
    if (isHidden) this.#hidden.add(id);
    else this.#hidden.delete(id);
    this.#changed();
  }

  /** Changes when anything in the cards does. */
  get digest(): string {
    return `${this.#session}-${this.#version}`;
  }

  /** Largest first. */
  get categories(): readonly { name: string; count: number }[] {
    if (!this.#categories) {
      const counts = new Map<string, number>();
      for (const { category } of this.shown) if (category !== null) counts.set(category, (counts.get(category) ?? 0) + 1);
      this.#categories = Array.from(counts, ([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
    }
    return this.#categories;
  }

  /** How many ratings the products of each department have. */
  ratingsByCategory(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { category, rating_number } of this.cards)
      counts.set(category ?? '', (counts.get(category ?? '') ?? 0) + (rating_number ?? 0));
    return counts;
  }

  get(id: string): ProductCard | undefined {
    return this.#byId.get(id);
  }

  /** Takes in products that came or changed. Their category is the first of their path that the shop has, so that no other card changes. */
  put(rows: Iterable<ProductRow>): void {
    const known = new Set(this.categories.map(({ name }) => name));
    for (const row of rows) {
      const card = cardOf(row);
      const path = textsOf(row.categories);
      card.category = path.find((name) => known.has(name)) ?? path.at(-1) ?? card.main_category;
      this.#byId.set(row.item, card);
    }
    this.#changed();
  }

  remove(ids: Iterable<string>): void {
    for (const id of ids) this.#byId.delete(id);
    this.#changed();
  }

  /** The query with its last word finished, when no title has that word and some title has a longer one. */
  complete(query: string): string {
    const [, before, start] = /^(.*?)([^\s]{2,})$/su.exec(query) ?? [];
    if (start === undefined) return query;
    this.#words ??= countWords(this.cards);
    const begun = start.toLowerCase();
    if (this.#words.has(begun)) return query;
    let best: string | undefined;
    for (const [word, count] of this.#words) if (word.startsWith(begun) && count > (this.#words.get(best ?? '') ?? 0)) best = word;
    return before + (best ?? start);
  }

  page({ page, page_size, category, sort }: PageRequest) {
    const found = this.#list(category, sort);
    return {
      page,
      page_size,
      pages: Math.ceil(found.length / page_size),
      total: found.length,
      products: found.slice((page - 1) * page_size, page * page_size),
    };
  }

  #list(category: string | undefined, sort: Sort): readonly ProductCard[] {
    const known = category === undefined || this.categories.some((it) => it.name === category);
    if (!known) return [];
    const key = `${sort} ${category ?? ''}`;
    let list = this.#sorted.get(key);
    if (!list) {
      const cards = category === undefined ? this.shown : this.shown.filter((card) => card.category === category);
      list = sort === 'catalogue' ? cards : cards.toSorted(orders[sort]);
      this.#sorted.set(key, list);
    }
    return list;
  }

  #changed(): void {
    this.#version++;
    this.#cards = this.#shown = this.#categories = this.#words = undefined;
    this.#sorted.clear();
  }
}

/** One copy of each text that many products have: brands and categories would take a third of the memory of all cards. */
class SharedTexts {
  readonly #texts = new Map<string, string>();
  readonly #lists = new Map<string, string[]>();

  text(text: string | null): string | null {
    if (text === null) return null;
    const known = this.#texts.get(text);
    if (known === undefined) this.#texts.set(text, text);
    return known ?? text;
  }

  list(texts: string[]): string[] {
    const key = JSON.stringify(texts);
    const known = this.#lists.get(key) ?? texts;
    this.#lists.set(key, known);
    return known;
  }
}

/** A number, or null; NaN and infinities never leave the server. */
export const numberOrNull = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

export const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((it) => typeof it === 'string') : []);

/** Joined, because that makes one flat text: added texts keep their parts, three times the memory for each product. */
export const pictureUrl = (id: string) => ['/images/', encodeURIComponent(id), '.svg'].join('');

function cardOf(row: ProductRow): ProductCard {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  return {
    parent_asin: row.item,
    title: text(row.title) ?? `Product ${row.item}`,
    main_category: text(row.main_category),
    image_url: pictureUrl(row.item),
    price: numberOrNull(row.price),
    average_rating: numberOrNull(row.average_rating),
    rating_number: numberOrNull(row.rating_number),
    store: text(row.store),
    category: null,
  };
}

/** A mean of few ratings says little, so each product starts with some ratings of the usual mean. */
const trust = 20;
const usualMean = 4.2;
const trusted = ({ average_rating, rating_number }: ProductCard) =>
  (trust * usualMean + (average_rating ?? 0) * (rating_number ?? 0)) / (trust + (average_rating === null ? 0 : (rating_number ?? 0)));

const orders: Record<Exclude<Sort, 'catalogue'>, (a: ProductCard, b: ProductCard) => number> = {
  popular: (a, b) => (b.rating_number ?? 0) - (a.rating_number ?? 0),
  rating: (a, b) => trusted(b) - trusted(a),
  'price-low': (a, b) => (a.price ?? Number.MAX_VALUE) - (b.price ?? Number.MAX_VALUE),
  'price-high': (a, b) => (b.price ?? -1) - (a.price ?? -1),
};

/** Of each path the first level that splits the shop: one that holds at most this share of all products. */
const largestShare = 0.4;

function chooseCategories(paths: string[][]): (string | undefined)[] {
  const counts = new Map<string, number>();
  for (const path of paths) for (const name of new Set(path)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return paths.map((path) => path.find((name) => counts.get(name)! <= paths.length * largestShare) ?? path.at(-1));
}

/** In how many titles each word stands. */
function countWords(cards: readonly ProductCard[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { title } of cards) {
    for (const word of new Set(title.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
