import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A tag that changes when the content does. */
export const tagOf = (content: string) => `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;

/** Sets the tag; true when the client has this content already and 304 is the whole answer. */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, tag: string, cacheControl = 'no-cache'): boolean {
  reply.header('etag', tag).header('cache-control', cacheControl);
  const known = request.headers['if-none-match'];
  const unchanged = known !== undefined && (known.trim() === '*' || known.split(',').some((it) => it.trim().replace(/^W\//, '') === tag));
  if (unchanged) reply.code(304);
  return unchanged;
}
