import type { FastifyInstance } from 'fastify';
import { listModels } from '../domain/model-status.ts';
import type { Shop } from '../domain/shop.ts';

const model = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    kind: { type: 'string' },
    version: { type: 'integer' },
    alias: { type: ['string', 'null'], description: '`production` on the version that answers.' },
    trained_at: { type: 'string', format: 'date-time' },
    metrics: { type: 'object', additionalProperties: true },
  },
} as const;

export function modelRoutes(app: FastifyInstance, shop: Shop): void {
  app.get(
    '/models',
    {
      schema: {
        tags: ['Models'],
        summary: 'All versions of all models',
        response: { 200: { description: 'Versions, oldest first within a name.', type: 'array', items: model } },
      },
    },
    async () => listModels(await shop.system.store.list()),
  );
}
