import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { FastifyInstance } from 'fastify';
import { digestOf } from '../domain/digest.ts';
import { isUnchanged, tagOf } from '../http/etag.ts';
import { redocPolicy } from '../http/security.ts';

const script = createRequire(import.meta.url).resolve('redoc/bundles/redoc.standalone.js');

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>API of the shop</title>
  </head>
  <body>
    <redoc spec-url="/openapi.json" disable-search="true" hide-download-button="true"></redoc>
    <script src="/redoc/redoc.js"></script>
  </body>
</html>
`;

/** The documentation as one long page, with the script of the package: nothing comes from elsewhere. */
export function redocRoutes(app: FastifyInstance): void {
  let content: { text: string; tag: string } | undefined;

  app.get('/redoc', { schema: { hide: true } }, (_, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', redocPolicy).send(page),
  );

  app.get('/redoc/redoc.js', { schema: { hide: true } }, (request, reply) => {
    if (!content) {
      const text = readFileSync(script, 'utf8');
      content = { text, tag: tagOf(digestOf(text)) };
    }
    if (isUnchanged(request, reply, content.tag)) return reply.send();
    return reply.type('text/javascript; charset=utf-8').send(content.text);
  });
}
