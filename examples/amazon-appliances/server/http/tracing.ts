import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';

/**
 * A span for each request, in the trace that the caller is in. Only the API is used, so that it costs nothing until whoever runs the server registers
 * an SDK: `node --import ./my-telemetry.mjs`.
 */
export function traceRequests(app: FastifyInstance): void {
  const tracer = trace.getTracer('appliances-shop');
  app.decorateRequest('span', null);
  app.addHook('onRequest', async (request) => {
    const { url: route } = request.routeOptions;
    const parent = propagation.extract(context.active(), request.headers);
    const attributes = { 'http.request.method': request.method, 'url.path': request.url.split('?')[0], 'http.request.id': request.id };
    const named = route === undefined ? request.method : `${request.method} ${route}`;
    const span = tracer.startSpan(
      named,
      { kind: SpanKind.SERVER, attributes: { ...attributes, ...(route !== undefined && { 'http.route': route }) } },
      parent,
    );
    if (span.isRecording()) request.span = span;
  });
  app.addHook('onResponse', async ({ span }, { statusCode }) => {
    if (!span) return;
    span.setAttribute('http.response.status_code', statusCode);
    if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | null;
  }
}
