import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { assetsFolder, assetsPath, type Pages } from '../build-web.ts';
import { digestOf } from '../domain/digest.ts';
import { notFound } from '../domain/errors.ts';
import type { Shop } from '../domain/shop.ts';
import { isUnchanged, tagOf } from '../http/etag.ts';
import { answerOf, errors } from '../http/schemas.ts';
import { drawProduct } from '../pictures/index.ts';

/** Pages that are the same for everybody. */
const titles = { login: 'Log in', you: 'History and model', cart: 'Cart', admin: 'Administration' };

/** The pages, what they are built of, and a picture of each product. */
export function pageRoutes(app: FastifyInstance, shop: Shop, pages: Pages): void {
  app.register(fastifyStatic, {
    root: assetsFolder,
    prefix: assetsPath,
    index: false,
    immutable: true,
    maxAge: '365d',
    decorateReply: false,
  });

  app.get('/', { schema: { hide: true } }, (_, reply) =>
    sendPage(
      reply,
      pages.landing,
      'Hob & Drum: appliances and their parts',
      'Appliances for the home, and the parts that keep them running.',
    ),
  );

  for (const [path, title] of Object.entries(titles)) {
    app.get(`/${path}`, { schema: { hide: true } }, (_, reply) =>
      sendPage(reply, pages[path as keyof typeof titles], `${title} · Hob & Drum`, `${title}, in the shop Hob & Drum.`),
    );
  }

  app.get<{ Params: { id: string } }>('/product/:id', { schema: { hide: true } }, (request, reply) => {
    const card = shop.catalogue.get(request.params.id);
    if (!card) reply.code(404);
    const title = card ? `${card.title} · Hob & Drum` : 'Not found · Hob & Drum';
    return sendPage(reply, pages.product, title, card?.title ?? 'There is no such product.');
  });

  app.get<{ Params: { file: string } }>(
    '/images/:file',
    {
      schema: {
        tags: ['Products'],
        summary: 'A picture of a product, drawn from its title, brand and colour',
        params: { type: 'object', properties: { file: { type: 'string', description: 'Product id and `.svg`.' } }, required: ['file'] },
        response: { 200: answerOf('image/svg+xml', 'The picture.'), ...errors(404) },
      },
    },
    async (request, reply) => {
      const id = request.params.file.replace(/\.svg$/, '');
      const product = request.params.file.endsWith('.svg') ? await shop.product(id) : undefined;
      if (!product) throw notFound('picture', request.params.file);
      const svg = drawProduct(product.subject);
      if (isUnchanged(request, reply, tagOf(digestOf(svg)), 'public, max-age=86400')) return reply.send();
      // Opened by itself an SVG is a document, so it gets a policy of its own: it may do nothing.
      return reply.type('image/svg+xml').header('content-security-policy', "default-src 'none'").send(svg);
    },
  );
}

interface Head {
  title: string;
  description: string;
}

/** A page with its head. */
export const filledIn = (page: string, { title, description }: Head): string =>
  page.replace('{{title}}', () => escaped(title)).replace('{{description}}', () => escaped(description));

const sendPage = (reply: FastifyReply, page: string, title: string, description: string): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(filledIn(page, { title, description }));

const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
