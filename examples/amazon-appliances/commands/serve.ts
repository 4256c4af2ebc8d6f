import { randomBytes } from 'node:crypto';
import { command } from '../cli/command.ts';
import { openSystem, type System } from '../pipeline/system.ts';
import { defaults } from '../settings.ts';
import { dataDir, serveOptions } from './options.ts';

export const serve = command({
  name: 'serve',
  summary: 'starts the shop and its API',
  options: { dataDir, ...serveOptions },
  async run({ dataDir, port, host, adminPassword }) {
    await serveUntilStopped(await openSystem({ ...defaults, dataDir, adminPassword: adminPassword ?? newPassword() }), { port, host });
  },
});

/** Serves, says where, and stops cleanly on Ctrl-C. */
export async function serveUntilStopped(system: System, address: { port: number; host: string }): Promise<void> {
  const { startServer } = await import('../server/index.ts'); // only here, because loading it takes a second
  const server = await startServer(system, address);
  console.log(`ready http://localhost:${server.port}/`);
  const stop = () => {
    void server.close().finally(() => system.close());
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

/** Shown once, so that an administrator can log in. */
export function newPassword(): string {
  const password = randomBytes(9).toString('base64url');
  console.log(`Password of the administrator: ${password} (set ADMIN_PASSWORD to choose it)`);
  return password;
}
