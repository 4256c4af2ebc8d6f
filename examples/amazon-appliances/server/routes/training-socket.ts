import fastifyWebsocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { Shop } from '../domain/shop.ts';

/** A page that opens a socket and says nothing does not keep it. */
const patienceMs = 5000;
const largestMessageBytes = 4096;
/** Codes of this protocol; the numbers from 4000 on are free for that. */
const closed = { done: 1000, unauthorized: 4401, missing: 4404 };

/**
 * How a training goes, as it goes, over a WebSocket: `GET /training/{id}/updates`. Browsers cannot send a header with it, so the first message is
 * `{ "token": ... }`, which no log of addresses sees. Each message from here is the state of the job; after the last one the socket is closed.
 */
export async function trainingSocket(app: FastifyInstance, shop: Shop): Promise<void> {
  await app.register(fastifyWebsocket, { options: { maxPayload: largestMessageBytes } });
  app.get<{ Params: { id: string } }>('/training/:id/updates', { websocket: true, schema: { hide: true } }, (socket, { params }) => {
    const gone = new AbortController();
    const patience = setTimeout(() => socket.close(closed.unauthorized, 'no token came'), patienceMs);
    socket.on('close', () => {
      clearTimeout(patience);
      gone.abort();
    });
    socket.on('error', () => socket.terminate());
    socket.once('message', async (message: Buffer) => {
      clearTimeout(patience);
      if (shop.tokens.read(tokenIn(message))?.role !== 'admin') return socket.close(closed.unauthorized, 'this needs the role admin');
      const job = shop.training.get(params.id);
      if (!job) return socket.close(closed.missing, 'there is no such training');
      for await (const state of job.states(gone.signal)) socket.send(JSON.stringify(state));
      socket.close(closed.done);
    });
  });
}

function tokenIn(message: Buffer): string {
  try {
    const { token } = JSON.parse(String(message));
    return typeof token === 'string' ? token : '';
  } catch {
    return '';
  }
}
