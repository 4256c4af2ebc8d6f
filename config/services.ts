import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/**
 * `npm run services -- up | down | status [name...]`: starts the real services without containers, each by its
 * `test/integration/services/NAME.sh` in `.services/NAME`, stops them, or says which run and where. Without names: all that are servers.
 */
const root = resolve(import.meta.dirname, '..');
const scripts = join(root, 'test/integration/services');
const known = readdirSync(scripts)
  .map((file) => basename(file, '.sh'))
  .filter((name) => /url\.txt/.test(readFileSync(join(scripts, `${name}.sh`), 'utf8')));
const [command, ...names] = process.argv.slice(2);
const unknown = names.find((name) => !known.includes(name));
if (unknown) throw new Error(`There is no service '${unknown}'. There are: ${known.join(', ')}.`);
const commands: Record<string, (name: string) => string> = { up, down, status };
if (!command || !Object.hasOwn(commands, command)) {
  console.log(`npm run services -- up | down | status [name...]\n\nservices: ${known.join(', ')}`);
  process.exit(command ? 2 : 0);
}
for (const name of names.length > 0 ? names : known) console.log(`${name}: ${commands[command](name)}`);

function up(name: string): string {
  if (pidOf(name) !== undefined) return status(name);
  const service = join(root, '.services', name);
  mkdirSync(service, { recursive: true });
  const env = { ...process.env, ROOT: root, SERVICE: service };
  const run = spawnSync('bash', [join(scripts, `${name}.sh`)], { cwd: service, stdio: ['ignore', 'inherit', 'inherit'], env });
  if (run.status === 0) return status(name);
  process.exitCode = 1;
  return `could not be set up (exit ${run.status})`;
}

function down(name: string): string {
  const pid = pidOf(name);
  if (pid === undefined) return 'not running';
  process.kill(pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM'); // to PostgreSQL: end now, without waiting for clients
  for (let k = 0; k < 100 && pidOf(name) !== undefined; k++) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  return pidOf(name) === undefined ? 'stopped' : `still running, process ${pid}`;
}

function status(name: string): string {
  const skipped = join(root, '.services', name, 'skipped.txt');
  if (existsSync(skipped)) return readFileSync(skipped, 'utf8').trim();
  return pidOf(name) === undefined ? 'not running' : `running at ${readFileSync(join(root, '.services', name, 'url.txt'), 'utf8').trim()}`;
}

/** The process of a running service. */
function pidOf(name: string): number | undefined {
  const folder = join(root, '.services', name);
  const server = join(folder, 'server.txt'); // of PostgreSQL, which keeps the number with its data
  const file = existsSync(server) ? join(readFileSync(server, 'utf8').trim().split('\n')[1], 'postmaster.pid') : join(folder, 'pid.txt');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  try {
    return process.kill(pid, 0) ? pid : undefined;
  } catch {
    return undefined;
  }
}
