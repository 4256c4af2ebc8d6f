import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { settings } from './settings.ts';

/** A route: the query and the body of a request to what is answered as JSON. */
type Route = (query: URLSearchParams, body: unknown) => Promise<unknown>;

/** Serves routes, and what orchestration asks for: `/health`, `/ready` and `/metrics`. Prints the port when it listens. */
export async function serve(state: () => { ready: boolean; metrics: string }, routes: Record<string, Route> = {}): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const answer = (status: number, body: string, type = 'application/json') =>
      response.writeHead(status, { 'content-type': type }).end(body);
    try {
      const { ready, metrics } = state();
      if (pathname === '/health') return answer(200, '{}');
      if (pathname === '/ready') return answer(ready ? 200 : 503, '{}');
      if (pathname === '/metrics') return answer(200, metrics, 'text/plain; version=0.0.4');
      const route = routes[`${request.method} ${pathname}`];
      if (!route) return answer(404, '{}');
      const body = request.method === 'POST' ? JSON.parse(await text(request)) : undefined;
      return answer(200, JSON.stringify(await route(searchParams, body)));
    } catch (error) {
      const { code } = error as { code?: string };
      if (error instanceof SyntaxError || code?.startsWith('ERR_BAD_'))
        return answer(400, JSON.stringify({ error: (error as Error).message }));
      console.error(error);
      return answer(503, JSON.stringify({ error: 'not available now' }));
    }
  });
  await new Promise<void>((resolve) => server.listen(settings.port, resolve));
  console.log(`listening on ${(server.address() as { port: number }).port}`);
  return server;
}
