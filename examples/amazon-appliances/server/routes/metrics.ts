import type { FastifyInstance } from 'fastify';
import { answerOf } from '../http/schemas.ts';
import type { ShopMetrics } from '../monitoring/metrics.ts';

export function metricsRoutes(app: FastifyInstance, metrics: ShopMetrics): void {
  const response = { 200: answerOf('text/plain', 'Numbers.') };
  app.get('/metrics', { schema: { tags: ['Monitoring'], summary: 'Numbers for Prometheus', response } }, async (_, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
