import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Shop } from '../domain/shop.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Lists over which coverage and diversity of what is served are taken. */
const recentLists = 1000;

/** Milliseconds that a scrape waits for the log of events, which is read whole the first time: some seconds where it has a million. */
const longestWait = 2000;

/** What Prometheus reads: how fast and how well the shop answers. One registry per server, so that several can live in one process. */
export class ShopMetrics {
  readonly registry = new Registry();
  readonly #duration: Histogram<'method' | 'route' | 'status'>;
  readonly #strategies: Histogram<'strategy'>;
  readonly #events: Counter<'type'>;
  readonly #shop: Shop;
  /** The latest lists, and how often each product is in them. */
  readonly #lists: (readonly string[])[] = [];
  readonly #served = new Map<string, number>();

  constructor(shop: Shop) {
    const registers = [this.registry];
    this.#shop = shop;
    collectDefaultMetrics({ register: this.registry });
    this.#duration = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the request to the last byte of the answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: seconds,
      registers,
    });
    this.#strategies = new Histogram({
      name: 'recommendation_duration_seconds',
      help: 'Time to make a list of recommendations, by how it came about.',
      labelNames: ['strategy'],
      buckets: seconds,
      registers,
    });
    this.#events = new Counter({ name: 'events_total', help: 'Events stored.', labelNames: ['type'], registers });
    shop.events.onEvent(({ type }) => this.#events.inc({ type }));
    shop.onRecommended = (strategy, items, tookSeconds) => this.#recommended(strategy, items, tookSeconds);
    this.#gauges(registers);
  }

  /** Measures every request to a route. */
  observe(app: FastifyInstance): void {
    app.addHook('onResponse', async (request, reply) => {
      const { url } = request.routeOptions;
      if (url === undefined) return; // addresses of strangers would be without number
      this.#duration.observe({ method: request.method, route: url, status: reply.statusCode }, reply.elapsedTime / 1000);
    });
  }

  #recommended(strategy: string, items: readonly string[], tookSeconds: number): void {
    this.#strategies.observe({ strategy }, tookSeconds);
    this.#lists.push(items);
    for (const item of items) this.#served.set(item, (this.#served.get(item) ?? 0) + 1);
    if (this.#lists.length <= recentLists) return;
    for (const item of this.#lists.shift() as readonly string[]) {
      const left = (this.#served.get(item) as number) - 1;
      if (left > 0) this.#served.set(item, left);
      else this.#served.delete(item);
    }
  }

  #gauges(registers: Registry[]): void {
    const shop = this.#shop;
    const gauge = <L extends string>(name: string, help: string, labelNames: L[], collect: (gauge: Gauge<L>) => void | Promise<void>) =>
      new Gauge<L>({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          return collect(this);
        },
      });
    gauge('model_version', 'Version of the model that answers.', ['model'], (it) => {
      for (const { name, version } of shop.system.models.info) it.set({ model: name }, version);
    });
    gauge('model_age_seconds', 'Time since the model that answers was trained.', ['model'], (it) => {
      for (const { name, createdAt } of shop.system.models.info) it.set({ model: name }, (Date.now() - createdAt) / 1000);
    });
    this.#cacheCounter('cache_hits_total', 'Answers out of a cache.', (cache) => cache.hits);
    this.#cacheCounter('cache_misses_total', 'Answers that a cache did not have.', (cache) => cache.misses);
    gauge('observations', 'Lists that were shown, by what came of them.', ['quality'], async (it) => {
      const known = await Promise.race([shop.observations(), setTimeout(longestWait, undefined, { ref: false })]);
      if (known === undefined) return; // the next scrape has them
      const { good, bad, pending } = known.counts;
      for (const [quality, count] of Object.entries({ good, bad, pending })) it.set({ quality }, count);
    });
    gauge('products', 'Products in the shop.', [], (it) => it.set(shop.catalogue.size));
    gauge('served_coverage', `Share of the products that were in the last ${recentLists} lists.`, [], (it) => {
      it.set(shop.catalogue.size > 0 ? this.#served.size / shop.catalogue.size : 0);
    });
    gauge('served_diversity', `Mean number of categories in the last ${recentLists} lists, per product.`, [], (it) => {
      const lists = this.#lists.filter((list) => list.length > 0);
      const diversity = (list: readonly string[]) => new Set(list.map((id) => shop.catalogue.get(id)?.category)).size / list.length;
      it.set(lists.length > 0 ? lists.reduce((sum, list) => sum + diversity(list), 0) / lists.length : 0);
    });
    gauge('taste_drift', 'Population stability index of what people want, against the time before.', [], (it) => {
      const { index } = shop.drift;
      if (index !== undefined) it.set(index);
    });
    gauge('training_running', 'Whether a training is at work.', [], (it) => it.set(shop.training.running ? 1 : 0));
  }

  /** Caches count by themselves; a counter takes over what they have when it is read. */
  #cacheCounter(name: string, help: string, countOf: (cache: Shop['caches'][number]) => number): void {
    const shop = this.#shop;
    new Counter({
      name,
      help,
      labelNames: ['cache'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const cache of shop.caches) this.inc({ cache: cache.name }, countOf(cache));
      },
    });
  }
}
