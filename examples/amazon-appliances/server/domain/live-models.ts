import type { AlsRecommender, ProductRow, SemanticIndex } from 'attune';
import { type ContentBridge, contentBridge } from 'attune/cold-start';
import type { System } from '../../pipeline/system.ts';
import type { Catalogue } from './catalogue.ts';

/** Items to learn from how contents become factors: enough for good factors, and quick. */
const bridgeItems = 1500;
/** Only so many of the newest products are compared with those of the model at each answer. */
const mostFresh = 500;

/**
 * The trained models together with what has changed in the shop since: products that came are in the search and, by their contents, among the
 * recommendations; those that went are in neither.
 */
export class LiveModels {
  readonly #system: System;
  #gone: ReadonlySet<string> = new Set();
  #fresh: readonly string[] = [];
  #bridge: { of: AlsRecommender; with: SemanticIndex; bridge: ContentBridge | undefined } | undefined;
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

  /** Products that models know and the shop no longer has. */
  get gone(): ReadonlySet<string> {
    return this.#gone;
  }

  /** Products that came after the factors were learned, newest last. */
  get fresh(): readonly string[] {
    return this.#fresh;
  }

  /** Gives new products factors by their contents; undefined when there is too little to learn from. */
  get bridge(): ContentBridge | undefined {
    const { als, search } = this;
    if (!als || !search || this.#fresh.length === 0) return undefined;
    if (this.#bridge?.of !== als || this.#bridge.with !== search) {
      this.#bridge = { of: als, with: search, bridge: learned(als, search) };
    }
    return this.#bridge.bridge;
  }

  /** Brings models that were just loaded to what the shop has now. */
  async catchUp(catalogue: Catalogue): Promise<void> {
    const { als, search } = this;
    if (search) {
      search.remove([...search.items].filter((id) => !catalogue.get(id)));
      await this.#index(catalogue.cards.map((card) => card.parent_asin).filter((id) => !search.has(id)));
    }
    this.#gone = new Set(als ? [...als.items].filter((id) => !catalogue.get(id)) : []);
    const unknown = als ? catalogue.cards.map((card) => card.parent_asin).filter((id) => !als.items.has(id)) : [];
    this.#fresh = unknown.slice(-mostFresh);
    this.version++;
  }

  /** Products came or changed. */
  async add(rows: readonly ProductRow[]): Promise<void> {
    await this.search?.add(rows);
    const ids = new Set(rows.map(({ item }) => item));
    this.#gone = new Set([...this.#gone].filter((id) => !ids.has(id)));
    const fresh = [...ids].filter((id) => this.als && !this.als.items.has(id));
    this.#fresh = [...this.#fresh.filter((id) => !ids.has(id)), ...fresh].slice(-mostFresh);
    this.#bridge?.bridge?.refresh();
    this.version++;
  }

  /** Products went. */
  remove(ids: readonly string[]): void {
    this.search?.remove(ids);
    const gone = new Set(ids);
    this.#gone = new Set([...this.#gone, ...ids.filter((id) => this.als?.items.has(id))]);
    this.#fresh = this.#fresh.filter((id) => !gone.has(id));
    this.version++;
  }

  async #index(ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += 200) {
      const rows = await this.#system.data.products.getMany(ids.slice(from, from + 200));
      await this.search?.add(rows.filter((row) => row !== undefined));
    }
  }
}

function learned(als: AlsRecommender, search: SemanticIndex): ContentBridge | undefined {
  try {
    return contentBridge({ recommender: als, vectors: search, maxItems: bridgeItems });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_EMPTY') return undefined;
    throw error;
  }
}
