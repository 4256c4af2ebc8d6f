import { AttuneError } from 'attune';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ShopError, shortened } from '../domain/errors.ts';
import { prefers } from './accept.ts';
import type { KnownMethods } from './methods.ts';

/** What the server answers with when it does not answer with data: `{ error: { code, message, details? } }`. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details?: unknown,
  ) {
    super(message);
  }
}

/** The same shape for everything that goes wrong: unknown routes, bad input, bugs. A person who is lost in a browser gets a page. */
export function answerErrors(app: FastifyInstance, methods: KnownMethods, lostPage: string): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0];
    const known = methods.of(path);
    if (known.length > 0 && request.method === 'OPTIONS') {
      return reply
        .code(204)
        .header('allow', [...known, 'OPTIONS'].join(', '))
        .send();
    }
    if (known.length > 0 && !known.includes(request.method)) {
      const message = `${shortened(path)} does not take ${request.method}, but ${known.join(', ')}.`;
      return sendError(new HttpError(405, 'ERR_METHOD_NOT_ALLOWED', message), request, reply.header('allow', known.join(', ')));
    }
    if (request.method === 'GET' && prefers(request, 'text/html')) {
      return reply.code(404).type('text/html; charset=utf-8').send(lostPage);
    }
    const message = `There is no ${request.method} ${shortened(path)}. The routes are listed at /docs.`;
    return sendError(new HttpError(404, 'ERR_NOT_FOUND', message), request, reply);
  });
}

/** Also used before routing, where Fastify has no error handler yet. */
export function sendError(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code, message, details } = toHttpError(error);
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (status === 429) reply.header('retry-after', String((details as { retry_after_s: number }).retry_after_s));
  if (status >= 500 && status !== 503) request.log.error(error);
  return reply.code(status).type('application/json; charset=utf-8').send({ error: { code, message, details } });
}

/** What Node itself refuses to read, such as headers that are too large, never reaches a route. */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: { writable: boolean; end(text: string): void; destroy(): void },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'The address or the headers are too long.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'The request took too long to arrive.']
        : ['400 Bad Request', 'This is not a well-formed HTTP request.'];
  const body = JSON.stringify({ error: { code: 'ERR_BAD_REQUEST', message } });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** Any error as an answer. */
export function toHttpError(error: Error): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof ShopError) return fromShop(error);
  if (error instanceof AttuneError) return new HttpError(statusOf(error.code), error.code, error.message);
  const { validation, validationContext, statusCode = 500, code = '' } = error as FastifyError;
  if (validation) {
    const details = validation.map((it) => ({
      field: `${validationContext ?? ''}${it.instancePath}`,
      message: messageOf(it),
    }));
    return new HttpError(400, 'ERR_VALIDATION', details.map((it) => `${it.field}: ${it.message}`).join('; '), details);
  }
  if (statusCode < 500)
    return new HttpError(statusCode, codes[statusCode] ?? 'ERR_BAD_REQUEST', messages[code] ?? shortened(error.message));
  return new HttpError(500, 'ERR_INTERNAL', 'Something went wrong here, not with your request. The log of the server says more.');
}

/** What is wrong with a value, as a person would say it. */
export function messageOf({ keyword, params, message = 'is not valid' }: NonNullable<FastifyError['validation']>[number]): string {
  if (keyword === 'additionalProperties') return `unknown field '${params.additionalProperty}'`;
  if (keyword === 'enum') return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
  // The only values that a schema forbids.
  return keyword === 'not' ? "must not be '.' or '..', which cannot be parts of an address" : message;
}

function fromShop({ code, message }: ShopError): HttpError {
  if (code === 'ERR_NOT_READY') return new HttpError(503, code, `${message} Train it with POST /training or the command 'train'.`);
  if (code === 'ERR_VALIDATION') return new HttpError(400, code, message);
  return new HttpError(404, code, message + (hints[code] ?? ''));
}

/** What to ask instead. */
const hints: Partial<Record<ShopError['code'], string>> = {
  ERR_UNKNOWN_ITEM: ' GET /similar-items also looks at what products say.',
  ERR_UNKNOWN_USER: ' GET /recommendations has something for everybody.',
};

const codes: Record<number, string> = { 403: 'ERR_FORBIDDEN', 413: 'ERR_TOO_LARGE', 415: 'ERR_UNSUPPORTED_MEDIA_TYPE' };

/** For messages of the framework that only repeat an address. */
const messages: Record<string, string> = {
  FST_ERR_BAD_URL: 'The address is not well-formed.',
  FST_ERR_MAX_PARAM_LENGTH: 'The address is too long.',
};

function statusOf(code: AttuneError['code']): number {
  if (code === 'ERR_UNKNOWN_USER' || code === 'ERR_UNKNOWN_ITEM' || code === 'ERR_UNKNOWN_HISTORY' || code === 'ERR_NOT_FOUND') return 404;
  if (code.startsWith('ERR_BAD_') && code !== 'ERR_BAD_FILE') return 400;
  return code === 'ERR_NOT_FITTED' ? 503 : 500;
}
