import { randomBytes } from 'node:crypto';
import type { System } from '../../pipeline/system.ts';
import { paths } from '../../settings.ts';
import { ApiKeys } from '../auth/api-keys.ts';
import { Tokens } from '../auth/tokens.ts';
import { readConfig, type ServerConfig } from '../config.ts';
import { type MakeLimiter, RateLimit } from '../http/rate-limit.ts';
import type { Subject } from '../pictures/index.ts';
import { trainInProcess } from '../training/run.ts';
import { Catalogue, type ProductCard } from './catalogue.ts';
import { type ImportCounts, importLines } from './copies.ts';
import { Decisions } from './decisions.ts';
import { digestOf } from './digest.ts';
import { Drift } from './drift.ts';
import { EventLog } from './event-log.ts';
import { freeMemory, keepHeapSmall } from './garbage.ts';
import { KeptAnswers } from './kept-answers.ts';
import type { Listed } from './listed.ts';
import { LiveModels } from './live-models.ts';
import { LruCache } from './lru-cache.ts';
import { clearedType, type Observations, observationsOf, viewTypes } from './observations.ts';
import { usersToTry } from './people.ts';
import { ListIds } from './placements/list-ids.ts';
import { Placements } from './placements/placements.ts';
import { PlacementStatistics } from './placements/statistics.ts';
import { type Product, productOf, subjectOf } from './products.ts';
import { Rankers } from './ranker.ts';
import type { Recommended } from './recommend.ts';
import { Retraining } from './retraining.ts';
import { Tastes } from './tastes.ts';
import { TrainingJobs } from './training-jobs.ts';

/** Totals of a few million ratings take a second, so they are counted anew only after a change, or because another process may have made one. */
const statisticsLastMs = 600_000;

/** Answers that are kept, of some ten products each. */
const keptAnswers = 2000;

/** Lists whose reasons are kept; those of older ones are found anew. */
const keptShown = 2000;

/** Pages of products that are kept, of some three kilobytes each, and for how long: another process may change them. */
const keptProducts = 1000;
const productsLastMs = 2000;

interface ShownProduct {
  product: Product;
  subject: Subject;
  /** The product as JSON text. */
  json: string;
  digest: string;
}

/** Everything that routes share. */
export class Shop {
  readonly system: System;
  readonly config: ServerConfig;
  readonly adminPassword: string;
  /** Whether the password was just generated and must be shown. */
  readonly isPasswordNew: boolean;
  readonly tokens: Tokens;
  readonly training: TrainingJobs;
  readonly catalogue: Catalogue;
  readonly events: EventLog;
  /** Makes what limits callers; replaced where several servers count together. */
  makeLimiter: MakeLimiter = (_, limit) => new RateLimit(limit);
  readonly decisions: Decisions;
  readonly listIds: ListIds;
  placements!: Placements;
  keys!: ApiKeys;
  readonly tastes: Tastes;
  readonly live: LiveModels;
  readonly rankers: Rankers;
  readonly answers = new KeptAnswers<Recommended>('answers', keptAnswers);
  /** Lists of placements. */
  readonly placed = new KeptAnswers<{ strategy: string; recommendations: Listed[] }>('placements', keptAnswers);
  /** Lists of placements that were shown lately, by their numbers, each with its further pages: what their cards said is what "why" says. */
  readonly shown = new LruCache<readonly { strategy: string; recommendations: Listed[] }[]>('shown', keptShown);
  /** Lists that are the same for everybody, and those of users whom the factors know, as JSON text. */
  readonly lists = new KeptAnswers<string>('lists', keptAnswers);
  /** Told of every list that was made for somebody. */
  onRecommended: (strategy: string, items: readonly string[], tookSeconds: number) => void = () => {};
  readonly #products = new KeptAnswers<ShownProduct | undefined>('products', keptProducts);
  readonly #retraining: Retraining;
  #drift: Drift | undefined;
  #observations: Promise<Observations> | undefined;
  #statisticsOfPlacements: Promise<PlacementStatistics> | undefined;
  #statistics: { value: Promise<DatabaseNumbers>; until: number } | undefined;
  #usersToTry: ReturnType<typeof usersToTry> | undefined;

