import type { FastifyInstance } from 'fastify';
import { errors, exampleItem, exampleUser } from './schemas.ts';

interface Documented {
  hide?: boolean;
  body?: unknown;
  security?: unknown;
  response?: Record<number, unknown>;
}

/** Adds to the documentation of each route the errors that follow from what every route does: checks its input, its token and its limit. */
export function documentErrors(app: FastifyInstance): void {
  app.addHook('onRoute', ({ url, schema, config }) => {
    const documented = schema as Documented | undefined;
    if (!documented || documented.hide) return;
    const { body, security, response } = documented;
    const statuses = [
      400,
      ...(security ? [401, 403] : []),
      ...(body ? [413, 415] : []),
      ...(url.includes(':') ? [414] : []),
      ...(config?.limit ? [429] : []),
    ];
    documented.response = { ...errors(...statuses), ...response };
  });
}

/** A user and a product that the shop has, so that the examples of the documentation can be tried as they are. */
export interface ExampleIds {
  user: string | undefined;
  item: string | undefined;
}

/** The schema of a route with real ids in its examples. */
export function withExampleIds<S>(schema: S, { user = exampleUser, item = exampleItem }: ExampleIds): S {
  const text = JSON.stringify(schema)?.replaceAll(JSON.stringify(exampleUser), JSON.stringify(user));
  return text && JSON.parse(text.replaceAll(JSON.stringify(exampleItem), JSON.stringify(item)));
}
