import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Shop } from '../domain/shop.ts';
import { HttpError } from '../http/errors.ts';

/**
 * The shop for agents: a Model Context Protocol endpoint with the official SDK. Each request stands for itself, so there are no sessions to keep
 * and any server behind a balancer can answer.
 */
export function mcpRoutes(app: FastifyInstance, shop: Shop): void {
  app.post('/mcp', { schema: { hide: true } }, async (request, reply) => {
    refuseForeignPages(request, shop.config.corsOrigins);
    const { connect } = await import('../mcp/server.ts'); // with the first request: a start need not wait for what many never ask
    const { server, transport } = await connect(shop, request);
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
    reply.raw.once('close', () => void server.close());
    await transport.handleRequest(request.raw, reply.raw, request.body);
  });
}

/** A page of another site that a person has open could otherwise ask a server on their machine. */
function refuseForeignPages({ headers: { origin }, host }: FastifyRequest, allowed: readonly string[]): void {
  if (origin === undefined || allowed.includes(origin) || origin.replace(/^https?:\/\//, '') === host) return;
  throw new HttpError(403, 'ERR_FORBIDDEN', 'Pages of this origin may not use this; CORS_ORIGINS names those that may.');
}
