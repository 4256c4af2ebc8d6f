import type { AlsRecommender, ProductRow, RecommenderLike } from 'attune';
import type { System } from '../../pipeline/system.ts';
import type { Catalogue } from './catalogue.ts';
import { ContentNeighbours } from './content-neighbours.ts';
import { FreshProducts } from './fresh-products.ts';
import { popularList } from './popular-list.ts';
import { filterInTurns, nextTurn, rowsPerTurn } from './turns.ts';

/** Only so many of the newest products are compared with those of the model at each answer. */
const mostFresh = 500;
/** How many products are prepared in spare moments, and the time between two: a search takes some milliseconds. */
const warmed = 5000;
const pauseMs = 15;
/** A timer that comes so late says that the server is busy. */
const latenessMs = 2;

/** So often is a search in turns repeated when the catalogue has changed meanwhile; then it is done at once. */
const mostTries = 3;

/**
 * The trained models together with what has changed in the shop since: products that came are in the search and, by their contents, among the
 * recommendations; those that went are in neither.
 */
export class LiveModels {
  readonly #system: System;
  #gone: ReadonlySet<string> = new Set();
  #hidden: ReadonlySet<string> = new Set();
  #unwanted: ReadonlySet<string> | undefined;
  #newest: readonly string[] = [];
  #fresh: { of: AlsRecommender; products: FreshProducts | undefined } | undefined;
  #neighbours: ContentNeighbours | undefined;
  #popularList: RecommenderLike | undefined;
  #warming: ReturnType<typeof setInterval> | undefined;
  /** Changes whenever answers may. */
  version = 0;

  constructor(system: System) {
    this.#system = system;
  }

  get als() {
    return this.#system.models.als;
  }

  get popular() {
    return this.#system.models.popular;
  }

  get search() {
    return this.#system.models.search;
  }

  /** Products that models know and no list may show: the shop no longer has them, or an administrator has hidden them. */
  get gone(): ReadonlySet<string> {
    this.#unwanted ??= this.#hidden.size === 0 ? this.#gone : new Set([...this.#gone, ...this.#hidden]);
    return this.#unwanted;
  }

  /** Products that an administrator has hidden. */
  get hidden(): ReadonlySet<string> {
    return this.#hidden;
  }

  hide(hidden: ReadonlySet<string>): void {
    this.#hidden = new Set(hidden);
    this.#changed();
  }

  /** Products that came after the models were trained; undefined when there are none, or too little to learn from. */
  get fresh(): FreshProducts | undefined {
    const { als, search, popular } = this;
    if (!als || !search || !popular || this.#newest.length === 0) return undefined;
    if (this.#fresh?.of !== als) {
      const learn = () => new FreshProducts(als, search, popular, this.#newest);
      this.#fresh = { of: als, products: unlessEmpty(learn) };
    }
    return this.#fresh.products;
  }

  /** The search index as a source of recommendations. */
  get neighbours(): ContentNeighbours | undefined {
    return this.#neighbours;
  }

  get popularList(): RecommenderLike | undefined {
    return this.#popularList;
  }

  /** Brings models that were just loaded to what the shop has now. */
  async catchUp(catalogue: Catalogue): Promise<void> {
    const { als, search, popular } = this;
    const ids = catalogue.cards.map((card) => card.parent_asin);
    const missing = search ? await filterInTurns(ids, (id) => !search.has(id)) : [];
    if (search) search.remove(await filterInTurns(search.items, (id) => !catalogue.get(id)));
    await this.#index(missing);
    this.#gone = new Set(als && (await this.#goneFrom(als.items, catalogue)));
    this.#hidden = new Set(catalogue.hidden);
    this.#unwanted = undefined;
    this.#fresh = undefined;
    // Those that came before stay new for as long as no factors know them, also where the index that has them stays.
    const came = new Set([...this.#newest.filter((id) => catalogue.get(id)), ...missing]);
    this.#newest = [...came].filter((id) => als && !als.items.has(id)).slice(-mostFresh);
    this.#neighbours = search && new ContentNeighbours(search);
    this.#popularList = popular && popularList(popular);
    this.version++;
    this.#warmUp();
  }

  /** Items of a model that the shop no longer has. Products may come and go in between, so it is looked at again when some did. */
  async #goneFrom(items: Iterable<string>, catalogue: Catalogue): Promise<string[]> {
    const isGone = (id: string) => !catalogue.get(id);
    for (let tries = 0; tries < mostTries; tries++) {
      const { digest } = catalogue;
      const gone = await filterInTurns(items, isGone);
      if (catalogue.digest === digest) return gone;
    }
    return [...items].filter(isGone);
  }

  /** Asks each model once, because the first answer prepares tables that all later ones use. */
  async wakeUp(): Promise<void> {
    const { als, search } = this;
    const [item] = als?.items ?? [];
    if (als && item !== undefined) {
      als.recommendFor([item], { n: 1 });
      als.similarItems(item, { n: 1 });
    }
    await search?.search('filter', { n: 1 });
  }

  /** Products came or changed. */
  async add(rows: readonly ProductRow[]): Promise<void> {
    for (let from = 0; from < rows.length; from += rowsPerTurn) {
      await this.search?.add(rows.slice(from, from + rowsPerTurn));
      await nextTurn();
    }
    const ids = new Set(rows.map(({ item }) => item));
    this.#gone = new Set([...this.#gone].filter((id) => !ids.has(id)));
    const unknown = [...ids].filter((id) => this.als && !this.als.items.has(id));
    if (unknown.length > 0) this.#freshChanged([...this.#newest.filter((id) => !ids.has(id)), ...unknown].slice(-mostFresh));
    this.#changed();
  }

  /** Products went. */
  remove(ids: readonly string[]): void {
    this.search?.remove(ids);
    const gone = new Set(ids);
    this.#gone = new Set([...this.#gone, ...ids.filter((id) => this.als?.items.has(id))]);
    const left = this.#newest.filter((id) => !gone.has(id));
    if (left.length < this.#newest.length) this.#freshChanged(left);
    this.#changed();
  }

  #freshChanged(newest: readonly string[]): void {
    this.#newest = newest;
    this.#fresh?.products?.replace(newest);
  }

  #changed(): void {
    this.#unwanted = undefined;
    this.#neighbours?.cache.clear();
    this.version++;
  }

  /** Stops work in the background. */
  close(): void {
    clearInterval(this.#warming);
  }

  /** Finds the neighbours of the most popular products in spare moments, so that few people wait for them. */
  #warmUp(): void {
    clearInterval(this.#warming);
    const neighbours = this.#neighbours;
    const left = this.popular?.recommendFor([], { n: warmed }).map(({ item }) => item) ?? [];
    if (!neighbours) return;
    let due = performance.now() + pauseMs;
    this.#warming = setInterval(() => {
      const isLate = performance.now() - due > latenessMs;
      due = performance.now() + pauseMs;
      if (isLate) return; // others are waiting
      const item = left.shift();
      if (item === undefined || this.#neighbours !== neighbours) clearInterval(this.#warming);
      else neighbours.prepare(item);
      due = performance.now() + pauseMs;
    }, pauseMs).unref();
  }

  async #index(ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += rowsPerTurn) {
      const rows = await this.#system.data.products.getMany(ids.slice(from, from + rowsPerTurn));
      await this.search?.add(rows.filter((row) => row !== undefined));
      await nextTurn();
    }
  }
}

function unlessEmpty<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_EMPTY') return undefined;
    throw error;
  }
}