  private constructor(system: System, catalogue: Catalogue, config: ServerConfig) {
    this.system = system;
    this.config = config;
    this.catalogue = catalogue;
    this.tokens = new Tokens(config.jwtSecret);
    this.isPasswordNew = !system.settings.adminPassword;
    this.adminPassword = system.settings.adminPassword || randomBytes(12).toString('base64url');
    this.events = new EventLog(system.data);
    this.decisions = new Decisions(this.events);
    this.listIds = new ListIds(paths(system.settings.dataDir).listKey);
    this.tastes = new Tastes(system.data);
    this.live = new LiveModels(system);
    this.rankers = new Rankers(this.live, catalogue);
    this.training = new TrainingJobs({ train: (kind, options) => trainInProcess(system.settings, kind, options) }, () =>
      this.reloadModels(),
    );
    this.#retraining = new Retraining(this.training, config, () => this.drift);
    this.events.onEvent((event) => this.#retraining.heard(event));
    this.events.onEvent((event) => this.tastes.heard(event));
    this.events.onEvent((event) => this.#observations?.then((it) => it.take(event)));
    this.events.onEvent((event) => this.#statisticsOfPlacements?.then((it) => it.take(event)));
  }

  /** Whether people want something else than before; to begin with, than what the products have ratings for. */
  get drift(): Drift {
    this.#drift ??= new Drift((item) => this.catalogue.get(item)?.category, this.catalogue.ratingsByCategory());
    return this.#drift;
  }

  static async open(system: System, config = readConfig()): Promise<Shop> {
    const shop = new Shop(system, await Catalogue.load(system.data), config);
    shop.keys = await ApiKeys.open(shop.decisions);
    await shop.#readDecisions();
    await shop.live.catchUp(shop.catalogue);
    await shop.live.wakeUp();
    await shop.statistics();
    keepHeapSmall();
    freeMemory();
    return shop;
  }

  async #readDecisions(): Promise<void> {
    for (const { type, item } of await this.decisions.all('product_hidden', 'product_shown')) {
      this.catalogue.hide(String(item), type === 'product_hidden');
    }
    this.placements = await Placements.open(this.decisions);
  }

  /** Loads the versions that `production` points at. */
  async reloadModels(): Promise<void> {
    await this.system.reload();
    await this.live.catchUp(this.catalogue);
  }

  /** Takes in a copy of the shop, or a part of one. */
  async takeIn(lines: AsyncIterable<string> | Iterable<string>): Promise<ImportCounts> {
    const counts = await importLines(this.system.data, lines, (ids) => this.productsCame(ids));
    this.ratingsChanged(counts.interactions);
    if (counts.events > 0) {
      this.tastes.cache.clear();
      this.#observations = this.#statisticsOfPlacements = undefined;
      await Promise.all([this.#readDecisions(), this.keys.read()]);
      this.live.hide(this.catalogue.hidden);
    }
    return counts;
  }

  /** Ratings came or went outside of the event log. */
  ratingsChanged(count: number): void {
    if (count === 0) return;
    this.tastes.cache.clear();
    this.#forgetNumbers();
    this.#retraining.changed(count);
  }

  /** Products are in the database that were not there, or were different. */
  async productsCame(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const rows = (await this.system.data.products.getMany(new Set(ids))).filter((row) => row !== undefined);
    this.catalogue.put(rows);
    await this.live.add(rows);
    this.#forgetNumbers();
  }

  /** Products are no longer in the database, and so are their ratings. */
  productsWent(ids: readonly string[]): void {
    const gone = ids.filter((id) => this.catalogue.get(id));
    if (gone.length === 0) return;
    this.catalogue.remove(gone);
    this.live.remove(gone);
    this.ratingsChanged(gone.length);
  }

  /** Keeps a product out of all lists, or lets it in again. */
  async hideProduct(id: string, isHidden: boolean): Promise<void> {
    if (this.catalogue.hidden.has(id) === isHidden) return;
    await this.decisions.add(isHidden ? 'product_hidden' : 'product_shown', { item: id });
    this.catalogue.hide(id, isHidden);
    this.live.hide(this.catalogue.hidden);
  }

  /** A product with all its columns, and what its picture is drawn from; undefined when there is none. Kept for a moment, since many look at the same. */
  product(id: string): Promise<ShownProduct | undefined> {
    return this.#products.of(id, [this.catalogue.digest, Math.floor(Date.now() / productsLastMs)], () => this.#readProduct(id));
  }

  async #readProduct(id: string): Promise<ShownProduct | undefined> {
    const row = await this.system.data.products.get(id);
    // Another process may have changed the database.
    if (!row) this.productsWent([id]);
    else if (!this.catalogue.get(id)) await this.productsCame([id]);
    if (!row) return undefined;
    const product = productOf(row, this.catalogue.get(id) as ProductCard, this.catalogue.hidden.has(id));
    const json = JSON.stringify(product);
    return { product, subject: subjectOf(product), json, digest: digestOf(json) };
  }

  /** Lists that were shown and what came of them. The log is read at the first call, and followed from then on. */
  observations(): Promise<Observations> {
    this.#observations ??= this.events.flush().then(() => observationsOf(this.system.data));
    return this.#observations;
  }

  /** What came of the lists of placements; as {@link observations}. */
  placementStatistics(): Promise<PlacementStatistics> {
    this.#statisticsOfPlacements ??= this.events.flush().then(() => PlacementStatistics.read(this.system.data));
    return this.#statisticsOfPlacements;
  }

  /** Forgets what pages told of visits; clicks, purchases and opinions stay, because tastes and rates of placements follow from them. */
  async clearObservations(): Promise<number> {
    const { total } = (await this.observations()).counts;
    await this.system.data.events.delete({ type: viewTypes });
    await this.events.append({ user: 'admin', type: clearedType });
    return total;
  }

  statistics(): Promise<DatabaseNumbers> {
    if (!this.#statistics || this.#statistics.until < Date.now()) {
      this.#statistics = { value: this.#count(), until: Date.now() + statisticsLastMs };
    }
    return this.#statistics.value;
  }

  async usersToTry(n: number) {
    this.#usersToTry ??= usersToTry(this.system.data, this.catalogue, 50);
    return (await this.#usersToTry).slice(0, n);
  }

  /** Somebody and something that is known here, for the examples of the documentation. */
  get exampleIds() {
    const { als } = this.live;
    const [user] = als?.users ?? [];
    const item = this.catalogue.shown.find(({ parent_asin }) => !als || als.items.has(parent_asin))?.parent_asin;
    return { user, item };
  }

  get caches() {
    const { neighbours } = this.live;
    return [
      this.tastes.cache,
      this.answers.cache,
      this.placed.cache,
      this.shown,
      this.lists.cache,
      this.#products.cache,
      ...(neighbours ? [neighbours.cache] : []),
    ];
  }

  /** Stops trainings and writes what is still in memory. */
  async close(): Promise<void> {
    this.live.close();
    this.#retraining.close();
    await this.training.close();
    await this.events.flush();
  }

  #forgetNumbers(): void {
    this.#statistics = undefined;
    this.#usersToTry = undefined;
  }

  async #count(): Promise<DatabaseNumbers> {
    const { interactions, products } = this.system.data;
    const [{ total, users, averageValue }, unique_products] = await Promise.all([interactions.stats(), products.count()]);
    return { total_ratings: total, unique_users: users, unique_products, average_rating: total > 0 ? averageValue : null };
  }
}

interface DatabaseNumbers {
  total_ratings: number;
  unique_users: number;
  unique_products: number;
  average_rating: number | null;
}
