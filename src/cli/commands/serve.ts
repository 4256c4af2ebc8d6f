import { once } from 'node:events';
import { catalogueOptions, openCatalogue } from '../catalogue.ts';
import { command, UsageError } from '../command.ts';
import { loadModel } from '../models.ts';
import { modelServer } from '../server.ts';
import { remark } from '../terminal.ts';
import { buildIndex } from './search.ts';

export default command({
  summary: 'Serves a model over HTTP, with search when there is a catalogue.',
  usage: '<model>',
  more: `Example: attune serve model.attune --catalogue products.csv
Routes, all GET with JSON answers:
  /recommendations?user_id=42&n=10      also history=B01,B02 instead of user_id
  /similar-items?item_id=B01&n=10
  /search?query=quiet+dishwasher&n=10   with a catalogue
  /health
and a page to try it at /`,
  options: {
    port: { type: 'integer', short: 'p', help: '0 takes any free one', default: 8000, min: 0, max: 65_535 },
    host: { type: 'text', help: 'address to listen on', default: '127.0.0.1' },
    allowOrigin: {
      type: 'text',
      help: "which site's pages may ask, such as https://shop.example, or '*' (CORS; default none but its own page)",
    },
    catalogue: { type: 'text', help: 'a file with titles, for search and for lists that people read' },
    ...catalogueOptions,
  },
  async run([file], o, { signal }) {
    const model = await loadModel(file);
    const index =
      o.catalogue === undefined ? undefined : await buildIndex(o.catalogue, await openCatalogue(o.catalogue, o), undefined, signal);
    const server = modelServer(model, index, { allowOrigin: o.allowOrigin });
    server.listen(o.port, o.host);
    await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new UsageError(
        `--port: ${o.port} is taken. Stop what listens there, or pass another, such as --port ${o.port + 1}; 0 takes any free one.`,
      );
    });
    const address = server.address() as { port: number };
    remark(`ready http://${o.host.includes(':') ? `[${o.host}]` : o.host}:${address.port}/`);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    server.closeIdleConnections();
    await new Promise((resolve) => server.close(resolve)); // requests in flight are answered
  },
});
