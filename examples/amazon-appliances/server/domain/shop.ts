import { randomBytes } from 'node:crypto';
import type { System } from '../../pipeline/system.ts';
import { Tokens } from '../auth/tokens.ts';
import type { Subject } from '../pictures/index.ts';
import { Catalogue, type ProductCard } from './catalogue.ts';
import { usersToTry } from './people.ts';
import { type Product, productOf, subjectOf } from './products.ts';
import { TrainingJobs } from './training-jobs.ts';

/** Totals of a few million ratings take a second, so they are not counted at every request. */
const statisticsLastMs = 30_000;

/** Everything that routes share. */
export class Shop {
  readonly system: System;
  readonly adminPassword: string;
  /** Whether the password was just generated and must be shown. */
  readonly isPasswordNew: boolean;
  readonly tokens = new Tokens();
  readonly training: TrainingJobs;
  #catalogue: Catalogue;
  #statistics: { value: Promise<DatabaseNumbers>; until: number } | undefined;
  #usersToTry: ReturnType<typeof usersToTry> | undefined;

  private constructor(system: System, catalogue: Catalogue) {
    this.system = system;
    this.#catalogue = catalogue;
    this.isPasswordNew = !system.settings.adminPassword;
    this.adminPassword = system.settings.adminPassword || randomBytes(12).toString('base64url');
    this.training = new TrainingJobs(system);
  }

  static async open(system: System): Promise<Shop> {
    return new Shop(system, await Catalogue.load(system.data));
  }

  get catalogue(): Catalogue {
    return this.#catalogue;
  }

  /** Reads the products anew, after some have come or gone. */
  async refresh(): Promise<void> {
    this.#catalogue = await Catalogue.load(this.system.data);
    this.#statistics = undefined;
    this.#usersToTry = undefined;
  }

  /** A product with all its columns, and what its picture is drawn from; undefined when there is none. */
  async product(id: string): Promise<{ product: Product; subject: Subject } | undefined> {
    const row = await this.system.data.products.get(id);
    if (!row) return undefined;
    // A product that came after the cards were read.
    if (!this.catalogue.get(id)) await this.refresh();
    const product = productOf(row, this.catalogue.get(id) as ProductCard);
    return { product, subject: subjectOf(product) };
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
