import { randomUUID } from 'node:crypto';
import fastifyCompress from '@fastify/compress';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import type { ApiKeys } from '../auth/api-keys.ts';
import type { ServerConfig } from '../config.ts';
import { keyHeader, readKeys } from './api-keys.ts';
import { allowOrigins } from './cors.ts';
import { documentErrors, type ExampleIds, withExampleIds } from './documentation.ts';
import { answerClientError, answerErrors, sendError } from './errors.ts';
import { readJson } from './json-body.ts';
import { refuseLargeBodies } from './large-bodies.ts';
import { KnownMethods } from './methods.ts';
import { readNumbers } from './numbers.ts';
import { limitRates, type MakeLimiter } from './rate-limit.ts';
import { docsPolicy, secureHeaders } from './security.ts';
import { traceRequests } from './tracing.ts';

const maxBodyBytes = 1024 * 1024;
/** Ids are at most 256 characters, each of them up to nine when it is encoded. */
const maxParamLength = 2400;
/** Smaller answers take longer to compress than to send. */
const compressedFromBytes = 2048;

const tags = [
  'Recommendations',
  'Placements',
  'Search',
  'Products',
  'Users',
  'Feedback',
  'Log in',
  'Models',
  'Admin',
  'Monitoring',
  'Server',
];

export interface AppOptions {
  version: string;
  config: ServerConfig;
  /** HTML for a person who opens an address that is not there. */
  lostPage: string;
  makeLimiter: MakeLimiter;
  keys: ApiKeys;
  exampleIds: ExampleIds;
}

/** A Fastify instance with everything that is the same for all routes. Routes are added to it, then it listens. */
export async function createApp({ version, config, lostPage, makeLimiter, keys, exampleIds }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: maxBodyBytes,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength },
    trustProxy: config.trustProxy,
    genReqId: () => randomUUID(),
    logger: { level: process.env.LOG_LEVEL ?? 'warn' },
    // Types are taken as they come, and what is not known is refused, not dropped: a misspelled field would silently change the answer.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: true, allErrors: false, strictTypes: false } },
    frameworkErrors: (error, request, reply) => sendError(error, request as never, reply as never),
    clientErrorHandler: answerClientError,
    forceCloseConnections: 'idle',
  });
  readJson(app);
  answerErrors(app, new KnownMethods(app), lostPage);
  secureHeaders(app);
  allowOrigins(app, config.corsOrigins);
  traceRequests(app);
  readKeys(app, keys, makeLimiter);
  limitRates(app, config.requestsPerSecond, makeLimiter);
  refuseLargeBodies(app);
  readNumbers(app);
  documentErrors(app);
  await app.register(fastifyCompress, { threshold: compressedFromBytes, encodings: ['br', 'gzip', 'identity'], brotliOptions: brotli });
  await app.register(fastifySwagger, {
    transform: ({ schema, url }) => ({ schema: withExampleIds(schema, exampleIds), url }),
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'The Amazon Appliances shop',
        version,
        description: 'Recommendations, search and products of the example shop of attune.',
      },
      tags: tags.map((name) => ({ name })),
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'From `POST /auth/login`.' },
          key: { type: 'apiKey', in: 'header', name: keyHeader, description: 'From `POST /admin/api-keys`.' },
        },
      },
    },
  });
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    staticCSP: docsPolicy,
    uiConfig: { validatorUrl: null, docExpansion: 'list' },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  return app;
}

/** The default of brotli is the best and slowest; this one is as fast as gzip. */
const brotli = { params: { 1: 4 } }; // BROTLI_PARAM_QUALITY
