import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Shop } from '../domain/shop.ts';
import { HttpError, toHttpError } from '../http/errors.ts';
import { type Tool, tools } from '../mcp/tools.ts';

/**
 * The shop for agents: a Model Context Protocol endpoint with the official SDK. Each request stands for itself, so there are no sessions to keep
 * and any server behind a balancer can answer.
 */
export function mcpRoutes(app: FastifyInstance, shop: Shop): void {
  app.post('/mcp', { schema: { hide: true } }, async (request, reply) => {
    refuseForeignPages(request, shop.config.corsOrigins);
    const server = serverFor(shop, request);
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
    reply.raw.once('close', () => void server.close());
    await server.connect(transport);
    await transport.handleRequest(request.raw, reply.raw, request.body);
  });
}

function serverFor(shop: Shop, request: FastifyRequest): Server {
  const server = new Server({ name: 'appliances-shop', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(({ run, ...about }) => ({ ...about, annotations: { readOnlyHint: true } })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: given = {} } }) => {
    try {
      const tool = tools.find((it) => it.name === name);
      if (!tool) throw new HttpError(404, 'ERR_NOT_FOUND', `There is no tool '${name.slice(0, 100)}'.`);
      check(request, tool, given);
      const result = await tool.run(shop, given as never);
      return { content: [{ type: 'text' as const, text: JSON.stringify(result) }], structuredContent: result };
    } catch (error) {
      // An agent can do something about a mistake that it is told of, so that it is an answer and no failure of the protocol.
      const { status, message } = toHttpError(error as Error);
      if (status >= 500 && status !== 503) request.log.error(error);
      return { content: [{ type: 'text' as const, text: message }], isError: true };
    }
  });
  return server;
}

/** Checks arguments as the bodies of routes are checked. */
function check(request: FastifyRequest, { inputSchema }: Tool, given: Record<string, unknown>): void {
  const validate = request.getValidationFunction(inputSchema) ?? request.compileValidationSchema(inputSchema);
  if (validate(given)) return;
  const problems = (validate.errors ?? []).map((it) => `${it.instancePath.slice(1) || 'arguments'} ${it.message ?? 'is not valid'}`);
  throw new HttpError(400, 'ERR_VALIDATION', problems.join('; '));
}

/** A page of another site that a person has open could otherwise ask a server on their machine. */
function refuseForeignPages({ headers: { origin }, host }: FastifyRequest, allowed: readonly string[]): void {
  if (origin === undefined || allowed.includes(origin) || origin.replace(/^https?:\/\//, '') === host) return;
  throw new HttpError(403, 'ERR_FORBIDDEN', 'Pages of this origin may not use this; CORS_ORIGINS names those that may.');
}
