import type { FastifyReply, FastifyRequest } from 'fastify';

/** The ETag of content with this digest. It is a weak one, because the bytes of an answer depend on how it is compressed. */
export const tagOf = (digest: string) => `W/"${digest}"`;

/** Sets the tag; true when the client has this content already and 304 is the whole answer. */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, tag: string, cacheControl = 'no-cache'): boolean {
  reply.header('etag', tag).header('cache-control', cacheControl);
  const known = request.headers['if-none-match'];
  const unchanged = known !== undefined && (known.trim() === '*' || known.split(',').some((it) => opaque(it) === opaque(tag)));
  if (unchanged) reply.code(304);
  return unchanged;
}

const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
