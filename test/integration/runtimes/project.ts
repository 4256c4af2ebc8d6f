import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/** The folder of the repository. */
export const root = resolve(import.meta.dirname, '../../..');
/** What test/integration/services/runtimes.sh installed. */
export const runtimes = join(root, '.services/runtimes/node_modules');

/** The program itself: what npm puts beside it is a script that dies alone and leaves the program running. */
export const workerd = (): string => createRequire(join(runtimes, 'any.js'))('workerd').default;

/** Makes `folder` a project that has installed the built package. */
export function installAttune(folder: string): void {
  if (!existsSync(join(root, 'dist/modules'))) throw new Error('Expected the built package in dist. Run npm run build first.');
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/attune'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
}

/** conformance.ts as JavaScript, with attune as an import of its own. */
export async function conformanceScript(): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [join(import.meta.dirname, 'conformance.ts')], write: false, format: 'esm' });
  return outputFiles[0].text;
}

/** A file of a project with everything it imports. */
export async function bundled(file: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    absWorkingDir: dirname(file),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'error',
    ...options,
    write: false,
  });
  return outputFiles[0].text;
}

/** What a program printed. */
export async function outputOf(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
  return stdout.trim();
}

/** A worker for workerd in a project with conformance.mjs: /given and /plain run it with and without given kernels, /fit only fits. */
export async function workerdScript(project: string): Promise<string> {
  const file = join(project, 'worker.js');
  writeFileSync(
    file,
    `import { useKernels } from 'attune';
import kernels from 'attune/kernels.wasm';
import { conformance, fit } from './conformance.mjs';
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/ready') return new Response('ready');
    if (pathname === '/use') return new Response(String(useKernels(kernels)));
    if (pathname === '/fit') return new Response(String(await fit()));
    if (pathname === '/given') useKernels(kernels);
    return Response.json(await conformance(1));
  },
};`,
  );
  const outside: Plugin = {
    name: 'kernels.wasm',
    setup({ onResolve }) {
      onResolve({ filter: /kernels\.wasm$/ }, () => ({ path: './kernels.wasm', external: true }));
    },
  };
  return bundled(file, { conditions: ['workerd', 'worker'], plugins: [outside] });
}

/** Runs a worker in workerd and hands its address to `use`. @param worker an ES module that may import `kernels.wasm` */
export async function inWorkerd<T>(
  folder: string,
  { worker, compatibilityDate }: { worker: string; compatibilityDate: string },
  use: (address: string) => Promise<T>,
): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  writeFileSync(join(folder, 'worker.mjs'), worker);
  copyFileSync(join(root, 'dist/kernels.wasm'), join(folder, 'kernels.wasm'));
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "kernels.wasm", wasm = embed "kernels.wasm"),
  ],
  compatibilityDate = "${compatibilityDate}",
);
`,
  );
  const server = spawn(workerd(), ['serve', 'config.capnp'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (said += text));
  try {
    const address = `http://127.0.0.1:${port}`;
    for (let attempt = 0; ; attempt++) {
      try {
        await fetch(`${address}/ready`);
        break;
      } catch (cause) {
        if (server.exitCode !== null || attempt === 300) throw new Error(`workerd does not answer: ${said}`, { cause });
        await new Promise((done) => setTimeout(done, 100));
      }
    }
    return await use(address);
  } finally {
    server.kill();
    await once(server, 'exit');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
