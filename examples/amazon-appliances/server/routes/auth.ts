import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { type Role, sameText, tokenSeconds } from '../auth/tokens.ts';
import type { Shop } from '../domain/shop.ts';
import { HttpError } from '../http/errors.ts';
import { answer, errors } from '../http/schemas.ts';

interface Login {
  role: Role;
  password?: string;
}

const login = {
  type: 'object',
  properties: {
    role: { type: 'string', enum: ['user', 'admin'] },
    password: { type: 'string', maxLength: 1000, description: 'Of the administrator; `ADMIN_PASSWORD` of the server.' },
  },
  required: ['role'],
  additionalProperties: false,
} as const;

export function authRoutes(app: FastifyInstance, shop: Shop): void {
  app.post<{ Body: Login }>(
    '/auth/login',
    {
      schema: {
        tags: ['Log in'],
        summary: 'A token for a new user, or for the administrator',
        body: login,
        response: {
          200: answer('Send the token as `Authorization: Bearer`.', {
            token: { type: 'string' },
            user_id: { type: 'string' },
            role: { type: 'string', enum: ['user', 'admin'] },
            expires_in: { type: 'integer', description: 'Seconds.' },
          }),
          ...errors(400, 401),
        },
      },
    },
    ({ body: { role, password = '' } }) => {
      if (role === 'admin' && !sameText(password, shop.adminPassword)) {
        throw new HttpError(401, 'ERR_UNAUTHORIZED', 'That is not the password of the administrator.');
      }
      const user_id = role === 'admin' ? 'admin' : `user-${randomUUID()}`;
      return { token: shop.tokens.issue({ user_id, role }), user_id, role, expires_in: tokenSeconds };
    },
  );
}
