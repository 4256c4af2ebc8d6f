import { command } from '../cli/command.ts';
import type { System } from '../pipeline/system.ts';
import { defaults } from '../settings.ts';
import { places, serveOptions } from './options.ts';

export const serve = command({
  name: 'serve',
  summary: 'starts the shop and its API',
  options: { ...places, ...serveOptions },
  async run({ dataDir, database, port, host, adminPassword }) {
    const { openSystem } = await import('../pipeline/system.ts');
    await serveUntilStopped(await openSystem({ ...defaults, dataDir, database, adminPassword }), { port, host });
  },
});

/** Serves and prints the address. Ctrl-C stops the server and closes the system. */
export async function serveUntilStopped(system: System, address: { port: number; host: string }): Promise<void> {
  const { startServer } = await import('../server/index.ts'); // only here, because loading it takes a second
  const { port } = await startServer(system, address).catch((error: NodeJS.ErrnoException) => {
    system.close();
    if (error.code !== 'EADDRINUSE') throw error;
    throw Object.assign(new Error(`Port ${address.port} is taken. Choose another with --port; 0 takes any free one.`), {
      code: error.code,
    });
  });
  console.log(`ready http://localhost:${port}/`);
}
