import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { TrainKind } from '../../pipeline/system.ts';
import { notFound } from '../domain/errors.ts';
import type { Shop } from '../domain/shop.ts';
import { jobReasons, type TrainingJob } from '../domain/training-jobs.ts';
import { prefers } from '../http/accept.ts';
import { HttpError } from '../http/errors.ts';
import { requireAdmin } from '../http/guard.ts';
import { adminSecurity, answer, errors, given, listOf, orAs } from '../http/schemas.ts';

/** A training that ends sooner is answered at once, a longer one with a job to ask for. */
const patienceMs = 1500;

const job = {
  job_id: { type: 'string' },
  model_type: { type: 'string', enum: ['mf', 'ss', 'both', 'update'] },
  reason: { type: 'string', enum: jobReasons, description: 'Who or what began it.' },
  status: { type: 'string', enum: ['running', 'completed', 'failed'] },
  started_at: { type: 'string', format: 'date-time' },
  duration_s: { type: 'number' },
  progress: given({ phase: { type: 'string' }, done: { type: 'number' }, total: { type: 'number' } }, ['total']),
  models: listOf(
    given({
      name: { type: 'string' },
      version: { type: 'integer' },
      trained: { type: 'boolean', description: 'Whether it is new: nothing may have changed.' },
      seconds: { type: 'number' },
      metrics: { type: 'object', additionalProperties: true },
    }),
  ),
  gate: {
    ...given(
      {
        promoted: { type: 'boolean' },
        reason: { type: 'string' },
        metric: { type: 'string' },
        before: { type: 'number' },
        after: { type: 'number' },
        p_value: { type: 'number' },
      },
      ['metric', 'before', 'after', 'p_value'],
    ),
    description: 'Whether the new model took over, and what the comparison on held-out ratings said.',
  },
  error: given({ code: { type: 'string' }, message: { type: 'string' } }),
} as const;
/** What there is only while it runs, or only when it has ended. */
const later: (keyof typeof job)[] = ['progress', 'models', 'gate', 'error'];

const training = {
  type: 'object',
  properties: {
    model_type: {
      type: 'string',
      enum: ['mf', 'ss', 'both'],
      default: 'both',
      description: 'Matrix factorization, semantic search, or both.',
    },
    force_retrain: { type: 'boolean', default: false, description: 'Trains even when nothing has changed.' },
  },
  additionalProperties: false,
  examples: [{ model_type: 'both', force_retrain: false }],
} as const;

export function trainingRoutes(app: FastifyInstance, shop: Shop): void {
  const shared = { tags: ['Models'], security: adminSecurity };
  const onRequest = requireAdmin(shop.tokens);

  app.post<{ Body: { model_type: TrainKind; force_retrain: boolean } }>(
    '/training',
    {
      onRequest,
      preValidation: async (request) => {
        request.body ??= {} as never; // every field has a default
      },
      schema: {
        ...shared,
        summary: 'Train models; answers go on with the old ones meanwhile',
        body: training,
        response: {
          200: answer('Done.', job, later),
          202: answer('It goes on; ask `GET /training/{id}`.', job, later),
          ...errors(400, 401, 403, 409, 500),
        },
      },
    },
    async ({ body: { model_type, force_retrain } }, reply) => {
      const { running } = shop.training;
      if (running) throw new HttpError(409, 'ERR_CONFLICT', 'A training is at work already.', { job_id: running.id });
      const started = shop.training.start(model_type, force_retrain);
      await Promise.race([started.finished, delay(patienceMs, undefined, { ref: false })]);
      if (started.state.status === 'failed') throw new HttpError(500, started.state.error!.code, started.state.error!.message);
      return reply
        .code(started.state.status === 'running' ? 202 : 200)
        .header('location', `/training/${started.id}`)
        .send(started.state);
    },
  );

  app.get(
    '/training',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'The latest trainings, newest first',
        response: { 200: answer('Jobs.', { jobs: listOf(given(job, later)) }), ...errors(401, 403) },
      },
    },
    () => ({ jobs: shop.training.all }),
  );

  app.get<{ Params: { id: string } }>(
    '/training/:id',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'How a training goes; with `Accept: text/event-stream` as it goes',
        params: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
        response: { 200: orAs('text/event-stream', answer('The state now.', job, later)), ...errors(401, 403, 404) },
      },
    },
    async (request, reply) => {
      const found = shop.training.get(request.params.id);
      if (!found) throw notFound('training', request.params.id);
      if (!prefers(request, 'text/event-stream')) return found.state;
      const gone = new AbortController();
      request.raw.on('close', () => gone.abort());
      return reply
        .type('text/event-stream')
        .header('cache-control', 'no-store')
        .send(Readable.from(asEvents(found, gone.signal)));
    },
  );
}

async function* asEvents(found: TrainingJob, signal: AbortSignal): AsyncGenerator<string> {
  for await (const state of found.states(signal)) yield `event: ${state.status}\ndata: ${JSON.stringify(state)}\n\n`;
}
