import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { answerClientError, answerErrors, sendError } from './errors.ts';
import { readQueryNumbers } from './query-numbers.ts';
import { docsPolicy, secureHeaders } from './security.ts';

const maxBodyBytes = 1024 * 1024;
/** Ids are at most 256 characters, each of them up to nine when it is encoded. */
const maxParamLength = 2400;

/** A Fastify instance with everything that is the same for all routes. Routes are added to it, then it listens. */
export async function createApp({ version }: { version: string }): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: maxBodyBytes,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength },
    logger: { level: process.env.LOG_LEVEL ?? 'warn' },
    // Types are taken as they come, and what is not known is refused, not dropped: a misspelled field would silently change the answer.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: true, allErrors: false, strictTypes: false } },
    frameworkErrors: (error, request, reply) => sendError(error, request as never, reply as never),
    clientErrorHandler: answerClientError,
    forceCloseConnections: 'idle',
  });
  app.removeContentTypeParser('text/plain');
  answerErrors(app);
  secureHeaders(app);
  readQueryNumbers(app);
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'The Amazon Appliances shop',
        version,
        description: 'Recommendations, search and products of the example shop of attune.',
      },
      tags: ['Recommendations', 'Search', 'Products', 'Users', 'Feedback', 'Models', 'Log in', 'Server'].map((name) => ({ name })),
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'From `POST /auth/login`.' } } },
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
