import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { FastifyRequest } from 'fastify';
import type { Shop } from '../domain/shop.ts';
import { HttpError, messageOf, toHttpError } from '../http/errors.ts';
import { type Tool, tools } from './tools.ts';

/** A server for one request, and what takes it there. */
export async function connect(shop: Shop, request: FastifyRequest) {
  const server = serverFor(shop, request);
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  await server.connect(transport);
  return { server, transport };
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
  const problems = (validate.errors ?? []).map((it) => `${it.instancePath.slice(1) || 'arguments'}: ${messageOf(it)}`);
  throw new HttpError(400, 'ERR_VALIDATION', problems.join('; '));
}
