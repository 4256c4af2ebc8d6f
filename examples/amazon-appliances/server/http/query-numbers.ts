import type { FastifyInstance } from 'fastify';

interface ObjectSchema {
  properties?: Record<string, { type?: string }>;
}

/**
 * Query strings are all text, so fields that a schema calls numbers become numbers before they are checked. Bodies have
 * types of their own and are taken as they are: "5" is not 5 there.
 */
export function readQueryNumbers(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    const properties = (request.routeOptions.schema?.querystring as ObjectSchema | undefined)?.properties ?? {};
    const query = request.query as Record<string, unknown>;
    for (const [name, { type }] of Object.entries(properties)) {
      const text = query[name];
      if ((type === 'integer' || type === 'number') && typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text)) query[name] = Number(text);
    }
  });
}
