import { createRequire } from 'node:module';
import type { FastifyInstance } from 'fastify';
import { listModels, modelStatus } from '../domain/model-status.ts';
import type { Shop } from '../domain/shop.ts';
import { HttpError } from '../http/errors.ts';
import { answer, errors, given, listOf, nullable } from '../http/schemas.ts';
import { model } from './models.ts';

const { version } = createRequire(import.meta.url)('attune/package.json') as { version: string };

/** Whether the server lives, what it can answer, and what it runs on. */
export function healthRoutes(app: FastifyInstance, shop: Shop): void {
  const tags = ['Server'];

  app.get(
    '/health',
    {
      schema: {
        tags,
        summary: 'Whether the server runs',
        response: { 200: answer('It does.', { status: { type: 'string', const: 'ok' } }) },
      },
    },
    () => ({ status: 'ok' }),
  );

  app.get(
    '/health/ready',
    {
      schema: {
        tags,
        summary: 'Whether models are loaded',
        response: { 200: answer('They are.', { status: { type: 'string', const: 'ready' } }), ...errors(503) },
      },
    },
    () => {
      const { mf_ready, ss_ready } = modelStatus(shop.system.models);
      if (!mf_ready || !ss_ready) throw new HttpError(503, 'ERR_NOT_READY', 'Models are missing.', { mf_ready, ss_ready });
      return { status: 'ready' };
    },
  );

  app.get(
    '/status',
    {
      schema: {
        tags,
        summary: 'What is in the database and which models answer',
        response: { 200: answer('Numbers.', { database: databaseNumbers, models: modelNumbers }) },
      },
    },
    async () => ({ database: await shop.statistics(), models: modelStatus(shop.system.models) }),
  );

  app.get(
    '/system-info',
    {
      schema: {
        tags,
        summary: 'Versions, uptime, memory',
        response: { 200: answer('Facts about this process.', systemFacts) },
      },
    },
    async () => {
      const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
      return {
        versions: { attune: version, node: process.versions.node, platform: `${process.platform} ${process.arch}` },
        uptime_s: Math.round(process.uptime()),
        memory: { rss_bytes: rss, heap_used_bytes: heapUsed, array_buffer_bytes: arrayBuffers },
        models: listModels(shop.system.models.info),
      };
    },
  );
}

const text = { type: 'string' } as const;
const integer = { type: 'integer' } as const;

const databaseNumbers = given({
  total_ratings: integer,
  unique_users: integer,
  unique_products: integer,
  average_rating: nullable('number'),
});

/** A model that answers, or null. */
const details = <P extends Record<string, unknown>>(properties: P) =>
  ({
    ...given({ name: text, version: integer, trained_at: { type: 'string', format: 'date-time' }, size_bytes: integer, ...properties }),
    type: ['object', 'null'],
  }) as const;

const modelNumbers = given({
  mf_ready: { type: 'boolean', description: 'Matrix factorization (ALS) answers.' },
  ss_ready: { type: 'boolean', description: 'Semantic search answers.' },
  embedding_dim: nullable('integer'),
  mf: details({ factors: integer, users: integer, items: integer }),
  ss: details({ embedder: text, items: integer }),
});

const systemFacts = {
  versions: given({ attune: text, node: text, platform: text }),
  uptime_s: integer,
  memory: given({ rss_bytes: integer, heap_used_bytes: integer, array_buffer_bytes: integer }),
  models: listOf(model),
} as const;
