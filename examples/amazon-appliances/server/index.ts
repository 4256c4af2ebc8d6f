import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { System } from '../pipeline/system.ts';
import { buildWeb } from './build-web.ts';
import { readConfig } from './config.ts';
import { rehearse } from './domain/rehearsal.ts';
import { Shop } from './domain/shop.ts';
import { createApp } from './http/app.ts';
import { auditChanges } from './http/guard.ts';
import { connectRedis, RedisRateLimit } from './http/redis-limit.ts';
import { ShopMetrics } from './monitoring/metrics.ts';
import { adminCopyRoutes } from './routes/admin-copies.ts';
import { adminKeyRoutes } from './routes/admin-keys.ts';
import { adminPlacementRoutes } from './routes/admin-placements.ts';
import { adminProductRoutes } from './routes/admin-products.ts';
import { adminReviewRoutes } from './routes/admin-reviews.ts';
import { authRoutes } from './routes/auth.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { graphqlRoutes } from './routes/graphql.ts';
import { healthRoutes } from './routes/health.ts';
import { matrixFactorRoutes } from './routes/matrix-factor.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { monitoringRoutes } from './routes/monitoring.ts';
import { filledIn, pageRoutes } from './routes/pages.ts';
import { placementRoutes } from './routes/placements.ts';
import { productRoutes } from './routes/products.ts';
import { recommendationRoutes } from './routes/recommendations.ts';
import { redocRoutes } from './routes/redoc.ts';
import { searchRoutes } from './routes/search.ts';
import { trainingRoutes } from './routes/training.ts';
import { trainingSocket } from './routes/training-socket.ts';
import { userRoutes } from './routes/users.ts';

export interface ServerOptions {
  /** 0 = any free one. */
  port: number;
  host: string;
}

export interface RunningServer {
  /** Ends with a slash. */
  url: string;
  port: number;
  /** Answers what is being asked, then stops. The system stays open. */
  close(): Promise<void>;
}

const { version } = createRequire(import.meta.url)('attune/package.json') as { version: string };
const routes = [
  healthRoutes,
  productRoutes,
  searchRoutes,
  recommendationRoutes,
  placementRoutes,
  matrixFactorRoutes,
  userRoutes,
  feedbackRoutes,
  modelRoutes,
  trainingRoutes,
  authRoutes,
  adminReviewRoutes,
  adminProductRoutes,
  adminPlacementRoutes,
  adminCopyRoutes,
  adminKeyRoutes,
  monitoringRoutes,
  redocRoutes,
];

/** Serves the routes and the pages. SIGTERM and SIGINT stop it, close the system and let the process end. */
export async function startServer(system: System, { port, host }: ServerOptions): Promise<RunningServer> {
  const config = readConfig();
  const [pages, shop] = await Promise.all([buildWeb(), Shop.open(system, config)]);
  const redis = config.redisUrl === undefined ? undefined : await connectRedis(config.redisUrl);
  if (redis) shop.makeLimiter = (name, limit) => new RedisRateLimit(redis, name, limit);
  const { makeLimiter, keys, exampleIds } = shop;
  const app = await createApp({ version, config, lostPage: filledIn(pages.lost, lost), makeLimiter, keys, exampleIds });
  const metrics = new ShopMetrics(shop);
  metrics.observe(app);
  auditChanges(app);
  if (config.doors.websocket) await trainingSocket(app, shop);
  for (const add of routes) add(app, shop);
  if (config.doors.graphql) graphqlRoutes(app, shop);
  if (config.doors.mcp) mcpRoutes(app, shop);
  metricsRoutes(app, metrics);
  pageRoutes(app, shop, pages);
  await app.listen({ port, host });
  const rehearsal = new AbortController();
  rehearse(shop, rehearsal.signal).catch((error) => app.log.warn(error, 'rehearsal ended'));
  if (shop.isPasswordNew) console.log(`Password of the administrator: ${shop.adminPassword}  (set ADMIN_PASSWORD to choose one)`);

  const address = app.server.address() as AddressInfo;
  const close = async () => {
    rehearsal.abort();
    for (const signal of signals) process.off(signal, stop);
    await Promise.all([shop.training.close(), app.close()]);
    await shop.close();
    await redis?.close();
  };
  const stop = () => {
    setTimeout(() => process.exit(1), shutdownMs).unref();
    close().then(
      () => system.close(),
      (error) => app.log.error(error),
    );
  };
  for (const signal of signals) process.once(signal, stop);
  return { url: `http://${urlHost(host)}:${address.port}/`, port: address.port, close };
}

const lost = { title: 'Not found · Hob & Drum', description: 'There is no such page.' };

const signals = ['SIGTERM', 'SIGINT'] as const;
/** A request that does not end by then is cut off. */
const shutdownMs = 10_000;

function urlHost(host: string): string {
  if (host === '127.0.0.1' || host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
