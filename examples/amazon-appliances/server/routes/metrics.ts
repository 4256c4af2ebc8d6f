import type { FastifyInstance } from 'fastify';
import type { ShopMetrics } from '../monitoring/metrics.ts';

export function metricsRoutes(app: FastifyInstance, metrics: ShopMetrics): void {
  app.get('/metrics', { schema: { tags: ['Monitoring'], summary: 'Numbers for Prometheus', produces: ['text/plain'] } }, async (_, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
