import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/**
 * `npm run test:integration [name...] [-- vitest options]`: sets up the real services (each `test/integration/services/NAME.sh`, into
 * `.services/NAME`, which git ignores), runs `test/integration/NAME*.test.ts` and stops them. Without names: all of them.
 */
const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'test/integration');
const known = readdirSync(join(folder, 'services')).map((file) => basename(file, '.sh'));
const given = process.argv.slice(2);
const names = given.filter((each) => !each.startsWith('-'));
const options = given.filter((each) => each.startsWith('-'));
const tests = readdirSync(folder).filter((file) => file.endsWith('.test.ts'));
const unknown = names.find((name) => !known.includes(name) && !tests.some((file) => file.startsWith(name)));
if (unknown) throw new Error(`There is no service '${unknown}'. There are: ${known.join(', ')}.`);

/**
 * Services and their tests in groups; the first has what the others do not name. The sides share nothing and go on beside each other. On each,
 * one file is tested at a time, and a group is tested while the services of the next are set up: much of that is to wait for downloads, and
 * much of a test to wait for servers and browsers, so that three sides keep two processors busy.
 */
const groups = [
  { side: 0, begins: [] },
  { side: 1, begins: ['spark'] },
  { side: 1, begins: ['mlflow', 'python', 'runtimes'] },
  { side: 2, begins: ['chromium', 'faiss', 'prometheus'] },
];
const groupOf = (name: string) => groups.find(({ begins }) => begins.some((begin) => name.startsWith(begin))) ?? groups[0];

const wanted = groups
  .map((group) => ({
    side: group.side,
    services: known.filter((name) => groupOf(name) === group && (names.length === 0 || names.includes(name))),
    files: tests.filter((file) => groupOf(file) === group && (names.length === 0 || names.some((name) => file.startsWith(name)))),
  }))
  .filter(({ services, files }) => services.length + files.length > 0);
const browser = setUpAll(wanted.some(({ services }) => services.includes('chromium')) ? ['chromium'] : []); // tests of two sides use it
const settingUp = [browser, browser, browser];
const testing = [...settingUp];
for (const [k, { side, services, files }] of wanted.entries()) {
  const ready = settingUp[side].then(() => setUpAll(services.filter((name) => name !== 'chromium')));
  settingUp[side] = ready;
  testing[side] = testing[side].then(async (passed) => {
    const isReady = await ready;
    return (files.length === 0 || (await test(files, k))) && isReady && passed;
  });
}
const passed = await Promise.all(testing);
// Only now: a service may have tests in several files.
spawnSync('node', ['--import', 'tsx', 'config/services.ts', 'down'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
process.exit(passed.every(Boolean) ? 0 : 1);

async function setUpAll(services: string[]): Promise<boolean> {
  let ready = true;
  for (const name of services) ready = (await setUp(name)) && ready;
  return ready;
}

async function setUp(name: string): Promise<boolean> {
  const service = join(root, '.services', name);
  mkdirSync(service, { recursive: true });
  const began = performance.now();
  const status = await run('bash', [join(folder, 'services', `${name}.sh`)], service, { ROOT: root, SERVICE: service });
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`${name}: ${status === 0 ? 'ready' : `could not be set up (exit ${status})`}, ${seconds} s`);
  return status === 0;
}

/** Runs the files of a group. A report in a file gets the number of the group in its name: `tests.json`, `tests-1.json`. */
async function test(files: string[], group: number): Promise<boolean> {
  const own = options.map((option) => (group > 0 ? option.replace(/^(--outputFile\S*)(\.\w+)$/, `$1-${group}$2`) : option));
  const paths = files.map((file) => `test/integration/${file}`);
  return (await run('npx', ['vitest', 'run', '--config', 'config/vitest.integration.config.ts', ...paths, ...own], root)) === 0;
}

function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<number | null> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
    child.on('error', fail).on('close', done);
  });
}
