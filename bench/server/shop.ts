import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '../..');

/** Starts the shop on a free port. */
export async function startShop(dataDir: string): Promise<{ url: string; stop: () => void }> {
  const child = spawn(process.execPath, [join(root, 'examples/amazon-appliances/run.mjs'), 'serve'], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0', ADMIN_PASSWORD: 'bench' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const started = performance.now();
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^ready (\S+)/.exec(line)?.[1];
    if (!url) continue;
    console.log(`ready after ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    return { url, stop: () => child.kill() };
  }
  throw new Error(`The shop did not start with ${dataDir}. Run npm start first.`);
}

/** Users of the first ratings, each once. */
export async function ratersIn(dataDir: string): Promise<string[]> {
  const { openSystem } = await import('../../examples/amazon-appliances/pipeline/system.ts');
  const { defaults } = await import('../../examples/amazon-appliances/settings.ts');
  const system = await openSystem({ ...defaults, dataDir }, { withModels: false });
  const { rows } = await system.data.interactions.page({ limit: 50_000 });
  system.close();
  return [...new Set(rows.map(({ user }) => user))];
}
