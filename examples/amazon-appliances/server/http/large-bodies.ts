import type { FastifyInstance } from 'fastify';
import { HttpError } from './errors.ts';

/** Larger ones are cut off, since reading them would only keep a connection busy. */
const mostReadBytes = 64 * 1024 * 1024;

/**
 * Answers a body that is announced as too large only when it has been read and dropped: many clients look for an answer after they have sent
 * everything, and would otherwise report a broken connection instead of 413.
 */
export function refuseLargeBodies(app: FastifyInstance): void {
  app.addHook('preParsing', async ({ headers, raw, routeOptions: { bodyLimit } }) => {
    const length = Number(headers['content-length']);
    if (!(bodyLimit !== undefined && length > bodyLimit)) return;
    if (length <= mostReadBytes) for await (const _ of raw); // dropped
    throw new HttpError(413, 'ERR_TOO_LARGE', `The body has ${length} bytes; at most ${bodyLimit} are taken.`);
  });
}
