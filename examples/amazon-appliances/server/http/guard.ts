import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Tokens } from '../auth/tokens.ts';
import { HttpError } from './errors.ts';

/** Lets only administrators through, by a token or a key: 401 without a valid one, 403 with one of another role. */
export const requireAdmin = (tokens: Tokens) => async (request: FastifyRequest) => {
  if (request.apiKey?.role === 'admin') return;
  const [, token] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const claims = token ? tokens.read(token) : undefined;
  if (!claims && !request.apiKey)
    throw new HttpError(
      401,
      'ERR_UNAUTHORIZED',
      'This needs an administrator: send the token of POST /auth/login as Authorization: Bearer.',
    );
  if (claims?.role !== 'admin') throw new HttpError(403, 'ERR_FORBIDDEN', 'This needs the role admin.');
};

/** Logs who changed what through these routes, after the fact. Bodies are not logged: they may be large, or secret. */
export function auditChanges(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const path = request.routeOptions.url ?? '';
    const isAdmin = /^\/(admin|monitoring|training|models)\b/.test(path);
    if (!isAdmin || request.method === 'GET' || request.method === 'HEAD') return;
    const { apiKey, ip } = request;
    const by = apiKey ? `${apiKey.tenant}, key ${apiKey.id}` : undefined;
    request.log.warn({ audit: `${request.method} ${request.url}`, status: reply.statusCode, ip, by });
  });
}
