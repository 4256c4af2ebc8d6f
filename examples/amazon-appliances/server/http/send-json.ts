import type { FastifyReply } from 'fastify';

/** Sends an object whose last field is JSON text already. Fastify sends texts as they are, so a list that was kept is not written again. */
export const sendJson = (reply: FastifyReply, head: Record<string, string>, field: string, json: string): FastifyReply =>
  reply.type('application/json; charset=utf-8').send(`${JSON.stringify(head).slice(0, -1)},"${field}":${json}}`);
