import type { FastifyReply, FastifyRequest } from 'fastify';

/** The ETag of content with this digest. */
export const tagOf = (digest: string) => `"${digest}"`;

/** Sets the tag; true when the client has this content already and 304 is the whole answer. */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, tag: string, cacheControl = 'no-cache'): boolean {
  reply.header('etag', tag).header('cache-control', cacheControl);
  const known = request.headers['if-none-match'];
  const unchanged = known !== undefined && (known.trim() === '*' || known.split(',').some((it) => it.trim().replace(/^W\//, '') === tag));
  if (unchanged) reply.code(304);
  return unchanged;
}
