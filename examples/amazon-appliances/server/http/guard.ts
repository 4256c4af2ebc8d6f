import type { FastifyRequest } from 'fastify';
import type { Tokens } from '../auth/tokens.ts';
import { HttpError } from './errors.ts';

/** Lets only administrators through: 401 without a valid token, 403 with one of another role. */
export const requireAdmin = (tokens: Tokens) => async (request: FastifyRequest) => {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  const claims = scheme.toLowerCase() === 'bearer' && token ? tokens.read(token) : undefined;
  if (!claims)
    throw new HttpError(
      401,
      'ERR_UNAUTHORIZED',
      'This needs an administrator: send the token of POST /auth/login as Authorization: Bearer.',
    );
  if (claims.role !== 'admin') throw new HttpError(403, 'ERR_FORBIDDEN', 'This needs the role admin.');
};
