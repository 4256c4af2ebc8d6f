import type { FastifyInstance } from 'fastify';

interface ObjectSchema {
  properties?: Record<string, { type?: string }>;
}

/**
 * Query strings and parts of addresses are all text, so fields that a schema calls numbers become numbers before they are checked. Bodies have
 * types of their own and are taken as they are: "5" is not 5 there. Routes that name no query take none, so a misspelt one is not ignored.
 */
export function readNumbers(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.schema && !route.schema.hide) route.schema.querystring ??= { type: 'object', properties: {}, additionalProperties: false };
  });
  app.addHook('preValidation', async (request) => {
    const { schema } = request.routeOptions;
    toNumbers(request.query as Record<string, unknown>, schema?.querystring as ObjectSchema | undefined);
    toNumbers(request.params as Record<string, unknown>, schema?.params as ObjectSchema | undefined);
  });
}

function toNumbers(values: Record<string, unknown>, schema: ObjectSchema | undefined): void {
  for (const [name, { type }] of Object.entries(schema?.properties ?? {})) {
    const text = values[name];
    if ((type === 'integer' || type === 'number') && typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text)) values[name] = Number(text);
  }
}
