import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { type Role, sameText, tokenSeconds } from '../auth/tokens.ts';
import type { Shop } from '../domain/shop.ts';
import { HttpError } from '../http/errors.ts';
import { tooMany } from '../http/rate-limit.ts';
import { answer, errors } from '../http/schemas.ts';

interface Login {
  role: Role;
  password?: string;
}

const login = {
  type: 'object',
  properties: {
    role: { type: 'string', enum: ['user', 'admin'] },
    password: {
      type: 'string',
      maxLength: 1000,
      description:
        'Of the administrator; `ADMIN_PASSWORD` of the server. Users have none: each login makes a fresh id, and opens no account.',
    },
  },
  required: ['role'],
  additionalProperties: false,
  examples: [{ role: 'user' }, { role: 'admin', password: 'the one that the server printed' }],
} as const;

/** Wrong passwords from one address: ten at once, then one every three seconds. The right one is refused as well meanwhile. */
const wrongPasswords = { burst: 10, perSecond: 1 / 3 };

export function authRoutes(app: FastifyInstance, shop: Shop): void {
  const failures = shop.makeLimiter('wrong passwords', wrongPasswords);
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
          ...errors(400, 401, 429),
        },
      },
    },
    async ({ body: { role, password = '' }, ip, log }) => {
      // A user has nothing to protect: the token is for an id that was not there before, so that a password has nothing to be compared with.
      if (role === 'admin') {
        // Taken before the password is looked at, so that guesses that come together are counted each.
        const seconds = await failures.take(ip);
        if (seconds > 0) throw tooMany(seconds);
        if (!sameText(password, shop.adminPassword)) {
          log.warn({ audit: 'login refused', ip });
          throw new HttpError(401, 'ERR_UNAUTHORIZED', 'That is not the password of the administrator.');
        }
        await failures.giveBack(ip);
      }
      const user_id = role === 'admin' ? 'admin' : `user-${randomUUID()}`;
      return { token: shop.tokens.issue({ user_id, role }), user_id, role, expires_in: tokenSeconds };
    },
  );
}
